import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import { allowInsecureRequests, authorizationCodeGrant, buildAuthorizationUrl, discovery, refreshTokenGrant } from 'openid-client'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { Jar } from '../support/browser-jar.ts'
import { guideExample, problemsOf, startDeclared, startDeclaredForFile } from '../support/declared.ts'
import { web } from '../support/standard-client.ts'
import { callback, signInAndAllow } from '../support/standard-sign-in.ts'
import { basic, claimsOf, post, postJson, send } from '../support/vendor-client.ts'

const credentials = basic(web.client_id, web.client_secret)
const grant = { grant_type: 'client_credentials' }

describe('a tenant in the path', async () => {
  const server = await startDeclaredForFile(guideExample('spaces'))

  /** A code flow of openid-client, which knows the issuer alone. */
  async function codeFlow(base: string, tenant: string) {
    const issuer = new URL(`${base}/${tenant}/v2.0`)
    const config = await discovery(issuer, web.client_id, web.client_secret, undefined, { execute: [allowInsecureRequests] })
    const url = buildAuthorizationUrl(config, { redirect_uri: callback, scope: 'openid', state: 's' })
    const jar = new Jar()
    const end = await signInAndAllow(jar, await jar.open(url.href), base)
    const tokens = await authorizationCodeGrant(config, end.location ?? new URL(base), { expectedState: 's' })
    return { config, url, tokens, end }
  }

  test.each(['contoso', 'fabrikam.onmicrosoft.com', '11111111-2222-3333-4444-555555555555', 'Ünïcode'])(
    '%s is an issuer of its own, with which openid-client completes a code flow and a refresh',
    async (tenant) => {
      const { config, url, tokens } = await codeFlow(server.url, encodeURIComponent(tenant))
      expect(decodeURIComponent(url.pathname)).toBe(`/${tenant}/oauth2/v2.0/authorize`)
      expect(claimsOf(tokens.access_token)).toMatchObject({ iss: `${server.url}/${encodeURIComponent(tenant)}/v2.0`, tid: tenant })
      expect(claimsOf(tokens.id_token)).toMatchObject({ iss: `${server.url}/${encodeURIComponent(tenant)}/v2.0`, tid: tenant })
      const again = await refreshTokenGrant(config, tokens.refresh_token ?? '')
      expect(claimsOf(again.access_token).tid).toBe(tenant)
      const keys = createRemoteJWKSet(new URL(`${server.url}/${encodeURIComponent(tenant)}/discovery/v2.0/keys`))
      await jwtVerify(again.access_token, keys, { issuer: config.serverMetadata().issuer })
    },
  )

  test('keeps an alias in addresses, and tells the issuer of what it stands for', async () => {
    const { body } = await send(`${server.url}/common/v2.0/.well-known/openid-configuration`)
    expect(body).toMatchObject({
      issuer: `${server.url}/contoso/v2.0`,
      authorization_endpoint: `${server.url}/common/oauth2/v2.0/authorize`,
      token_endpoint: `${server.url}/common/oauth2/v2.0/token`,
    })
    const other = await send(`${server.url}/organizations/v2.0/.well-known/openid-configuration`)
    expect(other.body.token_endpoint).toBe(`${server.url}/organizations/oauth2/v2.0/token`)
    const issued = await post(`${server.url}/common/oauth2/v2.0/token`, grant, credentials)
    expect(claimsOf(issued.body.access_token)).toMatchObject({ iss: `${server.url}/contoso/v2.0`, tid: 'contoso' })
  })

  test('stands in the metadata between host and path too (RFC 8414 §3.1), with and without a query', async () => {
    const { body } = await send(`${server.url}/.well-known/oauth-authorization-server/fabrikam/v2.0?x=1`)
    expect(body.issuer).toBe(`${server.url}/fabrikam/v2.0`)
    expect((await send(`${server.url}/Fabrikam/V2.0/.well-known/openid-configuration/`)).body.issuer).toBe(`${server.url}/Fabrikam/v2.0`)
  })

  test('holds below the sandbox’s name as well', async () => {
    const { tokens } = await codeFlow(`${server.url}/acme`, 'fabrikam')
    expect(claimsOf(tokens.id_token)).toMatchObject({ iss: `${server.url}/acme/fabrikam/v2.0`, tid: 'fabrikam' })
  })

  test('is the default one where no path says: for mints, and in what the control API and the dashboard show', async () => {
    const minted = await postJson(`${server.url}/_grantbox/sandboxes/acme/tokens`, {
      client_id: web.client_id,
      username: 'alice',
      scope: 'openid',
    })
    expect(claimsOf(minted.body.access_token)).toMatchObject({ tid: 'contoso', iss: `${server.url}/contoso/v2.0` })
    const { body } = await send(`${server.url}/_grantbox/sandboxes/acme`)
    expect(body.token_endpoint).toBe(`${server.url}/contoso/oauth2/v2.0/token`)
    const page = await (await fetch(`${server.url}/dashboard/acme/docs`)).text()
    expect(page).toContain('/contoso/oauth2/v2.0/token')
    expect(page).not.toContain('{tenant}')
    const collection = await send(`${server.url}/_grantbox/sandboxes/acme/postman/collection`)
    expect(collection.text).not.toContain('{tenant}')
  })

  test('says errors in its own words, and has no path without one', async () => {
    const refused = await post(`${server.url}/fabrikam/oauth2/v2.0/token`, grant, basic('x', 'y'))
    expect([refused.status, refused.body.error]).toEqual([401, 'invalid_client'])
    expect((await post(`${server.url}/token`, grant, credentials)).status).toBe(404)
    expect((await send(`${server.url}/contoso/oauth2/v2.0/token`)).status).toBe(405)
  })
})

