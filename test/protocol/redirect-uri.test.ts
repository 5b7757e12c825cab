import { describe, expect, test } from 'vitest'
import { authorizeUrl, brandon, postToken } from '../support/iokids-client.ts'
import { addApp, addClient, credentials, lastEntry } from '../support/iokids-setup.ts'
import { startForFile } from '../support/server.ts'
import { begin, open } from '../support/sign-in-steps.ts'

const server = await startForFile()
const sandbox = server.sandbox()
const { url } = server

async function clientFor(...redirect_uris: string[]) {
  return addClient(sandbox, {}, addApp(sandbox, { redirect_uris }))
}

async function accepted(client_id: string, redirect_uri: string): Promise<boolean> {
  const { status, location } = await open(authorizeUrl(url, { client_id, redirect_uri }))
  expect(location).toBeUndefined()
  expect([200, 400]).toContain(status)
  return status === 200
}

describe('a redirect URI matches byte for byte', () => {
  test.each([
    ['https://app.example/cb', 'https://app.example/cb/'],
    ['https://app.example/cb/', 'https://app.example/cb'],
    ['https://app.example/cb', 'https://app.example/CB'],
    ['https://app.example/cb', 'https://APP.example/cb'],
    ['https://app.example/cb', 'HTTPS://app.example/cb'],
    ['https://app.example/cb', 'http://app.example/cb'],
    ['https://app.example/cb', 'https://app.example:443/cb'],
    ['https://app.example/cb', 'https://app.example/cb?x=1'],
    ['https://app.example/cb', 'https://app.example/cb#x'],
    ['https://app.example/cb', 'https://app.example/cb/../cb'],
    ['https://app.example/cb', 'https://app.example/%63b'],
    ['https://app.example/cb', 'https://app.example/cb '],
    ['https://app.example/cb', 'https://app.example.evil.example/cb'],
    ['https://app.example/cb', 'https://app.example@evil.example/cb'],
    ['https://app.example/cb?a=1&b=2', 'https://app.example/cb?b=2&a=1'],
    ['https://app.example/', 'https://app.example'],
    ['https://*.example/cb', 'https://app.example/cb'],
    ['fluffy://callback', 'fluffy://callback/'],
  ])('registered %s; %s is refused', async (registered, came) => {
    const { client_id } = await clientFor(registered, 'https://another.example/')
    expect(await accepted(client_id, registered)).toBe(true)
    expect(await accepted(client_id, came)).toBe(false)
  })

  test('the explanation says where it differs', async () => {
    const { client_id } = await clientFor('https://app.example/cb')
    await accepted(client_id, 'https://app.example/cb/')
    expect(lastEntry(sandbox).explanation).toBe("redirect_uri differs from the registered one at its end: '/' is too much")
    await accepted(client_id, 'https://app.example/Cb')
    expect(lastEntry(sandbox).explanation).toContain('in letter case')
  })

  const [web, here] = ['https://app.example/cb?a=1', 'http://127.0.0.1:8080/callback']
  test.each([
    ['https://other.example/cb?a=1', `differs from the registered ${web} in its host: 'other.example' instead of 'app.example'`],
    ['https://app.example.evil.example/cb?a=1', `in its host: 'app.example.evil.example' instead of 'app.example'`],
    ['http://app.example/cb?a=1', `differs from the registered ${web} in its scheme: 'http' instead of 'https'`],
    ['https://app.example:8443/cb?a=1', `differs from the registered ${web} in its port: '8443' instead of none`],
    ['https://app.example/callback?a=1', `differs from the registered ${web} in its path: '/callback' instead of '/cb'`],
    ['https://app.example/cb?a=12', `differs from the registered ${web} in its query: 'a=12' instead of 'a=1'`],
    ['https://app.example/c', `in its path: '/c' instead of '/cb', and in its query: none instead of 'a=1'`],
    ['https://app.example/cb', `differs from the registered one at its end: '?a=1' is missing`],
    ['https://app.example/cb?a=1#x', `differs from the registered one at its end: '#x' is too much`],
    ['http://127.0.0.1:9/other', `differs from the registered ${here} in its path: '/other' instead of '/callback'`],
    ['https://another.example/', `is not registered: 'https://another.example/'`],
    ['https://another.example:8443/other', `is not registered: 'https://another.example:8443/other'`],
  ])('the explanation of %s compares whole parts', async (came, explanation) => {
    const { client_id } = addClient(sandbox, {}, addApp(sandbox, { redirect_uris: [web, here] }))
    await accepted(client_id, came)
    expect(lastEntry(sandbox).explanation?.endsWith(explanation)).toBe(true)
  })
})

