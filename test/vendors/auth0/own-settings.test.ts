import { describe, expect, test } from 'vitest'
import { type Answer, claimsOf, postJson, send } from '../../support/vendor-client.ts'
import {
  alice,
  askToken,
  audience,
  callback,
  database,
  freshCode,
  machine,
  managementToken,
  startTenantForFile,
  TenantJar,
  web,
} from './auth0-tenant.ts'

/** What a tenant or an app has set otherwise, and whom a tenant blocks. */

const server = await startTenantForFile()
const { url } = server
const sandbox = `${url}/_grantbox/sandboxes/auth0`
const organization = 'org_grantboxExample'

const json = (method: string, address: string, body: object, headers: Record<string, string> = {}): Promise<Answer> =>
  send(address, { method, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) })
const set = (settings: object) => json('PATCH', sandbox, { settings })
const ofApp = async (body: object, id = web.client_id) => json('PATCH', `${url}/api/v2/clients/${id}`, body, await managementToken(server))

const authorizeUrl = (wanted: Record<string, string> = {}) =>
  `${url}/authorize?${new URLSearchParams({ client_id: web.client_id, response_type: 'code', redirect_uri: callback, scope: 'openid', state: 's', ...wanted })}`

/** What stands in the address to which a request leads at once, or after a sign-in. */
async function callbackOf(wanted: Record<string, string> = {}, typed = alice) {
  const jar = new TenantJar()
  const page = await jar.open(authorizeUrl(wanted))
  const end = page.location === undefined ? await jar.post(page, url, { ...typed, action: 'default' }) : page
  return { status: end.status, html: end.html, said: Object.fromEntries(end.location?.searchParams ?? []), location: end.location }
}

async function idToken(wanted: Record<string, string> = {}) {
  const { said } = await callbackOf(wanted)
  const { body } = await askToken(server, { grant_type: 'authorization_code', ...web, redirect_uri: callback, code: said.code })
  return [body.id_token, body.access_token].map((token) => claimsOf(token))
}

describe('a sign-up under an address that somebody has', () => {
  const signUp = () => {
    const who = { email: 'alice@example.com', password: 'Password1!' }
    return postJson(`${url}/dbconnections/signup`, { client_id: web.client_id, connection: database, ...who })
  }

  test.each([
    [false, '{"name":"BadRequestError","code":"invalid_signup","description":"Invalid sign up","statusCode":400}'],
    [true, '{"name":"BadRequestError","code":"user_exists","description":"The user already exists.","statusCode":400}'],
  ])('is told so where signup_tells_user_exists is %j', async (signup_tells_user_exists, text) => {
    expect((await set({ signup_tells_user_exists })).status).toBe(200)
    const answer = await signUp()
    await set({ signup_tells_user_exists: null })
    expect([answer.status, answer.text]).toEqual([400, text])
    const entry = server
      .sandbox()
      .journal.list({ endpoint: 'api' })
      .findLast(({ status }) => status === 400)
    expect(entry?.explanation).toBe('There is a user with this address or username')
  })
})

describe('an organization', () => {
  test.each(['example-org', organization])('asked for as %s is told by id and name', async (asked) => {
    for (const claims of await idToken({ organization: asked, audience })) {
      expect(claims).toMatchObject({ org_id: organization, org_name: 'example-org' })
      const names = Object.keys(claims)
      expect(names.indexOf('org_name')).toBe(names.indexOf('org_id') + 1)
    }
  })

  test('has no name in tokens, and is not found by it, where organization_names is false', async () => {
    await set({ organization_names: false })
    const claims = await idToken({ organization, audience })
    const { said } = await callbackOf({ organization: 'example-org' })
    await set({ organization_names: null })
    for (const one of claims) expect([one.org_id, 'org_name' in one]).toEqual([organization, false])
    expect(said).toEqual({ error: 'invalid_request', error_description: 'parameter organization is invalid', state: 's' })
  })

  test.each([
    ['require', {}, 'parameter organization is required for this client'],
    ['deny', { organization }, 'client is not configured to allow organizations'],
  ])('is a matter of the app: %s', async (organization_usage, wanted, error_description) => {
    expect((await ofApp({ organization_usage })).body).toMatchObject({ client_id: web.client_id, organization_usage })
    const { said } = await callbackOf(wanted)
    // It goes before what the sandbox says.
    await set({ organization_usage: organization_usage === 'deny' ? 'require' : 'deny' })
    const again = await callbackOf(wanted)
    await set({ organization_usage: null })
    await ofApp({ organization_usage: 'allow' })
    for (const one of [said, again.said]) expect(one).toEqual({ error: 'invalid_request', error_description, state: 's' })
    expect((await callbackOf(wanted)).said.code).toMatch(/^[\w-]{43}$/)
  })

  describe('has its name in a callback', async () => {
    const made = await postJson(`${url}/oidc/register`, {
      client_name: 'x',
      redirect_uris: ['https://{organization_name}.app.example/cb'],
    })
    const asked = (redirect_uri: string, more: Record<string, string>) =>
      send(authorizeUrl({ client_id: String(made.body.client_id), redirect_uri, ...more }), { redirect: 'manual' })

    test.each([
      ['https://example-org.app.example/cb', { organization: 'example-org' }, 302],
      ['https://example-org.app.example/cb', { organization }, 302],
      ['https://other.app.example/cb', { organization }, 403],
      ['https://example-org.app.example/cb', {}, 403],
      ['https://{organization_name}.app.example/cb', { organization }, 403],
      ['https://{organization_name}.app.example/cb', {}, 403],
    ])('%s for %o: %i', async (redirect_uri, more, status) => {
      expect(made.status).toBe(201)
      const answer = await asked(redirect_uri, more as Record<string, string>)
      expect(answer.status).toBe(status)
      if (status === 403) expect(answer.text).toContain('Callback URL mismatch.')
    })
  })
})

