import type { Provider, WorldApp } from '../../src/providers/provider.ts'
import { placed } from './surface.ts'

/**
 * Collects ids, secrets and live tokens from the world that a provider's sandbox starts with.
 * @returns requests that are right for one endpoint or another
 */
export async function explorePreloaded(url: string, provider: Provider, values: Set<string>, tokens: Set<string>): Promise<string[]> {
  const { id, paths, world } = provider
  const address = (path: string) => `${url}/${id}${placed(provider, path)[0]}`
  const forms = new Set<string>()
  for (const { username, password } of world.users) for (const one of [username, password ?? world.company]) values.add(one)
  for (const app of world.apps) {
    for (const one of [app.app_id, ...app.redirect_uris.slice(0, 2), ...app.scopes.slice(0, 3)]) values.add(one)
    for (const client of app.clients) {
      const credentials = { client_id: client.client_id, ...(client.client_secret !== null && { client_secret: client.client_secret }) }
      for (const one of Object.values(credentials)) values.add(one)
      for (const form of formsOf(client.client_id, app, world)) {
        forms.add(text(form))
        forms.add(text({ ...form, ...credentials }))
      }
      const user = { username: world.users[0]?.username ?? '', password: world.users[0]?.password ?? world.company }
      for (const grant of [{ grant_type: 'client_credentials' }, { grant_type: 'password', ...user }]) {
        for (let i = 0; i < 5; i++) {
          const body = new URLSearchParams({ ...credentials, ...grant })
          const answer = await fetch(address(paths.token), { method: 'POST', body, redirect: 'manual' })
          const { access_token, refresh_token } = membersOf(await answer.text())
          if (typeof access_token === 'string') {
            tokens.add(access_token)
            values.add(access_token)
            forms.add(text({ ...credentials, token: access_token }))
          }
          if (typeof refresh_token === 'string') forms.add(text({ ...credentials, grant_type: 'refresh_token', refresh_token }))
        }
      }
      for (let i = 0; i < 5; i++) {
        const page = await fetch(`${address(paths.authorize)}?${text(authorization(client.client_id, app))}`, { redirect: 'manual' })
        for (const one of page.headers.getSetCookie()) values.add(one.split(';')[0] ?? '')
        const transaction = /name="transaction" value="([^"]+)"/.exec(await page.text())?.[1]
        if (transaction === undefined) break
        for (const step of [user, { pick: user.username }, { decision: 'allow' }, { decision: 'add' }, {}])
          forms.add(text({ transaction, ...step }))
      }
    }
  }
  return [...forms]
}

/** What a token endpoint answers, as JSON or as a form; nothing of what is neither. */
function membersOf(body: string): Record<string, unknown> {
  try {
    return JSON.parse(body) as Record<string, unknown>
  } catch {
    return Object.fromEntries(new URLSearchParams(body))
  }
}

function text(form: Record<string, string>): string {
  return new URLSearchParams(form).toString()
}

function authorization(client_id: string, { redirect_uris, scopes }: WorldApp): Record<string, string> {
  const pkce = { code_challenge: 'a'.repeat(43), code_challenge_method: 'S256' }
  return { response_type: 'code', client_id, redirect_uri: redirect_uris[0] ?? '', scope: scopes.join(' '), state: 's', ...pkce }
}

/** Requests that are right for one endpoint or another. */
function formsOf(client_id: string, app: WorldApp, world: Provider['world']): Record<string, string>[] {
  const request = authorization(client_id, app)
  const user = { username: world.users[0]?.username ?? '', password: world.users[0]?.password ?? world.company }
  return [
    request,
    { ...request, response_type: 'code id_token', nonce: 'n', response_mode: 'form_post' },
    { ...request, prompt: 'none', max_age: '0', login_hint: user.username },
    { client_id, grant_type: 'client_credentials', scope: app.scopes[0] ?? '' },
    { client_id, grant_type: 'password', ...user },
    { client_id, scope: app.scopes.join(' ') },
    { client_id, login_hint: user.username, scope: app.scopes.join(' '), binding_message: 'b' },
    { client_id, grant_type: 'authorization_code', code: 'x', redirect_uri: app.redirect_uris[0] ?? '', code_verifier: 'a'.repeat(43) },
  ]
}

/** Values that mean something to every provider. */
export const wellKnown = [
  ...['authorization_code', 'refresh_token', 'client_credentials', 'password', 'implicit'],
  ...['device_code', 'jwt-bearer', 'token-exchange', 'saml2-bearer'].map((name) => `urn:ietf:params:oauth:grant-type:${name}`),
  ...['access_token', 'refresh_token', 'id_token', 'jwt'].map((name) => `urn:ietf:params:oauth:token-type:${name}`),
  'urn:openid:params:grant-type:ciba',
  'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
  'urn:ietf:params:oauth:request_uri:x',
  ...['code', 'token', 'id_token', 'code id_token', 'none', 'query', 'fragment', 'form_post', 'query.jwt'],
  ...['S256', 'plain', 'a'.repeat(43), 'openid profile email', 'openid', 'offline_access'],
  ...[
    'allow',
    'deny',
    'cancel',
    'switch',
    'add',
    'none',
    'login',
    'consent',
    'deny',
    'locked',
    'revoked',
    'expired',
    'norefresh',
    'badtoken',
  ],
  ...['parent', 'kid', 'family', '3', '50', '5m', '90s', '2030-01-31T12:00:00Z', 'http://127.0.0.1:1/callback', '{}', '{"id_token":{}}'],
  'eyJhbGciOiJub25lIn0.e30.',
  'eyJhbGciOiJFUzI1NiIsInR5cCI6ImRwb3Arand0IiwiandrIjp7Imt0eSI6IkVDIn19.eyJodG0iOiJQT1NUIn0.AA',
]
