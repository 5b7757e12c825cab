import type * as library from '@okta/okta-auth-js'
import type { BrowserContextOptions, Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { browser } from '../../test/support/browser.ts'
import { alice, custom, spa } from '../../test/support/okta-client.ts'
import { recordRequests } from '../../test/support/recording/judge-requests.ts'
import { startForFile } from '../../test/support/server.ts'
import { claimsOf } from '../../test/support/vendor-client.ts'
import { signInAt } from '../../test/support/vendor-pages.ts'
import { serveApplication } from '../application.ts'

/** @okta/okta-auth-js, as a single-page app uses it: in a browser, on an origin of its own. */

const server = await startForFile({ defaultProvider: 'okta' })
recordRequests('okta', 'okta-auth-js', server)
const open = browser()
const application = await serveApplication('@okta/okta-auth-js/dist/okta-auth-js.min.js')
await fetch(`${server.url}/_grantbox/sandboxes/okta`, {
  method: 'PATCH',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ settings: { trusted_origins: [application] } }),
})

/** What a page that uses the library has in its window. */
interface Application {
  OktaAuth: typeof library.OktaAuth
  client: library.OktaAuth
}

async function openApplication(options: Partial<library.OktaAuthOptions> = {}, context: BrowserContextOptions = {}): Promise<Page> {
  const page = await open(context)
  await page.goto(application)
  await make(page, options)
  return page
}

/** Makes the page's client, with its documented options. */
async function make(page: Page, options: Partial<library.OktaAuthOptions> = {}): Promise<void> {
  const all: library.OktaAuthOptions = {
    issuer: `${server.url}${custom}`,
    clientId: spa.client_id,
    redirectUri: `${application}/callback`,
    scopes: ['openid', 'profile', 'email', 'offline_access'],
    ...options,
  }
  await page.evaluate((given) => {
    const window = globalThis as unknown as Application
    window.client = new window.OktaAuth(given)
  }, all)
}

/** Runs in the page; what comes back must be data. */
function inPage<T>(page: Page, act: string): Promise<T> {
  return page.evaluate(`(async () => { ${act} })()`) as Promise<T>
}

const withCredentials = `
  const transaction = await client.signInWithCredentials(${JSON.stringify(alice)})
  if (transaction.status !== 'SUCCESS') throw new Error(transaction.status)`

describe('with name and password', () => {
  test('gets a session token, and tokens by a hidden frame', async () => {
    const page = await openApplication()
    const tokens = await inPage<library.Tokens>(
      page,
      `${withCredentials}
      const { tokens } = await client.token.getWithoutPrompt({ sessionToken: transaction.sessionToken })
      client.tokenManager.setTokens(tokens)
      return tokens`,
    )
    expect(tokens.idToken?.claims).toMatchObject({ sub: '00ugrantboxalice0001', email: 'alice@example.com' })
    expect(claimsOf(tokens.accessToken?.accessToken)).toMatchObject({ sub: 'alice', scp: ['openid', 'profile', 'email', 'offline_access'] })
    expect(await inPage(page, 'return await client.token.getUserInfo()')).toMatchObject({
      given_name: 'Alice',
      preferred_username: 'alice',
    })
  })

  test('is refused with the number of the vendor', async () => {
    const page = await openApplication()
    const error = await inPage(
      page,
      `return await client.signInWithCredentials({ username: 'alice', password: 'wrong' }).catch((one) => ({ ...one }))`,
    )
    expect(error).toMatchObject({ errorCode: 'E0000004', errorSummary: 'Authentication failed' })
  })

  test('with the implicit flow, too', async () => {
    const page = await openApplication({ pkce: false, scopes: ['openid', 'profile'] })
    const tokens = await inPage<library.Tokens>(
      page,
      `${withCredentials}
      return (await client.token.getWithoutPrompt({ responseType: ['id_token', 'token'], sessionToken: transaction.sessionToken })).tokens`,
    )
    expect(tokens.idToken?.claims.sub).toBe('00ugrantboxalice0001')
    expect(tokens.accessToken?.accessToken).toMatch(/^ey/)
  })
})