describe('refresh tokens of an app', () => {
  const first = async () => {
    const code = await freshCode(server)
    return (await askToken(server, { grant_type: 'authorization_code', ...web, redirect_uri: callback, code })).body
  }
  const refresh = (refresh_token: unknown) => askToken(server, { grant_type: 'refresh_token', ...web, refresh_token })
  const refused = { error: 'invalid_grant', error_description: 'Unknown or invalid refresh token.' }

  test('stay where they do not rotate, and are not told again', async () => {
    await ofApp({ refresh_token: { rotation_type: 'non-rotating' } })
    const { refresh_token } = await first()
    for (const _again of [1, 2]) {
      const { status, body } = await refresh(refresh_token)
      expect([status, Object.keys(body)]).toEqual([200, ['access_token', 'id_token', 'scope', 'expires_in', 'token_type']])
    }
    await ofApp({ refresh_token: { rotation_type: 'rotating' } })
  })

  test('go on for the leeway when they were used, and cost the family beyond it', async () => {
    await ofApp({ refresh_token: { rotation_type: 'rotating', leeway: 30 } })
    const { refresh_token } = await first()
    const second = (await refresh(refresh_token)).body
    server.clock.advance(20)
    expect((await refresh(refresh_token)).status).toBe(200)
    server.clock.advance(20)
    const late = await refresh(refresh_token)
    expect([late.status, late.body]).toEqual([403, refused])
    expect((await refresh(second.refresh_token)).body).toEqual(refused)
    await ofApp({ refresh_token: { leeway: 0 } })
    expect((await ofApp({})).body.refresh_token).toEqual({ rotation_type: 'rotating', leeway: 0 })
  })

  test.each([
    [{ magic: 1 }, "Payload validation error: 'Additional properties not allowed: magic'."],
    [{ organization_usage: 'never' }, "Payload validation error: 'Invalid value' on property organization_usage."],
    [{ refresh_token: { leeway: -1 } }, "Payload validation error: 'Invalid value' on property refresh_token.leeway."],
  ])('%o is refused by the Management API', async (body, message) => {
    const answer = await ofApp(body)
    expect([answer.status, answer.body]).toEqual([400, { statusCode: 400, error: 'Bad Request', message, errorCode: 'invalid_body' }])
  })

  test('an app that there is not', async () => {
    const answer = await ofApp({}, 'nobody')
    const body = { statusCode: 404, error: 'Not Found', message: 'The client does not exist', errorCode: 'inexistent_client' }
    expect([answer.status, answer.body]).toEqual([404, body])
    const { body: shown } = await send(`${url}/api/v2/clients/${machine.client_id}`, { headers: await managementToken(server) })
    expect(shown).toMatchObject({ client_id: machine.client_id, name: 'Example Machine', grant_types: ['client_credentials'] })
  })
})

test('a user who is blocked goes back to the app, and is told nothing who does not know his password', async () => {
  const { directory } = server.sandbox()
  const bob = directory.findUser('bob')
  if (bob === undefined) throw new Error('no bob')
  directory.updateUser({ ...bob, disabled: true })
  const wrong = await callbackOf({}, { username: 'bob@example.com', password: 'wrong' })
  const right = await callbackOf({}, { username: 'bob@example.com', password: 'Password1!' })
  directory.updateUser(bob)
  expect([wrong.status, wrong.html.includes('Wrong email or password')]).toEqual([400, true])
  expect(right.location?.href).toBe(`${callback}?error=unauthorized&error_description=user%20is%20blocked&state=s`)
})
