import { exportJWK, generateKeyPair } from 'jose'
import * as openid from 'openid-client'
import { describe, expect, test } from 'vitest'
import { decideBackchannelRequest } from '../../src/oauth/deferred/backchannel.ts'
import type { ClientDraft } from '../../src/oauth/model/directory.ts'
import type { ClientMetadata } from '../../src/oauth/model/records.ts'
import { listBackchannelRequests } from '../support/backchannel.ts'
import { Jar } from '../support/browser-jar.ts'
import { addClient } from '../support/iokids-setup.ts'
import { startForFile } from '../support/server.ts'
import { alice, web } from '../support/standard-client.ts'
import { callback } from '../support/standard-sign-in.ts'
import { postedAfterSignIn, throughSignIn } from '../support/through-sign-in.ts'

/** openid-client 6 against the standard provider: everything that it can do. */

const server = await startForFile({ defaultProvider: 'standard' })
const sandbox = server.sandbox()
const app = sandbox.directory.listApps()[0]
const issuer = new URL(server.url)
const execute = [openid.allowInsecureRequests]

/** The preloaded confidential client, as openid-client's documentation sets one up. */
function discover(metadata: Partial<openid.ClientMetadata> = {}): Promise<openid.Configuration> {
  return openid.discovery(issuer, web.client_id, { client_secret: web.client_secret, ...metadata }, undefined, { execute })
}

/** A client of its own, registered with the metadata that openid-client is told as well. */
async function registered(metadata: ClientMetadata, draft: Partial<ClientDraft> = {}): Promise<openid.Configuration> {
  const { client_id, client_secret } = addClient(sandbox, { metadata, ...draft }, app)
  const told = { ...metadata, client_secret: client_secret ?? undefined } as Partial<openid.ClientMetadata>
  return openid.discovery(issuer, client_id, told, undefined, { execute })
}

interface Asked {
  parameters: Record<string, string>
  checks: openid.AuthorizationCodeGrantChecks
}

/** PKCE, state and nonce, as its documentation asks for. */
async function asked(parameters: Record<string, string> = {}): Promise<Asked> {
  const pkceCodeVerifier = openid.randomPKCECodeVerifier()
  const expectedState = openid.randomState()
  const expectedNonce = openid.randomNonce()
  return {
    parameters: {
      redirect_uri: callback,
      scope: 'openid profile email',
      code_challenge: await openid.calculatePKCECodeChallenge(pkceCodeVerifier),
      code_challenge_method: 'S256',
      state: expectedState,
      nonce: expectedNonce,
      ...parameters,
    },
    checks: { pkceCodeVerifier, expectedState, expectedNonce },
  }
}

async function byCode(config: openid.Configuration, more: Record<string, string> = {}) {
  const { parameters, checks } = await asked(more)
  const back = await throughSignIn(openid.buildAuthorizationUrl(config, parameters))
  return openid.authorizationCodeGrant(config, back, checks)
}

