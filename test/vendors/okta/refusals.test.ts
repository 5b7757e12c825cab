import { describe, expect, test } from 'vitest'
import { Jar } from '../../support/browser-jar.ts'
import { addApp, addClient, addUser } from '../../support/iokids-setup.ts'
import { authorizeUrl, callback, callbackOf, challenge, codeOf, custom, spa, token, verifier, web } from '../../support/okta-client.ts'
import { fetchAt } from '../../support/recording/replay.ts'
import { startForFile } from '../../support/server.ts'
import { type Answer, basic, post, postJson, send } from '../../support/vendor-client.ts'

/** Whom the vendor's administrators let do what: its answers, byte for byte. */

const server = await startForFile({ defaultProvider: 'okta' })
const { url } = server
const sandbox = server.sandbox('okta')
const ssws = { authorization: 'SSWS 00grantboxApiTokenOfTheSandbox0123456789ab' }
const control = (path: string, method: string, body: object, base = url) =>
  send(`${base}/_grantbox/sandboxes/okta${path}`, { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })

function expectError(answer: Answer, status: number, error: string, error_description: string): void {
  expect([answer.status, answer.text]).toEqual([status, JSON.stringify({ error, error_description })])
  expect(answer.explanation).not.toBe('')
}

/** What the API answers, but for the id. */
function expectNumber(answer: Answer, status: number, number: string, summary: string, causes: string[] = []): void {
  const errorCauses = JSON.stringify(causes.map((errorSummary) => ({ errorSummary })))
  expect([answer.status, answer.text.replace(/oae[\w-]{22}/, 'oae')]).toEqual([
    status,
    `{"errorCode":"${number}","errorSummary":"${summary}","errorLink":"${number}","errorId":"oae","errorCauses":${errorCauses}}`,
  ])
  expect(answer.explanation).not.toBe('')
}

describe('a password', () => {
  const byPassword = (username: string) => token(url, { grant_type: 'password', username, password: 'Password1!', scope: 'openid' })
  const make = (username: string, claims = {}) => addUser(sandbox, { username, password: 'Password1!', claims })

  test('that has expired', async () => {
    make('carol')
    await send(`${url}/api/v1/users/carol/lifecycle/expire_password`, { method: 'POST', headers: ssws })
    expectError(await byPassword('carol'), 400, 'invalid_grant', 'Password has expired.')
  })

  test('that is not enough for the sign-on policy', async () => {
    make('dave', { mfa_code: '123456' })
    const text = 'Resource owner password credentials authentication denied by sign on policy.'
    expectError(await byPassword('dave'), 400, 'invalid_grant', text)
  })

  test('that was wrong ten times locks its user, who is let in again by an administrator', async () => {
    make('erin')
    const authn = (password: string) => postJson(`${url}/api/v1/authn`, { username: 'erin', password })
    for (let time = 0; time < 10; time++) expect((await authn('wrong')).status).toBe(401)
    const unlock = `{"name":"unlock","href":"${url}/api/v1/authn/recovery/unlock","hints":{"allow":["POST"]}}`
    expect((await authn('Password1!')).text).toBe(`{"status":"LOCKED_OUT","_embedded":{},"_links":{"next":${unlock}}}`)
    expectError(await byPassword('erin'), 400, 'invalid_grant', 'The credentials provided were invalid.')
    expect((await send(`${url}/api/v1/users/erin`, { headers: ssws })).body.status).toBe('LOCKED_OUT')
    await send(`${url}/api/v1/users/erin/lifecycle/unlock`, { method: 'POST', headers: ssws })
    expect((await authn('Password1!')).body.status).toBe('SUCCESS')
  })

  test('that was right in between does not count', async () => {
    make('frank')
    const authn = (password: string) => postJson(`${url}/api/v1/authn`, { username: 'frank', password })
    for (const password of [...Array(9).fill('wrong'), 'Password1!', 'wrong']) await authn(password)
    expect((await authn('Password1!')).body.status).toBe('SUCCESS')
  })
})

describe('the policies of a server', () => {
  const machine = { grant_type: 'client_credentials' }
  const set = async (policies: object[] | undefined) => {
    const scopes = { read: '', write: '' }
    const settings = { authorization_servers: { default: { audience: 'api://default', scopes, ...(policies && { policies }) } } }
    expect((await control('', 'PATCH', { settings })).status).toBe(200)
  }

  test.each<[string, object[], string, number, string]>([
    ['none', [], 'read', 401, 'Policy evaluation failed for this request, please check the policy configurations.'],
    [
      'one for another client',
      [{ clients: [spa.client_id] }],
      'read',
      401,
      'Policy evaluation failed for this request, please check the policy configurations.',
    ],
    [
      'one for another grant type',
      [{ grant_types: ['authorization_code'] }],
      'read',
      401,
      'Policy evaluation failed for this request, please check the policy configurations.',
    ],
    [
      'one with other scopes',
      [{ scopes: ['write'] }],
      'read',
      400,
      'Policy evaluation succeeded, but all the requested scopes were rejected.',
    ],
    [
      'one with some of the scopes',
      [{ scopes: ['write'] }],
      'read write',
      400,
      'Some of the requested scopes were denied by the policy. Denied scopes: [read].',
    ],
  ])('%s', async (_name, policies, scope, status, text) => {
    await set(policies)
    expectError(await token(url, { ...machine, scope }), status, 'access_denied', text)
    await set(undefined)
  })

  test('the first that fits decides, also of an authorization request; the org server has none', async () => {
    await set([{ clients: [web.client_id], grant_types: ['client_credentials'], scopes: ['read'] }])
    expect((await token(url, { ...machine, scope: 'read' })).status).toBe(200)
    const answer = await callbackOf(url)
    expect(answer.searchParams.get('error')).toBe('access_denied')
    expect(answer.searchParams.get('error_description')).toContain('Policy evaluation failed')
    expect((await callbackOf(url, {}, { server: '/oauth2' })).searchParams.get('code')).toMatch(/./)
    await set(undefined)
  })
})

