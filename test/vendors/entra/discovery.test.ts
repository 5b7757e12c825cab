import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { homeTenant, startEntra, token, tokensOf, web } from '../../support/entra-client.ts'
import { fetchAt } from '../../support/recording/replay.ts'
import { start } from '../../support/server.ts'
import { claimsOf, send } from '../../support/vendor-client.ts'
import { expectRefusal } from './refusal.ts'

const server = await startEntra()
const { url } = server

const consumers = '9188040d-6c67-4c5b-b112-36a304b66dad'
const discovery = async (path: string) => (await send(`${url}/${path}/.well-known/openid-configuration`)).body

describe('the discovery document', () => {
  test('has its members in the vendor’s order', async () => {
    const document = await discovery(`${homeTenant}/v2.0`)
    expect(Object.keys(document)).toEqual([
      ...['token_endpoint', 'token_endpoint_auth_methods_supported', 'jwks_uri', 'response_modes_supported', 'subject_types_supported'],
      ...[
        'id_token_signing_alg_values_supported',
        'response_types_supported',
        'scopes_supported',
        'issuer',
        'request_uri_parameter_supported',
      ],
      ...['userinfo_endpoint', 'authorization_endpoint', 'device_authorization_endpoint', 'http_logout_supported'],
      ...['frontchannel_logout_supported', 'end_session_endpoint', 'claims_supported', 'kerberos_endpoint', 'tenant_region_scope'],
      ...['cloud_instance_name', 'cloud_graph_host_name', 'msgraph_host', 'rbac_url'],
    ])
    expect(document).toMatchObject({
      token_endpoint: `${url}/${homeTenant}/oauth2/v2.0/token`,
      token_endpoint_auth_methods_supported: ['client_secret_post', 'private_key_jwt', 'client_secret_basic'],
      jwks_uri: `${url}/${homeTenant}/discovery/v2.0/keys`,
      subject_types_supported: ['pairwise'],
      response_types_supported: ['code', 'id_token', 'code id_token', 'id_token token'],
      issuer: `${url}/${homeTenant}/v2.0`,
      authorization_endpoint: `${url}/${homeTenant}/oauth2/v2.0/authorize`,
      device_authorization_endpoint: `${url}/${homeTenant}/oauth2/v2.0/devicecode`,
      end_session_endpoint: `${url}/${homeTenant}/oauth2/v2.0/logout`,
      tenant_region_scope: 'NA',
      cloud_instance_name: 'microsoftonline.com',
      msgraph_host: 'graph.microsoft.com',
      rbac_url: 'https://pas.windows.net',
    })
  })

  test.each([
    ['common/v2.0', '{tenantid}/v2.0', 'common', null],
    ['organizations/v2.0', '{tenantid}/v2.0', 'organizations', null],
    ['consumers/v2.0', `${consumers}/v2.0`, consumers, 'NA'],
    ['contoso.onmicrosoft.com/v2.0', `${homeTenant}/v2.0`, homeTenant, 'NA'],
    ['common', '{tenantid}/', 'common', null],
    ['contoso.onmicrosoft.com', `${homeTenant}/`, homeTenant, 'NA'],
  ])('of %s: issuer %s to the letter, endpoints of %s', async (path, issuer, tenant, region) => {
    const version = path.endsWith('/v2.0') ? '/v2.0' : ''
    expect(await discovery(path)).toMatchObject({
      issuer: `${url}/${issuer}`,
      token_endpoint: `${url}/${tenant}/oauth2${version}/token`,
      jwks_uri: `${url}/${tenant}/discovery${version}/keys`,
      tenant_region_scope: region,
    })
  })

  test('of an unknown tenant is 400 invalid_tenant, and with other_tenants off of every GUID but one', async () => {
    const unknown = await send(`${url}/nosuch.example/v2.0/.well-known/openid-configuration`)
    expectRefusal(unknown, {
      error: 'invalid_tenant',
      number: 90002,
      text: "Tenant 'nosuch.example' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud.",
    })
    const strict = await start({ defaultProvider: 'entra' })
    await fetch(`${strict.url}/_grantbox/sandboxes/entra`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ settings: { other_tenants: false } }),
    })
    const ask = async (tenant: string) => (await send(`${strict.url}/${tenant}/v2.0/.well-known/openid-configuration`)).status
    expect([await ask('11111111-2222-4333-8444-555555555555'), await ask(homeTenant), await ask('common')]).toEqual([400, 200, 200])
  })
})

test('keys have their certificate, its thumbprint twice, and in v2.0 the issuer', async () => {
  const { body } = await send(`${url}/${homeTenant}/discovery/v2.0/keys`)
  const [key] = body.keys as Record<string, unknown>[]
  expect(Object.keys(key ?? {})).toEqual(['kty', 'use', 'kid', 'x5t', 'n', 'e', 'x5c', 'cloud_instance_name', 'issuer'])
  const [certificate] = [key?.x5c].flat()
  const thumbprint = createHash('sha1')
    .update(Buffer.from(String(certificate), 'base64'))
    .digest('base64url')
  expect(key).toMatchObject({ kty: 'RSA', use: 'sig', kid: thumbprint, x5t: thumbprint, e: 'AQAB', issuer: `${url}/${homeTenant}/v2.0` })
  expect(thumbprint).toHaveLength(27)
  const first = await send(`${url}/${homeTenant}/discovery/keys`)
  expect((first.body.keys as object[])[0]).not.toHaveProperty('issuer')
})

