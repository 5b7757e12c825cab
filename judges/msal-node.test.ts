import { readFile } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { request } from 'node:https'
import { join } from 'node:path'
import { json } from 'node:stream/consumers'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import {
  type AuthenticationResult,
  ConfidentialClientApplication,
  CryptoProvider,
  type INetworkModule,
  type NetworkRequestOptions,
  PublicClientApplication,
} from '@azure/msal-node'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { allHintsOf } from '../src/exam/hints.ts'
import { guideExample, startDeclared, startDeclaredForFile } from '../test/support/declared.ts'
import { userinfoStatus } from '../test/support/standard-client.ts'
import { throughSignIn } from '../test/support/through-sign-in.ts'
import { claimsOf } from '../test/support/vendor-client.ts'

/** MSAL for Node.js against a declared vendor with tenants in its paths: it insists on https, and on the tenant as the path's first part. */

const example = await readFile(join(import.meta.dirname, '../examples/tenants/grantbox.config.yaml'), 'utf8')
const server = await startDeclaredForFile(parse(example).providers.tenants)
setDefaultCACertificates([...getCACertificates('default'), await server.ca()])

const tenant = '8f1c7c52-7f4d-4b9a-9d3f-0c5b0a4f6a11'
const redirectUri = 'http://localhost:5555/callback'
const origin = server.https

const web = { clientId: '11111111-aaaa-4bbb-8ccc-000000000001', clientSecret: 'web-secret' }
const configured = (authority: string, client: { clientId: string; clientSecret?: string } = web) => ({
  auth: { ...client, authority, knownAuthorities: [new URL(origin).host] },
})

function idClaims({ idToken }: AuthenticationResult) {
  return claimsOf(idToken)
}

describe.each([tenant, 'common', 'contoso.onmicrosoft.com'])('at the tenant %s', (name) => {
  test('client credentials, kept in its cache until they are asked for anew', async ({ skip }) => {
    if (name === 'common') skip('MSAL itself refuses client credentials for no tenant in particular')
    const client = new ConfidentialClientApplication(configured(`${origin}/${name}`))
    const request = { scopes: ['api://orders/.default'] }
    const first = await client.acquireTokenByClientCredential(request)
    expect(claimsOf(first?.accessToken)).toMatchObject({ appid: web.clientId, ver: '2.0' })
    const second = await client.acquireTokenByClientCredential(request)
    expect([second?.fromCache, second?.accessToken]).toEqual([true, first?.accessToken])
    const third = await client.acquireTokenByClientCredential({ ...request, skipCache: true })
    expect(third?.accessToken).not.toBe(first?.accessToken)
  })

  test('a code with PKCE, and refresh behind its back', async () => {
    const client = new ConfidentialClientApplication(configured(`${origin}/${name}`))
    const { verifier, challenge } = await new CryptoProvider().generatePkceCodes()
    const asked = { scopes: ['User.Read'], redirectUri }
    const url = await client.getAuthCodeUrl({ ...asked, state: 's', codeChallenge: challenge, codeChallengeMethod: 'S256' })
    const back = await throughSignIn(url)
    expect(back.searchParams.get('state')).toBe('s')
    const code = back.searchParams.get('code') ?? ''
    const signedIn = await client.acquireTokenByCode({ ...asked, code, codeVerifier: verifier })
    expect(idClaims(signedIn)).toMatchObject({ ver: '2.0', preferred_username: 'alice' })
    expect(await userinfoStatus(origin, signedIn.accessToken)).toBe(200)
    const { account } = signedIn
    if (account === null) throw new Error('MSAL kept no account')
    const cached = await client.acquireTokenSilent({ scopes: ['User.Read'], account })
    expect([cached.fromCache, cached.accessToken]).toEqual([true, signedIn.accessToken])
    const fresh = await client.acquireTokenSilent({ scopes: ['User.Read'], account, forceRefresh: true })
    expect([fresh.fromCache, fresh.accessToken === signedIn.accessToken]).toEqual([false, false])
  })

  test('a device code, asked for by the path that it makes of the token endpoint’s', async () => {
    const client = new PublicClientApplication(configured(`${origin}/${name}`, { clientId: '11111111-aaaa-4bbb-8ccc-000000000002' }))
    const signedIn = await client.acquireTokenByDeviceCode({
      scopes: ['User.Read'],
      deviceCodeCallback: async ({ userCode }) => {
        const decision = JSON.stringify({ user_code: userCode, username: 'alice', decision: 'allow' })
        const headers = { 'content-type': 'application/json' }
        const { status } = await fetch(`${server.url}/_grantbox/sandboxes/acme/device`, { method: 'POST', headers, body: decision })
        expect(status).toBe(200)
      },
    })
    expect(signedIn && idClaims(signedIn)).toMatchObject({ preferred_username: 'alice' })
  })
})

test('what it appends to URLs and forms is let pass, and told as without effect', async () => {
  const client = new ConfidentialClientApplication(configured(`${origin}/${tenant}`))
  await client.acquireTokenByClientCredential({ scopes: ['api://orders/.default'], skipCache: true, correlationId: 'c-1' })
  const entry = server.sandbox().journal.list().at(-1)
  expect(entry?.url).toContain('client-request-id=')
  expect(entry?.notes?.join('\n')).toContain('client-request-id')
})

test('a wrong secret and an unknown client are told by code', async () => {
  const wrong = new ConfidentialClientApplication(configured(`${origin}/${tenant}`, { ...web, clientSecret: 'wrong' }))
  await expect(wrong.acquireTokenByClientCredential({ scopes: ['api://orders/.default'] })).rejects.toMatchObject({
    errorCode: 'invalid_client',
  })
})

test('its requests break no rule that must hold', () => {
  const { hints } = allHintsOf(server.sandbox())
  expect(server.sandbox().journal.list().length).toBeGreaterThan(10)
  expect(hints.filter(({ level }) => level === 'must')).toEqual([])
})

test('at the vendor’s own name, after instance discovery at the cloud’s, over a network of the app’s own', async () => {
  const vendor = await startDeclared({ ...parse(example).providers.tenants, ...guideExample('documents') })
  const ca = await vendor.ca()
  const asked: string[] = []
  const visit = async (address: string, method: string, options: NetworkRequestOptions = {}) => {
    asked.push(address)
    const { host, pathname, search } = new URL(address)
    const { port } = new URL(vendor.https)
    const to = { host: '127.0.0.1', port, servername: host, path: pathname + search, headers: { ...options.headers, host }, method, ca }
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      request(to, resolve).on('error', reject).end(options.body)
    })
    return { headers: answer.headers as Record<string, string>, body: (await json(answer)) as never, status: answer.statusCode ?? 0 }
  }
  const networkClient: INetworkModule = {
    sendGetRequestAsync: (address, options) => visit(address, 'GET', options),
    sendPostRequestAsync: (address, options) => visit(address, 'POST', options),
  }
  const authority = `https://login.acme.example/${tenant}`
  const client = new ConfidentialClientApplication({ auth: { ...web, authority }, system: { networkClient } })
  const result = await client.acquireTokenByClientCredential({ scopes: ['api://orders/.default'] })
  expect(claimsOf(result?.accessToken)).toMatchObject({ appid: web.clientId, tid: tenant })
  expect(asked.map((address) => new URL(address).host)).toEqual(['login.microsoftonline.com', 'login.acme.example', 'login.acme.example'])
})
