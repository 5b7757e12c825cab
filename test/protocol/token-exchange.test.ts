import { exportJWK, SignJWT } from 'jose'
import * as oauth from 'oauth4webapi'
import { describe, expect, test } from 'vitest'
import type { ClientDraft } from '../../src/oauth/model/directory.ts'
import { addClient, addUser, credentials } from '../support/iokids-setup.ts'
import { start, startForFile } from '../support/server.ts'
import { alice, bob, claimsOf, json, post, tokensOf, userinfoStatus, web } from '../support/standard-client.ts'

const server = await startForFile({ defaultProvider: 'standard' })
const sandbox = server.sandbox()
const grant_type = 'urn:ietf:params:oauth:grant-type:token-exchange'
const type = (name: string) => `urn:ietf:params:oauth:token-type:${name}`
const app = sandbox.directory.listApps()[0]

/** The service that was called with a user's token and exchanges it. */
const service = credentials(addService())
const tokens = (form: Record<string, string> = {}) => tokensOf(server.url, { scope: 'openid profile read', ...form })

function addService(draft: Partial<ClientDraft> = {}) {
  return addClient(sandbox, { grant_types: [grant_type, 'client_credentials', 'refresh_token'], ...draft }, app)
}

const exchange = (subject_token: string | undefined, form: Record<string, string> = {}, base = server.url, path = '/token') =>
  post(base, path, { grant_type, subject_token: String(subject_token), subject_token_type: type('access_token'), ...service, ...form })

async function ownToken(client: Record<string, string> = service): Promise<string> {
  const { body } = await post(server.url, '/token', { grant_type: 'client_credentials', ...client })
  return String(body.access_token)
}

const active = async (token: unknown) =>
  (await post(server.url, '/introspect', { token: String(token), ...web })).body as Record<string, unknown> & { active: boolean }

describe('impersonation (RFC 8693 §1.1)', () => {
  test('an access token becomes one of the service for the same user, with the same scope', async () => {
    const { access_token } = await tokens()
    const { status, body, headers } = await exchange(access_token)
    expect(status).toBe(200)
    expect(body).toEqual({
      access_token: expect.any(String),
      issued_token_type: type('access_token'),
      token_type: 'Bearer',
      expires_in: expect.any(Number),
      scope: 'openid profile read',
    })
    expect(headers.get('cache-control')).toBe('no-store')
    const claims = claimsOf(body.access_token)
    expect(claims).toMatchObject({ sub: 'alice', client_id: service.client_id })
    expect(claims).not.toHaveProperty('act')
    expect(await userinfoStatus(server.url, body.access_token)).toBe(200)
  })

  test('scope may be narrowed and never widened', async () => {
    const { access_token } = await tokens()
    expect((await exchange(access_token, { scope: 'read' })).body.scope).toBe('read')
    const wider = await exchange(access_token, { scope: 'read write' })
    expect(wider.body.error).toBe('invalid_scope')
    expect(wider.headers.get('grantbox-explain')).toContain('subject token')
  })

  test('audience and resource are whom the new token is for, and may both come more than once', async () => {
    const { access_token = '' } = await tokens()
    const form: [string, string][] = [
      ['grant_type', grant_type],
      ['subject_token', access_token],
      ['subject_token_type', type('access_token')],
      ['resource', 'https://a.example/api'],
      ['resource', 'https://b.example/api'],
      ['audience', 'backend'],
      ...Object.entries(service),
    ]
    const { body } = await post(server.url, '/token', form)
    expect(claimsOf(body.access_token).aud).toEqual(['https://a.example/api', 'https://b.example/api', 'backend'])
    expect((await active(body.access_token)).aud).toEqual(['https://a.example/api', 'https://b.example/api', 'backend'])
  })

  test('a client’s own token stays about that client', async () => {
    const { body } = await exchange(await ownToken(web), { scope: 'read' })
    expect(claimsOf(body.access_token)).toMatchObject({ sub: 'standard-web', client_id: service.client_id })
    expect((await active(body.access_token)).sub).toBe('standard-web')
    const again = await exchange(String(body.access_token))
    expect(claimsOf(again.body.access_token).sub).toBe('standard-web')
  })

  test('an access token does not outlive the one that it came of', async () => {
    const own = await start({ defaultProvider: 'standard' })
    const { access_token } = await tokensOf(own.url)
    own.clock.advance(3000)
    const { body } = await exchange(access_token, web, own.url)
    expect(body.expires_in).toBeLessThanOrEqual(600)
    own.clock.advance(601)
    expect(await userinfoStatus(own.url, body.access_token)).toBe(401)
  })
})