describe('instance discovery', () => {
  const ask = (authority: string, version = '1.1') =>
    send(`${url}/common/discovery/instance?api-version=${version}&authorization_endpoint=${encodeURIComponent(authority)}`)

  test('names the clouds, and our own host as one more', async () => {
    const { status, body } = await ask('https://login.microsoftonline.com/common/oauth2/v2.0/authorize')
    expect([status, Object.keys(body)]).toEqual([200, ['tenant_discovery_endpoint', 'api-version', 'metadata']])
    expect(body.tenant_discovery_endpoint).toBe('https://login.microsoftonline.com/common/v2.0/.well-known/openid-configuration')
    const metadata = body.metadata as unknown[]
    expect(metadata[0]).toEqual({
      preferred_network: 'login.microsoftonline.com',
      preferred_cache: 'login.windows.net',
      aliases: ['login.microsoftonline.com', 'login.windows.net', 'login.microsoft.com', 'sts.windows.net'],
    })
    const { host } = new URL(url)
    expect(metadata.at(-1)).toEqual({ preferred_network: host, preferred_cache: host, aliases: [host] })
    const own = await ask(`${url}/${homeTenant}/oauth2/v2.0/authorize`, '1.0')
    expect(own.body).toMatchObject({
      tenant_discovery_endpoint: `${url}/${homeTenant}/v2.0/.well-known/openid-configuration`,
      'api-version': '1.0',
    })
  })

  test('refuses an unknown host with invalid_instance', async () => {
    const answer = await ask('https://login.elsewhere.example/common/oauth2/v2.0/authorize')
    expectRefusal(answer, { error: 'invalid_instance', number: 50049, text: 'Unknown or invalid instance.' })
  })
})

test('knows of no user’s realm, so that Python’s MSAL takes the password itself', async () => {
  const { status, text } = await send(`${url}/common/userrealm/alice@contoso.onmicrosoft.com?api-version=1.0`)
  expect([status, text]).toEqual([404, ''])
})

describe('at the vendor’s own hosts', () => {
  const at = async (address: string, form?: Record<string, string>, headers: Record<string, string> = {}) => {
    const visit = await fetchAt(server)
    const answer = await visit(address, form === undefined ? { headers } : { method: 'POST', body: new URLSearchParams(form) })
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> }
  }
  const login = `https://login.microsoftonline.com/${homeTenant}`

  test('issuers, endpoints and userinfo are at the hosts that the vendor has for them', async () => {
    const { body } = await at(`${login}/v2.0/.well-known/openid-configuration`)
    expect(body).toMatchObject({
      issuer: `${login}/v2.0`,
      token_endpoint: `${login}/oauth2/v2.0/token`,
      userinfo_endpoint: 'https://graph.microsoft.com/oidc/userinfo',
    })
    const first = await at(`${login}/.well-known/openid-configuration`)
    expect(first.body.issuer).toBe(`https://sts.windows.net/${homeTenant}/`)
    const alias = await at(`https://login.windows.net/${homeTenant}/v2.0/.well-known/openid-configuration`)
    expect(alias.body.issuer).toBe(`${login}/v2.0`)
    const b2c = await at('https://contoso.b2clogin.com/contoso.onmicrosoft.com/B2C_1_x/v2.0/.well-known/openid-configuration')
    expect(b2c.body.issuer).toBe(`https://contoso.b2clogin.com/${homeTenant}/v2.0/`)
  })

  test('tokens of both versions have the issuers of both, whatever endpoint was asked', async () => {
    const form = { grant_type: 'password', ...web, username: 'alice', password: 'Password1!', scope: 'openid profile User.Read' }
    const { body } = await at(`${login}/oauth2/v2.0/token`, form)
    expect(claimsOf(body.access_token).iss).toBe(`https://sts.windows.net/${homeTenant}/`)
    expect(claimsOf(body.id_token).iss).toBe(`${login}/v2.0`)
    const me = await at('https://graph.microsoft.com/v1.0/me', undefined, { authorization: `Bearer ${body.access_token}` })
    expect(me.body['@odata.context']).toBe('https://graph.microsoft.com/v1.0/$metadata#users/$entity')
    const old = await at(`${login}/oauth2/token`, { grant_type: 'client_credentials', ...web, resource: 'https://graph.microsoft.com' })
    expect(claimsOf(old.body.access_token).iss).toBe(`https://sts.windows.net/${homeTenant}/`)
  })
})

test('a tenant that was made is a world of its own', async () => {
  const made = await start({ defaultProvider: 'entra' })
  const id = '99999999-2222-4333-8444-555555555555'
  const headers = { 'content-type': 'application/json' }
  const { status } = await send(`${made.url}/_grantbox/sandboxes/entra/spaces`, { method: 'POST', headers, body: JSON.stringify({ id }) })
  expect(status).toBe(201)
  const form = { grant_type: 'client_credentials', ...web, scope: 'https://graph.microsoft.com/.default' }
  expect((await token(made.url, form, { tenant: id })).body.error_codes).toEqual([700016])
  expect((await token(made.url, form)).status).toBe(200)
})

test('a token is as old as it says: access_token_jitter lets it live longer', async () => {
  await fetch(`${url}/_grantbox/sandboxes/entra`, {
    method: 'PATCH',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ settings: { access_token_jitter: 1800 } }),
  })
  const { expires_in } = await tokensOf(url)
  expect(Number(expires_in)).toBeGreaterThanOrEqual(3599)
  expect(Number(expires_in)).toBeLessThan(3599 + 1800)
})
