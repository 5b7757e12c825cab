import { describe, expect, test } from 'vitest'
import { describedSandboxes } from '../../src/start/info.ts'
import { rawRequest } from '../support/raw-request.ts'
import { launch, start } from '../support/server.ts'

/** Users of other mocks look for OpenID Connect at the root, and a default start has a vendor there that has none. */

const told = "Sandbox 'standard' has it: /standard/.well-known/openid-configuration; so has the root with --provider standard"

describe('who asks a vendor without OpenID Connect for it is told where it is', async () => {
  const asked = [
    '/.well-known/openid-configuration',
    '/.well-known/openid-configuration/',
    '/.well-known/oauth-authorization-server',
    '/.well-known/jwks.json',
    '/default/.well-known/openid-configuration',
    '/realms/test/.well-known/openid-configuration?x=y',
    '/iokids/.well-known/openid-configuration',
    '/.well-known/openid-configuration/wildix',
    '/socialid/userinfo',
    '/connect/token',
    '/oauth2/v2.0/authorize?client_id=x',
  ]
  test.each(asked)('%s', async (path) => {
    const { url, sandbox } = await start({ made: ['wildix', 'socialid'] })
    const { status, headers, text } = await rawRequest(url, path)
    expect(status).toBe(404)
    expect(headers['grantbox-explain']).toContain(told)
    expect(text).not.toContain('standard')
    const [sent] = [...['iokids', 'wildix', 'socialid'].flatMap((name) => sandbox(name).journal.list())]
    expect(sent?.explanation).toContain(told)
  })

  test('in the vendor’s words, which stay as they are', async () => {
    const { url } = await start()
    const other = await rawRequest(url, '/nothing')
    const { text } = await rawRequest(url, '/.well-known/openid-configuration')
    expect(text).toBe(other.text)
    expect(other.headers['grantbox-explain']).not.toContain('OpenID')
  })
})

test('a provider that has OpenID Connect names its own document', async () => {
  const { url } = await start({ defaultProvider: 'standard' })
  const { headers } = await rawRequest(url, '/default/.well-known/openid-configuration')
  expect(headers['grantbox-explain']).toContain('it has: /authorize, /token, /.well-known/openid-configuration')
  expect(headers['grantbox-explain']).not.toContain('--provider')
})

test.each([
  ['iokids', '/standard/.well-known/openid-configuration'],
  ['standard', '/.well-known/openid-configuration'],
])('what a start with provider %s prints leads to the document', async (defaultProvider, path) => {
  const { server, url, close } = await launch({ defaultProvider })
  const found = describedSandboxes(server.describe(url)).find(({ name }) => name === 'standard')?.openid_configuration
  expect(found).toBe(url + path)
  expect(await (await fetch(`${found}`)).json()).toMatchObject({ token_endpoint: expect.stringContaining('/token') })
  await close()
})
