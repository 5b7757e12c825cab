import { codeFlow, type Dialect, repeat } from './conversations.ts'
import { type Conversation, request } from './load.ts'
import { type Entry, measure } from './measure.ts'
import { connections, grantbox } from './subjects.ts'
import { table, whole } from './tables.ts'

/** The token request that a vendor's clients send most. */
interface Usual {
  vendor: string
  /** As its page in `docs/vendors/` says it. */
  what: string
  /** The same bytes again and again, to a sandbox below this prefix. */
  request?(prefix: string): Buffer
  /** An authorization request of a browser that has a session, then the token request. */
  code?: { authorize: string; token: string; client_id: string; client_secret: string; scope?: string }
}

type Form = Record<string, string>
const credentials = { grant_type: 'client_credentials' }
const post = (path: string, form: Form, headers: Form = {}) => ({
  request: (prefix: string) => request('POST', prefix + path, headers, form),
})
const get = (path: string, headers: Form = {}) => ({ request: (prefix: string) => request('GET', prefix + path, headers) })
const basic = (id: string, secret: string) => ({ authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` })

export const usual: readonly Usual[] = [
  {
    vendor: 'wildix',
    what: 'personal token',
    ...get('/api/v1/personal/token/?service=auth.wildix.com', basic('extension', 'password')),
  },
  {
    vendor: 'socialid',
    what: 'password',
    ...post(
      '/v2/marketing/oauth/token',
      { grant_type: 'password', username: 'john_doe', password: 'john_doe_secret' },
      basic('138', 'e8b9ca24f1b590af67e6271297d6e1f7226625d61c5b5daa1b2f215464e292cf'),
    ),
  },
  { vendor: 'deyel', what: 'client_credentials', ...post('/oauth/token', credentials, basic('deyel-rest', 'deyel-secret')) },
  {
    vendor: 'gateway',
    what: 'client_credentials',
    ...post('/oauth2/token', { ...credentials, client_id: 'gateway-client' }, basic('gateway-client', 'gateway-secret')),
  },
  {
    vendor: 'apple',
    what: 'code flow',
    code: { authorize: '/auth/authorize', token: '/auth/token', client_id: 'com.example.web', client_secret: '' },
  },
  {
    vendor: 'auth0',
    what: 'client_credentials',
    ...post('/oauth/token', {
      ...credentials,
      audience: 'https://api.example.com',
      client_id: 'm4FtZs8QyUoW2jLxVc6NiB1gHrPd9KaE',
      client_secret: 'yT6mKp2WsE-a9VdXu4QcJz_r0LhNbGf7oRi5TlMQ8ZeHkBvYwPgCxUnS3DjA1tFq',
    }),
  },
  {
    vendor: 'cognito',
    what: 'client_credentials',
    ...post('/oauth2/token', {
      ...credentials,
      client_id: 'grantbox0m2m0client0000001',
      client_secret: 'grantbox0m2m0secret000000000000000000000000000000001',
      scope: 'demo/read',
    }),
  },
  {
    vendor: 'discord',
    what: 'client_credentials',
    ...post('/api/oauth2/token', { ...credentials, scope: 'identify' }, basic('157730590492196864', 'Q3vX8sLk-1TfKeYw0RbGmu5HcPdJ7o_A')),
  },
  {
    vendor: 'entra',
    what: 'client_credentials',
    ...post('/contoso.onmicrosoft.com/oauth2/v2.0/token', {
      ...credentials,
      client_id: '6b1f8a3e-52c4-4d0e-9a77-1f2e3d4c5b6a',
      client_secret: 'Kq48Q~wEb0Secret0Of0The0Sandbox0Not0Real',
      scope: 'https://graph.microsoft.com/.default',
    }),
  },
  {
    vendor: 'facebook',
    what: 'client_credentials',
    ...get('/oauth/access_token?grant_type=client_credentials&client_id=102934857201938&client_secret=5f0d1c8e2b7a49638de4f0a1b2c3d4e5'),
  },
  {
    vendor: 'github',
    what: 'code flow',
    code: {
      authorize: '/login/oauth/authorize',
      token: '/login/oauth/access_token',
      client_id: 'Ov23liGrantboxWebApp',
      client_secret: '0123456789abcdef0123456789abcdef01234567',
      scope: 'read:user',
    },
  },
  {
    vendor: 'google',
    what: 'code flow',
    code: {
      authorize: '/o/oauth2/v2/auth',
      token: '/token',
      client_id: '123456789012-webgrantboxexample0123456789abcd.apps.googleusercontent.com',
      client_secret: 'GOCSPX-grantbox-web-example-secret',
      scope: 'openid email profile',
    },
  },
  {
    vendor: 'keycloak',
    what: 'client_credentials',
    ...post('/realms/demo/protocol/openid-connect/token', {
      ...credentials,
      client_id: 'demo-web',
      client_secret: 'Vq3xT8mZkR1cYw6NfJ0sLb5GhD9pUa2E',
    }),
  },
  {
    vendor: 'okta',
    what: 'client_credentials',
    ...post('/oauth2/default/v1/token', {
      ...credentials,
      scope: 'read',
      client_id: '0oagrantboxweb000001',
      client_secret: 'grantbox-okta-web-secret-0123456789abcdef',
    }),
  },
  {
    vendor: 'slack',
    what: 'code flow',
    code: {
      authorize: '/oauth/v2/authorize',
      token: '/api/oauth.v2.access',
      client_id: '1234567890.1234567890123',
      client_secret: '3f0c6b7a9d1e4852a7c3b96d0e5f1824',
      scope: 'users:read',
    },
  },
]

/** What a client sends first to a sandbox below a prefix: the token request, or the authorization request without a session. */
export function firstRequest({ request: bytes, code }: Usual, prefix: string): Buffer {
  if (code === undefined) return bytes?.(prefix) ?? Buffer.alloc(0)
  const { authorize, client_id, scope = '' } = code
  const query = new URLSearchParams({ response_type: 'code', client_id, redirect_uri: 'http://localhost/callback', state: 'state', scope })
  return request('GET', `${prefix}${authorize}?${query}`, {})
}

/** The name of the sandbox that is asked. */
const name = 'usual'

/** The vendor in a process of its own. */
export function entryOf({ vendor, request: bytes, code }: Usual): Entry {
  const client = { client_id: code?.client_id ?? '', client_secret: code?.client_secret ?? '' }
  const dialect: Dialect = { token: `/${name}${code?.token}`, client, redirect_uri: 'http://localhost/callback' }
  if (code === undefined) {
    const subject = grantbox(vendor, dialect, { name, provider: vendor })
    return { subject, conversation: () => checked(vendor, repeat(bytes?.(`/${name}`) ?? Buffer.alloc(0))) }
  }
  const { authorize, scope = '' } = code
  // Its pages are its own, so it signs its user in without them.
  const settings = { auto_sign_in: 'alice', auto_continue: true }
  const subject = grantbox(vendor, { ...dialect, authorize: `/${name}${authorize}`, scope }, { name, provider: vendor, settings })
  const prepare = subject.prepare?.bind(subject)
  subject.prepare = async (origin) => {
    await prepare?.(origin, subject)
    if (client.client_secret === '') client.client_secret = await madeSecret(origin, client.client_id)
  }
  return { subject, conversation: () => checked(vendor, codeFlow(subject.dialect)), requestsEach: 2 }
}

/** Some vendors say errors with a status of 200: what is an answer must have a token. */
function checked(vendor: string, make: () => Conversation): () => Conversation {
  return () => {
    const conversation = make()
    return {
      next: () => conversation.next(),
      seen(answer) {
        if (answer.status === 200 && !/token["=]/.test(answer.body)) throw new Error(`${vendor} gave no token: ${answer.body}`)
        conversation.seen(answer)
      },
    }
  }
}

/** A client secret that is a JWT of the client's key. */
async function madeSecret(origin: string, id: string): Promise<string> {
  const response = await fetch(`${origin}/_grantbox/sandboxes/${name}/apps`)
  const { items } = (await response.json()) as { items: { clients: { client_id: string; client_secret: string }[] }[] }
  const client = items.flatMap(({ clients }) => clients).find(({ client_id }) => client_id === id)
  if (client === undefined) throw new Error(`there is no client ${id}`)
  return client.client_secret
}

/** A line per vendor, one after the other. */
export async function vendors(quick: boolean): Promise<string> {
  const effort = quick ? { warmUp: 1000, patience: 1, seconds: 0.5, rounds: 1 } : { warmUp: 5000, patience: 4, seconds: 1.5, rounds: 3 }
  const body: string[][] = []
  for (const one of usual) {
    const [result] = await measure([entryOf(one)], connections, effort)
    if (result === undefined) continue
    const { perSecond, cpu, p50, p99, peak, failures } = result
    const figures = [whole(perSecond), whole(cpu ?? Number.NaN), p50.toFixed(2), p99.toFixed(2), whole(peak ?? Number.NaN)]
    body.push([one.vendor, one.what, ...figures, failures === 0 ? '' : String(failures)])
  }
  return table(['vendor', 'what is asked', '/s', 'CPU µs', 'p50 ms', 'p99 ms', 'peak MB', 'failures'], body)
}