describe('delegation (RFC 8693 §4.1)', () => {
  test('an actor token puts its subject into act, and who acted before stands inside', async () => {
    const { access_token } = await tokens()
    const actor_token_type = type('access_token')
    const first = await exchange(access_token, { actor_token: await ownToken(), actor_token_type })
    expect(claimsOf(first.body.access_token)).toMatchObject({ sub: 'alice', act: { sub: service.client_id } })
    expect((await active(first.body.access_token)).act).toEqual({ sub: service.client_id })
    const second = await exchange(String(first.body.access_token), { actor_token: await ownToken(web), actor_token_type, ...web })
    expect(claimsOf(second.body.access_token)).toMatchObject({
      sub: 'alice',
      client_id: 'standard-web',
      act: { sub: 'standard-web', act: { sub: service.client_id } },
    })
  })

  test('a user acts for a user, and an exchange without an actor keeps who acts', async () => {
    const [{ access_token }, actor] = [await tokens(), await tokens(bob)]
    const delegated = await exchange(access_token, { actor_token: String(actor.access_token), actor_token_type: type('access_token') })
    expect(claimsOf(delegated.body.access_token)).toMatchObject({ sub: 'alice', act: { sub: 'bob' } })
    const onward = await exchange(String(delegated.body.access_token))
    expect(claimsOf(onward.body.access_token).act).toEqual({ sub: 'bob' })
  })

  describe('may_act says who (RFC 8693 §4.4)', () => {
    addUser(sandbox, { username: 'guarded', claims: { may_act: { sub: 'bob' } } })
    addUser(sandbox, { username: 'served', claims: { may_act: [{ sub: 'bob' }, { client_id: service.client_id }] } })
    const guarded = { username: 'guarded', password: sandbox.company }
    const as = async (user: { username: string; password: string }) => (await tokens(user)).access_token ?? ''

    test('another actor is refused', async () => {
      const subject = await as(guarded)
      const actor_token_type = type('access_token')
      const refused = await exchange(subject, { actor_token: await as(alice), actor_token_type })
      expect(refused.status).toBe(400)
      expect(refused.body.error).toBe('invalid_request')
      expect(refused.headers.get('grantbox-explain')).toContain('may_act')
      expect((await exchange(subject, { actor_token: await as(bob), actor_token_type })).status).toBe(200)
    })

    test('without an actor token it is the client who acts', async () => {
      expect((await exchange(await as(guarded))).body.error).toBe('invalid_request')
      expect((await exchange(await as({ ...guarded, username: 'served' }))).status).toBe(200)
    })
  })
})

