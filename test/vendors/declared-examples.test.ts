import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import type { ProviderDeclaration } from '../../src/providers/data/declaration.ts'
import { Jar, type Visit } from '../support/browser-jar.ts'
import { startDeclaredForFile } from '../support/declared.ts'
import { rawRequest } from '../support/raw-request.ts'
import { type Answer, basic, claimsOf, post, postJson, send } from '../support/vendor-client.ts'

/** The vendors that `examples/providers/` declares: data alone, each driven as its clients drive the vendor. */

const folder = join(import.meta.dirname, '../../examples/providers')
const verifier = 'v'.repeat(64)
const code_challenge = createHash('sha256').update(verifier).digest('base64url')

/** A server that speaks as one of them, and what a browser and a client do there. */
async function vendor(name: string) {
  const file: { providers: Record<string, ProviderDeclaration> } = parse(readFileSync(join(folder, `${name}.yaml`), 'utf8'))
  const declared = file.providers[name]
  const { clients: [confidential] = [], redirect_uris: [redirect_uri = ''] = [] } = declared?.apps?.[0] ?? {}
  const { paths = {}, users: [user] = [], sign_in = {} } = declared ?? {}
  if (declared === undefined || confidential === undefined || user === undefined) throw new Error(`${name}.yaml lacks a client or a user`)
  const server = await startDeclaredForFile(declared)
  const client = { client_id: confidential.client_id, client_secret: confidential.client_secret ?? '' }
  const asks = { response_type: 'code', client_id: client.client_id, redirect_uri, state: 's t' }
  const authorize = (more: Record<string, string> = {}) => `${server.url}${paths.authorize}?${new URLSearchParams({ ...asks, ...more })}`
  const typed = { [sign_in.username?.name ?? 'username']: user.username, [sign_in.password?.name ?? 'password']: 'password' }
  /** Signs in on whatever pages come, and presses the button that allows, or the one that does not. */
  async function callback(more: Record<string, string> = {}, decision = 'allow'): Promise<URL> {
    const jar = new Jar()
    let page: Visit = await jar.open(authorize(more))
    for (let steps = 0; page.location === undefined && steps < 5; steps++) {
      const granted = [...page.html.matchAll(/name="granted" type="checkbox" value="([^"]*)"/g)].map(([, scope = '']) => scope)
      const fields = Object.entries(typed).filter(([field]) => page.html.includes(`name="${field}"`))
      const asked = page.html.includes(`value="${decision}"`)
      page = await jar.post(page, server.url, asked ? { decision, granted } : Object.fromEntries(fields))
      if (page.location?.origin === server.url) page = await jar.open(page.location.href)
    }
    if (page.location === undefined) throw new Error(`no redirect but ${page.status}: ${page.html}`)
    return page.location
  }
  const code = async (more: Record<string, string> = {}) => (await callback(more)).searchParams.get('code') ?? ''
  const token = (form: Record<string, string>, headers: Record<string, string> = {}) => post(`${server.url}${paths.token}`, form, headers)
  const redeem = (one: string) => ({ grant_type: 'authorization_code', code: one, redirect_uri })
  const whoami = (access_token: unknown, path = String(paths.userinfo)) =>
    send(server.url + path, { headers: { authorization: `Bearer ${access_token}` } })
  return {
    server,
    client,
    redirect_uri,
    authorize,
    callback,
    code,
    token,
    redeem,
    whoami,
    basic: basic(client.client_id, client.client_secret),
  }
}

const said = ({ status, body }: Answer) => [status, body]

test('each declaration of the folder is driven here', () => {
  expect(readdirSync(folder).sort()).toEqual(
    ['gitlab', 'linkedin', 'notion', 'salesforce', 'spotify', 'stripe', 'x'].map((one) => `${one}.yaml`),
  )
})

