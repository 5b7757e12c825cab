import { describe, expect, test } from 'vitest'
import { Jar } from '../../support/browser-jar.ts'
import {
  alice,
  authorizeUrl,
  callback,
  callbackOf,
  challenge,
  codeOf,
  custom,
  redeem,
  spa,
  token,
  verifier,
  web,
} from '../../support/okta-client.ts'
import { start, startForFile } from '../../support/server.ts'
import { type Answer, basic, post, send } from '../../support/vendor-client.ts'

/** The vendor's answers, byte for byte. */

const { url } = await startForFile({ defaultProvider: 'okta' })
const none = {}
const list =
  'authorization_code, implicit, refresh_token, client_credentials, password, urn:ietf:params:oauth:grant-type:device_code, urn:openid:params:grant-type:ciba'

/** An answer with a text, and an explanation. */
function expectError(answer: Answer, status: number, error: string, error_description: string): void {
  expect([answer.status, answer.text]).toEqual([status, JSON.stringify({ error, error_description })])
  expect(answer.explanation).not.toBe('')
}

const credentials = 'Client authentication failed. Either the client or the client credentials are invalid.'
const badCode = 'The authorization code is invalid or has expired.'

describe('the token endpoint', () => {
  test.each<[string, Record<string, string>, Record<string, string>, number, string, string]>([
    [
      'no grant type',
      { scope: 'read' },
      basic(web.client_id, web.client_secret),
      400,
      'invalid_request',
      `The token request must specify a 'grant_type'. Valid values: [${list}]`,
    ],
    [
      'an unknown grant type',
      { grant_type: 'magic' },
      basic(web.client_id, web.client_secret),
      400,
      'unsupported_grant_type',
      `The authorization grant type is not supported by the authorization server. Configured grant types: [${list}].`,
    ],
    [
      'a grant type of others',
      { grant_type: 'client_credentials', scope: 'read', ...spa },
      none,
      400,
      'unauthorized_client',
      'The client is not authorized to use the provided grant type. Configured grant types: [authorization_code, implicit, refresh_token].',
    ],
    ['no client', { grant_type: 'client_credentials', scope: 'read' }, none, 401, 'invalid_client', 'No client credentials found.'],
    ['no secret', { grant_type: 'client_credentials', scope: 'read', client_id: web.client_id }, none, 401, 'invalid_client', credentials],
    [
      'a wrong secret',
      { grant_type: 'client_credentials', scope: 'read' },
      basic(web.client_id, 'wrong'),
      401,
      'invalid_client',
      'The client secret supplied for a confidential client is invalid.',
    ],
    [
      'a header that is none',
      { grant_type: 'client_credentials', scope: 'read' },
      { authorization: 'Basic ?' },
      401,
      'invalid_client',
      'Found Authentication header but was not valid client credentials.',
    ],
    [
      'two clients',
      { grant_type: 'client_credentials', client_id: spa.client_id, scope: 'read' },
      basic(web.client_id, web.client_secret),
      401,
      'invalid_request',
      'Cannot supply multiple client credentials. Use one of the following: credentials in the Authorization header, credentials in the post body, or a client_assertion in the post body.',
    ],
    [
      'no scope',
      { grant_type: 'client_credentials' },
      basic(web.client_id, web.client_secret),
      400,
      'invalid_scope',
      "The authorization server resource does not have any configured default scopes, 'scope' must be provided.",
    ],
    [
      'a scope of users',
      { grant_type: 'client_credentials', scope: 'openid' },
      basic(web.client_id, web.client_secret),
      400,
      'invalid_scope',
      "Cannot request 'openid' scopes using client credentials.",
    ],
    [
      'an unknown scope',
      { grant_type: 'client_credentials', scope: 'fly' },
      basic(web.client_id, web.client_secret),
      400,
      'invalid_scope',
      'One or more scopes are not configured for the authorization server resource.',
    ],
    [
      'profile without openid',
      { grant_type: 'password', ...alice, scope: 'profile' },
      basic(web.client_id, web.client_secret),
      400,
      'invalid_scope',
      "Requests for ID tokens or access tokens with OpenID scopes require the 'openid' scope.",
    ],
    [
      'a wrong password',
      { grant_type: 'password', username: 'alice', password: 'wrong', scope: 'openid' },
      basic(web.client_id, web.client_secret),
      400,
      'invalid_grant',
      'The credentials provided were invalid.',
    ],
    [
      'an unknown user',
      { grant_type: 'password', username: 'nobody', password: 'wrong', scope: 'openid' },
      basic(web.client_id, web.client_secret),
      400,
      'invalid_grant',
      'The credentials provided were invalid.',
    ],
    [
      'no password',
      { grant_type: 'password', username: 'alice', scope: 'openid' },
      basic(web.client_id, web.client_secret),
      400,
      'invalid_request',
      "The required parameter 'password' is missing.",
    ],
    [
      'no code',
      { grant_type: 'authorization_code', redirect_uri: callback },
      basic(web.client_id, web.client_secret),
      400,
      'invalid_request',
      "The required parameter 'code' is missing.",
    ],
    [
      'an unknown code',
      { grant_type: 'authorization_code', code: 'x', redirect_uri: callback },
      basic(web.client_id, web.client_secret),
      400,
      'invalid_grant',
      badCode,
    ],
    [
      'an unknown refresh token',
      { grant_type: 'refresh_token', refresh_token: 'x' },
      basic(web.client_id, web.client_secret),
      400,
      'invalid_grant',
      'The refresh token is invalid or expired.',
    ],
    [
      'an unknown device code',
      { grant_type: 'urn:ietf:params:oauth:grant-type:device_code', device_code: 'x' },
      basic(web.client_id, web.client_secret),
      400,
      'invalid_grant',
      'The device code is invalid or has expired.',
    ],
  ])('%s', async (_name, form, headers, status, error, text) => {
    expectError(await token(url, form, custom, headers as never), status, error, text)
  })

  test('an unknown client, with the numbers of the API', async () => {
    const answer = await token(url, { grant_type: 'client_credentials', scope: 'read' }, custom, basic('0oanobody', 'x'))
    expect(answer.status).toBe(401)
    expect(answer.text).toMatch(
      /^\{"errorCode":"invalid_client","errorSummary":"Invalid value for 'client_id' parameter\.","errorLink":"invalid_client","errorId":"oae[\w-]{22}","errorCauses":\[\]\}$/,
    )
  })

  test('a parameter twice, and a secret in the query', async () => {
    const twice = await post(`${url}${custom}/v1/token`, 'grant_type=a&grant_type=b', basic(web.client_id, web.client_secret))
    expectError(twice, 400, 'invalid_request', 'Duplicate parameter provided in request. Duplicated parameters: [grant_type].')
    const query = await post(`${url}${custom}/v1/token?client_secret=x`, { grant_type: 'client_credentials', scope: 'read' })
    expectError(query, 400, 'invalid_request', 'Client credentials cannot be supplied via query parameters.')
  })

  test('a code that was used, is foreign, has another redirect URI, has no or a wrong verifier', async () => {
    const used = await codeOf(url)
    await redeem(url, used)
    expectError(await redeem(url, used), 400, 'invalid_grant', badCode)
    const foreign = await token(
      url,
      { grant_type: 'authorization_code', code: await codeOf(url), redirect_uri: callback, ...spa },
      custom,
      none as never,
    )
    const other = "The grant was issued to another client. Please make sure the 'client_id' matches the one used at the authorize request."
    expectError(foreign, 400, 'invalid_grant', other)
    const moved = await redeem(url, await codeOf(url), { redirect_uri: `${callback}/x` })
    const mismatch = "The 'redirect_uri' does not match the redirection URI used in the authorization request."
    expectError(moved, 400, 'invalid_grant', mismatch)
    const pkce = { code_challenge: challenge, code_challenge_method: 'S256' }
    const without = await redeem(url, await codeOf(url, pkce))
    expectError(without, 400, 'invalid_request', 'PKCE code verifier is required by the application.')
    const wrong = await redeem(url, await codeOf(url, pkce), { code_verifier: 'w'.repeat(43) })
    expectError(wrong, 400, 'invalid_grant', 'PKCE verification failed.')
    const unasked = await redeem(url, await codeOf(url), { code_verifier: verifier })
    const unexpected = 'PKCE code challenge should be specified in the authorize request for code verification.'
    expectError(unasked, 400, 'invalid_request', unexpected)
  })

  test('a code after five minutes', async () => {
    const { url, clock } = await start({ defaultProvider: 'okta' })
    clock.stop()
    const [early, late] = [await codeOf(url), await codeOf(url)]
    clock.advance(299)
    expect((await redeem(url, early)).status).toBe(200)
    clock.advance(2)
    expectError(await redeem(url, late), 400, 'invalid_grant', badCode)
  })

  test('a refresh token with a scope that was not given', async () => {
    const { body } = await token(url, { grant_type: 'password', ...alice, scope: 'openid offline_access' })
    const answer = await token(url, { grant_type: 'refresh_token', refresh_token: String(body.refresh_token), scope: 'openid email' })
    const text =
      'Some of the scopes requested for the refresh request were not granted in the original authorize request. Denied scopes: email.'
    expectError(answer, 400, 'access_denied', text)
  })

  test('the org server gives clients tokens for a signed assertion alone', async () => {
    const answer = await token(url, { grant_type: 'client_credentials', scope: 'okta.users.read' }, '/oauth2')
    const text = 'Client Credentials requests to the Org Authorization Server must use the private_key_jwt token_endpoint_auth_method.'
    expectError(answer, 401, 'invalid_client', text)
  })

  test('a server that is not there', async () => {
    const answer = await token(url, { grant_type: 'client_credentials', scope: 'read' }, '/oauth2/aus0nothing')
    expectError(answer, 400, 'invalid_request', 'The authorization server id is invalid.')
  })
})

