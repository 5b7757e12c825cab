import { describe, expect, test } from 'vitest'
import { preloadedRedirectUris } from '../../../src/providers/redirect-uris.ts'
import { Jar } from '../../support/browser-jar.ts'
import { authorizeUrl, callbackOf, challenge, spa, startEntra, token, verifier, web } from '../../support/entra-client.ts'
import { addApp, addClient } from '../../support/iokids-setup.ts'
import { send } from '../../support/vendor-client.ts'
import { expectPage } from './refusal.ts'

const server = await startEntra()
const { url } = server
const home = 'https://app.example/'

test.each<[string, string, string | undefined]>([
  ['256 characters', home.padEnd(256, 'a'), undefined],
  ['one more', home.padEnd(257, 'a'), 'It has 257 characters; Entra takes 256'],
  ...['!', '$', "'", '(', ')', ',', ';'].map((one): [string, string, string] => [
    one,
    `${home}a${one}b`,
    `It has ${one}, which Entra does not take`,
  ]),
  ['[::1]', 'http://[::1]:3000/callback', 'Entra does not take [::1]; it takes localhost and 127.0.0.1'],
  ['[::1] over https', 'https://[::1]/callback', 'Entra does not take [::1]; it takes localhost and 127.0.0.1'],
  ['http at 127.0.0.1', 'http://127.0.0.1:3000/callback', undefined],
  ['http at localhost', 'http://localhost', undefined],
  ['http elsewhere', 'http://app.example/callback', 'Entra takes http for localhost and 127.0.0.1 alone'],
  ['a wildcard', 'https://*.app.example/callback', undefined],
  ['what MSAL has for devices', 'msal6b1f8a3e-52c4-4d0e-9a77-1f2e3d4c5b6a://auth', undefined],
])('a redirect URI is registered: %s', async (name, uri, problem) => {
  const { status, text } = await send(`${url}/_grantbox/sandboxes/entra/apps`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name, redirect_uris: [uri] }),
  })
  expect([status, problem === undefined || text.includes(problem)]).toEqual([problem === undefined ? 201 : 400, true])
})

describe('a redirect URI', () => {
  const { client_id } = addClient(
    server.sandbox(),
    { metadata: { response_types: ['code', 'id_token'] } },
    addApp(server.sandbox(), { redirect_uris: ['https://*.app.example/callback', 'https://other.example/'] }),
  )

  test.each([
    ['https://one.app.example/callback', 200],
    ['https://one.app.example/callback?from=mail', 200],
    ['https://a.b.app.example/callback', 400],
    ['https://app.example/callback', 400],
    ['https://one.app.example/other', 400],
  ])('fits a wildcard: %s is answered with %i', async (redirect_uri, status) => {
    expect((await new Jar().open(authorizeUrl(url, { client_id, redirect_uri }))).status).toBe(status)
  })

  describe.each([
    ['AzureADMyOrg', 200],
    ['AzureADMultipleOrgs', 200],
    ['AzureADandPersonalMicrosoftAccount', 400],
  ])('of an application for %s', (signInAudience, status) => {
    test.each([
      ['that fits a wildcard', 'https://one.app.example/callback'],
      ['with a query', 'https://other.example/?from=mail'],
    ])('%s', async (_, redirect_uri) => {
      const app = addApp(server.sandbox(), { redirect_uris: ['https://*.app.example/callback', 'https://other.example/?from=mail'] })
      const metadata = { response_types: ['code'], signInAudience }
      const { client_id: id } = addClient(server.sandbox(), { metadata }, app)
      const page = await new Jar().open(authorizeUrl(url, { client_id: id, redirect_uri }))
      expect([page.status, page.location]).toEqual([status, undefined])
      if (status === 200) return
      expectPage(page, {
        number: 50011,
        text: `The redirect URI '${redirect_uri}' specified in the request does not match the redirect URIs configured for the application '${id}'. Make sure the redirect URI sent in the request matches one added to your application in the Azure portal.`,
      })
    })
  })

  test.each([
    ['http://localhost:4321/spa', 9002327],
    ['http://localhost:4321/callback', undefined],
  ])('at any port of localhost is of the type that its path has: %s', async (redirect_uri, number) => {
    const asked = { client_id: spa.client_id, redirect_uri, code_challenge: challenge, code_challenge_method: 'S256' }
    const code = (await callbackOf(url, asked)).searchParams.get('code') ?? ''
    const form = { grant_type: 'authorization_code', client_id: spa.client_id, redirect_uri, code, code_verifier: verifier }
    const { body } = await token(url, form)
    expect(body.error_codes).toEqual(number === undefined ? undefined : [number])
  })

  test('may be left out where an ID token is asked for: the first one it is', async () => {
    const asked = { client_id: web.client_id, redirect_uri: undefined, response_type: 'id_token', scope: 'openid', nonce: 'n' }
    const back = await callbackOf(url, asked)
    expect([`${back.origin}${back.pathname}`, [...new URLSearchParams(back.hash.slice(1)).keys()]]).toEqual([
      preloadedRedirectUris[0],
      ['id_token', 'state', 'session_state'],
    ])
  })

  test('may not be left out where a code is', async () => {
    expectPage(await new Jar().open(authorizeUrl(url, { redirect_uri: undefined })), {
      number: 900144,
      text: "The request body must contain the following parameter: 'redirect_uri'.",
    })
  })

  test('of an application that has none', async () => {
    const none = addClient(server.sandbox(), {}, addApp(server.sandbox(), { name: 'None', redirect_uris: [] }))
    const page = await new Jar().open(authorizeUrl(url, { client_id: none.client_id }))
    expectPage(page, { number: 500113, text: 'No reply address is registered for the application.' })
  })
})