describe('token types (RFC 8693 §3)', () => {
  test('a refresh token is asked for and refreshes as any other', async () => {
    const { access_token } = await tokens()
    const { body } = await exchange(access_token, { requested_token_type: type('refresh_token'), scope: 'openid read' })
    expect(body).toMatchObject({ issued_token_type: type('refresh_token'), token_type: 'N_A', expires_in: 30 * 24 * 3600 })
    expect(await userinfoStatus(server.url, body.access_token)).toBe(401)
    const refreshed = await post(server.url, '/token', {
      grant_type: 'refresh_token',
      refresh_token: String(body.access_token),
      ...service,
    })
    expect(refreshed.body).toMatchObject({ token_type: 'Bearer', scope: 'openid read' })
    expect(claimsOf(refreshed.body.access_token).sub).toBe('alice')
  })

  test('an ID token is asked for, with the claims of the scope and who acts', async () => {
    const { access_token } = await tokens()
    const { body } = await exchange(access_token, {
      requested_token_type: type('id_token'),
      actor_token: await ownToken(),
      actor_token_type: type('access_token'),
    })
    expect(body).toMatchObject({ issued_token_type: type('id_token'), token_type: 'N_A' })
    expect(claimsOf(body.access_token)).toMatchObject({
      iss: server.url,
      sub: 'alice',
      aud: service.client_id,
      name: 'Alice Arnold',
      act: { sub: service.client_id },
    })
  })

  test('a JWT is asked for and is one though access tokens are opaque', async () => {
    const { name } = server.server.sandboxes.create({ provider: sandbox.provider, settings: { access_token_format: 'opaque' } })
    const base = `${server.url}/${name}`
    const { access_token } = await tokensOf(base)
    expect(access_token?.split('.')).toHaveLength(2)
    const { body } = await exchange(access_token, { ...web, requested_token_type: type('jwt') }, base)
    expect(body).toMatchObject({ issued_token_type: type('jwt'), token_type: 'Bearer' })
    expect(claimsOf(body.access_token).sub).toBe('alice')
    expect(await userinfoStatus(base, body.access_token)).toBe(200)
  })

  test('an access token may be presented as jwt, an ID token as id_token and as jwt, by the client that it is for', async () => {
    const { access_token, id_token } = await tokens()
    expect((await exchange(access_token, { subject_token_type: type('jwt') })).status).toBe(200)
    for (const name of ['id_token', 'jwt']) {
      const { status, body } = await exchange(id_token, { ...web, subject_token_type: type(name), scope: 'openid read' })
      expect(status).toBe(200)
      expect(claimsOf(body.access_token)).toMatchObject({ sub: 'alice', scope: 'openid read' })
    }
    const other = await exchange(id_token, { subject_token_type: type('id_token') })
    expect(other.body.error).toBe('invalid_request')
    expect(other.headers.get('grantbox-explain')).toContain('aud')
  })

  test('a refresh token may be presented by its own client, and is not used up', async () => {
    const { refresh_token = '' } = await tokens()
    const form = { subject_token_type: type('refresh_token') }
    expect((await exchange(refresh_token, { ...web, ...form })).status).toBe(200)
    expect((await exchange(refresh_token, { ...web, ...form })).status).toBe(200)
    expect((await exchange(refresh_token, form)).headers.get('grantbox-explain')).toContain('standard-web')
    expect((await post(server.url, '/token', { grant_type: 'refresh_token', refresh_token, ...web })).status).toBe(200)
  })

  test('no ID token about a client, nor without openid', async () => {
    const form = { requested_token_type: type('id_token') }
    expect((await exchange(await ownToken(), form)).body.error).toBe('invalid_request')
    const { access_token } = await tokens({ scope: 'read' })
    expect((await exchange(access_token, form)).headers.get('grantbox-explain')).toContain('openid')
  })

  test('no refresh token for a client that is not registered for it', async () => {
    const client = credentials(addService({ grant_types: [grant_type] }))
    const { access_token } = await tokens()
    const { body } = await exchange(access_token, { ...client, requested_token_type: type('refresh_token') })
    expect(body.error).toBe('unauthorized_client')
  })
})

test('an ID token of the same sandbox under another issuer is refused', async () => {
  const { id_token } = await tokensOf(`${server.url}/standard`)
  const refused = await exchange(id_token, { ...web, subject_token_type: type('id_token') })
  expect(refused.headers.get('grantbox-explain')).toContain('its iss is')
})

test('a token that is bound to a key comes back unbound to nobody but a client that authenticates (RFC 9449 §5)', async () => {
  const key = await oauth.generateKeyPair('ES256', { extractable: true })
  const proof = async () => {
    const now = Math.floor(server.clock.now() / 1000)
    const claims = { jti: crypto.randomUUID(), htm: 'POST', htu: `${server.url}/token`, iat: now }
    const header = { alg: 'ES256', typ: 'dpop+jwt', jwk: await exportJWK(key.publicKey) }
    return { dpop: await new SignJWT(claims).setProtectedHeader(header).sign(key.privateKey) }
  }
  const form = { grant_type: 'password', ...web, ...alice, scope: 'read' }
  const { body } = await post(server.url, '/token', form, await proof())
  expect(body.token_type).toBe('DPoP')
  const bare = { client_secret: null, token_endpoint_auth_method: 'none' }
  const { client_id } = addService(bare)
  const ask = { grant_type, subject_token: String(body.access_token), subject_token_type: type('access_token') }
  const stolen = await post(server.url, '/token', { ...ask, client_id })
  expect(stolen.body.error).toBe('invalid_request')
  expect(stolen.headers.get('grantbox-explain')).toContain('bound to a key')
  expect((await post(server.url, '/token', { ...ask, client_id }, await proof())).body.token_type).toBe('DPoP')
  expect((await post(server.url, '/token', { ...ask, ...service })).status).toBe(200)
})