describe('LinkedIn', async () => {
  const { server, client, authorize, callback, code, token, redeem, whoami, basic } = await vendor('linkedin')
  const scope = 'openid profile email'

  test('tells the user in an ID token without nonce and at userinfo, and joins scopes with commas', async () => {
    const back = await callback({ scope, nonce: 'n' })
    expect([...back.searchParams.keys()]).toEqual(['code', 'state'])
    const { body } = await token({ ...redeem(back.searchParams.get('code') ?? ''), ...client })
    expect(Object.keys(body)).toEqual(['access_token', 'expires_in', 'scope', 'token_type', 'id_token'])
    expect(body).toMatchObject({ expires_in: 5_183_999, scope: 'openid,profile,email', token_type: 'Bearer' })
    const claims = claimsOf(body.id_token)
    expect(claims).toMatchObject({ iss: `${server.url}/oauth`, email_verified: 'true', locale: 'en_US' })
    expect(claims).not.toHaveProperty('nonce')
    expect((await whoami(body.access_token)).body).toEqual({
      sub: '782bbtaQ_A',
      email_verified: true,
      name: 'Alice Adams',
      locale: { country: 'US', language: 'en' },
      given_name: 'Alice',
      family_name: 'Adams',
      email: 'alice@example.com',
      picture: 'https://media.licdn.com/alice.jpg',
    })
  })

  test('has discovery below its issuer, at its own host too', async () => {
    const { body } = await send(`${server.url}/oauth/.well-known/openid-configuration`)
    expect(body).toMatchObject({ issuer: `${server.url}/oauth`, token_endpoint: `${server.url}/oauth/v2/accessToken` })
    const unchanged = await rawRequest(server.url, '/oauth/.well-known/openid-configuration', { headers: { host: 'www.linkedin.com' } })
    expect(JSON.parse(unchanged.text)).toMatchObject({
      issuer: 'http://www.linkedin.com/oauth',
      userinfo_endpoint: 'http://api.linkedin.com/v2/userinfo',
    })
  })

  test('wants the secret in the body, and refuses in its words', async () => {
    const used = await code({ scope })
    expect((await token(redeem(used), basic)).status).toBe(401)
    expect(said(await token({ ...redeem(used), ...client, client_secret: 'wrong' }))).toEqual([
      401,
      { error: 'invalid_client', error_description: 'Client authentication failed' },
    ])
    expect((await token({ ...redeem(used), ...client })).status).toBe(200)
    expect(said(await token({ ...redeem(used), ...client }))).toEqual([
      400,
      { error: 'invalid_request', error_description: 'Unable to retrieve access token: authorization code not found' },
    ])
    expect(said(await whoami('nothing'))).toEqual([
      401,
      { status: 401, serviceErrorCode: 65_600, code: 'INVALID_ACCESS_TOKEN', message: 'Invalid access token' },
    ])
    const refused = await send(authorize({ redirect_uri: 'https://elsewhere.example/' }), { headers: { accept: 'text/html' } })
    expect([refused.status, refused.text]).toEqual([400, expect.stringContaining('The redirect_uri does not match the registered value')])
  })

  test('calls a cancelled sign-in by its own name', async () => {
    expect((await callback({ scope, prompt: 'consent' }, 'deny')).searchParams.get('error')).toBe('user_cancelled_authorize')
  })
})

