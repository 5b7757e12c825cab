import { exportJWK, generateKeyPair } from 'jose'
import * as oauth from 'oauth4webapi'
import { describe, expect, test } from 'vitest'
import { decideBackchannelRequest } from '../../src/oauth/deferred/backchannel.ts'
import type { ClientMetadata } from '../../src/oauth/model/records.ts'
import { listBackchannelRequests } from '../support/backchannel.ts'
import { Jar } from '../support/browser-jar.ts'
import { addClient } from '../support/iokids-setup.ts'
import { startForFile } from '../support/server.ts'
import { alice, web } from '../support/standard-client.ts'
import { callback } from '../support/standard-sign-in.ts'
import { postedAfterSignIn, throughSignIn } from '../support/through-sign-in.ts'

/** oauth4webapi 3 against the standard provider: every request that it can make, and every answer that it checks. */

const server = await startForFile({ defaultProvider: 'standard' })
const sandbox = server.sandbox()
const app = sandbox.directory.listApps()[0]
const insecure = { [oauth.allowInsecureRequests]: true }
const issuer = new URL(server.url)
const as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, insecure))
const me: oauth.Client = { client_id: web.client_id }
const basic = oauth.ClientSecretBasic(web.client_secret)

function registered(metadata: ClientMetadata) {
  const { client_id, client_secret } = addClient(sandbox, { metadata }, app)
  const client = { client_id, ...metadata } as oauth.Client
  return { client, authentication: oauth.ClientSecretPost(client_secret ?? '') }
}

/** An authorization request with PKCE, and what is needed to check its answer. */
async function asked(client: oauth.Client, more: Record<string, string> = {}) {
  const verifier = oauth.generateRandomCodeVerifier()
  const state = oauth.generateRandomState()
  const nonce = oauth.generateRandomNonce()
  const parameters = new URLSearchParams({
    response_type: 'code',
    client_id: client.client_id,
    redirect_uri: callback,
    scope: 'openid profile email',
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state,
    nonce,
    ...more,
  })
  return { parameters, url: new URL(`${as.authorization_endpoint}?${parameters}`), verifier, state, nonce }
}

interface Redeeming {
  client?: oauth.Client
  authentication?: oauth.ClientAuth
  options?: oauth.TokenEndpointRequestOptions
}

async function redeem(
  response: URLSearchParams,
  { verifier, nonce }: { verifier: string; nonce: string },
  { client = me, authentication = basic, options = {} }: Redeeming = {},
) {
  const answer = await oauth.authorizationCodeGrantRequest(as, client, authentication, response, callback, verifier, {
    ...insecure,
    ...options,
  })
  return {
    tokens: await oauth.processAuthorizationCodeResponse(as, client, answer, { expectedNonce: nonce, requireIdToken: true }),
    answer,
  }
}

describe('discovery', () => {
  test('as RFC 8414 has it, too', async () => {
    const answer = await oauth.discoveryRequest(issuer, { ...insecure, algorithm: 'oauth2' })
    expect((await oauth.processDiscoveryResponse(issuer, answer)).token_endpoint).toBe(as.token_endpoint)
  })

  test('of a sandbox below a prefix, with its issuer', async () => {
    const below = new URL(`${server.url}/standard`)
    for (const algorithm of ['oidc', 'oauth2'] as const) {
      const answer = await oauth.discoveryRequest(below, { ...insecure, algorithm })
      expect((await oauth.processDiscoveryResponse(below, answer)).issuer).toBe(below.href)
    }
  })
})

