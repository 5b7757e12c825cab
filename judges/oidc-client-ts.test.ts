import type * as library from 'oidc-client-ts'
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import type { ClientDraft } from '../src/oauth/model/directory.ts'
import { browser } from '../test/support/browser.ts'
import { addApp, addClient } from '../test/support/iokids-setup.ts'
import { startForFile } from '../test/support/server.ts'
import { alice, claimsOf, userinfoStatus } from '../test/support/standard-client.ts'
import { serveApplication } from './application.ts'

/** oidc-client-ts, as a page of an application uses it: in a browser, on an origin of its own. */

const server = await startForFile({ defaultProvider: 'standard' })
const sandbox = server.sandbox()
const open = browser()
const application = await serveApplication('oidc-client-ts/dist/browser/oidc-client-ts.js')
const app = addApp(sandbox, { name: 'Notes', redirect_uris: [`${application}/callback`] })

function addSpa(draft: Partial<ClientDraft> = {}) {
  const metadata = { post_logout_redirect_uris: [`${application}/bye`] }
  return addClient(sandbox, { client_secret: null, token_endpoint_auth_method: 'none', metadata, ...draft }, app)
}

/** What a page that uses the library has in its window. */
interface Application {
  oidc: typeof library
  manager: library.UserManager
}

interface Options {
  client_id: string
  dpop?: boolean
  response_mode?: 'query' | 'fragment'
}

/** Makes the page's user manager, with its documented options. */
async function manage(page: Page, { client_id, dpop = false, response_mode = 'query' }: Options): Promise<void> {
  await page.evaluate(
    ({ authority, origin, client_id, dpop, response_mode }) => {
      const window = globalThis as unknown as Application
      window.manager = new window.oidc.UserManager({
        authority,
        client_id,
        redirect_uri: `${origin}/callback`,
        post_logout_redirect_uri: `${origin}/bye`,
        scope: 'openid profile email',
        response_mode,
        // The library calls userinfo without a proof.
        loadUserInfo: !dpop,
        automaticSilentRenew: false,
        silentRequestTimeoutInSeconds: 5,
        ...(dpop && { dpop: { bind_authorization_code: true, store: new window.oidc.IndexedDbDPoPStore() } }),
      })
    },
    { authority: server.url, origin: application, client_id, dpop, response_mode },
  )
}

async function openApplication(options: Options): Promise<Page> {
  const page = await open()
  await page.goto(application)
  await manage(page, options)
  return page
}

/** Runs in the page; what comes back must be data. */
function inPage<T>(page: Page, act: (manager: library.UserManager) => Promise<T>): Promise<T> {
  return page.evaluate(`(${act})(manager)`) as Promise<T>
}

async function signIn(page: Page): Promise<void> {
  await page.getByLabel('username').fill(alice.username)
  await page.getByLabel('password').fill(alice.password)
  await page.getByLabel('password').press('Enter')
  await page.getByRole('button', { name: 'Allow' }).click()
}

/** Signs alice in by redirect, and gives the user that the library makes of the callback. */
async function signedIn(options: Options): Promise<{ page: Page; user: library.User }> {
  const page = await openApplication(options)
  await inPage(page, (manager) => manager.signinRedirect({ state: 'where I was' })).catch(ignoreNavigation)
  await page.waitForURL(`${server.url}/**`)
  await signIn(page)
  await page.waitForURL(`${application}/callback*`)
  await manage(page, options)
  return { page, user: await inPage(page, async (manager) => (await manager.signinRedirectCallback()) as library.User) }
}

/** The page goes away while the call that sends it there is running. */
function ignoreNavigation(error: unknown): void {
  if (!(error instanceof Error) || !/navigation|context was destroyed/i.test(error.message)) throw error
}

/** Lets the frames of this application answer as its silent callback page would. */
async function answerFrames(page: Page, options: Options): Promise<void> {
  page.on('frameattached', (frame) => {
    frame
      .waitForURL(`${application}/callback*`)
      .then(() =>
        frame.evaluate(
          `new oidc.UserManager(${JSON.stringify({ authority: server.url, client_id: options.client_id, redirect_uri: `${application}/callback` })}).signinSilentCallback()`,
        ),
      )
      .catch(() => undefined)
  })
}

