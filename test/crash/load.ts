import { allProviders } from '../../src/providers/registry.ts'
import type { Seeded } from '../support/seeded.ts'
import { askToken, codeForm, grantForm, refreshForm, revokeToken, type Speech, tell } from '../support/vendor-speech.ts'
import { freshCode } from './browser-code.ts'
import type { Family, Ledger } from './ledger.ts'

const providerIds = (await allProviders()).map(({ id }) => id)
let names = 0

/** Asks for tokens, refreshes, revokes and creates until the connection breaks; whatever was answered stands in the ledger. */
export async function work(url: string, ledger: Ledger, random: Seeded): Promise<void> {
  const jobs = [
    newFamily,
    newFamily,
    newCode,
    refresh,
    refresh,
    refresh,
    redeem,
    redeem,
    revoke,
    create,
    create,
    remove,
    publishedKeys,
  ] as const
  for (;;) {
    const job = random.pick(jobs)
    try {
      await job(url, ledger, random)
      ledger.answers++
    } catch (error) {
      // fetch says so when the server has gone.
      if (!(error instanceof TypeError)) ledger.refusals.push(String(error))
      return
    }
  }
}

/** @throws Error when no tokens came */
async function tokens(url: string, speech: Speech, form: Record<string, string>) {
  const answer = await askToken(url, speech, form)
  if (!answer.ok) throw new Error(`${speech.provider} ${JSON.stringify(form)}: ${answer.status} ${answer.text}`)
  return answer
}

/** Tokens of a user by his password, where the vendor has that, or for the client itself; where it has neither, a code. */
async function newFamily(url: string, ledger: Ledger, random: Seeded): Promise<void> {
  const speech = random.pick(ledger.speeches)
  const grant = speech.grants[random.below(speech.grants.length)]
  if (grant === undefined) return newCodeOf(url, speech, ledger)
  const { access_token, refresh_token } = await tokens(url, speech, grantForm(speech, grant))
  // What asks for tokens of users refuses those of clients.
  const access = grant === 'password' ? [access_token] : []
  ledger.families.push({ speech, access, spent: [], ...(refresh_token !== undefined && { refresh: refresh_token }) })
}

function newCode(url: string, ledger: Ledger, random: Seeded): Promise<void> {
  return newCodeOf(url, random.pick(ledger.speeches), ledger)
}

/** As a browser gets it at `standard`; without one elsewhere, as each vendor's pages are others. */
async function newCodeOf(url: string, speech: Speech, { families }: Ledger): Promise<void> {
  const code = speech.provider === 'standard' ? await freshCode(url, speech) : await codeForm(url, speech)
  families.push({ speech, access: [], code, spent: [] })
}

/** Takes a family that nobody else has, does something with it and puts it back; it is unsure while it is asked for. */
async function withFamily(ledger: Ledger, fits: (family: Family) => unknown, use: (family: Family) => Promise<void>): Promise<void> {
  const family = ledger.families.findLast((one) => fits(one) && one.unsure !== true)
  if (family === undefined) return
  family.unsure = true
  await use(family)
  delete family.unsure
}

function refresh(url: string, ledger: Ledger): Promise<void> {
  return withFamily(
    ledger,
    (family) => family.refresh,
    async (family) => {
      const form = refreshForm(family.refresh ?? '')
      const { access_token, refresh_token } = await tokens(url, family.speech, form)
      if (family.speech.rotates) family.spent.push(form)
      family.access.push(access_token)
      family.refresh = refresh_token ?? family.refresh ?? ''
    },
  )
}

function redeem(url: string, ledger: Ledger): Promise<void> {
  return withFamily(
    ledger,
    (family) => family.code,
    async (family) => {
      const form = family.code ?? {}
      const { access_token, refresh_token } = await tokens(url, family.speech, form)
      family.spent.push(form)
      family.access.push(access_token)
      delete family.code
      if (refresh_token !== undefined) family.refresh = refresh_token
    },
  )
}

/** What is revoked is spent. */
function revoke(url: string, ledger: Ledger): Promise<void> {
  return withFamily(
    ledger,
    ({ refresh, speech }) => refresh && speech.revocation,
    async (family) => {
      const token = family.refresh ?? ''
      await revokeToken(url, family.speech, token)
      family.spent.push(refreshForm(token))
      family.access = []
      delete family.refresh
    },
  )
}

async function create(url: string, { created }: Ledger, random: Seeded): Promise<void> {
  const n = ++names
  const name = `crash-${n}`
  const inside = '/sandboxes/standard'
  switch (random.below(4)) {
    case 0: {
      const provider = providerIds[n % providerIds.length]
      const made = await tell(url, 'POST', '/sandboxes', { name, provider, company: `Company ${name}`, settings: { code_ttl: 77 } })
      created.set(`/sandboxes/${name}`, { settings: made.settings, company: made.company, provider })
      return
    }
    case 1: {
      const redirect_uris = ['http://127.0.0.1/callback']
      const app = await tell(url, 'POST', `${inside}/apps`, { name, redirect_uris })
      created.set(`${inside}/apps/${app.id}`, { clients: app.clients, redirect_uris })
      return
    }
    default: {
      const { id } = await tell(url, 'POST', `${inside}/users`, { username: name, password: name, claims: { n } })
      created.set(`${inside}/users/${name}`, { id, password: name, claims: { n } })
    }
  }
}

async function remove(url: string, { created, deleted }: Ledger): Promise<void> {
  const path = [...created.keys()].findLast((one) => /\/sandboxes\/[^/]+$|\/apps\//.test(one))
  if (path === undefined) return
  // From now on nobody knows, until the answer comes.
  created.delete(path)
  await tell(url, 'DELETE', path)
  deleted.add(path)
}

async function publishedKeys(url: string, { keys }: Ledger): Promise<void> {
  const answer = (await (await fetch(`${url}/standard/jwks`)).json()) as { keys: { kid: string }[] }
  for (const key of answer.keys) keys.set(key.kid, key)
}
