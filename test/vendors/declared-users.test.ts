import { createRemoteJWKSet, jwtVerify } from 'jose'
import {
  allowInsecureRequests,
  authorizationCodeGrant,
  type Configuration,
  discovery,
  fetchUserInfo,
  genericGrantRequest,
  skipSubjectCheck,
} from 'openid-client'
import { describe, expect, test } from 'vitest'
import { guideExample, problemsOf, startDeclared } from '../support/declared.ts'
import type { TestServer } from '../support/server.ts'
import { authorizeUrl, redeem } from '../support/standard-sign-in.ts'
import { throughSignIn } from '../support/through-sign-in.ts'
import { claimsOf, post, send } from '../support/vendor-client.ts'

const web = { client_id: 'standard-web', client_secret: 'standard-web-secret' }

function openidClient(server: TestServer): Promise<Configuration> {
  return discovery(new URL(server.url), web.client_id, web.client_secret, undefined, { execute: [allowInsecureRequests] })
}

/** Tokens for alice, as openid-client gets and checks them. */
async function codeFlow(server: TestServer, scope = 'openid profile email') {
  const config = await openidClient(server)
  const callback = await throughSignIn(authorizeUrl(server.url, { scope, state: undefined, nonce: 'n-1' }))
  return { config, tokens: await authorizationCodeGrant(config, callback, { expectedNonce: 'n-1' }) }
}

describe('the claims of ID tokens', () => {
  test('are those of the declaration, in its order, and openid-client takes them', async () => {
    const server = await startDeclared(guideExample('id_token'))
    const { tokens } = await codeFlow(server)
    expect(Object.keys(claimsOf(tokens.id_token))).toEqual(['aud', 'iss', 'iat', 'exp', 'nonce', 'sub', 'ver', 'oid', 'login', 'upn'])
    expect(claimsOf(tokens.id_token)).toMatchObject({ aud: 'standard-web', sub: 'alice', ver: '2.0', oid: 'alice', login: 'ALICE' })
    await jwtVerify(tokens.id_token ?? '', createRemoteJWKSet(new URL(`${server.url}/jwks`)), { issuer: server.url })
  })

  test('may be the usual ones with others beside them, and one left out', async () => {
    const server = await startDeclared({ id_token: { claims: { ver: 2, '*': '{claims}', azp: '{acr}', nonce: '{nonce}' } } })
    const { tokens } = await codeFlow(server)
    const names = Object.keys(claimsOf(tokens.id_token))
    expect(names).toEqual(['ver', 'iss', 'sub', 'aud', 'exp', 'iat', 'auth_time', 'amr', 'sid', 'at_hash', 'nonce'])
  })

  test.each<[string, Record<string, unknown>, Record<string, unknown>]>([
    ['objects and lists', { roles: ['user', '{username}'], who: { name: '{name}', app: '{app_name}' } }, { roles: ['user', 'alice'] }],
    ['numbers, times and texts', { at: '{auth_time|iso}', ttl: 5, t: 'user|{user_id}' }, { ttl: 5, t: 'user|alice' }],
    ['the scope as a list', { scp: '{scope|list}' }, { scp: ['openid', 'profile', 'email'] }],
    ['null where there is nothing', { acr: '{acr|or_null}', email: '{claims.email|or_null}' }, { acr: null, email: null }],
  ])('may have %s', async (_what, claims, expected) => {
    const server = await startDeclared({ id_token: { claims: { ...claims, '*': '{claims}' } } })
    const { tokens } = await codeFlow(server)
    expect(claimsOf(tokens.id_token)).toMatchObject(expected)
  })

  test('hold at every door: the password grant, a refresh, the front channel, the control API', async () => {
    const metadata = { response_types: ['code', 'code id_token'] }
    const grant_types = ['authorization_code', 'implicit', 'password', 'refresh_token']
    const apps = [{ name: 'Web', clients: [{ ...web, grant_types, metadata }] }]
    const users = [{ username: 'alice', password: 'password' }]
    const server = await startDeclared({ ...guideExample('id_token'), apps, users })
    const first = await post(`${server.url}/token`, {
      grant_type: 'password',
      username: 'alice',
      password: 'password',
      scope: 'openid',
      ...web,
    })
    const second = await post(`${server.url}/token`, {
      grant_type: 'refresh_token',
      refresh_token: String(first.body.refresh_token),
      ...web,
    })
    const front = await throughSignIn(authorizeUrl(server.url, { response_type: 'code id_token', nonce: 'n' }))
    const minted = await send(`${server.url}/_grantbox/sandboxes/acme/tokens`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ client_id: 'standard-web', username: 'alice', scope: 'openid' }),
    })
    const idTokens = [
      first.body.id_token,
      second.body.id_token,
      new URLSearchParams(front.hash.slice(1)).get('id_token'),
      minted.body.id_token,
    ]
    expect(idTokens.map((one) => claimsOf(one).ver)).toEqual(['2.0', '2.0', '2.0', '2.0'])
  })
})