describe('refresh tokens', () => {
  test('stay with a confidential client', async () => {
    const { body } = await token(url, { grant_type: 'password', ...alice, scope: 'openid offline_access' })
    const again = () => token(url, { grant_type: 'refresh_token', refresh_token: String(body.refresh_token) })
    expect((await again()).body.refresh_token).toBe(body.refresh_token)
    expect((await again()).status).toBe(200)
  })

  test('rotate with a public one, which has half a minute', async () => {
    const { url, clock } = await start({ defaultProvider: 'okta' })
    const pkce = { code_challenge: challenge, code_challenge_method: 'S256', ...spa, scope: 'openid offline_access' }
    const form = {
      grant_type: 'authorization_code',
      code: await codeOf(url, pkce),
      redirect_uri: callback,
      code_verifier: verifier,
      ...spa,
    }
    const { body } = await token(url, form, custom, none as never)
    const again = () =>
      token(url, { grant_type: 'refresh_token', refresh_token: String(body.refresh_token), ...spa }, custom, none as never)
    const next = await again()
    expect(next.body.refresh_token).not.toBe(body.refresh_token)
    expect((await again()).status).toBe(200)
    clock.advance(31)
    expectError(await again(), 400, 'invalid_grant', 'The refresh token is invalid or expired.')
  })

  test('come with offline_access alone', async () => {
    const { body } = await token(url, { grant_type: 'password', ...alice, scope: 'openid' })
    expect(body).not.toHaveProperty('refresh_token')
  })

  test('end after seven days without use', async () => {
    const { url, clock } = await start({ defaultProvider: 'okta' })
    const { body } = await token(url, { grant_type: 'password', ...alice, scope: 'openid offline_access' })
    clock.advance(7 * 24 * 3600 + 1)
    const answer = await token(url, { grant_type: 'refresh_token', refresh_token: String(body.refresh_token) })
    expectError(answer, 400, 'invalid_grant', 'The refresh token is invalid or expired.')
  })
})