describe('the authorization code flow', async () => {
  const config = await discover()
  openid.enableNonRepudiationChecks(config)

  test('with PKCE, state, nonce and iss; then userinfo, refresh, introspection and revocation', async () => {
    const tokens = await byCode(config)
    expect(tokens.claims()).toMatchObject({ sub: 'alice', amr: ['pwd'] })
    expect(await openid.fetchUserInfo(config, tokens.access_token, 'alice')).toMatchObject({ email: 'alice@example.com' })
    const refreshed = await openid.refreshTokenGrant(config, tokens.refresh_token ?? '', { scope: 'openid' })
    expect(refreshed.scope).toBe('openid')
    expect(await openid.tokenIntrospection(config, refreshed.access_token)).toMatchObject({ active: true, sub: 'alice', scope: 'openid' })
    await openid.tokenRevocation(config, refreshed.refresh_token ?? '')
    expect(await openid.tokenIntrospection(config, refreshed.access_token)).toEqual({ active: false })
    await expect(openid.fetchUserInfo(config, refreshed.access_token, 'alice')).rejects.toMatchObject({ cause: [{ scheme: 'bearer' }] })
  })

  test('as a public client', async () => {
    const spa = await openid.discovery(issuer, 'standard-spa', undefined, openid.None(), { execute })
    expect((await byCode(spa)).claims()?.sub).toBe('alice')
  })

  test('max_age is held to by auth_time', async () => {
    const { parameters, checks } = await asked({ max_age: '60' })
    const back = await throughSignIn(openid.buildAuthorizationUrl(config, parameters))
    expect((await openid.authorizationCodeGrant(config, back, { ...checks, maxAge: 60 })).claims()?.auth_time).toBeTypeOf('number')
  })

  test('resource indicators become the audience (RFC 8707)', async () => {
    const tokens = await byCode(config, { resource: 'https://api.example/' })
    expect(await openid.tokenIntrospection(config, tokens.access_token)).toMatchObject({ aud: ['https://api.example/'] })
  })

  test('form_post answers with a form, which it reads (Form Post §2)', async () => {
    const { parameters, checks } = await asked({ response_mode: 'form_post' })
    const request = await postedAfterSignIn(openid.buildAuthorizationUrl(config, parameters))
    expect((await openid.authorizationCodeGrant(config, request, checks)).claims()?.sub).toBe('alice')
  })

  test('a denial is the error that it reads from the callback', async () => {
    const { parameters, checks } = await asked({ prompt: 'consent' })
    const jar = new Jar()
    const page = await jar.post(await jar.open(openid.buildAuthorizationUrl(config, parameters).href), server.url, alice)
    const { location = issuer } = await jar.post(page, server.url, { decision: 'deny' })
    await expect(openid.authorizationCodeGrant(config, location, checks)).rejects.toMatchObject({ error: 'access_denied' })
  })

  test('pushed (RFC 9126)', async () => {
    const { parameters, checks } = await asked()
    const url = await openid.buildAuthorizationUrlWithPAR(config, parameters)
    expect([...url.searchParams.keys()].sort()).toEqual(['client_id', 'request_uri'])
    expect((await openid.authorizationCodeGrant(config, await throughSignIn(url), checks)).claims()?.sub).toBe('alice')
  })

  test('in a signed request object (RFC 9101)', async () => {
    const { publicKey, privateKey } = await openid.randomDPoPKeyPair('ES256', { extractable: true })
    const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: 'mine' }] }
    const own = await registered({ jwks, request_object_signing_alg: 'ES256' })
    const { parameters, checks } = await asked()
    const url = await openid.buildAuthorizationUrlWithJAR(own, parameters, { key: privateKey, kid: 'mine' })
    expect(url.searchParams.has('redirect_uri')).toBe(false)
    expect((await openid.authorizationCodeGrant(own, await throughSignIn(url), checks)).claims()?.sub).toBe('alice')
  })
})

describe('responses that are signed or encrypted', () => {
  test.each(['RS256', 'PS256', 'ES256', 'EdDSA'])('ID token, userinfo, introspection and JARM with %s', async (alg) => {
    const config = await registered({
      id_token_signed_response_alg: alg,
      userinfo_signed_response_alg: alg,
      introspection_signed_response_alg: alg,
      authorization_signed_response_alg: alg,
    })
    openid.enableNonRepudiationChecks(config)
    openid.useJwtResponseMode(config)
    const tokens = await byCode(config)
    expect(tokens.claims()?.sub).toBe('alice')
    expect(await openid.fetchUserInfo(config, tokens.access_token, 'alice')).toMatchObject({ name: 'Alice Arnold' })
    expect(await openid.tokenIntrospection(config, tokens.access_token)).toMatchObject({ active: true, username: 'alice' })
  })

  test.each([
    ['RSA-OAEP-256', 'A256GCM'],
    ['RSA-OAEP', 'A128CBC-HS256'],
    ['ECDH-ES', 'A128CBC-HS256'],
    ['ECDH-ES', 'A256GCM'],
  ])('all of them encrypted with %s and %s', async (alg, enc) => {
    const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true })
    const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: 'for-me', use: 'enc' }] }
    const each = ['id_token', 'userinfo', 'introspection', 'authorization'].flatMap((what) => [
      [`${what}_encrypted_response_alg`, alg],
      [`${what}_encrypted_response_enc`, enc],
      [`${what}_signed_response_alg`, 'ES256'],
    ])
    const config = await registered({ jwks, ...Object.fromEntries(each) })
    openid.enableDecryptingResponses(config, [enc], { key: privateKey, alg, kid: 'for-me' })
    openid.useJwtResponseMode(config)
    const tokens = await byCode(config)
    expect(tokens.id_token?.split('.')).toHaveLength(5)
    expect(tokens.claims()?.sub).toBe('alice')
    expect(await openid.fetchUserInfo(config, tokens.access_token, 'alice')).toMatchObject({ name: 'Alice Arnold' })
    expect(await openid.tokenIntrospection(config, tokens.access_token)).toMatchObject({ active: true, username: 'alice' })
  })
})