describe('X', async () => {
  const { server, client, authorize, callback, code, token, redeem, whoami, basic } = await vendor('x')
  const asked = { scope: 'tweet.read users.read offline.access', code_challenge, code_challenge_method: 'S256' }

  test('gives a refresh token with offline.access alone, and takes each once', async () => {
    const without = await token({ ...redeem(await code({ ...asked, scope: 'users.read' })), code_verifier: verifier }, basic)
    expect(Object.keys(without.body)).toEqual(['token_type', 'expires_in', 'access_token', 'scope'])
    const { body } = await token({ ...redeem(await code(asked)), code_verifier: verifier }, basic)
    expect(Object.keys(body)).toEqual(['token_type', 'expires_in', 'access_token', 'scope', 'refresh_token'])
    expect(body).toMatchObject({ token_type: 'bearer', expires_in: 7200 })
    const again = { grant_type: 'refresh_token', refresh_token: String(body.refresh_token) }
    expect((await token(again, basic)).body.refresh_token).not.toBe(body.refresh_token)
    expect(said(await token(again, basic))).toEqual([
      400,
      { error: 'invalid_request', error_description: 'Value passed for the token was invalid.' },
    ])
  })

  test('tells the user within data', async () => {
    const { body } = await token({ ...redeem(await code(asked)), code_verifier: verifier }, basic)
    expect((await whoami(body.access_token)).body).toEqual({
      data: {
        id: '2244994945000000001',
        name: 'Alice Adams',
        username: 'alice',
        profile_image_url: 'https://pbs.twimg.com/profile_images/1/alice.jpg',
        confirmed_email: 'alice@example.com',
      },
    })
    expect(said(await whoami('nothing'))).toEqual([
      401,
      { title: 'Unauthorized', type: 'about:blank', status: 401, detail: 'Unauthorized' },
    ])
  })

  test.each([
    ['state', { ...asked, state: '' }],
    ['code_challenge', { scope: 'users.read' }],
  ])('wants %s in every authorization request', async (missing, parameters) => {
    const refused = await send(authorize(parameters))
    const back = new URL(refused.headers.get('location') ?? '')
    expect([back.searchParams.get('error'), refused.explanation]).toEqual(['invalid_request', expect.stringContaining(missing)])
  })

  test('refuses in its words, each with what the developer is told', async () => {
    const wrong = await token({ ...redeem(await code(asked)), code_verifier: 'w'.repeat(64) }, basic)
    expect(said(wrong)).toEqual([
      400,
      { error: 'invalid_request', error_description: 'Value passed for the code verifier did not match the code challenge.' },
    ])
    expect(wrong.explanation).toContain('RFC 7636')
    expect(said(await token({ ...redeem('nothing'), code_verifier: verifier }, basic))).toEqual([
      400,
      { error: 'invalid_request', error_description: 'Value passed for the authorization code was invalid.' },
    ])
    expect(said(await token({ ...redeem('nothing'), ...client, client_secret: 'wrong' }))).toEqual([
      401,
      { error: 'unauthorized_client', error_description: 'Missing valid authorization header' },
    ])
  })

  test('is reached unchanged at its hosts', async () => {
    const { status } = await rawRequest(server.url, '/2/users/me', { headers: { host: 'api.x.com', authorization: 'Bearer x' } })
    expect(status).toBe(401)
    expect((await callback(asked)).searchParams.has('code')).toBe(true)
  })
})

describe('Spotify', async () => {
  const { server, authorize, code, token, redeem, whoami, basic } = await vendor('spotify')
  const scope = 'user-read-email user-read-private'

  test('answers in its order, keeps the refresh token, and tells the user', async () => {
    const { body } = await token(redeem(await code({ scope })), basic)
    expect(Object.keys(body)).toEqual(['access_token', 'token_type', 'expires_in', 'refresh_token', 'scope'])
    const refreshed = await token({ grant_type: 'refresh_token', refresh_token: String(body.refresh_token) }, basic)
    expect(refreshed.body).toMatchObject({ token_type: 'Bearer', expires_in: 3600, refresh_token: body.refresh_token, scope })
    expect((await whoami(body.access_token)).body).toMatchObject({
      id: '31alicegrantboxspotify00',
      display_name: 'Alice Adams',
      email: 'alice@example.com',
      country: 'SE',
      uri: 'spotify:user:31alicegrantboxspotify00',
      followers: { href: null, total: 0 },
    })
  })

  test('tells apart what is wrong with a code, a secret and a token', async () => {
    const used = await code({ scope, code_challenge, code_challenge_method: 'S256' })
    const form = redeem(used)
    expect(said(await token({ ...form, code_verifier: 'w'.repeat(64) }, basic))).toEqual([
      400,
      { error: 'invalid_grant', error_description: 'code_verifier was incorrect' },
    ])
    expect(said(await token(redeem('nothing'), basic))).toEqual([
      400,
      { error: 'invalid_grant', error_description: 'Invalid authorization code' },
    ])
    const wrong = { authorization: `Basic ${btoa('0123456789abcdef0123456789abcdef:wrong')}` }
    expect(said(await token(redeem('nothing'), wrong))).toEqual([
      400,
      { error: 'invalid_client', error_description: 'Invalid client secret' },
    ])
    expect(said(await whoami('nothing'))).toEqual([401, { error: { status: 401, message: 'Invalid access token' } }])
    expect(said(await send(`${server.url}/v1/me`))).toEqual([401, { error: { status: 401, message: 'No token provided' } }])
  })

  test('says that an access token expired', async () => {
    const { body } = await token(redeem(await code({ scope })), basic)
    server.server.sandboxes.advanceClock(server.sandbox(), 3_601_000)
    expect(said(await whoami(body.access_token))).toEqual([401, { error: { status: 401, message: 'The access token expired' } }])
  })

  test('refuses a redirect URI on a page', async () => {
    const refused = await send(authorize({ redirect_uri: 'http://localhost:3000/callback' }), { headers: { accept: 'text/html' } })
    expect([refused.status, refused.text]).toEqual([400, expect.stringContaining('INVALID_CLIENT: Invalid redirect URI')])
  })
})

