import { createHash, createPrivateKey, generateKeyPairSync, X509Certificate } from 'node:crypto'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import {
  ConfidentialClientApplication,
  type Configuration,
  CryptoProvider,
  InteractionRequiredAuthError,
  PublicClientApplication,
  ServerError,
} from '@azure/msal-node'
import { exportJWK } from 'jose'
import { describe, expect, test } from 'vitest'
import { selfSignedCertificate } from '../../src/basics/x509.ts'
import { Jar } from '../../test/support/browser-jar.ts'
import { alice, api, callback, homeTenant, oid, ordersScope, signIn, spa, startEntra, web } from '../../test/support/entra-client.ts'
import { recordRequests } from '../../test/support/recording/judge-requests.ts'
import { start } from '../../test/support/server.ts'
import { claimsOf } from '../../test/support/vendor-client.ts'

/** MSAL for Node.js at a port of its own, with the two options that its authors have for it. */

const server = await startEntra()
setDefaultCACertificates([...getCACertificates('default'), await server.ca()])
recordRequests('entra', 'msal-node', server)

const { https } = server
const { host } = new URL(https)
const graph = 'https://graph.microsoft.com/.default'

function configured(auth: Omit<Configuration['auth'], 'authority' | 'knownAuthorities'>, tenant = homeTenant): Configuration {
  return { auth: { ...auth, authority: `${https}/${tenant}`, knownAuthorities: [host] } }
}

const confidential = (tenant?: string) =>
  new ConfidentialClientApplication(configured({ clientId: web.client_id, clientSecret: web.client_secret }, tenant))

/** Does something beside what MSAL does, by the control API. */
async function control(method: string, path: string, body: object): Promise<void> {
  const headers = { 'content-type': 'application/json' }
  const { status } = await fetch(`${server.url}/_grantbox/sandboxes/entra/${path}`, { method, headers, body: JSON.stringify(body) })
  expect(status).toBe(200)
}

/** Where the user's browser comes back. */
async function throughSignIn(url: string): Promise<URL> {
  const jar = new Jar()
  const { location } = await signIn(jar, await jar.open(url), https)
  if (location === undefined) throw new Error('no way back')
  return location
}

test('client credentials, and the same token from its cache', async () => {
  const client = confidential()
  const first = await client.acquireTokenByClientCredential({ scopes: [graph] })
  expect(claimsOf(first?.accessToken)).toMatchObject({ appid: web.client_id, idtyp: 'app', roles: ['User.Read.All'] })
  const second = await client.acquireTokenByClientCredential({ scopes: [graph] })
  expect([second?.fromCache, second?.accessToken]).toEqual([true, first?.accessToken])
})

describe.each([homeTenant, 'common', 'organizations', 'contoso.onmicrosoft.com'])('at %s', (tenant) => {
  test('a code, an account, a silent token, and one for another API', async () => {
    const client = confidential(tenant)
    const asked = { scopes: ['User.Read', 'offline_access'], redirectUri: callback }
    const back = await throughSignIn(await client.getAuthCodeUrl({ ...asked, state: 's' }))
    const clientInfo = back.searchParams.get('client_info') ?? ''
    const signedIn = await client.acquireTokenByCode({ ...asked, code: back.searchParams.get('code') ?? '', clientInfo })
    const { account } = signedIn
    expect(account).toMatchObject({
      homeAccountId: `${oid}.${homeTenant}`,
      tenantId: homeTenant,
      username: alice.username,
      name: 'Alice Arnold',
    })
    expect(signedIn.scopes).toContain('User.Read')
    if (account === null) throw new Error('no account')
    expect((await client.acquireTokenSilent({ scopes: ['User.Read'], account })).fromCache).toBe(true)
    const orders = await client.acquireTokenSilent({ scopes: [ordersScope], account })
    expect(claimsOf(orders.accessToken)).toMatchObject({ aud: api.client_id, scp: 'access_as_user', ver: '2.0' })
    const again = await client.acquireTokenSilent({ scopes: ['User.Read'], account, forceRefresh: true })
    expect([again.fromCache, again.accessToken === signedIn.accessToken]).toEqual([false, false])
  })
})

test('a code with PKCE, for a public client', async () => {
  const client = new PublicClientApplication(configured({ clientId: spa.client_id }))
  const { verifier, challenge } = await new CryptoProvider().generatePkceCodes()
  const asked = { scopes: ['User.Read'], redirectUri: 'http://localhost:7071' }
  const back = await throughSignIn(await client.getAuthCodeUrl({ ...asked, codeChallenge: challenge, codeChallengeMethod: 'S256' }))
  const { account } = await client.acquireTokenByCode({ ...asked, code: back.searchParams.get('code') ?? '', codeVerifier: verifier })
  expect(account?.username).toBe(alice.username)
})

