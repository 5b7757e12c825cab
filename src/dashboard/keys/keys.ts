/**
 * In this room: a sandbox's signing keys.
 * Elsewhere: who signs with them (`oauth/tokens/`), and the rules for a key of one's own (`oauth/jose/given-key.ts`).
 */

import { createPublicKey, type JsonWebKey } from 'node:crypto'
import { parseJson } from '../../basics/json.ts'
import { missing } from '../../control/input/lookup.ts'
import { check } from '../../control/input/validation.ts'
import { importKey, rotateKeys } from '../../control/resources/keys.ts'
import { keyAlgs } from '../../oauth/jose/jws.ts'
import { publicKeyOf } from '../../oauth/jose/keys.ts'
import type { StoredKey } from '../../oauth/jose/stored-keys.ts'
import { pathsOf } from '../../providers/space.ts'
import { givenKeySchema } from '../../sandbox/key-schema.ts'
import type { Choice, FormState } from '../forms/form.ts'
import { refusedFields } from '../forms/refused.ts'
import { confirm } from '../frame/confirm.ts'
import { sendFile } from '../frame/file.ts'
import { noticesOf } from '../frame/notices.ts'
import { page } from '../frame/page.ts'
import { part, type Visit } from '../frame/visit.ts'
import { type KeyCard, keyCard } from './key-card.ts'

const keysPage = page<{
  keys: readonly KeyCard[]
  /** Where clients find the public ones; absent where the vendor publishes none. */
  setUrl?: string | undefined
  /** Whether some are held back. */
  isHeldBack: boolean
  action: string
  algs: readonly Choice[]
  form: FormState
}>('keys')

const notices = noticesOf({
  'keys-rotated': 'New keys sign from now on. The old ones are still published.',
  'keys-late': 'New keys sign from now on, and the key set does not show them yet.',
  'keys-retired': 'New keys sign from now on, and the old ones are gone from the key set.',
  'keys-published': 'The key set shows all keys that sign.',
  'key-imported': 'Your key signs from now on.',
  'secret-changed': 'Another secret signs from now on.',
})

const icon = '<circle cx="7.500" cy="15.500" r="4"/><path d="m10.500 12.500 8-8M15.500 7.500l3 3M13 10l1.500 1.500"/>'

/** Which keys sign, which the key set shows, and their change. */
export const keyPages = part({ icon, notices }, ({ get, post, deps }) => {
  get('/keys', (visit) => showKeys(visit))

  post('/keys', (visit) => {
    const { sandbox, form } = visit
    const values = form.texts()
    try {
      importKey(check(givenKeySchema, draftOf(values)), sandbox)
    } catch (error) {
      const { jwk, pem, x5c, ...errors } = refusedFields(error)
      const key = jwk ?? pem ?? x5c
      // The key itself is not sent back.
      return showKeys(visit, {
        values: { kid: values.kid ?? '', alg: values.alg ?? '' },
        errors: { ...errors, ...(key !== undefined && { key }) },
      })
    }
    return visit.go('/keys', notices['key-imported'])
  })

  post('/keys/rotate', async (visit) => {
    const { sandbox, form } = visit
    const isLate = form.text('mode') === 'publish_late'
    await rotateKeys(isLate ? 'publish_late' : 'rotate', sandbox, deps.sandboxes)
    if (!hasKeySet(visit)) return visit.go('/keys', notices['secret-changed'])
    return visit.go('/keys', isLate ? notices['keys-late'] : notices['keys-rotated'])
  })

  post('/keys/publish', (visit) => {
    visit.sandbox.keys.publishPending()
    return visit.go('/keys', notices['keys-published'])
  })

  get('/keys/retire', (visit) =>
    confirm(visit, {
      heading: 'Take the old keys out?',
      lines: [
        'New keys sign from now on, and all others are deleted.',
        'Whoever checks signatures refuses every token that was signed before, for its key is not found.',
        'Keys of your own go with them.',
      ],
      path: '/keys/retire',
      button: 'Take them out',
      back: '/keys',
    }),
  )
  post('/keys/retire', async (visit) => {
    await rotateKeys('retire', visit.sandbox, deps.sandboxes)
    return visit.go('/keys', notices['keys-retired'])
  })

  get('/keys/:kid/public.jwk', (visit) => {
    const jwk = publicKeyOf(keyNamed(visit))
    return sendFile(visit.reply, { name: fileName(jwk.kid, 'jwk'), type: 'application/jwk+json', text: JSON.stringify(jwk, null, 2) })
  })
  get('/keys/:kid/public.pem', (visit) => {
    const jwk = publicKeyOf(keyNamed(visit))
    const text = createPublicKey({ key: jwk as JsonWebKey, format: 'jwk' })
      .export({ type: 'spki', format: 'pem' })
      .toString()
    return sendFile(visit.reply, { name: fileName(jwk.kid, 'pem'), type: 'application/x-pem-file', text })
  })
})

function hasKeySet({ sandbox }: Visit): boolean {
  return sandbox.provider.signing_algs.length > 0
}

/** The key that an address names. @throws Problem 404 */
function keyNamed({ params, sandbox }: Visit): StoredKey {
  const keys = sandbox.store.listKeys()
  const found = keys.find(({ kid }) => kid === params.kid)
  if (found !== undefined) return found
  throw missing(
    'key',
    params.kid ?? '',
    keys.map(({ kid }) => kid),
  )
}

function fileName(kid: string, ending: string): string {
  return `${kid.replaceAll(/[^\w.-]/g, '-')}.${ending}`
}

/** What the control API would have been told: a file wins, and what is JSON is a JWK. */
function draftOf(values: FormState['values']): Record<string, unknown> {
  const text = (values.file || values.key || '').trim()
  const { kid = '', alg = '' } = values
  return {
    ...(text.startsWith('{') ? { jwk: jwkIn(text) } : { pem: text }),
    ...(kid.trim() !== '' && { kid: kid.trim() }),
    ...(alg !== '' && { alg }),
  }
}

/** As JSON where it is some; the schema says of all else what was expected. */
function jwkIn(text: string): unknown {
  try {
    return parseJson(text)
  } catch {
    return text
  }
}

async function showKeys(visit: Visit, form: FormState = { values: {}, errors: {} }) {
  const { sandbox, base, addresses } = visit
  const isPublished = hasKeySet(visit)
  // Those that nobody needed yet are made, as when the key set is fetched.
  if (isPublished) await sandbox.keys.publicKeys()
  const now = sandbox.clock.now()
  const keys = sandbox.store.listKeys()
  const { jwks } = pathsOf(sandbox)
  const algs = ['', ...keyAlgs].map((value) => ({
    value,
    label: value || 'What its kind usually does',
    chosen: value === (form.values.alg ?? ''),
  }))
  const model = {
    title: 'Keys',
    keys: keys.map((key) => keyCard(key, base, now)).reverse(),
    setUrl: isPublished && jwks !== undefined ? addresses.base_url + jwks : undefined,
    isHeldBack: keys.some(({ state }) => state === 'pending'),
    action: `${base}/keys`,
    algs,
    form,
  }
  return visit.show(keysPage, model, Object.keys(form.errors).length > 0 ? 400 : 200)
}
