import { expect, test } from 'vitest'
import { plainApp } from '../../src/oauth/model/directory.ts'
import type { Provider } from '../../src/providers/provider.ts'
import { standard } from '../../src/providers/standard/standard.ts'
import { Jar } from '../support/browser-jar.ts'
import { start } from '../support/server.ts'
import { alice, claimsOf, json, post, tokensOf, web } from '../support/standard-client.ts'
import { authorizeUrl, callbackOf, redeem } from '../support/standard-sign-in.ts'

/** What a vendor's code may say beyond what a declaration can, each with a vendor made for it. */

function startWith(more: Partial<Provider>) {
  const provider: Provider = { ...standard, id: 'acme', name: 'Acme', hosts: [], ...more }
  return start({ declared: { providers: [provider], sandboxes: [] }, defaultProvider: 'acme' })
}

test('tells each app another sub, in ID token, userinfo and introspection alike (OpenID Connect Core §8.1)', async () => {
  const { url, sandbox } = await startWith({ subject_type: 'pairwise' })
  const { directory } = sandbox()
  const app = directory.createApp({ ...plainApp, app_id: 'other', name: 'Other', scopes: ['openid'], redirect_uris: [], created_at: 0 })
  const other = { client_id: 'other-web', client_secret: 'other-secret' }
  directory.createClient(app, {
    ...other,
    token_endpoint_auth_method: 'client_secret_post',
    grant_types: ['password', 'authorization_code'],
    created_at: 0,
  })
  const first = await tokensOf(url, { scope: 'openid' })
  const second = await tokensOf(url, { scope: 'openid', ...other })
  const { sub } = claimsOf(first.id_token)
  expect(sub).toMatch(/^[\w-]{43}$/)
  expect(claimsOf(second.id_token).sub).not.toBe(sub)
  expect(claimsOf(first.access_token).sub).toBe(sub)
  expect((await json(`${url}/userinfo`, { headers: { authorization: `Bearer ${first.access_token}` } })).body.sub).toBe(sub)
  expect((await post(url, '/introspect', { ...web, token: first.access_token ?? '' })).body.sub).toBe(sub)
  expect((await json(`${url}/.well-known/openid-configuration`)).body.subject_types_supported).toEqual(['pairwise'])
  // Its own ID token is a hint for a session and for a sign-out without a question.
  const jar = new Jar()
  await callbackOf(url, {}, jar)
  const hint = { id_token_hint: first.id_token }
  expect((await callbackOf(url, { ...hint, prompt: 'none' }, jar)).searchParams.get('code')).not.toBeNull()
  expect((await callbackOf(url, { id_token_hint: second.id_token, prompt: 'none' }, jar)).searchParams.get('error')).toBe('login_required')
  expect((await jar.open(`${url}/end_session?id_token_hint=${first.id_token}`)).html).not.toContain('value="logout"')
})

test('compares redirect URIs by its own rule and answers at the address as it writes it', async () => {
  const { url, sandbox } = await startWith({
    redirects: { matches: (registered, came) => came.startsWith(registered), answeredAt: (uri) => `${uri}/` },
  })
  const callback = 'http://127.0.0.1/callback-two'
  const back = await callbackOf(url, { redirect_uri: callback })
  expect(back.href).toMatch(/^http:\/\/127\.0\.0\.1\/callback-two\/\?code=/)
  expect((await redeem(url, back.searchParams.get('code'), { redirect_uri: callback })).status).toBe(200)
  const refused = await new Jar().open(authorizeUrl(url, { redirect_uri: 'http://127.0.0.1:5555/callback' }))
  expect([refused.status, refused.html]).toEqual([400, expect.stringContaining('redirect_uri is not registered')])
  expect(sandbox().journal.list().at(-1)?.explanation).toContain('http://127.0.0.1:5555/callback')
})

test('lets pages read what its client and grant allow, and no more', async () => {
  const { url } = await startWith({
    cors: ({ client, context, endpoint }) => endpoint === 'jwks' || (client !== undefined && context.trace.grant_type !== 'password'),
  })
  const headers = { origin: 'https://app.example' }
  const asked = async (form: Record<string, string>) =>
    (await post(url, '/token', form, headers)).headers.get('access-control-allow-origin')
  expect(await asked({ grant_type: 'password', ...web, ...alice })).toBeNull()
  expect(await asked({ grant_type: 'client_credentials', ...web })).toBe('*')
  expect(await asked({ grant_type: 'client_credentials', ...web, client_secret: 'wrong' })).toBe('*')
  expect(await asked({ grant_type: 'client_credentials', client_id: 'nobody', client_secret: 'x' })).toBeNull()
  expect((await json(`${url}/jwks`, { headers })).headers.get('access-control-allow-origin')).toBe('*')
})

test('says itself what scope a grant begins with', async () => {
  const { url } = await startWith({ requests: { scope: (requested, client) => `${requested}@${client.client_id}` } })
  expect((await post(url, '/token', { grant_type: 'client_credentials', ...web, scope: 'a' })).body.scope).toBe('a@standard-web')
})

