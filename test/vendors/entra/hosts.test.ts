import { expect, test } from 'vitest'
import { homeTenant, startEntra, tokensOf, web } from '../../support/entra-client.ts'
import { fetchAt } from '../../support/recording/replay.ts'
import { claimsOf } from '../../support/vendor-client.ts'

/** The vendor's hosts: what is answered at each, and under which issuer. */

const server = await startEntra()
const visit = await fetchAt(server)
const read = async (address: string, init: RequestInit = {}) => (await visit(address, init)).json() as Promise<Record<string, unknown>>
const discovery = (at: string) => read(`https://${at}/v2.0/.well-known/openid-configuration`)

test.each([
  ['login.microsoftonline.com', 'login.microsoftonline.com'],
  ['login.windows.net', 'login.microsoftonline.com'],
  ['login.microsoft.com', 'login.microsoftonline.com'],
  ['sts.windows.net', 'login.microsoftonline.com'],
  ['westeurope.login.microsoft.com', 'login.microsoftonline.com'],
  ['login.microsoftonline.us', 'login.microsoftonline.us'],
  ['login.partner.microsoftonline.cn', 'login.partner.microsoftonline.cn'],
  ['contoso.ciamlogin.com', `${homeTenant}.ciamlogin.com`],
  [`${homeTenant}.ciamlogin.com`, `${homeTenant}.ciamlogin.com`],
])('at %s the issuer is at %s, and the endpoints are where they were asked for', async (host, issuer) => {
  const document = await discovery(`${host}/contoso.onmicrosoft.com`)
  expect(document).toMatchObject({
    issuer: `https://${issuer}/${homeTenant}/v2.0`,
    authorization_endpoint: `https://${host}/${homeTenant}/oauth2/v2.0/authorize`,
    token_endpoint: `https://${host}/${homeTenant}/oauth2/v2.0/token`,
    device_authorization_endpoint: `https://${host}/${homeTenant}/oauth2/v2.0/devicecode`,
    end_session_endpoint: `https://${host}/${homeTenant}/oauth2/v2.0/logout`,
    jwks_uri: `https://${host}/${homeTenant}/discovery/v2.0/keys`,
    userinfo_endpoint: 'https://graph.microsoft.com/oidc/userinfo',
  })
  const { keys } = await read(`https://${host}/${homeTenant}/discovery/v2.0/keys`)
  expect((keys as object[]).length).toBe(1)
})

test('another name of the Chinese cloud is answered', async () => {
  expect((await visit(`https://login.chinacloudapi.cn/${homeTenant}/discovery/v2.0/keys`, {})).status).toBe(200)
})

test('of customers’ tenants tokens have the issuer that discovery says, and Graph’s the old one', async () => {
  const at = `https://contoso.ciamlogin.com/${homeTenant}`
  const user = { username: 'alice', password: 'Password1!', scope: 'openid profile User.Read' }
  const body = new URLSearchParams({ grant_type: 'password', ...web, ...user })
  const { id_token, access_token } = await read(`${at}/oauth2/v2.0/token`, { method: 'POST', body })
  expect([claimsOf(id_token).iss, claimsOf(access_token).iss]).toEqual([
    `https://${homeTenant}.ciamlogin.com/${homeTenant}/v2.0`,
    `https://sts.windows.net/${homeTenant}/`,
  ])
})

test('at names of its own all is in one place', async () => {
  const { id_token } = await tokensOf(server.url)
  expect(claimsOf(id_token).iss).toBe(`${server.url}/${homeTenant}/v2.0`)
})