describe('the authorization code flow', () => {
  test('with an ID token whose signature is checked, userinfo, introspection (RFC 7662), refresh and revocation (RFC 7009)', async () => {
    const ask = await asked(me)
    const response = oauth.validateAuthResponse(as, me, await throughSignIn(ask.url), ask.state)
    const { tokens, answer } = await redeem(response, ask)
    await oauth.validateApplicationLevelSignature(as, answer, insecure)
    expect(oauth.getValidatedIdTokenClaims(tokens)?.sub).toBe('alice')
    const userinfo = await oauth.userInfoRequest(as, me, tokens.access_token, insecure)
    expect(await oauth.processUserInfoResponse(as, me, 'alice', userinfo)).toMatchObject({ name: 'Alice Arnold' })
    const introspection = await oauth.introspectionRequest(as, me, basic, tokens.access_token, insecure)
    expect(await oauth.processIntrospectionResponse(as, me, introspection)).toMatchObject({ active: true, username: 'alice' })
    const refresh = await oauth.refreshTokenGrantRequest(as, me, basic, tokens.refresh_token ?? '', insecure)
    const refreshed = await oauth.processRefreshTokenResponse(as, me, refresh)
    const revocation = await oauth.revocationRequest(as, me, basic, refreshed.refresh_token ?? '', insecure)
    expect(await oauth.processRevocationResponse(revocation)).toBeUndefined()
    await expect(
      oauth.processUserInfoResponse(as, me, 'alice', await oauth.userInfoRequest(as, me, refreshed.access_token, insecure)),
    ).rejects.toMatchObject({ cause: [{ scheme: 'bearer', parameters: { error: 'invalid_token' } }] })
  })

  test('its access token is one of RFC 9068 for the resource that was named', async () => {
    const resource = 'https://api.example/'
    const ask = await asked(me, { resource })
    const { tokens } = await redeem(oauth.validateAuthResponse(as, me, await throughSignIn(ask.url), ask.state), ask)
    const request = new Request(resource, { headers: { authorization: `Bearer ${tokens.access_token}` } })
    const claims = await oauth.validateJwtAccessToken(as, request, resource, insecure)
    expect(claims).toMatchObject({ sub: 'alice', client_id: web.client_id, scope: 'openid profile email' })
  })

  test('an answer as a JWT by query (JARM)', async () => {
    const ask = await asked(me, { response_mode: 'jwt' })
    const response = await oauth.validateJwtAuthResponse(as, me, await throughSignIn(ask.url), ask.state, insecure)
    expect((await redeem(response, ask)).tokens.id_token).toBeTypeOf('string')
  })

  test('an answer as a JWT by form post', async () => {
    const ask = await asked(me, { response_mode: 'form_post.jwt' })
    const posted = new URLSearchParams(await (await postedAfterSignIn(ask.url)).text())
    const response = await oauth.validateJwtAuthResponse(as, me, posted, ask.state, insecure)
    expect((await redeem(response, ask)).tokens.id_token).toBeTypeOf('string')
  })

  test('a request that was pushed with DPoP (RFC 9126, RFC 9449 §10.1)', async () => {
    const DPoP = oauth.DPoP(me, await oauth.generateKeyPair('ES256'))
    const ask = await asked(me)
    const answer = await oauth.pushedAuthorizationRequest(as, me, basic, ask.parameters, { ...insecure, DPoP })
    const { request_uri } = await oauth.processPushedAuthorizationResponse(as, me, answer)
    const query = new URLSearchParams({ client_id: me.client_id, request_uri })
    const response = oauth.validateAuthResponse(as, me, await throughSignIn(new URL(`${as.authorization_endpoint}?${query}`)), ask.state)
    const { tokens } = await redeem(response, ask, { options: { DPoP } })
    expect(tokens.token_type).toBe('dpop')
    const resource = await oauth.protectedResourceRequest(
      tokens.access_token,
      'GET',
      new URL(as.userinfo_endpoint ?? ''),
      undefined,
      undefined,
      { ...insecure, DPoP },
    )
    expect(resource.status).toBe(200)
  })

  test.each(['ES256', 'RS256', 'PS256', 'Ed25519'])('a request object signed with %s (RFC 9101)', async (alg) => {
    const { publicKey, privateKey } = await oauth.generateKeyPair(alg, { extractable: true })
    const { client, authentication } = registered({ jwks: { keys: [{ ...(await exportJWK(publicKey)), kid: 'k' }] } })
    const ask = await asked(client)
    const request = await oauth.issueRequestObject(as, client, ask.parameters, { key: privateKey, kid: 'k' })
    const query = new URLSearchParams({ client_id: client.client_id, request })
    const back = await throughSignIn(new URL(`${as.authorization_endpoint}?${query}`))
    const { tokens } = await redeem(oauth.validateAuthResponse(as, client, back, ask.state), ask, { client, authentication })
    expect(oauth.getValidatedIdTokenClaims(tokens)?.sub).toBe('alice')
  })
})

describe('hybrid', () => {
  test('code id_token (OpenID Connect Core §3.3)', async () => {
    const ask = await asked(me, { response_type: 'code id_token' })
    const back = await throughSignIn(ask.url)
    const response = await oauth.validateCodeIdTokenResponse(as, me, back, ask.nonce, ask.state, undefined, insecure)
    expect((await redeem(response, ask)).tokens.id_token).toBeTypeOf('string')
  })

  test('as a detached signature over code and state (FAPI 1.0 part 2 §5.2.2)', async () => {
    const ask = await asked(me, { response_type: 'code id_token' })
    const back = await throughSignIn(ask.url)
    const response = await oauth.validateDetachedSignatureResponse(as, me, back, ask.nonce, ask.state, undefined, insecure)
    expect((await redeem(response, ask)).tokens.id_token).toBeTypeOf('string')
  })
})

