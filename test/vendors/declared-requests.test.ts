import { SignJWT } from 'jose'
import {
  allowInsecureRequests,
  authorizationCodeGrant,
  customFetch,
  discovery,
  genericGrantRequest,
  refreshTokenGrant,
  tokenRevocation,
} from 'openid-client'
import { describe, expect, test } from 'vitest'
import { Jar } from '../support/browser-jar.ts'
import { control } from '../support/control-client.ts'
import { guideExample, problemsOf, startDeclared, startDeclaredForFile } from '../support/declared.ts'
import { alice, web } from '../support/standard-client.ts'
import { callback, signInAndAllow } from '../support/standard-sign-in.ts'
import { throughSignIn } from '../support/through-sign-in.ts'
import { basic, claimsOf, post, postJson, send } from '../support/vendor-client.ts'

const credentials = basic(web.client_id, web.client_secret)

describe('renamed parameters', async () => {
  const server = await startDeclaredForFile(guideExample('parameters'))
  const authorize = { response_type: 'code', client_key: web.client_id, redirect: callback, csrf: 's', scope: 'openid read' }
  const url = (parameters: Record<string, string>) => `${server.url}/authorize?${new URLSearchParams(parameters)}`

  test('begin a sign-in, and the code is redeemed by the same names', async () => {
    const back = await throughSignIn(url({ ...authorize, api: 'https://one.example/' }))
    expect(back.href.split('?')[0]).toBe(callback)
    expect(back.searchParams.get('state')).toBe('s')
    const form = { grant_type: 'authorization_code', code: back.searchParams.get('code') ?? '', redirect: callback }
    const { body } = await post(`${server.url}/token`, form, credentials)
    expect(claimsOf(body.access_token).aud).toBe('https://one.example/')
    const other = await post(`${server.url}/token`, { ...form, redirect_uri: callback }, credentials)
    expect(other.status).toBe(400)
  })

  test('are no longer known by the name of the RFC', async () => {
    const refused = await send(url({ ...authorize, client_key: '', client_id: web.client_id }))
    expect([refused.status, refused.explanation]).toEqual([400, expect.stringContaining('has no client_id')])
  })

  test('may repeat where the RFC lets them', async () => {
    const form = new URLSearchParams([
      ['grant_type', 'client_credentials'],
      ['api', 'https://one.example/'],
      ['api', 'https://two.example/'],
    ])
    const { body } = await post(`${server.url}/token`, form.toString(), credentials)
    expect(claimsOf(body.access_token).aud).toEqual(['https://one.example/', 'https://two.example/'])
  })

  test('hold at introspection, revocation, pushed requests and the device flow', async () => {
    const issued = await post(`${server.url}/token`, { grant_type: 'client_credentials' }, credentials)
    const token_value = String(issued.body.access_token)
    const active = async () => (await post(`${server.url}/introspect`, { token_value }, credentials)).body.active
    expect(await active()).toBe(true)
    expect((await post(`${server.url}/revoke`, { token_value }, credentials)).status).toBe(200)
    expect(await active()).toBe(false)
    const { client_key: _client_key, ...pushed } = authorize
    const { body } = await post(`${server.url}/par`, pushed, credentials)
    const back = await throughSignIn(url({ client_key: web.client_id, request_uri: String(body.request_uri) }))
    expect(back.searchParams.get('state')).toBe('s')
    expect((await post(`${server.url}/device_authorization`, { client_key: 'standard-device', scope: 'read' })).status).toBe(200)
  })

  test.each(['returnTo', 'logout_uri', 'post_logout_redirect_uri'])('sign out by %s, on the page that asks too', async (name) => {
    const client = server
      .sandbox()
      .directory.listClients()
      .find((one) => one.client_id === web.client_id)
    if (client === undefined) throw new Error('no client')
    const metadata = { post_logout_redirect_uris: ['http://127.0.0.1:5555/bye'] }
    await send(`${server.url}/_grantbox/sandboxes/acme/clients/${web.client_id}`, { method: 'DELETE' })
    await postJson(`${server.url}/_grantbox/sandboxes/acme/apps/${client.app.app_id}/clients`, { ...web, ...metadata })
    const jar = new Jar()
    await signInAndAllow(jar, await jar.open(url(authorize)), server.url)
    const query = new URLSearchParams({ client_key: web.client_id, [name]: 'http://127.0.0.1:5555/bye', csrf: 'x' })
    const page = await jar.open(`${server.url}/end_session?${query}`)
    const end = page.location === undefined ? await jar.post(page, server.url, { decision: 'logout' }) : page
    expect(end.location?.href).toBe('http://127.0.0.1:5555/bye?state=x')
  })

  test('are what faults look at, and what the sign-in links, snippets and collections write', async () => {
    const fault = { endpoint: 'token', client_id: web.client_id, error: 'server_error' }
    const made = await postJson(`${server.url}/_grantbox/sandboxes/acme/faults`, fault)
    expect([made.status, made.text]).toEqual([201, expect.any(String)])
    const form = { grant_type: 'client_credentials', client_key: web.client_id, client_secret: web.client_secret }
    expect((await post(`${server.url}/token`, form)).status).toBe(500)
    const { app_id } =
      server
        .sandbox()
        .directory.listClients()
        .find((one) => one.client_id === 'standard-spa')?.app ?? {}
    for (const path of ['sandbox/users/alice', `apps/${app_id}/clients/standard-spa`]) {
      const page = await (await fetch(`${server.url}/dashboard/acme/${path}`)).text()
      expect(page, path).toMatch(/client_key(=|&quot;|: )/)
      expect(page).not.toMatch(/authorize\?[^"\s]*\bclient_id=/)
    }
  })

  test('let openid-client do a whole flow when its requests are put into the vendor’s words', async () => {
    const config = await discovery(new URL(server.url), web.client_id, web.client_secret, undefined, { execute: [allowInsecureRequests] })
    const names = Object.fromEntries(Object.entries(guideExample('parameters').parameters as object).map(([wire, rfc]) => [rfc, wire]))
    const renamed = (form: URLSearchParams) =>
      new URLSearchParams([...form].map(([name, value]): [string, string] => [names[name] ?? name, value]))
    config[customFetch] = (address, options) =>
      fetch(address, { ...options, body: options.body instanceof URLSearchParams ? renamed(options.body) : options.body } as RequestInit)
    const back = await throughSignIn(url(authorize))
    const tokens = await authorizationCodeGrant(config, back, { expectedState: 's' })
    const again = await refreshTokenGrant(config, tokens.refresh_token ?? '')
    await tokenRevocation(config, again.access_token)
    expect(server.sandbox().journal.list().at(-1)).toMatchObject({ endpoint: 'revocation', status: 200 })
  })

  test.each<[string, Record<string, string>, Record<string, string>]>([
    ['client_assertion under another name', { jwt: 'client_assertion', jwt_type: 'client_assertion_type' }, { jwt: 'x', jwt_type: 'y' }],
    ['code_verifier under another name', { pkce: 'code_verifier' }, { grant_type: 'authorization_code', code: 'x', pkce: 'y' }],
    ['two names that change places', { username: 'password', password: 'username' }, { username: 'password', password: 'alice' }],
  ])('may be %s', async (_what, parameters, form) => {
    const other = await startDeclared({ parameters })
    const answer = await post(`${other.url}/token`, { grant_type: 'password', ...form }, form.jwt === undefined ? credentials : {})
    const expected = form.username === undefined ? (form.jwt === undefined ? 'invalid_grant' : 'client_assertion') : 200
    if (expected === 200) expect(answer.status).toBe(200)
    else expect(`${answer.body.error} ${answer.explanation}`).toContain(expected)
  })
})

describe('grant types of the vendor’s own name', async () => {
  const declaration = {
    ...guideExample('grant_types'),
    errors: { grant_types: { account_credentials: { body: { reason: '{description}' } } } },
  }
  const other = { client_id: 'other', client_secret: 'x', grant_types: ['authorization_code'] }
  const apps = [{ name: 'Web', clients: [web, other] }]
  const server = await startDeclaredForFile({ ...declaration, apps, users: [] })
  const token = (form: Record<string, string>) => post(`${server.url}/token`, form, credentials)

  test('are answered like the one that they are like, and told by their own name', async () => {
    const { status, body } = await token({ grant_type: 'account_credentials', account_id: 'a-1', scope: 'read' })
    expect([status, body.scope, claimsOf(body.access_token).sub]).toEqual([200, 'read', web.client_id])
    expect(server.sandbox().journal.list().at(-1)?.grant_type).toBe('account_credentials')
    const { body: grants } = await send(`${server.url}/_grantbox/sandboxes/acme/grants`)
    expect((grants.items as { grant_type: string }[]).at(-1)?.grant_type).toBe('account_credentials')
    const metadata = await send(`${server.url}/.well-known/openid-configuration`)
    expect(metadata.body.grant_types_supported).toContain('account_credentials')
    const config = await discovery(new URL(server.url), web.client_id, web.client_secret, undefined, { execute: [allowInsecureRequests] })
    expect((await genericGrantRequest(config, 'account_credentials', { account_id: 'a-1' })).token_type).toBe('bearer')
  })

  test('ask for what must come, in the words of that grant type', async () => {
    const refused = await token({ grant_type: 'account_credentials' })
    expect([refused.status, refused.body, refused.explanation]).toEqual([
      400,
      { reason: 'Parameter account_id is missing' },
      'grant_type account_credentials asks for account_id',
    ])
  })

  test('are refused to clients that are not registered for them, and the RFC’s name is not served beside them', async () => {
    const refused = await post(`${server.url}/token`, { grant_type: 'account_credentials', account_id: 'a' }, basic('other', 'x'))
    expect(refused.body).toEqual({ reason: 'The client may not use this grant type' })
    expect((await token({ grant_type: 'client_credentials' })).body.error).toBe('unsupported_grant_type')
  })

  test('may be like any other: assertions, passwords, refresh tokens, devices', async () => {
    const like = await startDeclared({
      grant_types: [
        'refresh_token',
        { name: 'login', like: 'password' },
        { name: 'renew', like: 'refresh_token' },
        { name: 'https://acme.example/assert', like: 'urn:ietf:params:oauth:grant-type:jwt-bearer' },
      ],
      settings: { assertion_issuers: {} },
    })
    const first = await post(`${like.url}/token`, { grant_type: 'login', ...alice, scope: 'openid' }, credentials)
    expect(claimsOf(first.body.id_token).sub).toBe('alice')
    const second = await post(`${like.url}/token`, { grant_type: 'renew', refresh_token: String(first.body.refresh_token) }, credentials)
    expect(second.status).toBe(200)
    const key = new TextEncoder().encode('k'.repeat(32))
    const assertion = await new SignJWT({ iss: 'x', sub: 'alice' }).setProtectedHeader({ alg: 'HS256' }).sign(key)
    const third = await post(`${like.url}/token`, { grant_type: 'https://acme.example/assert', assertion }, credentials)
    expect(third.explanation).toContain('assertion')
  })
})

describe('lists of scopes with commas', async () => {
  const server = await startDeclaredForFile(guideExample('scope_separator'))

  test.each(['read,write', 'read write', 'read, write', ',read,,write,'])(
    '%j is taken at the token endpoint, and answered with commas',
    async (scope) => {
      const { body } = await post(`${server.url}/token`, { grant_type: 'client_credentials', scope }, credentials)
      expect([body.scope, claimsOf(body.access_token).scope]).toEqual(['read,write', 'read write'])
    },
  )

  test('is taken at the authorization endpoint, in pushed requests and from devices', async () => {
    const query = { response_type: 'code', client_id: web.client_id, redirect_uri: callback, scope: 'openid,read' }
    const back = await throughSignIn(`${server.url}/authorize?${new URLSearchParams(query)}`)
    const form = { grant_type: 'authorization_code', code: back.searchParams.get('code') ?? '', redirect_uri: callback }
    const { body } = await post(`${server.url}/token`, form, credentials)
    expect([body.scope, typeof body.id_token]).toEqual(['openid,read', 'string'])
    expect((await post(`${server.url}/par`, { ...query, scope: 'read,write' }, credentials)).status).toBe(201)
    expect((await post(`${server.url}/device_authorization`, { client_id: 'standard-device', scope: 'openid,read' })).status).toBe(200)
  })

  test('may have another separator', async () => {
    const other = await startDeclared({ scope_separator: ';' })
    const { body } = await post(`${other.url}/token`, { grant_type: 'client_credentials', scope: 'write;read' }, credentials)
    expect(body.scope).toBe('write;read')
    const refused = await post(`${other.url}/token`, { grant_type: 'client_credentials', scope: 'write,read' }, credentials)
    expect(refused.explanation).toContain("'write,read'")
  })
})

test.each<[object, string]>([
  [{ parameters: { client_key: 'clientid' } }, 'providers.acme.parameters.client_key: expected client_id, redirect_uri'],
  [{ scope_separator: ' and ' }, 'providers.acme.scope_separator: expected one of , ; + |, got " and "'],
  [{ grant_types: [{ name: 'x', like: 'client_credential' }] }, 'providers.acme.grant_types[0].like: expected a grant type, one of'],
  [
    { grant_types: [{ name: 'password', like: 'client_credentials' }] },
    'providers.acme.grant_types[0].name: expected a name that no RFC has',
  ],
  [{ grant_types: [{ name: 'renew', like: 'refresh_token' }] }, 'providers.acme.grant_types: expected refresh_token in the list'],
  [{ grant_types: [{ name: 'x' }] }, 'providers.acme.grant_types[0]'],
])('a mistake in %o is told with its path', (declaration, line) => {
  expect(problemsOf(declaration)).toEqual([expect.stringContaining(line)])
})

describe('requests by GET and in the query', async () => {
  const { url } = await startDeclaredForFile(guideExample('requests'))
  const journal = async () => (await control({ url }, 'GET', '/sandboxes/acme/requests')).body.items.at(-1)
  const client = { partner: web.client_id, partner_password: web.client_secret }

  test('give a token, and the journal keeps its secrets masked', async () => {
    const asked = new URLSearchParams({ ...client, grant_type: 'client_credentials', scope: 'read', partner_pin: '', 'api-version': '1' })
    const { status, body } = await send(`${url}/token?${asked}`)
    expect([status, body.scope]).toEqual([200, 'read'])
    const { url: shown, notes } = await journal()
    expect(shown).toContain(`partner=${web.client_id}`)
    expect(shown).not.toContain(web.client_secret)
    expect(notes.join()).toMatch(/The query has .*api-version.*without effect/)
    expect((await send(`${url}/introspect?${new URLSearchParams({ ...client, token: 'x' })}`)).status).toBe(405)
  })

  test('are refused with a secret of the vendor’s own that is not taken there, and it is masked in the body', async () => {
    const { status, explanation } = await send(`${url}/token?${new URLSearchParams({ ...client, partner_pin: '4711-4711-4711' })}`)
    expect([status, explanation]).toEqual([400, expect.stringContaining('The query has partner_pin')])
    await post(`${url}/token`, { ...client, grant_type: 'client_credentials', partner_pin: '4711-4711-4711' })
    expect(JSON.stringify(await journal())).toContain('partner_pin')
    expect(JSON.stringify(await journal())).not.toContain('4711-4711-4711')
  })

  test('revoke a token that stands in the query, and its refresh token with it', async () => {
    const user = { ...client, ...alice, grant_type: 'password', scope: 'openid offline_access' }
    const { body } = await post(`${url}/token`, user)
    const { access_token, refresh_token } = body
    expect((await post(`${url}/revoke?token=${access_token}`, client)).status).toBe(200)
    const again = await post(`${url}/token`, { ...client, grant_type: 'refresh_token', refresh_token: String(refresh_token) })
    expect(again.body.error).toBe('invalid_grant')
  })

  test.each<[object, string]>([
    [{ by_get: ['token'] }, 'providers.acme.requests.by_get: expected requests.query.token beside it'],
    [{ by_get: ['userinfo'] }, 'providers.acme.requests.by_get[0]'],
    [{ query: { authorize: ['x'] } }, 'providers.acme.requests.query.authorize'],
    [{ query: { token: 'scope' } }, 'providers.acme.requests.query.token'],
    [{ secrets: [''] }, 'providers.acme.requests.secrets[0]'],
    [{ secret: ['pin'] }, 'providers.acme.requests.secret: unknown key; did you mean secrets?'],
  ])('a mistake in %o is told with its path', (requests, line) => {
    expect(problemsOf({ requests }).join('\n')).toContain(line)
  })

  test('with the setting query_token_requests a list of parameters is not needed', () => {
    expect(problemsOf({ requests: { by_get: ['token'] }, settings: { query_token_requests: true } })).toEqual([])
  })
})