test('a public client may show its id alone in a Basic header, as the SDK does when it revokes', async () => {
  const header = { authorization: `Basic ${Buffer.from(spa.client_id).toString('base64')}` }
  expect(await post(`${url}${custom}/v1/revoke`, { token: 'x' }, header)).toMatchObject({ status: 200, text: '' })
  const secret = await post(
    `${url}${custom}/v1/revoke`,
    { token: 'x' },
    { authorization: `Basic ${Buffer.from(web.client_id).toString('base64')}` },
  )
  expectError(secret, 401, 'invalid_client', 'The client secret supplied for a confidential client is invalid.')
})

describe('the authorization endpoint', () => {
  test.each<[string, Record<string, string | undefined>, string, string]>([
    ['no state', { state: undefined }, 'invalid_request', "The authentication request has an invalid 'state' parameter."],
    [
      'tokens without a nonce',
      { response_type: 'id_token', nonce: undefined },
      'invalid_request',
      "The 'nonce' parameter is required for authorize requests with either the 'id_token' or 'token' response types..",
    ],
    [
      'an access token without a nonce',
      { response_type: 'token', nonce: undefined },
      'invalid_request',
      "The 'nonce' parameter is required for authorize requests with either the 'id_token' or 'token' response types..",
    ],
    [
      'tokens in the query',
      { response_type: 'id_token', response_mode: 'query' },
      'unsupported_response_mode',
      "'query' response mode cannot be used with either the 'id_token' or 'token' response types.",
    ],
    [
      'an unknown mode',
      { response_mode: 'pigeon' },
      'unsupported_response_mode',
      'The response mode is not supported by the authorization server. Valid response modes: [query, fragment, form_post, okta_post_message].',
    ],
    [
      'an unknown type',
      { response_type: 'magic' },
      'unsupported_response_type',
      'The response type is not supported by the authorization server. Configured response types: [code, id_token, token].',
    ],
    [
      'an unknown scope',
      { scope: 'openid fly' },
      'invalid_scope',
      'One or more scopes are not configured for the authorization server resource.',
    ],
    [
      'profile without openid',
      { scope: 'profile' },
      'invalid_scope',
      "Requests for ID tokens or access tokens with OpenID scopes require the 'openid' scope.",
    ],
    [
      'no scope',
      { scope: undefined },
      'invalid_scope',
      "The authorization server resource does not have any configured default scopes, 'scope' must be provided.",
    ],
    ['no session', { prompt: 'none' }, 'login_required', 'The client specified not to prompt, but the user is not logged in.'],
    ['a public client without PKCE', { ...spa }, 'invalid_request', 'PKCE code challenge is required by the application.'],
    [
      'an unknown challenge method',
      { code_challenge: challenge, code_challenge_method: 'S512' },
      'invalid_request',
      'PKCE code challenge method is not supported. Valid values: [S256]',
    ],
  ])('tells the client: %s', async (_name, parameters, error, text) => {
    const answer = await callbackOf(url, parameters)
    const told = Object.fromEntries(answer.hash === '' ? answer.searchParams : new URLSearchParams(answer.hash.slice(1)))
    expect(told).toMatchObject({ error, error_description: text })
  })

  test.each<[string, Record<string, string>, string]>([
    [
      'a redirect URI that is not registered',
      { redirect_uri: `${callback}/x` },
      `The 'redirect_uri' parameter must be a Login redirect URI in the client app settings: ${url}/admin/app/oidc_client/instance/${web.client_id}#tab-general`,
    ],
    ['an unknown client', { client_id: '0oanobody' }, "Invalid value for 'client_id' parameter."],
  ])('shows a page for %s', async (_name, parameters, text) => {
    const page = await new Jar().open(authorizeUrl(url, parameters))
    expect(page.status).toBe(400)
    const shown = page.html.replaceAll('&#39;', "'")
    expect(shown).toContain(text)
    expect(shown).toContain('Your request resulted in an error.')
  })

  test('tells which scopes await consent', async () => {
    const { url } = await start({ defaultProvider: 'okta' })
    await fetch(`${url}/_grantbox/sandboxes/okta`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ settings: { auto_consent: false } }),
    })
    const jar = new Jar()
    const page = await jar.open(authorizeUrl(url))
    await jar.post(page, url, { identifier: alice.username, 'credentials.passcode': alice.password })
    const { searchParams } = await callbackOf(url, { prompt: 'none', scope: 'openid email' }, { jar })
    expect(Object.fromEntries(searchParams)).toEqual({
      error: 'consent_required',
      error_description: expect.stringMatching(/^The following scopes require user consent: \[.*email.*\]\.$/),
      state: 'xyz',
    })
  })

  test('tells that the user refused', async () => {
    const jar = new Jar()
    const page = await jar.open(authorizeUrl(url))
    const end = await jar.post(page, url, { decision: 'cancel' })
    expect(Object.fromEntries(end.location?.searchParams ?? [])).toEqual({
      error: 'access_denied',
      error_description: 'The resource owner or authorization server denied the request.',
      state: 'xyz',
    })
  })
})