describe('answers of registered algorithms', () => {
  test.each(['RS256', 'PS256', 'ES256', 'EdDSA'])('ID token, userinfo and introspection with %s', async (alg) => {
    const { client, authentication } = registered({
      id_token_signed_response_alg: alg,
      userinfo_signed_response_alg: alg,
      introspection_signed_response_alg: alg,
    })
    const ask = await asked(client)
    const response = oauth.validateAuthResponse(as, client, await throughSignIn(ask.url), ask.state)
    const { tokens, answer } = await redeem(response, ask, { client, authentication })
    await oauth.validateApplicationLevelSignature(as, answer, insecure)
    const userinfo = await oauth.userInfoRequest(as, client, tokens.access_token, insecure)
    expect(await oauth.processUserInfoResponse(as, client, 'alice', userinfo)).toMatchObject({ name: 'Alice Arnold' })
    await oauth.validateApplicationLevelSignature(as, userinfo, insecure)
    const introspection = await oauth.introspectionRequest(as, client, authentication, tokens.access_token, insecure)
    expect(introspection.headers.get('content-type')).toBe('application/token-introspection+jwt')
    expect(await oauth.processIntrospectionResponse(as, client, introspection)).toMatchObject({ active: true, username: 'alice' })
    await oauth.validateApplicationLevelSignature(as, introspection, insecure)
  })

  test('a token that does not hold is inactive in a JWT as well (RFC 9701 §5)', async () => {
    const answer = await oauth.introspectionRequest(as, me, basic, 'nonsense', { ...insecure, requestJwtResponse: true })
    expect(await oauth.processIntrospectionResponse(as, me, answer)).toEqual({ active: false })
    await oauth.validateApplicationLevelSignature(as, answer, insecure)
  })
})

describe('without a browser', () => {
  test.each([
    ['client_secret_basic', oauth.ClientSecretBasic],
    ['client_secret_post', oauth.ClientSecretPost],
  ])('client credentials with %s', async (_method, authenticate) => {
    const answer = await oauth.clientCredentialsGrantRequest(as, me, authenticate(web.client_secret), { scope: 'read' }, insecure)
    expect(await oauth.processClientCredentialsResponse(as, me, answer)).toMatchObject({ token_type: 'bearer', expires_in: 3600 })
  })

  test('a wrong secret is a 401 with a challenge, which it parses (RFC 6749 §5.2)', async () => {
    const answer = await oauth.clientCredentialsGrantRequest(as, me, oauth.ClientSecretBasic('wrong'), {}, insecure)
    await expect(oauth.processClientCredentialsResponse(as, me, answer)).rejects.toMatchObject({ cause: [{ scheme: 'basic' }] })
  })

  test('a device (RFC 8628)', async () => {
    const device = { client_id: 'standard-device' }
    const scope = new URLSearchParams({ scope: 'openid' })
    const answer = await oauth.deviceAuthorizationRequest(as, device, oauth.None(), scope, insecure)
    const { device_code, user_code, verification_uri } = await oauth.processDeviceAuthorizationResponse(as, device, answer)
    const jar = new Jar()
    const entered = await jar.post(await jar.open(verification_uri), server.url, { user_code })
    await jar.post(await jar.post(entered, server.url, alice), server.url, { decision: 'allow' })
    const tokens = await oauth.deviceCodeGrantRequest(as, device, oauth.None(), device_code, insecure)
    expect((await oauth.processDeviceCodeResponse(as, device, tokens)).access_token).toBeTypeOf('string')
  })

  test('CIBA', async () => {
    const ask = new URLSearchParams({ scope: 'openid', login_hint: 'bob' })
    const answer = await oauth.backchannelAuthenticationRequest(as, me, basic, ask, insecure)
    const { auth_req_id } = await oauth.processBackchannelAuthenticationResponse(as, me, answer)
    await decideBackchannelRequest(sandbox, listBackchannelRequests(sandbox)[0]?.id ?? '', 'allowed')
    const tokens = await oauth.backchannelAuthenticationGrantRequest(as, me, basic, auth_req_id, insecure)
    const granted = await oauth.processBackchannelAuthenticationGrantResponse(as, me, tokens)
    expect(oauth.getValidatedIdTokenClaims(granted)?.sub).toBe('bob')
  })
})

test('what a client registered and cannot be done is told, and nothing goes out unencrypted', async () => {
  const { publicKey } = await generateKeyPair('ES256')
  const jwks = { keys: [{ ...(await exportJWK(publicKey)), use: 'sig' }] }
  const { client, authentication } = registered({ jwks, id_token_encrypted_response_alg: 'ECDH-ES' })
  const ask = await asked(client)
  const response = oauth.validateAuthResponse(as, client, await throughSignIn(ask.url), ask.state)
  await expect(redeem(response, ask, { client, authentication })).rejects.toMatchObject({ error: 'invalid_client_metadata' })
})