describe('the body of userinfo', () => {
  test("is the vendor's own, for any token of a user", async () => {
    const server = await startDeclared(guideExample('userinfo'))
    const callback = await throughSignIn(authorizeUrl(server.url, { scope: 'read' }))
    const { body } = await redeem(server.url, callback.searchParams.get('code'))
    const user = await send(`${server.url}/userinfo`, { headers: { authorization: `Bearer ${body.access_token}` } })
    expect(user.text).toMatch(
      /^\{"id":"alice","login":"alice","name":"Alice [^"]+","email":"alice@example.com","location":null,"created_at":"20[^"]+Z","plan":\{"name":"free"\},"scopes":"read"\}$/,
    )
    expect(body.id_token).toBeUndefined()
  })

  test('is still refused to a token that tells of no user', async () => {
    const server = await startDeclared(guideExample('userinfo'))
    const { body } = await post(`${server.url}/token`, { grant_type: 'client_credentials', ...web })
    const user = await send(`${server.url}/userinfo`, { headers: { authorization: `Bearer ${body.access_token}` } })
    expect([user.status, user.explanation]).toEqual([403, 'The token was given to a client by itself and tells of no user'])
  })

  test('may ask for another scope than openid, and says so', async () => {
    const server = await startDeclared({ userinfo: { scope: 'read', body: { '*': '{claims}', id: '{user_id}' } } })
    const ask = async (scope: string) => {
      const form = { grant_type: 'password', username: 'alice', password: 'password', scope, ...web }
      const { body } = await post(`${server.url}/token`, form)
      return send(`${server.url}/userinfo`, { headers: { authorization: `Bearer ${body.access_token}` } })
    }
    expect((await ask('openid read')).body).toMatchObject({ sub: 'alice', id: 'alice' })
    const refused = await ask('openid')
    expect([refused.status, refused.explanation]).toEqual([403, "The token's scope is 'openid' and lacks read"])
    expect(refused.headers.get('www-authenticate')).toContain('scope="read"')
  })

  test.each<[string, object, unknown]>([
    ['wrapped in a member', { user: { '*': '{claims}' }, ok: true }, { user: { sub: 'alice', preferred_username: 'alice' }, ok: true }],
    ['with a list', { emails: ['{username}@acme.example'] }, { emails: ['alice@acme.example'] }],
    ['with the scope', { id: '{sub}', scopes: '{scope|commas}' }, { id: 'alice', scopes: 'openid,profile' }],
  ])('may be %s, as openid-client reads it', async (_what, body, expected) => {
    const server = await startDeclared({ userinfo: { body: { sub: '{sub}', ...body } } })
    const config = await openidClient(server)
    const grant = await genericGrantRequest(config, 'password', { username: 'alice', password: 'password', scope: 'openid profile' })
    expect(await fetchUserInfo(config, grant.access_token, skipSubjectCheck)).toMatchObject(expected as object)
  })

  test('may be withheld from tokens without a scope of its own, with the usual body', async () => {
    const server = await startDeclared({ userinfo: { scope: null } })
    const { body } = await post(`${server.url}/token`, {
      grant_type: 'password',
      username: 'alice',
      password: 'password',
      scope: 'read',
      ...web,
    })
    expect((await send(`${server.url}/userinfo`, { headers: { authorization: `Bearer ${body.access_token}` } })).body.sub).toBe('alice')
  })
})

test.each<[object, string]>([
  [{ id_token: { claims: { a: '{nonces}' } } }, 'providers.acme.id_token.claims.a: expected a value that there is, one of {iss}'],
  [{ id_token: { claim: {} } }, 'providers.acme.id_token.claim: unknown key; did you mean claims?'],
  [{ id_token: { claims: [] } }, 'providers.acme.id_token.claims: expected'],
  [{ userinfo: { body: { a: { b: '{user_id|nmber}' } } } }, 'providers.acme.userinfo.body.a.b: expected one of the filters'],
  [{ userinfo: { scope: '' } }, 'providers.acme.userinfo.scope: expected'],
])('a mistake in %o is told with its path', (declaration, line) => {
  expect(problemsOf(declaration)).toEqual([expect.stringContaining(line)])
})
