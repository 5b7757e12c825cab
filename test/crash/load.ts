import type { Seeded } from '../support/seeded.ts'
import type { Family, Ledger, Speaker } from './ledger.ts'

/** The two ways of refreshing: the one dies at its first use, the other when its successor is used. */
export const speakers: readonly [Speaker, Speaker] = [
  {
    base: '/standard',
    token: '/token',
    client: { client_id: 'standard-web', client_secret: 'standard-web-secret' },
    user: { username: 'alice', password: 'password' },
    me: '/userinfo',
  },
  {
    base: '',
    token: '/oauth/token',
    client: { client_id: 'iok-cid-findfluffy', client_secret: 'iok-cse-findfluffy' },
    user: { username: 'beautifulmeercat246', password: 'Find Fluffy, LLC' },
    me: '/v1/me',
  },
]

const redirect_uri = 'http://127.0.0.1/callback'
let names = 0

/** Asks for tokens, refreshes, revokes and creates until the connection breaks; whatever was answered stands in the ledger. */
export async function work(url: string, ledger: Ledger, random: Seeded): Promise<void> {
  const jobs = [newFamily, newFamily, newCode, refresh, refresh, refresh, redeem, revoke, create, create, remove, publishedKeys] as const
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

/** Posts a form; the answer must have this status. */
export async function post(url: string, form: Record<string, string>, expected = 200): Promise<Record<string, unknown>> {
  const answer = await fetch(url, { method: 'POST', body: new URLSearchParams(form) })
  const text = await answer.text()
  if (answer.status !== expected) throw new Error(`${url} ${JSON.stringify(form)}: ${answer.status} ${text}`)
  return text === '' ? {} : JSON.parse(text)
}

async function send(url: string, body: Record<string, unknown>): Promise<Record<string, unknown>> {
  const answer = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
  const text = await answer.text()
  if (answer.status !== 201) throw new Error(`${url} ${JSON.stringify(body)}: ${answer.status} ${text}`)
  return JSON.parse(text)
}

async function newFamily(url: string, { families }: Ledger, random: Seeded): Promise<void> {
  const speaker = random.pick(speakers)
  const { base, token, client, user } = speaker
  const { access_token, refresh_token } = await post(url + base + token, { grant_type: 'password', ...client, ...user })
  families.push({ speaker, access: [String(access_token)], refresh: String(refresh_token), spent: [] })
}

async function newCode(url: string, { families }: Ledger): Promise<void> {
  const [speaker] = speakers
  const query = new URLSearchParams({ response_type: 'code', client_id: speaker.client.client_id ?? '', redirect_uri, scope: 'openid' })
  const authorize = `${url}${speaker.base}/authorize`
  const page = await fetch(`${authorize}?${query}`)
  const cookies = page.headers.getSetCookie()
  const transaction = /name="transaction" value="([^"]+)"/.exec(await page.text())?.[1] ?? ''
  const step = async (form: Record<string, string>) => {
    const headers = { cookie: cookies.map((one) => one.split(';')[0]).join('; ') }
    const answer = await fetch(authorize, {
      method: 'POST',
      headers,
      body: new URLSearchParams({ transaction, ...form }),
      redirect: 'manual',
    })
    cookies.push(...answer.headers.getSetCookie())
    return answer
  }
  const first = await step(speaker.user)
  const answer = first.headers.has('location') ? first : await step({ decision: 'allow' })
  const code = new URL(answer.headers.get('location') ?? 'about:blank').searchParams.get('code')
  if (code === null) throw new Error(`no code came: ${answer.status} ${(await answer.text()).slice(-1500)}`)
  families.push({ speaker, access: [], code, spent: [] })
}

/** Takes a family that nobody else has, does something with it and puts it back; it is unsure while it is asked for. */
async function withFamily(ledger: Ledger, fits: (family: Family) => unknown, use: (family: Family) => Promise<void>): Promise<void> {
  const { families } = ledger
  const found = families.findLastIndex((family) => fits(family) && family.unsure !== true)
  const family = families[found]
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
      const form = refreshForm(family)
      const { access_token, refresh_token } = await post(tokenUrl(url, family), form)
      family.spent.push(form)
      family.access.push(String(access_token))
      family.refresh = String(refresh_token)
    },
  )
}

function redeem(url: string, ledger: Ledger): Promise<void> {
  return withFamily(
    ledger,
    (family) => family.code,
    async (family) => {
      const form = codeForm(family)
      const { access_token, refresh_token } = await post(tokenUrl(url, family), form)
      family.spent.push(form)
      family.access.push(String(access_token))
      delete family.code
      if (refresh_token !== undefined) family.refresh = String(refresh_token)
    },
  )
}

/** What is revoked is spent. */
function revoke(url: string, ledger: Ledger): Promise<void> {
  return withFamily(
    ledger,
    (family) => family.refresh && family.speaker.base === '/standard',
    async (family) => {
      await post(`${url}${family.speaker.base}/revoke`, { ...family.speaker.client, token: family.refresh ?? '' })
      family.spent.push(refreshForm(family))
      family.access = []
      delete family.refresh
    },
  )
}

export function tokenUrl(url: string, { speaker }: Family): string {
  return url + speaker.base + speaker.token
}

export function refreshForm({ speaker, refresh = '' }: Family): Record<string, string> {
  return { grant_type: 'refresh_token', refresh_token: refresh, ...speaker.client }
}

export function codeForm({ speaker, code = '' }: Family): Record<string, string> {
  return { grant_type: 'authorization_code', code, redirect_uri, ...speaker.client }
}

async function create(url: string, { created }: Ledger, random: Seeded): Promise<void> {
  const n = ++names
  const name = `crash-${n}`
  const inside = '/_grantbox/sandboxes/standard'
  switch (random.below(4)) {
    case 0: {
      const made = await send(`${url}/_grantbox/sandboxes`, {
        name,
        provider: 'standard',
        company: `Company ${name}`,
        settings: { code_ttl: 77 },
      })
      created.set(`/_grantbox/sandboxes/${name}`, { settings: made.settings, company: made.company })
      return
    }
    case 1: {
      const app = await send(`${url}${inside}/apps`, { name, redirect_uris: [redirect_uri] })
      created.set(`${inside}/apps/${app.id}`, { clients: app.clients, redirect_uris: [redirect_uri] })
      return
    }
    default: {
      const { id } = await send(`${url}${inside}/users`, { username: name, password: name, claims: { n } })
      created.set(`${inside}/users/${name}`, { id, password: name, claims: { n } })
    }
  }
}

async function remove(url: string, { created, deleted }: Ledger): Promise<void> {
  const path = [...created.keys()].findLast((one) => /\/sandboxes\/[^/]+$|\/apps\//.test(one))
  if (path === undefined) return
  // From now on nobody knows, until the answer comes.
  created.delete(path)
  const answer = await fetch(url + path, { method: 'DELETE' })
  await answer.arrayBuffer()
  if (answer.status === 204) deleted.add(path)
}

async function publishedKeys(url: string, { keys }: Ledger): Promise<void> {
  const answer = (await (await fetch(`${url}/standard/jwks`)).json()) as { keys: { kid: string }[] }
  for (const key of answer.keys) keys.set(key.kid, key)
}