describe('hybrid and implicit', () => {
  test('code id_token, whose c_hash and s_hash it checks', async () => {
    const config = await discover()
    openid.enableNonRepudiationChecks(config)
    openid.useCodeIdTokenResponseType(config)
    openid.enableDetachedSignatureResponseChecks(config)
    expect((await byCode(config)).claims()?.sub).toBe('alice')
  })

  test('id_token alone', async () => {
    const config = await discover()
    openid.useIdTokenResponseType(config)
    const { parameters, checks } = await asked({ code_challenge: '', code_challenge_method: '' })
    const back = await throughSignIn(openid.buildAuthorizationUrl(config, parameters))
    const { expectedState } = checks
    const claims = await openid.implicitAuthentication(config, back, parameters.nonce ?? '', {
      expectedState: expectedState as string,
    })
    expect(claims).toMatchObject({ sub: 'alice', name: 'Alice Arnold' })
  })
})

describe('without a browser', async () => {
  const config = await discover()

  test('client credentials, with each secret method', async () => {
    expect((await openid.clientCredentialsGrant(config, { scope: 'read' })).scope).toBe('read')
    for (const method of [openid.ClientSecretPost, openid.ClientSecretBasic]) {
      const own = await openid.discovery(issuer, web.client_id, undefined, method(web.client_secret), { execute })
      expect((await openid.clientCredentialsGrant(own)).token_type).toBe('bearer')
    }
  })

  test('a device, which polls until the user allowed it (RFC 8628)', async () => {
    const device = await openid.discovery(issuer, 'standard-device', undefined, openid.None(), { execute })
    const started = await openid.initiateDeviceAuthorization(device, { scope: 'openid' })
    const jar = new Jar()
    const signedIn = await jar.post(await jar.open(started.verification_uri_complete ?? ''), server.url, { user_code: started.user_code })
    const consent = await jar.post(signedIn, server.url, alice)
    await jar.post(consent, server.url, { decision: 'allow' })
    const tokens = await openid.pollDeviceAuthorizationGrant(device, { ...started, interval: 0.01 })
    expect(tokens.claims()?.sub).toBe('alice')
  })

  test('CIBA, which polls too', async () => {
    const started = await openid.initiateBackchannelAuthentication(config, { scope: 'openid', login_hint: 'bob' })
    await decideBackchannelRequest(sandbox, listBackchannelRequests(sandbox)[0]?.id ?? '', 'allowed')
    const tokens = await openid.pollBackchannelAuthenticationGrant(config, { ...started, interval: 0.01 })
    expect(tokens.claims()?.sub).toBe('bob')
  })

  test('token exchange (RFC 8693)', async () => {
    const { access_token } = await openid.clientCredentialsGrant(config, { scope: 'read write' })
    const exchanged = await openid.genericGrantRequest(config, 'urn:ietf:params:oauth:grant-type:token-exchange', {
      subject_token: access_token,
      subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      scope: 'read',
    })
    expect(exchanged).toMatchObject({ scope: 'read', issued_token_type: 'urn:ietf:params:oauth:token-type:access_token' })
  })
})

test('DPoP: code, refresh, userinfo and a resource are bound to one key, by PAR with dpop_jkt (RFC 9449 §10)', async () => {
  const config = await discover()
  const DPoP = openid.getDPoPHandle(config, await openid.randomDPoPKeyPair())
  const { parameters, checks } = await asked()
  const url = await openid.buildAuthorizationUrlWithPAR(config, parameters, { DPoP })
  const tokens = await openid.authorizationCodeGrant(config, await throughSignIn(url), checks, undefined, { DPoP })
  expect(tokens.token_type).toBe('dpop')
  const refreshed = await openid.refreshTokenGrant(config, tokens.refresh_token ?? '', undefined, { DPoP })
  expect(await openid.fetchUserInfo(config, refreshed.access_token, 'alice', { DPoP })).toMatchObject({ sub: 'alice' })
  const userinfo = new URL(`${server.url}/userinfo`)
  const answer = await openid.fetchProtectedResource(config, refreshed.access_token, userinfo, 'GET', null, undefined, { DPoP })
  expect(answer.status).toBe(200)
})

test('signing out at the end session endpoint brings the browser back with state (RP-Initiated Logout §3)', async () => {
  const config = await registered({ post_logout_redirect_uris: ['http://127.0.0.1/bye'] })
  const { parameters, checks } = await asked()
  const jar = new Jar()
  const back = await throughSignIn(openid.buildAuthorizationUrl(config, parameters), alice, jar)
  const { id_token = '' } = await openid.authorizationCodeGrant(config, back, checks)
  const url = openid.buildEndSessionUrl(config, {
    post_logout_redirect_uri: 'http://127.0.0.1:8765/bye',
    id_token_hint: id_token,
    state: 'gone',
  })
  expect((await jar.open(url.href)).location?.href).toBe('http://127.0.0.1:8765/bye?state=gone')
  const silent = openid.buildAuthorizationUrl(config, { ...parameters, prompt: 'none' })
  expect((await jar.open(silent.href)).location?.searchParams.get('error')).toBe('login_required')
})