describe('userinfo', () => {
  const challengeOf = (error: string, text: string, base = url) =>
    `Bearer authorization_uri="${base}${custom}/v1/authorize", realm="${base}${custom}", scope="openid", error="${error}", error_description="${text}"`

  test.each([
    ['no token', undefined, 401, challengeOf('invalid_request', 'The access token is missing.')],
    ['an unknown token', 'x', 401, challengeOf('invalid_token', 'The access token is invalid.')],
  ])('%s', async (_name, bearer, status, challenged) => {
    const answer = await send(`${url}${custom}/v1/userinfo`, bearer === undefined ? {} : { headers: { authorization: `Bearer ${bearer}` } })
    expect([answer.status, answer.text, answer.headers.get('www-authenticate')]).toEqual([status, '', challenged])
    expect(answer.explanation).not.toBe('')
  })

  test('an expired and a revoked token', async () => {
    const { url, clock } = await start({ defaultProvider: 'okta' })
    const get = async () => String((await token(url, { grant_type: 'password', ...alice, scope: 'openid' })).body.access_token)
    const me = (bearer: string) => send(`${url}${custom}/v1/userinfo`, { headers: { authorization: `Bearer ${bearer}` } })
    const [revoked, expired] = [await get(), await get()]
    await post(`${url}${custom}/v1/revoke`, { token: revoked }, basic(web.client_id, web.client_secret))
    const expectRefused = async (bearer: string, text: string) => {
      const { status, text: body, headers, explanation } = await me(bearer)
      expect([status, body, headers.get('www-authenticate')]).toEqual([401, '', challengeOf('invalid_token', text, url)])
      expect(explanation).not.toBe('')
    }
    await expectRefused(revoked, 'The access token has been revoked.')
    clock.advance(3601)
    await expectRefused(expired, 'The token has expired.')
  })
})

