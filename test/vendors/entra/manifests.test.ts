import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose'
import { describe, expect, test } from 'vitest'
import { Jar } from '../../support/browser-jar.ts'
import {
  alice,
  authorizeUrl,
  callback,
  callbackOf,
  homeTenant,
  oid,
  ordersScope,
  spa,
  startEntra,
  token,
  tokensOf,
  web,
} from '../../support/entra-client.ts'
import { claimsOf, send } from '../../support/vendor-client.ts'
import { expectPage, expectRefusal, expectTold } from './refusal.ts'

/** What applications' manifests say, and the errors that follow from it, with their texts. */

const server = await startEntra()
const { url, clock } = server
const graph = 'https://graph.microsoft.com/.default'

/** Sets the sandbox up, as a config file does. */
async function set(settings: object): Promise<void> {
  const headers = { 'content-type': 'application/json' }
  const { status, text } = await send(`${url}/_grantbox/sandboxes/entra`, { method: 'PATCH', headers, body: JSON.stringify({ settings }) })
  expect([status, text]).toEqual([200, expect.any(String)])
}

const manifest = (of: object, client_id = web.client_id) => set({ manifests: { [client_id]: of } })

describe('a federated credential', async () => {
  const issuer = 'https://token.actions.example'
  const subject = 'repo:contoso/orders:ref:refs/heads/main'
  const audience = 'api://AzureADTokenExchange'
  const { publicKey, privateKey } = await generateKeyPair('RS256')
  const jwk = { ...(await exportJWK(publicKey)), kid: 'build', alg: 'RS256' }
  const credential = { issuer, subject, audiences: [audience] }
  const trust = { assertion_issuers: { [issuer]: { jwks: { keys: [jwk] } } } }
  const now = () => Math.floor(clock.now() / 1000)
  const unsigned = { error: 'invalid_client', number: 700027, text: 'Client assertion failed signature validation.' }

  async function ask(claims: JWTPayload = {}, key = privateKey) {
    const all = { iss: issuer, sub: subject, aud: audience, iat: now(), exp: now() + 300, jti: crypto.randomUUID(), ...claims }
    const client_assertion = await new SignJWT(all).setProtectedHeader({ alg: 'RS256', kid: 'build' }).sign(key)
    const client_assertion_type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
    return token(url, {
      grant_type: 'client_credentials',
      client_id: web.client_id,
      scope: graph,
      client_assertion_type,
      client_assertion,
    })
  }

  test('lets an application in without a secret', async () => {
    await set({ manifests: { [web.client_id]: { federatedIdentityCredentials: [credential] } }, ...trust })
    const { status, body } = await ask()
    expect([status, Object.keys(body)]).toEqual([200, ['token_type', 'expires_in', 'ext_expires_in', 'access_token']])
    expect(claimsOf(body.access_token)).toMatchObject({ appid: web.client_id, appidacr: '2', idtyp: 'app' })
    expect((await ask({ aud: ['x', audience] })).status).toBe(200)
  })

  test('is checked by the keys that the issuer publishes', async () => {
    const jwks_uri = `${issuer}/keys`
    const documents = { [`${issuer}/.well-known/openid-configuration`]: { issuer, jwks_uri }, [jwks_uri]: { keys: [jwk] } }
    await set({ assertion_issuers: {}, documents })
    expect((await ask()).status).toBe(200)
    await set({ documents: {} })
    expectRefusal(await ask(), unsigned)
    await set(trust)
  })

  const presented = (iss: string, sub: string, aud: string) =>
    `No matching federated identity record found for presented assertion. Assertion Issuer: '${iss}'. Assertion Subject: '${sub}'. Assertion Audience: '${aud}'.`

  test.each<[string, JWTPayload, string]>([
    ['another issuer', { iss: `${issuer}/` }, presented(`${issuer}/`, subject, audience)],
    ['another subject', { sub: `${subject}-x` }, presented(issuer, `${subject}-x`, audience)],
    ['a subject in other letters', { sub: subject.toUpperCase() }, presented(issuer, subject.toUpperCase(), audience)],
    ['another audience', { aud: 'api://other' }, presented(issuer, subject, 'api://other')],
  ])('does not match %s', async (_name, claims, text) => {
    expectRefusal(await ask(claims), { error: 'invalid_client', number: 70021, text })
  })

  test('is over, and is signed by somebody else', async () => {
    expectRefusal(await ask({ exp: now() - 301 }), {
      error: 'invalid_client',
      number: 700024,
      text: 'Client assertion is not within its valid time range.',
    })
    const other = (await generateKeyPair('RS256')).privateKey
    expectRefusal(await ask({}, other), unsigned)
  })
})