describe('a session', () => {
  test('is there, renews tokens by a frame, and is closed', async () => {
    const page = await openApplication({ scopes: ['openid', 'profile'] })
    await inPage(
      page,
      `${withCredentials}
      client.tokenManager.setTokens((await client.token.getWithoutPrompt({ sessionToken: transaction.sessionToken })).tokens)`,
    )
    expect(await inPage(page, 'return await client.session.exists()')).toBe(true)
    expect(await inPage(page, '{ const { login, status } = await client.session.get(); return { login, status } }')).toEqual({
      login: 'alice',
      status: 'ACTIVE',
    })
    const before = await inPage<string>(page, 'return client.getAccessToken()')
    const after = await inPage<string>(page, `return (await client.token.renewTokens()).accessToken.accessToken`)
    expect(after).not.toBe(before)
    await inPage(page, 'await client.session.close()')
    expect(await inPage(page, 'return await client.session.exists()')).toBe(false)
    const error = await inPage(page, 'return await client.token.getWithoutPrompt().catch((one) => ({ ...one }))')
    expect(error).toMatchObject({
      errorCode: 'login_required',
      errorSummary: 'The client specified not to prompt, but the user is not logged in.',
    })
  })
})

test('by redirect: signs in on the page, refreshes, revokes, and signs out', async () => {
  const page = await openApplication()
  await inPage(page, `await client.signInWithRedirect({ originalUri: '/notes' })`).catch(() => undefined)
  await page.waitForURL(`${server.url}/**`)
  await signInAt.okta(page, alice.username, alice.password)
  await page.waitForURL(`${application}/callback*`)
  await make(page)
  await inPage(page, 'await client.storeTokensFromRedirect()')
  const before = await inPage<library.Tokens>(page, 'return await client.tokenManager.getTokens()')
  expect(before.refreshToken?.refreshToken).toMatch(/^[\w-]{43}$/)
  const after = await inPage<library.Tokens>(page, 'return await client.token.renewTokens()')
  expect(after.accessToken?.accessToken).not.toBe(before.accessToken?.accessToken)
  await inPage(page, 'await client.revokeAccessToken()')
  const claims = { authorization: `Bearer ${before.accessToken?.accessToken}` }
  const userinfo = await fetch(`${server.url}${custom}/v1/userinfo`, { headers: claims })
  expect(userinfo.headers.get('www-authenticate')).toContain('revoked')
  await inPage(page, `await client.signOut({ postLogoutRedirectUri: '${application}/' })`).catch(() => undefined)
  await page.waitForURL((url) => url.origin === application && url.pathname === '/')
  await make(page)
  expect(await inPage(page, 'return await client.session.exists()')).toBe(false)
})

test('a page whose code knows the vendor alone is led here by the proxy', async () => {
  const options = { issuer: `https://dev-1.okta.com${custom}`, scopes: ['openid', 'profile'] }
  const page = await openApplication(options, { proxy: { server: server.url, bypass: 'localhost' }, ignoreHTTPSErrors: true })
  await inPage(page, 'await client.signInWithRedirect()').catch(() => undefined)
  await page.waitForURL('https://dev-1.okta.com/**')
  await signInAt.okta(page, alice.username, alice.password)
  await page.waitForURL(`${application}/callback*`)
  await make(page, options)
  await inPage(page, 'await client.storeTokensFromRedirect()')
  expect(await inPage(page, 'return await client.token.getUserInfo()')).toMatchObject({ preferred_username: 'alice' })
  const tokens = await inPage<library.Tokens>(
    page,
    `${withCredentials}
    return (await client.token.getWithoutPrompt({ sessionToken: transaction.sessionToken })).tokens`,
  )
  expect(tokens.idToken?.claims).toMatchObject({ iss: options.issuer, sub: '00ugrantboxalice0001' })
})