test('an ID token that the client could have signed itself is no subject token', async () => {
  const metadata = { id_token_signed_response_alg: 'HS256' }
  const client = credentials(addService({ grant_types: [grant_type, 'password'], metadata }))
  const { id_token } = await tokens(client)
  const refused = await exchange(id_token, { ...client, subject_token_type: type('id_token') })
  expect(refused.body.error).toBe('invalid_request')
  expect(refused.headers.get('grantbox-explain')).toContain('own secret')
})

describe('refuses', async () => {
  const good = (await tokens()).access_token ?? ''
  const idToken = (await tokens()).id_token ?? ''
  test.each<[string, Record<string, string>, string]>([
    ['an unknown token', { subject_token: 'x' }, 'not issued'],
    ['an altered token', { subject_token: `${good.slice(0, -4)}AAAA` }, 'altered'],
    ['an altered ID token', { ...web, subject_token: `${idToken.slice(0, -6)}AAAAAA`, subject_token_type: type('id_token') }, 'signature'],
    ['an access token as ID token', { subject_token: good, subject_token_type: type('id_token') }, 'no ID token'],
    ['an ID token as access token', { subject_token: idToken }, 'not issued'],
    ['an access token as refresh token', { subject_token: good, subject_token_type: type('refresh_token') }, 'not issued'],
    ['what is no JWT as jwt', { subject_token: 'a.b', subject_token_type: type('jwt') }, 'no JWT'],
    ['a SAML assertion', { subject_token: 'x', subject_token_type: type('saml2') }, 'saml2'],
    ['an unknown requested_token_type', { subject_token: good, requested_token_type: type('saml2') }, 'saml2'],
    ['an actor token without its type', { subject_token: good, actor_token: good }, 'actor_token_type'],
    ['an actor token type alone', { subject_token: good, actor_token_type: type('access_token') }, 'actor_token'],
    ['a bad actor token', { subject_token: good, actor_token: 'x', actor_token_type: type('access_token') }, 'actor_token'],
  ])('%s', async (_what, form, why) => {
    const { status, body, headers } = await exchange(undefined, form)
    expect(status).toBe(400)
    expect(body.error).toBe('invalid_request')
    expect(headers.get('grantbox-explain')).toContain(why)
  })

  test('a request without subject token', async () => {
    expect((await post(server.url, '/token', { grant_type, ...service })).body.error_description).toBe('Parameter subject_token is missing')
  })

  test('a token of another sandbox', async () => {
    const { name } = server.server.sandboxes.create({ provider: sandbox.provider })
    expect((await exchange(good, web, `${server.url}/${name}`)).body.error).toBe('invalid_request')
  })

  test('a client that is not registered for it', async () => {
    const client = credentials(addClient(sandbox, { grant_types: ['password'] }, app))
    expect((await exchange(good, client)).body.error).toBe('unauthorized_client')
  })

  test('an expired token, and a revoked one', async () => {
    const own = await start({ defaultProvider: 'standard' })
    const old = await tokensOf(own.url)
    own.clock.advance(3601)
    const expired = await exchange(old.access_token, web, own.url)
    expect(expired.headers.get('grantbox-explain')).toContain('expired')
    const staleId = await exchange(old.id_token, { ...web, subject_token_type: type('id_token') }, own.url)
    expect(staleId.headers.get('grantbox-explain')).toContain('expired')
    const fresh = await tokensOf(own.url)
    await post(own.url, '/revoke', { token: String(fresh.access_token), ...web })
    expect((await exchange(fresh.access_token, web, own.url)).headers.get('grantbox-explain')).toContain('revoked')
  })

  test('an ID token when the user’s grant is gone', async () => {
    const own = await start({ defaultProvider: 'standard' })
    const { id_token, refresh_token } = await tokensOf(own.url)
    const present = () => exchange(id_token, { ...web, subject_token_type: type('id_token') }, own.url)
    expect((await present()).status).toBe(200)
    await post(own.url, '/revoke', { token: String(refresh_token), ...web })
    expect((await present()).body.error).toBe('invalid_request')
  })
})