describe('GitLab', async () => {
  const { server, client, code, token, redeem, whoami } = await vendor('gitlab')
  const scope = 'openid profile email read_user'

  test('answers as doorkeeper does, with the user’s number in claims and at its API', async () => {
    const { body } = await token({ ...redeem(await code({ scope, nonce: 'n' })), ...client })
    expect(Object.keys(body)).toEqual(['access_token', 'token_type', 'expires_in', 'refresh_token', 'scope', 'created_at', 'id_token'])
    expect(claimsOf(body.id_token)).toMatchObject({ sub: '31000001', nonce: 'n', groups_direct: ['example-group', 'example-group/tools'] })
    expect((await whoami(body.access_token)).body).toMatchObject({
      sub: '31000001',
      nickname: 'alice',
      profile: 'https://gitlab.com/alice',
    })
    expect((await whoami(body.access_token, '/api/v4/user')).body).toMatchObject({ id: 31_000_001, username: 'alice', state: 'active' })
  })

  test('wants read_user for its API', async () => {
    const { body } = await token({ ...redeem(await code({ scope: 'openid' })), ...client })
    expect((await whoami(body.access_token)).status).toBe(200)
    expect(said(await whoami(body.access_token, '/api/v4/user'))).toEqual([
      403,
      {
        error: 'insufficient_scope',
        error_description: 'The request requires higher privileges than provided by the access token.',
        scope: 'read_user',
      },
    ])
  })

  test('ends both tokens with a refresh that came twice, in doorkeeper’s sentences', async () => {
    const { body } = await token({ ...redeem(await code({ scope })), ...client })
    const again = { grant_type: 'refresh_token', refresh_token: String(body.refresh_token), ...client }
    expect((await token(again)).status).toBe(200)
    const sentence =
      'The provided authorization grant is invalid, expired, revoked, does not match the redirection URI used in the authorization request, or was issued to another client.'
    expect(said(await token(again))).toEqual([400, { error: 'invalid_grant', error_description: sentence }])
    expect(said(await token({ ...again, client_secret: 'wrong' }))).toEqual([
      401,
      {
        error: 'invalid_client',
        error_description:
          'Client authentication failed due to unknown client, no client authentication included, or unsupported authentication method.',
      },
    ])
    expect(said(await whoami(body.access_token, '/api/v4/user'))).toEqual([401, expect.objectContaining({ error: 'invalid_token' })])
    expect(said(await send(`${server.url}/api/v4/user`))).toEqual([401, { message: '401 Unauthorized' }])
  })
})

describe('Notion', async () => {
  const { server, client, code, token, redeem, whoami, basic, callback } = await vendor('notion')

  test('takes JSON with Basic, and tells workspace, bot and owner', async () => {
    const { status, body } = await postJson(`${server.url}/v1/oauth/token`, redeem(await code({ owner: 'user' })), basic)
    expect(status).toBe(200)
    const members = ['access_token', 'token_type', 'refresh_token', 'bot_id', 'workspace_icon', 'workspace_name', 'workspace_id', 'owner']
    expect(Object.keys(body)).toEqual([...members, 'duplicated_template_id', 'request_id'])
    expect(body).toMatchObject({
      access_token: expect.stringMatching(/^ntn_/),
      token_type: 'bearer',
      owner: { type: 'user', user: { object: 'user', type: 'person', person: { email: 'alice@example.com' } } },
    })
    expect((await whoami(body.access_token)).body).toMatchObject({ object: 'user', type: 'bot', id: body.bot_id })
  })

  test('takes a form as well, and credentials from the header alone', async () => {
    const one = await code()
    expect((await token({ ...redeem(one), ...client })).status).toBe(401)
    expect((await token(redeem(one), basic)).status).toBe(200)
  })

  test('refuses with the number of the request', async () => {
    expect(said(await whoami('nothing'))).toEqual([
      401,
      { object: 'error', status: 401, code: 'unauthorized', message: 'API token is invalid.', request_id: expect.stringMatching(/-/) },
    ])
    expect((await token(redeem('nothing'), basic)).body).toMatchObject({ error: 'invalid_grant', error_description: 'Invalid code.' })
    expect((await callback({ prompt: 'consent' }, 'deny')).searchParams.get('error')).toBe('access_denied')
  })
})