test('a password', async () => {
  const client = new PublicClientApplication(configured({ clientId: spa.client_id }))
  const { account } = (await client.acquireTokenByUsernamePassword({ scopes: ['User.Read'], ...alice })) ?? {}
  expect(account?.homeAccountId).toBe(`${oid}.${homeTenant}`)
})

test('a device code', async () => {
  const client = new PublicClientApplication(configured({ clientId: spa.client_id }))
  const signedIn = await client.acquireTokenByDeviceCode({
    scopes: ['User.Read'],
    deviceCodeCallback: async ({ userCode, message }) => {
      expect(message).toContain(userCode)
      await control('POST', 'device', { user_code: userCode, username: 'alice', decision: 'allow' })
    },
  })
  expect(signedIn?.account?.username).toBe(alice.username)
})

test('on behalf of its caller', async () => {
  const caller = await new PublicClientApplication(configured({ clientId: spa.client_id })).acquireTokenByUsernamePassword({
    scopes: [ordersScope],
    ...alice,
  })
  const middle = new ConfidentialClientApplication(configured({ clientId: api.client_id, clientSecret: api.client_secret }))
  const asked = { oboAssertion: caller?.accessToken ?? '', scopes: ['User.Read'] }
  const token = await middle.acquireTokenOnBehalfOf(asked)
  expect(claimsOf(token?.accessToken)).toMatchObject({ appid: api.client_id, oid, scp: 'openid profile User.Read' })
  expect((await middle.acquireTokenOnBehalfOf(asked))?.fromCache).toBe(true)
})

test('a certificate', async () => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  const certificate = selfSignedCertificate(createPrivateKey(pem), 'judge')
  const clientId = '44444444-2222-4333-8444-555555555555'
  // Not recorded: an assertion names the address for which it was made.
  const other = await start({ defaultProvider: 'entra' })
  const { directory } = other.sandbox()
  const [app] = directory.listApps()
  if (app === undefined) throw new Error('no app')
  const jwk = { ...(await exportJWK(new X509Certificate(certificate).publicKey)), x5c: [certificate.toString('base64')] }
  const grants = { token_endpoint_auth_method: 'private_key_jwt', grant_types: ['client_credentials'] }
  directory.createClient(app, { client_id: clientId, client_secret: null, ...grants, metadata: { jwks: { keys: [jwk] } }, created_at: 0 })
  const thumbprintSha256 = createHash('sha256').update(certificate).digest('hex')
  setDefaultCACertificates([...getCACertificates('default'), await other.ca()])
  const { host: authority } = new URL(other.https)
  const auth = { authority: `${other.https}/${homeTenant}`, knownAuthorities: [authority] }
  const client = new ConfidentialClientApplication({
    auth: { ...auth, clientId, clientCertificate: { thumbprintSha256, privateKey: pem } },
  })
  const token = await client.acquireTokenByClientCredential({ scopes: [graph] })
  expect(claimsOf(token?.accessToken)).toMatchObject({ appid: clientId, appidacr: '2' })
})

describe('what it makes of refusals', () => {
  test('a wrong secret', async () => {
    const client = new ConfidentialClientApplication(configured({ clientId: web.client_id, clientSecret: 'wrong' }))
    const refused = client.acquireTokenByClientCredential({ scopes: [graph], correlationId: 'c0ffee00-0000-4000-8000-000000000001' })
    await expect(refused).rejects.toMatchObject({
      errorCode: 'invalid_client',
      errorNo: 7000215,
      correlationId: 'c0ffee00-0000-4000-8000-000000000001',
    })
    await expect(refused).rejects.toBeInstanceOf(ServerError)
  })

  test('a user who must do more: the app is to ask him', async () => {
    await control('PATCH', 'users/bob', { claims: { aadsts: 50076 } })
    const client = new PublicClientApplication(configured({ clientId: spa.client_id }))
    const refused = client.acquireTokenByUsernamePassword({ scopes: ['User.Read'], username: 'bob', password: 'Password1!' })
    await expect(refused).rejects.toBeInstanceOf(InteractionRequiredAuthError)
    await expect(refused).rejects.toMatchObject({ errorCode: 'interaction_required', subError: 'basic_action' })
    await control('PATCH', 'users/bob', { claims: {} })
  })

  test('what nobody consented to: the same', async () => {
    const client = confidential()
    const signedIn = await client.acquireTokenByUsernamePassword({ scopes: ['User.Read', 'offline_access'], ...alice })
    if (signedIn?.account == null) throw new Error('no account')
    await expect(client.acquireTokenSilent({ scopes: ['Mail.Read'], account: signedIn.account })).rejects.toMatchObject({
      subError: 'consent_required',
    })
  })

  test('an unknown tenant', async () => {
    await expect(confidential('nosuch.example').acquireTokenByClientCredential({ scopes: [graph] })).rejects.toMatchObject({
      errorCode: 'endpoints_resolution_error',
    })
  })
})