describe('the loopback addresses take any port (RFC 8252 §7.3)', () => {
  test.each([
    ['http://127.0.0.1/cb', 'http://127.0.0.1:51004/cb', true],
    ['http://127.0.0.1:8080/cb', 'http://127.0.0.1:9/cb', true],
    ['http://127.0.0.1:8080/cb', 'http://127.0.0.1/cb', true],
    ['http://[::1]/cb', 'http://[::1]:51004/cb', true],
    ['http://localhost/cb', 'http://localhost:51004/cb', true],
    ['http://127.0.0.1/cb?a=1', 'http://127.0.0.1:7/cb?a=1', true],
    ['http://127.0.0.1/cb', 'http://localhost:51004/cb', false],
    ['http://localhost/cb', 'http://127.0.0.1:51004/cb', false],
    ['http://127.0.0.1/cb', 'http://[::1]:51004/cb', false],
    ['http://127.0.0.1/cb', 'https://127.0.0.1:51004/cb', false],
    ['https://127.0.0.1/cb', 'https://127.0.0.1:51004/cb', false],
    ['http://127.0.0.1/cb', 'http://127.0.0.1:51004/cb/', false],
    ['http://127.0.0.1/cb', 'http://127.0.0.1:51004/other', false],
    ['http://127.0.0.1/cb', 'http://127.0.0.1:51004/cb?a=1', false],
    ['http://127.0.0.1/cb', 'http://127.0.0.1:51004@evil.example/cb', false],
    ['http://127.0.0.1/cb', 'http://127.0.0.1.evil.example:80/cb', false],
    ['http://127.0.0.1/cb', 'http://127.0.0.2:51004/cb', false],
    ['http://127.0.0.1.example/cb', 'http://127.0.0.1:51004.example/cb', false],
    ['http://192.168.0.1/cb', 'http://192.168.0.1:51004/cb', false],
    ['http://localhost/cb', 'http://localhost.evil.example:51004/cb', false],
  ])('registered %s; %s: %s', async (registered, came, good) => {
    const { client_id } = await clientFor(registered, 'https://another.example/')
    expect(await accepted(client_id, came)).toBe(good)
  })

  test('the preloaded client has them, and the code goes to the port that was named', async () => {
    for (const redirect_uri of ['http://127.0.0.1:51004/callback', 'http://localhost:3000/callback']) {
      const { post } = await begin(url, { redirect_uri })
      await post(brandon)
      expect((await post({ decision: 'allow' })).location?.href).toMatch(new RegExp(`^${redirect_uri}\\?code=`))
    }
  })
})

describe('where the answer goes', () => {
  async function codeAt(registered: string, redirect_uri: string | undefined = registered) {
    const app = addApp(sandbox, { redirect_uris: [registered] })
    const client = addClient(sandbox, {}, app)
    const user = sandbox.directory.findUser(brandon.username)
    if (user !== undefined) sandbox.store.addUserToApp(user, client)
    const { post } = await begin(url, { client_id: client.client_id, redirect_uri })
    await post(brandon)
    return { client, location: (await post({ decision: 'allow' })).location }
  }

  test.each(['fluffy://callback', 'com.findfluffy.app:/oauth2/callback', 'fluffy:callback'])(
    'to a scheme of a mobile app, as it was registered: %s',
    async (registered) => {
      const { location } = await codeAt(registered)
      expect(location?.href).toMatch(new RegExp(`^${registered}\\?code=[\\w.-]+&state=secret-session-state$`))
    },
  )

  test('a query of the redirect URI is kept (RFC 6749 §4.1.2)', async () => {
    const { location } = await codeAt('https://app.example/cb?tenant=a%2Bb')
    expect(location?.href).toMatch(/^https:\/\/app\.example\/cb\?tenant=a%2Bb&code=/)
  })

  test('a redirect_uri may be left out when exactly one is registered, and then in the token request too', async () => {
    const { client, location } = await codeAt('https://app.example/only', '')
    expect(location?.href).toMatch(/^https:\/\/app\.example\/only\?code=/)
    const code = location?.searchParams.get('code') ?? ''
    const { status } = await postToken(url, { grant_type: 'authorization_code', code, ...credentials(client) })
    expect(status).toBe(200)
  })

  test('with none registered there is no place to go', async () => {
    const { client_id } = await clientFor()
    expect(await accepted(client_id, 'https://app.example/cb')).toBe(false)
    expect((await open(authorizeUrl(url, { client_id, redirect_uri: undefined }))).status).toBe(400)
  })
})
