import { publicKeyOf } from '../../oauth/jose/keys.ts'
import { encryptionAlg, idTokenSlot, nextSlot, partOfKey, type StoredKey } from '../../oauth/jose/stored-keys.ts'
import { agoInWords, dateAndTime } from '../frame/words.ts'

/** A key as the dashboard shows it, without its private half. */
export type KeyCard = ReturnType<typeof keyCard>

interface KeyState {
  text: string
  look: 'good' | 'warn' | ''
}

export function keyCard(key: StoredKey, base: string, now: number) {
  const { kid, alg, use, kty, crv } = publicKeyOf(key)
  const path = `${base}/keys/${encodeURIComponent(kid)}`
  return {
    kid,
    alg,
    kind: [kty, crv, use === 'enc' ? 'to encrypt to' : undefined].filter(Boolean).join(' '),
    /** Of which part of the sandbox it is, where that is not the whole. */
    part: partOfKey(key),
    state: stateOf(key),
    isOwn: key.given === true,
    since: dateAndTime(key.created_at),
    ago: agoInWords(key.created_at, now),
    jwkHref: `${path}/public.jwk`,
    pemHref: `${path}/public.pem`,
  }
}

function stateOf({ alg, state }: StoredKey): KeyState {
  if (state === 'pending') return { text: 'signs, not published yet', look: 'warn' }
  if (state === 'retired') return { text: 'retired: published, signs no more', look: '' }
  const [slot = ''] = alg.split('@')
  return slotStates.get(slot) ?? { text: 'signs, published', look: 'good' }
}

/** What the keys do that are kept for a purpose of their own. */
const slotStates: ReadonlyMap<string, KeyState> = new Map([
  [encryptionAlg, { text: 'published', look: 'good' }],
  [nextSlot, { text: 'published, to sign later', look: '' }],
  [idTokenSlot, { text: 'signs ID tokens, published', look: 'good' }],
])