describe('at paths that name no tenant', async () => {
  const { url } = await startDeclaredForFile({
    ...guideExample('spaces'),
    settings: { claims: { introspection: { tid: '{path.tenant}', by: '{iss}' } } },
    userinfo: { body: { '*': '{claims}', tid: '{path.tenant}' } },
  })
  const user = { grant_type: 'password', username: 'alice', password: 'password', scope: 'openid offline_access' }
  const issued = async (path: string) => (await post(`${url}/${path}/oauth2/v2.0/token`, user, credentials)).body
  const introspect = async (token: unknown) => (await post(`${url}/introspect`, { token: String(token) }, credentials)).body

  test.each([
    ['fabrikam', 'fabrikam'],
    ['Ünïcode', 'Ünïcode'],
    ['contoso', 'contoso'],
    ['common', 'contoso'],
  ])('introspection and userinfo tell the tenant of a token of %s', async (asked, tenant) => {
    const tokens = await issued(encodeURIComponent(asked))
    const iss = `${url}/${encodeURIComponent(tenant)}/v2.0`
    for (const token of [tokens.access_token, tokens.refresh_token]) {
      expect(await introspect(token)).toMatchObject({ active: true, iss, tid: tenant, by: iss })
    }
    expect((await introspect(tokens.access_token)).aud).toBe(iss)
    const { body } = await send(`${url}/userinfo`, { headers: { authorization: `Bearer ${tokens.access_token}` } })
    expect(body).toMatchObject({ sub: 'alice', tid: tenant })
    const again = { grant_type: 'refresh_token', refresh_token: String(tokens.refresh_token) }
    const { body: second } = await post(`${url}/${encodeURIComponent(asked)}/oauth2/v2.0/token`, again, credentials)
    expect((await introspect(second.access_token)).iss).toBe(iss)
  })

  test('a signed userinfo is of the token’s issuer, and a refresh token that was exchanged for keeps its own', async () => {
    const { access_token } = await issued('fabrikam')
    const type = (name: string) => `urn:ietf:params:oauth:token-type:${name}`
    const exchange = {
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      subject_token: String(access_token),
      subject_token_type: type('access_token'),
      requested_token_type: type('refresh_token'),
    }
    const { body } = await post(`${url}/fabrikam/oauth2/v2.0/token`, exchange, credentials)
    expect(await introspect(body.access_token)).toMatchObject({ iss: `${url}/fabrikam/v2.0`, tid: 'fabrikam' })
    const metadata = { grant_types: ['password'], scope: 'openid', userinfo_signed_response_alg: 'RS256' }
    const { body: client } = await postJson(`${url}/register`, metadata)
    const its = basic(String(client.client_id), String(client.client_secret))
    const { body: tokens } = await post(`${url}/fabrikam/oauth2/v2.0/token`, { ...user, scope: 'openid' }, its)
    const { text } = await send(`${url}/userinfo`, { headers: { authorization: `Bearer ${tokens.access_token}` } })
    expect(claimsOf(text)).toMatchObject({ iss: `${url}/fabrikam/v2.0`, tid: 'fabrikam' })
  })
})