describe('what is rarely asked for', () => {
  const secret = basic(web.client_id, web.client_secret)
  const pushed = (form: Record<string, string>) =>
    post(`${url}${custom}/v1/par`, { response_type: 'code', redirect_uri: callback, scope: 'openid', state: 's', ...form }, secret)

  test.each<[string, Record<string, string>, string, string]>([
    [
      'an unknown prompt',
      { prompt: 'select_account' },
      'invalid_request',
      "Invalid value for 'prompt' parameter. Supported values: [none, login, consent, enroll_authenticator]",
    ],
    [
      'a prompt that enrols',
      { prompt: 'enroll_authenticator' },
      'access_denied',
      'Authenticator enrollment is not allowed at this time. Please contact support for assistance.',
    ],
    [
      'no page and a new sign-in',
      { prompt: 'none', max_age: '0' },
      'invalid_request',
      "'prompt' parameter must not have the value 'none' for request with 'zero' as max_age.",
    ],
    [
      'a max_age that is none',
      { max_age: '-1' },
      'invalid_request',
      "Invalid value for 'max_age' parameter. It should be within range 0 - 2^31-1.",
    ],
    ['another identity provider', { idp: '0oaanotheridp0000001' }, 'invalid_request', 'Identity provider is not valid.'],
    ['a request object that is none', { request: 'x' }, 'invalid_request_object', 'The authorize request object is invalid.'],
    [
      'a request that was never pushed',
      { request_uri: 'urn:ietf:params:oauth:request_uri:x' },
      'invalid_request_uri',
      'The authorize request_uri is invalid.',
    ],
    [
      'both',
      { request: 'x', request_uri: 'urn:ietf:params:oauth:request_uri:x' },
      'invalid_request',
      'The authorize request must not contain both a request object and a request uri.',
    ],
  ])('is told the client: %s', async (_name, parameters, error, error_description) => {
    const answer = await callbackOf(url, parameters)
    expect([...answer.searchParams]).toEqual([
      ['error', error],
      ['error_description', error_description],
      ['state', 'xyz'],
    ])
  })

  test('a pushed request that names another one', async () => {
    const answer = await pushed({ request_uri: 'urn:ietf:params:oauth:request_uri:x' })
    expectError(answer, 400, 'invalid_request', "The 'request_uri' parameter must not be present in the request.")
  })

  test.each(['introspect', 'revoke'])('%s without a token', async (path) => {
    expectError(await post(`${url}${custom}/v1/${path}`, {}, secret), 400, 'invalid_request', "The 'token' parameter is required.")
  })

  test('userinfo for a token without openid', async () => {
    const { body } = await token(url, { grant_type: 'password', ...alice, scope: 'read' })
    const answer = await send(`${url}${custom}/v1/userinfo`, { headers: { authorization: `Bearer ${body.access_token}` } })
    expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([
      403,
      expect.stringContaining(
        `error="access_denied", error_description="Requests for ID tokens or access tokens with OpenID scopes require the 'openid' scope."`,
      ),
    ])
  })
})