describe('revoking a grant', () => {
  test('takes along all that came of its tokens, however far', async () => {
    const { access_token, refresh_token } = await tokens()
    const first = await exchange(access_token)
    const second = await exchange(String(first.body.access_token), web)
    const third = await exchange(String(second.body.access_token), { requested_token_type: type('refresh_token') })
    const separate = await tokens()
    await post(server.url, '/revoke', { token: String(refresh_token), ...web })
    for (const dead of [access_token, first.body.access_token, second.body.access_token, third.body.access_token]) {
      expect(await active(dead)).toEqual({ active: false })
    }
    expect((await active(separate.access_token)).active).toBe(true)
  })

  test('leaves what it came of', async () => {
    const { access_token } = await tokens()
    const { body } = await exchange(access_token, { requested_token_type: type('refresh_token') })
    await post(server.url, '/revoke', { token: String(body.access_token), ...service })
    expect(await active(body.access_token)).toEqual({ active: false })
    expect((await active(access_token)).active).toBe(true)
  })
})

test('iOKids has it, in its own words', async () => {
  const base = `${server.url}/iokids`
  const findFluffy = { client_id: 'iok-cid-findfluffy', client_secret: 'iok-cse-findfluffy' }
  const brandon = { username: 'beautifulmeercat246', password: 'Find Fluffy, LLC' }
  const { body } = await post(base, '/oauth/token', { grant_type: 'password', ...findFluffy, ...brandon })
  const answer = await exchange(String(body.access_token), { ...findFluffy, scope: 'profile' }, base, '/oauth/token')
  expect(answer.body).toMatchObject({ issued_token_type: type('access_token'), token_type: 'Bearer' })
  const me = await fetch(`${base}/v1/me`, { headers: { authorization: `Bearer ${answer.body.access_token}` } })
  expect(await me.json()).toMatchObject({ username: 'beautifulmeercat246' })
  const asIdToken = { ...findFluffy, subject_token_type: type('id_token') }
  expect((await exchange(String(body.access_token), asIdToken, base, '/oauth/token')).body).toMatchObject({ error: 'invalid_request' })
})

test('discovery lists it, and oauth4webapi exchanges a token', async () => {
  expect((await json(`${server.url}/.well-known/openid-configuration`)).body.grant_types_supported).toContain(grant_type)
  const options = { [oauth.allowInsecureRequests]: true }
  const as = await oauth.processDiscoveryResponse(new URL(server.url), await oauth.discoveryRequest(new URL(server.url), options))
  const client = { client_id: service.client_id ?? '' }
  const secret = oauth.ClientSecretPost(service.client_secret ?? '')
  const parameters = new URLSearchParams({
    subject_token: (await tokens()).access_token ?? '',
    subject_token_type: type('access_token'),
    scope: 'openid read',
  })
  const response = await oauth.genericTokenEndpointRequest(as, client, secret, grant_type, parameters, options)
  const result = await oauth.processGenericTokenEndpointResponse(as, client, response)
  expect(result).toMatchObject({ issued_token_type: type('access_token'), scope: 'openid read' })
})

test('a user who removes the app takes along what other apps’ clients got of its tokens', async () => {
  const own = await start({ defaultProvider: 'standard' })
  const other = credentials(addClient(own.sandbox(), {}))
  const { access_token } = await tokensOf(own.url)
  const { body } = await exchange(access_token, other, own.url)
  expect(await userinfoStatus(own.url, body.access_token)).toBe(200)
  const [user, first] = [own.sandbox().store.findUser('alice'), own.sandbox().directory.listApps()[0]]
  if (user === undefined || first === undefined) throw new Error('no user or app')
  own.sandbox().directory.removeApp(user, first, own.clock.now())
  expect(await userinfoStatus(own.url, body.access_token)).toBe(401)
})