test('an issuer that has nothing to do with the address may name its space', async () => {
  const server = await startDeclared(guideExample('issuer'))
  const { body } = await post(`${server.url}/fabrikam/oauth2/token`, grant, credentials)
  expect(claimsOf(body.access_token).iss).toBe('https://sts.acme.example/fabrikam/')
  expect((await send(`${server.url}/.well-known/openid-configuration`)).body.issuer).toBe('https://sts.acme.example/contoso/')
})

test('the example with tenants answers a client that appends what it likes to the query', async () => {
  const file = await readFile(join(import.meta.dirname, '../../examples/tenants/grantbox.config.yaml'), 'utf8')
  const server = await startDeclared(parse(file).providers.tenants)
  const client = { client_id: '11111111-aaaa-4bbb-8ccc-000000000001', client_secret: 'web-secret', client_info: '1', 'x-client-SKU': 'x' }
  const token = `${server.url}/organizations/oauth2/v2.0/token?client-request-id=c-1`
  const { body, text } = await post(token, { ...grant, scope: 'api://orders/.default', ...client })
  expect(Object.keys(body)).toEqual(['token_type', 'scope', 'expires_in', 'ext_expires_in', 'access_token'])
  expect(claimsOf(body.access_token)).toMatchObject({ tid: '8f1c7c52-7f4d-4b9a-9d3f-0c5b0a4f6a11', ver: '2.0' })
  expect(text).not.toContain('undefined')
})

test('two parts may choose, and one of them from a list', async () => {
  const server = await startDeclared({
    spaces: { region: { default: 'eu', only: ['eu', 'us'], aliases: { europe: 'eu' } }, pool: { default: 'p1' } },
    paths: { token: '/{region}/{pool}/token', jwks: '/{region}/keys' },
    token_response: { body: { access_token: '{access_token}', region: '{path.region}', pool: '{path.pool}' } },
    errors: { endpoints: { token: { body: { fault: '{code}', message: '{description}' } } } },
  })
  const ask = (path: string) => post(`${server.url}${path}/token`, grant, credentials)
  expect((await ask('/us/p7')).body).toMatchObject({ region: 'us', pool: 'p7' })
  expect((await ask('/europe/p1')).body).toMatchObject({ region: 'eu', pool: 'p1' })
  const refused = await ask('/mars/p1')
  expect([refused.status, refused.body, refused.explanation]).toEqual([
    404,
    { fault: 'not_found', message: "There is no region 'mars'" },
    "region 'mars' came; there are: eu, us, europe",
  ])
  expect((await send(`${server.url}/mars/keys`)).status).toBe(404)
})

test.each<[object, string]>([
  [{ paths: { token: '/{tenant}/token' } }, 'providers.acme.paths.token: expected spaces.tenant.default beside a path with {tenant}'],
  [{ issuer_path: '/{tenant}' }, 'providers.acme.issuer_path: expected spaces.tenant.default'],
  [{ spaces: { tenant: { default: 'a' } } }, 'providers.acme.spaces.tenant: expected {tenant} in a path or in issuer_path'],
  [{ spaces: { tenant: {} }, paths: { token: '/{tenant}/t' } }, 'providers.acme.spaces.tenant.default'],
  [
    { spaces: { t: { default: 'a', only: ['b'] } }, paths: { token: '/{t}/t' } },
    'providers.acme.spaces.t.default: expected one of b, got "a"',
  ],
  [{ paths: { token: '/x{tenant}/token' } }, 'providers.acme.paths.token: expected a path'],
  [
    { spaces: { a: { default: 'x' }, b: { default: 'y' } }, paths: { token: '/{a}/token', userinfo: '/{b}/token' } },
    'providers.acme.paths.userinfo: expected a path of its own',
  ],
])('a mistake in %o is told with its path', (declaration, line) => {
  expect(problemsOf(declaration).join('\n')).toContain(line)
})