test('knows APIs: clients ask for those alone, and tokens live as long as theirs', async () => {
  const { url } = await startWith({
    settings: { apis: [{ identifier: 'https://orders', access_token_ttl: 120 }, { identifier: 'stock' }] },
  })
  const ask = (form: Record<string, string>) => post(url, '/token', { grant_type: 'client_credentials', ...web, ...form })
  const { body } = await ask({ audience: 'https://orders' })
  expect([body.expires_in, claimsOf(body.access_token).aud]).toEqual([120, 'https://orders'])
  expect((await ask({ audience: 'stock' })).body.expires_in).toBe(3600)
  const refused = await ask({ audience: 'https://other' })
  expect(refused.body).toMatchObject({ error: 'invalid_target' })
  expect(refused.headers.get('grantbox-explain')).toContain('setting apis: https://orders, stock')
})

test('serves an older version of its API at other paths with another issuer, in spaces that path or query choose', async () => {
  const { url } = await startWith({
    spaces: {
      tenant: { default: 'one', resolve: (asked) => asked.replace('.example', ''), known: (asked) => asked !== 'nobody' },
      policy: { default: '', query: 'p' },
    },
    issuer_path: '/{tenant}/v2',
    paths: { ...standard.paths, token: '/{tenant}/v2/token', jwks: '/{tenant}/v2/keys' },
    editions: {
      v1: { paths: { token: '/{tenant}/token', jwks: '/{tenant}/keys', discovery: ['openid-configuration'] }, issuer_path: '/{tenant}/' },
    },
    keys: { published: (keys, issuer, edition) => keys.map(({ kid }) => ({ kid, issuer, edition })) },
    errorReply: (error, _endpoint, _settings, { space, context }) => ({
      status: error.status,
      body: { error: error.reason, policy: space?.path.policy, edition: space?.edition, asked: context?.space?.asked.tenant },
    }),
  })
  const issuers = await Promise.all(
    ['one.example/v2', 'one.example'].map(async (path) => (await json(`${url}/${path}/.well-known/openid-configuration`)).body),
  )
  expect(issuers.map(({ issuer, token_endpoint }) => [issuer, token_endpoint])).toEqual([
    [`${url}/one/v2`, `${url}/one.example/v2/token`],
    [`${url}/one/`, `${url}/one.example/token`],
  ])
  const tokens = await post(url, '/two/token?p=sign-up', { grant_type: 'client_credentials', ...web })
  expect(claimsOf(tokens.body.access_token).iss).toBe(`${url}/two/`)
  expect((await json(`${url}/two/keys`)).body.keys).toContainEqual({ kid: expect.any(String), issuer: `${url}/two/`, edition: 'v1' })
  const wrong = { grant_type: 'client_credentials', ...web, client_secret: 'wrong' }
  expect((await post(url, '/two/token?p=sign-up', wrong)).body).toEqual({
    error: 'secret_wrong',
    policy: 'sign-up',
    edition: 'v1',
    asked: 'two',
  })
  expect((await post(url, '/nobody/v2/token', wrong)).body).toEqual({ error: 'space_unknown', policy: '', asked: 'nobody' })
})

test('words what a device is answered and errors at the redirect URI, and signs ID tokens with a header of its own', async () => {
  const { url } = await startWith({
    deviceReply: ({ user_code, device_code }) => ({ user_code, device_code, message: `Type ${user_code}` }),
    callbackWording: ({ error, parameters }) => ({ ...parameters, why: error?.reason }),
    tokens: {
      ...standard.tokens,
      idTokenKey: (key) => ({ ...key, header: () => JSON.stringify({ typ: 'JWT', alg: key.alg, mine: true }) }),
    },
  })
  const device = await post(url, '/device_authorization', { client_id: 'standard-device' })
  expect(device.body.message).toBe(`Type ${device.body.user_code}`)
  expect((await callbackOf(url, { scope: 'nothing' })).searchParams.get('why')).toBe('scope_unknown')
  const { id_token = '' } = await tokensOf(url, { scope: 'openid' })
  expect(Buffer.from(id_token.split('.')[0] ?? '', 'base64url').toString()).toBe('{"typ":"JWT","alg":"RS256","mine":true}')
})

test('says above the scopes of a consent what the vendor says there', async () => {
  const buttons = { allow: { text: 'Allow' }, deny: { text: 'Deny' } }
  const { url } = await startWith({ sign_in: { consent: { above: '{app} gets:', ...buttons } } })
  const jar = new Jar()
  const page = await jar.open(authorizeUrl(url, { prompt: 'consent' }))
  const { html } = await jar.post(page, url, { username: 'alice', password: 'password' })
  expect(html).toMatch(/<h2 class="list-heading">[\w ]+ gets:<\/h2>/)
  expect(html).not.toContain('will be able to use')
})