describe('Salesforce', async () => {
  const { server, client, code, token, redeem, whoami } = await vendor('salesforce')
  const scope = 'openid api id refresh_token'

  test('answers without expires_in, with the instance, the identity URL and the time as a text', async () => {
    const { body } = await token({ ...redeem(await code({ scope })), ...client })
    const members = ['access_token', 'refresh_token', 'scope', 'id_token', 'instance_url', 'id', 'token_type', 'issued_at']
    expect(Object.keys(body)).toEqual([...members, 'api_instance_url'])
    expect(body).toMatchObject({
      instance_url: 'https://example.my.salesforce.com',
      id: 'https://login.salesforce.com/id/00Dxx0000000001EAA/005xx0000000001AAA',
      issued_at: expect.stringMatching(/^\d{13}$/),
    })
    expect((await whoami(body.access_token)).body).toMatchObject({ user_id: '005xx0000000001AAA', preferred_username: 'alice@example.com' })
  })

  test('gives a refresh token with refresh_token or offline_access alone', async () => {
    expect((await token({ ...redeem(await code({ scope: 'openid api' })), ...client })).body).not.toHaveProperty('refresh_token')
    expect((await token({ ...redeem(await code({ scope: 'api offline_access' })), ...client })).body).toHaveProperty('refresh_token')
  })

  test.each([
    ['an unknown client', { client_id: 'nobody' }, { error: 'invalid_client_id', error_description: 'client identifier invalid' }],
    ['a wrong secret', { client_secret: 'wrong' }, { error: 'invalid_client', error_description: 'invalid client credentials' }],
    [
      'a wrong password',
      { grant_type: 'password', username: 'alice@example.com', password: 'wrong' },
      { error: 'invalid_grant', error_description: 'authentication failure' },
    ],
    [
      'another redirect URI',
      { redirect_uri: 'https://elsewhere.example/' },
      { error: 'redirect_uri_mismatch', error_description: 'redirect_uri must match configuration' },
    ],
    ['an unknown code', { code: 'nothing' }, { error: 'invalid_grant', error_description: 'invalid authorization code' }],
  ])('refuses %s in its words', async (_what, changes, body) => {
    const refused = await token({ ...redeem(await code({ scope })), ...client, ...changes } as Record<string, string>)
    expect(said(refused)).toEqual([400, body])
    expect(refused.explanation).not.toBe('')
  })

  test('is a My Domain, too', async () => {
    const { status } = await rawRequest(server.url, '/services/oauth2/userinfo', { headers: { host: 'acme.my.salesforce.com' } })
    expect(status).toBe(403)
  })
})

describe('Stripe Connect', async () => {
  const { client, code, callback, token, redeem, whoami } = await vendor('stripe')

  test('calls back with the scope, and answers with the account and its keys', async () => {
    const back = await callback({ scope: 'read_write' })
    expect([...back.searchParams.keys()]).toEqual(['scope', 'code', 'state'])
    const { body } = await token({ ...redeem(back.searchParams.get('code') ?? ''), ...client })
    expect(body).toEqual({
      access_token: expect.stringMatching(/^sk_test_/),
      livemode: false,
      refresh_token: expect.stringMatching(/^rt_/),
      token_type: 'bearer',
      stripe_publishable_key: 'pk_test_AliceGrantboxExample',
      stripe_user_id: 'acct_1AliceGrantbox01',
      scope: 'read_write',
    })
    expect((await whoami(body.access_token)).body).toMatchObject({ id: 'acct_1AliceGrantbox01', object: 'account' })
  })

  test('refuses in its words', async () => {
    const used = await code({ scope: 'read_only' })
    expect((await token({ ...redeem(used), ...client })).status).toBe(200)
    expect((await token({ ...redeem(used), ...client })).body).toMatchObject({
      error: 'invalid_grant',
      error_description: expect.stringContaining('already been used'),
    })
    expect((await token({ ...redeem('ac_1'), ...client })).body).toMatchObject({ error_description: 'Authorization code does not exist' })
    expect((await callback({ scope: 'read_only', prompt: 'consent' }, 'deny')).searchParams.get('error_description')).toBe(
      'The user denied your request',
    )
  })
})