describe('a user who is not assigned to the app', () => {
  const text = 'User is not assigned to the client application.'
  const gina = addUser(sandbox, { username: 'gina', password: 'Password1!', apps: [addApp(sandbox)] })
  const user = { username: gina.username, password: 'Password1!' }

  test('is told to the client', async () => {
    const jar = new Jar()
    const answer = await callbackOf(url, {}, { jar, user })
    expect([...answer.searchParams]).toEqual([
      ['error', 'access_denied'],
      ['error_description', text],
      ['state', 'xyz'],
    ])
    for (const prompt of [undefined, 'none']) {
      const again = await callbackOf(url, { prompt }, { jar })
      expect(again.searchParams.get('error_description')).toBe(text)
    }
  })

  test('gets no tokens for his password', async () => {
    expectError(await token(url, { grant_type: 'password', ...user, scope: 'openid' }), 400, 'access_denied', text)
  })
})

test('a page may not have a refresh token that its client may not use', async () => {
  const client = addClient(
    sandbox,
    { client_secret: null, token_endpoint_auth_method: 'none', grant_types: ['authorization_code'] },
    sandbox.directory.listApps()[0],
  )
  const { client_id } = client
  const text = 'Browser requests to the token endpoint may not include the offline_access scope.'
  const redeem = async (scope: string, headers: Record<string, string>) => {
    const code = await codeOf(url, { client_id, scope, code_challenge: challenge, code_challenge_method: 'S256' })
    const form = { grant_type: 'authorization_code', code, redirect_uri: callback, code_verifier: verifier, client_id }
    return post(`${url}${custom}/v1/token`, form, headers)
  }
  const page = { origin: 'http://localhost:8080' }
  expectError(await redeem('openid offline_access', page), 400, 'invalid_scope', text)
  expect((await redeem('openid', page)).status).toBe(200)
  expect((await redeem('openid offline_access', {})).status).toBe(200)
})

describe('a redirect URI with a wildcard', () => {
  const app = addApp(sandbox, { redirect_uris: ['https://*.example.com/cb', 'https://pre-*-post.example.org/cb'] })
  const { client_id } = addClient(sandbox, {}, app)
  test.each([
    ['https://one.example.com/cb', 200],
    ['https://pre-one-post.example.org/cb', 200],
    ['https://example.com/cb', 400],
    ['https://a.b.example.com/cb', 400],
    ['https://one.example.com/other', 400],
    ['https://one.example.org/cb', 400],
  ])('meets %s: %i', async (redirect_uri, status) => {
    expect((await new Jar().open(authorizeUrl(url, { client_id, redirect_uri }))).status).toBe(status)
  })
})

test('the settings that a wrong redirect URI is told of are at the host of the administrators', async () => {
  const jar = new Jar(await fetchAt(server))
  const page = await jar.open(authorizeUrl('https://dev-1.okta.com', { redirect_uri: `${callback}/x` }))
  const link = `https://dev-1-admin.okta.com/admin/app/oidc_client/instance/${web.client_id}#tab-general`
  expect(page.html).toContain(`must be a Login redirect URI in the client app settings: ${link}`)
})

describe('numbers of the API', () => {
  test('E0000006 for whoever asks for others than himself', async () => {
    const jar = new Jar()
    await callbackOf(url, {}, { jar })
    const ask = async (path: string) => {
      const { status, headers, html } = await jar.open(`${url}/api/v1/users${path}`)
      return { status, headers, text: html, body: {}, explanation: headers.get('grantbox-explain') ?? '' }
    }
    for (const path of ['', '/bob']) {
      expectNumber(await ask(path), 403, 'E0000006', 'You do not have permission to perform the requested action')
    }
    expect((await ask('/alice')).status).toBe(200)
  })

  test.each([
    ['the token endpoint', 'token', `${custom}/v1/token`],
    ['the API', 'api', '/api/v1/users'],
  ])('E0000047 at %s, where too many requests came', async (_name, endpoint, path) => {
    await control('/faults', 'POST', { endpoint, error: 'temporarily_unavailable', status: 429 })
    const answer = endpoint === 'api' ? await send(`${url}${path}`, { headers: ssws }) : await post(`${url}${path}`, {}, basic('x', 'y'))
    expectNumber(answer, 429, 'E0000047', 'API call exceeded rate limit due to too many requests.')
  })

  test('E0000079 at another step, and E0000069 after five wrong codes', async () => {
    addUser(sandbox, { username: 'hugo', password: 'Password1!', claims: { mfa_code: '123456' } })
    const { stateToken } = (await postJson(`${url}/api/v1/authn`, { username: 'hugo', password: 'Password1!' })).body
    const change = { stateToken, oldPassword: 'a', newPassword: 'b' }
    expectNumber(
      await postJson(`${url}/api/v1/authn/credentials/change_password`, change),
      403,
      'E0000079',
      'This operation is not allowed in the current authentication state.',
    )
    const verify = () => postJson(`${url}/api/v1/authn/factors/ostgrantboxtotp00001/verify`, { stateToken, passCode: '000000' })
    const cause = "Your passcode doesn't match our records. Please try again."
    for (let time = 0; time < 4; time++) expectNumber(await verify(), 403, 'E0000068', 'Invalid Passcode/Answer', [cause])
    expectNumber(await verify(), 403, 'E0000069', 'User Locked')
    expectNumber(await verify(), 401, 'E0000011', 'Invalid token provided')
  })
})