describe('an application', () => {
  const inOrder = { grant_type: 'password', ...web, ...alice, scope: 'openid User.Read' }

  test('whose secrets have ended', async () => {
    const credentials = { grant_type: 'client_credentials', ...web, scope: graph }
    await manifest({ passwordCredentials: [{ endDateTime: '2020-01-01T00:00:00Z' }] })
    expectRefusal(await token(url, credentials), {
      error: 'invalid_client',
      number: 7000222,
      text: `The provided client secret keys for app '${web.client_id}' are expired.`,
    })
    expect((await token(url, { ...credentials, client_secret: 'wrong' })).body.error_codes).toEqual([7000215])
    await manifest({ passwordCredentials: [{ endDateTime: '2020-01-01T00:00:00Z' }, { endDateTime: '2999-01-01T00:00:00Z' }] })
    expect((await token(url, credentials)).status).toBe(200)
  })

  test.each<[string, string, number, string]>([
    [
      'AzureADMyOrg',
      'common',
      50194,
      `Application '${web.client_id}'(Contoso Web) is not configured as a multi-tenant application. Usage of the /common endpoint is not supported for such apps created after '10/15/2018'. Use a tenant-specific endpoint or configure the application to be multi-tenant.`,
    ],
    [
      'PersonalMicrosoftAccount',
      homeTenant,
      9002331,
      'Application is configured for use by Microsoft Account users only. Please use the /consumers endpoint to serve this request.',
    ],
    [
      'AzureADMultipleOrgs',
      'consumers',
      9002346,
      'Application is configured for use by Azure Active Directory users only. Please do not use the /consumers endpoint to serve this request.',
    ],
  ])('of the audience %s at /%s', async (signInAudience, tenant, number, text) => {
    await manifest({ signInAudience })
    expectRefusal(await token(url, { ...inOrder, grant_type: 'authorization_code', code: 'x', redirect_uri: callback }, { tenant }), {
      error: 'invalid_request',
      number,
      text,
    })
    expectPage(await new Jar().open(authorizeUrl(url, {}, `${tenant}/oauth2/v2.0`)), { number, text })
    await manifest({})
  })

  const unassigned = `Your administrator has configured the application Contoso Web ('${web.client_id}') to block users unless they are specifically granted ('assigned') access to the application.`

  test('to which users must be assigned', async () => {
    await manifest({ appRoleAssignmentRequired: true })
    expectRefusal(await token(url, inOrder), { error: 'access_denied', number: 50105, text: unassigned })
    const jar = new Jar()
    for (const prompt of [undefined, 'none']) {
      const back = await callbackOf(url, { prompt }, { jar })
      expectTold(back, { error: prompt === 'none' ? 'interaction_required' : 'access_denied', number: 50105, text: unassigned })
    }
    const { directory } = server.sandbox()
    const [app] = directory.listApps().filter(({ app_id }) => app_id === 'app_entra_web')
    const user = directory.findUser('alice')
    if (app === undefined || user === undefined) throw new Error('no world')
    await send(`${url}/_grantbox/sandboxes/entra/users/alice`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ apps: [app.app_id] }),
    })
    expect((await token(url, inOrder)).status).toBe(200)
    await manifest({})
    expect((await token(url, { ...inOrder, username: 'bob' })).status).toBe(200)
  })

  test('says which groups and claims its tokens have', async () => {
    await manifest({ groupMembershipClaims: 'None', optionalClaims: { idToken: [{ name: 'family_name' }, { name: 'upn' }] } })
    const { access_token, id_token } = await tokensOf(url, { scope: `openid profile ${ordersScope}` })
    expect(claimsOf(id_token)).toMatchObject({ family_name: 'Arnold', upn: alice.username })
    for (const one of [access_token, id_token]) expect(claimsOf(one)).not.toHaveProperty('groups')
    await manifest({})
    expect(claimsOf((await tokensOf(url, { scope: 'openid profile' })).id_token)).toHaveProperty('groups')
  })

  test('of the vendor’s family takes the refresh tokens of the others, and nobody else does', async () => {
    const of = (...ids: string[]) => set({ manifests: Object.fromEntries(ids.map((id) => [id, { foci: true }])) })
    await of(spa.client_id, web.client_id)
    const scope = 'openid offline_access User.Read'
    const { refresh_token } = await tokensOf(url, { client_id: spa.client_id, client_secret: undefined, scope })
    const refresh = (client: Record<string, string>, shown = refresh_token) =>
      token(url, { grant_type: 'refresh_token', ...client, refresh_token: String(shown) })
    const { status, body } = await refresh(web)
    expect([status, body.foci, claimsOf(body.access_token).appid, claimsOf(body.id_token).aud]).toEqual([
      200,
      '1',
      web.client_id,
      web.client_id,
    ])
    expect((await refresh(spa, body.refresh_token)).status).toBe(200)
    await of(spa.client_id)
    expectRefusal(await refresh(web), {
      error: 'invalid_grant',
      number: 70000,
      text: 'Provided grant is invalid or malformed.',
      suberror: 'client_mismatch',
    })
    await of()
    expectRefusal(await refresh(web), { error: 'invalid_grant', number: 70000, text: 'Provided grant is invalid or malformed.' })
  })

  test('has a logout URL, which is opened in a frame with issuer and session', async () => {
    await manifest({ logoutUrl: 'https://app.example/signed-out' })
    const jar = new Jar()
    const back = await callbackOf(url, {}, { jar })
    const query = new URLSearchParams({ post_logout_redirect_uri: callback, logout_hint: alice.username })
    const page = await jar.open(`${url}/${homeTenant}/oauth2/v2.0/logout?${query}`)
    await manifest({})
    const sid = back.searchParams.get('session_state')
    const frame = `https://app.example/signed-out?iss=${encodeURIComponent(`${url}/${homeTenant}/v2.0`)}&sid=${sid}`
    expect(page.html).toContain(`src="${frame.replaceAll('&', '&amp;')}"`)
    expect([page.status, page.headers.get('refresh')]).toEqual([200, `2;url=${callback}`])
  })

  test('of the vendor’s family is told so, where a refresh token comes', async () => {
    await manifest({ foci: true }, spa.client_id)
    const ask = (scope: string) => tokensOf(url, { client_id: spa.client_id, client_secret: undefined, scope })
    const told = await ask('openid offline_access User.Read')
    expect([Object.keys(told).at(-1), told.foci]).toEqual(['foci', '1'])
    expect(await ask('openid User.Read')).not.toHaveProperty('foci')
    await manifest({})
    expect(await ask('openid offline_access User.Read')).not.toHaveProperty('foci')
  })
})