describe('by redirect', () => {
  test.each(['query', 'fragment'] as const)(
    'signs a user in with PKCE, by the %s, and reads userinfo across origins',
    async (response_mode) => {
      const { client_id } = addSpa()
      const { user } = await signedIn({ client_id, response_mode })
      expect(user.profile).toMatchObject({ sub: 'alice', name: 'Alice Arnold', email: 'alice@example.com' })
      expect(user.state).toBe('where I was')
      expect(await userinfoStatus(server.url, user.access_token)).toBe(200)
    },
  )

  test('with DPoP its tokens are bound to the key in the browser', async () => {
    const { client_id } = addSpa()
    const { page, user } = await signedIn({ client_id, dpop: true })
    expect(user.token_type).toBe('DPoP')
    expect(claimsOf(user.access_token).cnf).toMatchObject({ jkt: expect.any(String) })
    const renewed = await inPage(page, async (manager) => (await manager.signinSilent())?.token_type)
    expect(renewed).toBe('DPoP')
  })
})

describe('silent renewal', () => {
  test('by a hidden frame with prompt=none, while the session lasts', async () => {
    const options = { client_id: addSpa({ grant_types: ['authorization_code'] }).client_id }
    const { page, user } = await signedIn(options)
    expect(user.refresh_token).toBeUndefined()
    await answerFrames(page, options)
    const renewed = await inPage(page, async (manager) => (await manager.signinSilent()) as library.User)
    expect(renewed.profile.sub).toBe('alice')
    expect(renewed.access_token).not.toBe(user.access_token)
    expect(renewed.profile.sid).toBe(user.profile.sid)
  })

  test('a frame without a session is answered login_required', async () => {
    const options = { client_id: addSpa().client_id }
    const page = await openApplication(options)
    await answerFrames(page, options)
    const error = await inPage(page, (manager) => manager.signinSilent().catch((one) => ({ ...one })))
    expect(error).toMatchObject({ error: 'login_required' })
  })

  test('by refresh token, which rotates', async () => {
    const { client_id } = addSpa()
    const { page, user } = await signedIn({ client_id })
    const renewed = await inPage(page, async (manager) => (await manager.signinSilent()) as library.User)
    expect(renewed.refresh_token).not.toBe(user.refresh_token)
    expect(await userinfoStatus(server.url, renewed.access_token)).toBe(200)
  })

  test('revoking ends what was renewed', async () => {
    const { client_id } = addSpa()
    const { page, user } = await signedIn({ client_id })
    await inPage(page, (manager) => manager.revokeTokens())
    expect(await userinfoStatus(server.url, user.access_token)).toBe(401)
  })
})

test('in a popup', async () => {
  const options = { client_id: addSpa().client_id }
  const page = await openApplication(options)
  const [popup, user] = await Promise.all([
    page.waitForEvent('popup').then(async (one) => {
      await signIn(one)
      await one.waitForURL(`${application}/callback*`)
      await manage(one, options)
      await inPage(one, (manager) => manager.signinPopupCallback()).catch(() => undefined)
      return one
    }),
    inPage(page, async (manager) => (await manager.signinPopup()) as library.User),
  ])
  expect(user.profile.sub).toBe('alice')
  expect(popup.isClosed()).toBe(true)
})

test('signing out ends the session and comes back, and the next silent sign-in needs a user', async () => {
  const options = { client_id: addSpa().client_id }
  const { page } = await signedIn(options)
  await inPage(page, (manager) => manager.signoutRedirect({ state: 'left' })).catch(ignoreNavigation)
  await page.waitForURL(`${application}/bye*`)
  await manage(page, options)
  expect(await inPage(page, async (manager) => (await manager.signoutRedirectCallback()).userState)).toBe('left')
  await answerFrames(page, options)
  const error = await inPage(page, (manager) => manager.signinSilent().catch((one) => ({ ...one })))
  expect(error).toMatchObject({ error: 'login_required' })
})