test.each([
  [50053, 'locked', "The account is locked, you've tried to sign in too many times with an incorrect user ID or password."],
  [50126, 'alice', 'Error validating credentials due to invalid username or password.'],
])('AADSTS%i of user %s', async (number, username, text) => {
  const answer = await token(url, { grant_type: 'password', ...web, username, password: 'x', scope: 'openid' })
  expectRefusal(answer, { error: 'invalid_grant', number, text })
})

test('a personal account has the tenant of all of them and an id that is half zeros', async () => {
  const asked = { scope: 'openid profile offline_access User.Read', client_info: '1' }
  const back = await callbackOf(url, asked, { at: 'consumers/oauth2/v2.0' })
  const code = back.searchParams.get('code') ?? ''
  const form = { grant_type: 'authorization_code', ...web, code, redirect_uri: callback, client_info: '1' }
  const { body } = await token(url, form, { tenant: 'consumers' })
  const told = JSON.parse(Buffer.from(String(body.client_info), 'base64url').toString())
  expect(told).toEqual({
    uid: expect.stringMatching(/^00000000-0000-0000-[0-9a-f]{4}-[0-9a-f]{12}$/),
    utid: '9188040d-6c67-4c5b-b112-36a304b66dad',
  })
  expect(back.searchParams.get('client_info')).toBe(body.client_info)
  for (const one of [body.id_token, body.access_token]) expect(claimsOf(one)).toMatchObject({ oid: told.uid, tid: told.utid })
  expect(claimsOf((await tokensOf(url, { scope: 'openid profile' })).id_token).oid).toBe(oid)
})
