import type { Page } from 'playwright-core'
import { everyDashboardPage } from './every-dashboard-page.ts'
import { everySocialPage } from './every-social-page.ts'
import { everyVendorPage } from './every-vendor-page.ts'
import { authorizeUrl, brandon, findFluffy, postmanCallback } from './iokids-client.ts'
import type { TestServer } from './server.ts'
import { signIn } from './sign-in-pages.ts'

type Visit = (page: Page, server: TestServer) => Promise<unknown>

const kid = { ...brandon, username: 'tinyotter512' }
const begin: Visit = (page, { url }) => page.goto(authorizeUrl(url))
const join: Visit = async (page, server) => {
  await begin(page, server)
  await page.getByRole('link', { name: 'Join Now' }).click()
}

async function deviceUrl({ url }: TestServer): Promise<string> {
  const form = new URLSearchParams({ ...findFluffy, scope: 'profile kids friends' })
  const answer = await fetch(`${url}/oauth/device_authorization`, { method: 'POST', body: form })
  return ((await answer.json()) as { verification_uri_complete: string }).verification_uri_complete
}
const confirmDevice: Visit = async (page, server) => {
  await page.goto(await deviceUrl(server))
  await page.getByRole('button', { name: 'Continue' }).click()
  await signIn(page, brandon)
  await page.getByRole('button', { name: 'Allow' }).waitFor()
}

/** Every page that a browser can come to, and the way there: for what must hold on all of them, and for pictures. */
export const everyPage: Readonly<Record<string, Visit>> = {
  'sign-in': begin,
  'sign-in-refused': async (page, server) => {
    await begin(page, server)
    await signIn(page, { ...brandon, password: 'fluffy' })
  },
  'sign-in-crowded': async (page, server) => {
    await page.goto(authorizeUrl(server.url, { client_id: crowdedApp(server) }))
  },
  continue: async (page, server) => {
    await page.goto(authorizeUrl(server.url, { scope: 'profile kids friends' }))
    await signIn(page, brandon)
  },
  'not-allowed-parent': async (page, server) => {
    await page.goto(authorizeUrl(server.url, { client_id: emptyApp(server) }))
    await signIn(page, brandon)
  },
  'not-allowed-kid': async (page, server) => {
    await page.goto(authorizeUrl(server.url, { client_id: emptyApp(server) }))
    await signIn(page, kid)
  },
  join,
  'join-refused': async (page, server) => {
    await join(page, server)
    await page.getByText('Kid', { exact: true }).click()
    await page.getByLabel('Username', { exact: true }).fill(brandon.username)
    await page.getByLabel('First name').fill('Tim')
    await page.getByLabel('Last name').fill('Ramos')
    await page.getByLabel('Age').fill('9')
    await page.getByRole('button', { name: 'Join Now' }).click()
    await page.getByRole('alert').waitFor()
  },
  'device-code': (page, { url }) => page.goto(`${url}/oauth/device`),
  'device-code-refused': async (page, { url }) => {
    await page.goto(`${url}/oauth/device?user_code=WRNG-CQDX`)
    await page.getByRole('button', { name: 'Continue' }).click()
    await page.getByRole('alert').waitFor()
  },
  'device-sign-in': async (page, server) => {
    await page.goto(await deviceUrl(server))
    await page.getByRole('button', { name: 'Continue' }).click()
    await page.getByPlaceholder('username').waitFor()
  },
  'device-confirm': confirmDevice,
  'device-done': async (page, server) => {
    await confirmDevice(page, server)
    await page.getByRole('button', { name: 'Allow' }).click()
    await page.getByText('Your device is connected').waitFor()
  },
  'ciba-empty': (page, { url }) => page.goto(`${url}/oauth/ciba`),
  ciba: async (page, { url }) => {
    const forms = [{ scope: 'profile friends', binding_message: 'Pay at till 4' }, { scope: 'profile' }]
    for (const form of forms) {
      const body = new URLSearchParams({ ...findFluffy, login_hint: brandon.username, ...form })
      await fetch(`${url}/oauth/bc-authorize`, { method: 'POST', body })
    }
    await page.goto(`${url}/oauth/ciba`)
  },
  'error-redirect-uri': (page, { url }) => page.goto(authorizeUrl(url, { redirect_uri: `${postmanCallback}/` })),
  'error-client': (page, { url }) => page.goto(authorizeUrl(url, { client_id: 'iok-cid-nobody' })),
  'error-over': (page, { url }) => page.goto(`${url}/oauth/signin?transaction=long-gone`),
  'error-not-found': (page, { url }) => page.goto(`${url}/nothing/here`),
  'standard-sign-in': (page, server) => page.goto(standardUrl(server)),
  'standard-consent': signInAsAlice,
  'standard-select-account': async (page, server) => {
    await signInAsAlice(page, server)
    await page.goto(standardUrl(server, { prompt: 'select_account' }))
  },
  'standard-sign-up': (page, server) => page.goto(standardUrl(server, { prompt: 'create' })),
  'standard-sign-up-refused': async (page, server) => {
    await page.goto(standardUrl(server, { prompt: 'create' }))
    await page.getByLabel('Username').fill('alice')
    await page.getByLabel('Password').fill('secret')
    await page.getByRole('button', { name: 'Create account' }).click()
    await page.getByRole('alert').waitFor()
  },
  'standard-logout': async (page, server) => {
    await signInAsAlice(page, server)
    await page.goto(`${server.url}/standard/end_session`)
    await page.getByRole('heading', { name: 'Sign out?' }).waitFor()
  },
  'standard-signed-out': async (page, server) => {
    await signInAsAlice(page, server)
    await page.goto(`${server.url}/standard/end_session`)
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByText('You are signed out').waitFor()
  },
  ...everyVendorPage,
  ...everySocialPage,
  ...everyDashboardPage,
}

async function signInAsAlice(page: Page, server: TestServer): Promise<void> {
  await page.goto(standardUrl(server))
  await page.getByRole('button', { name: 'Sign in as' }).first().click()
  await page.getByRole('button', { name: 'Deny' }).waitFor()
}

function standardUrl({ url }: TestServer, parameters: Record<string, string> = {}): string {
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: 'standard-web',
    redirect_uri: postmanCallback,
    scope: 'openid profile email',
    state: 'secret-session-state',
    ...parameters,
  })
  return `${url}/standard/authorize?${query}`
}

function emptyApp(server: TestServer): string {
  return appNamed(server, 'FindWhiskers', 'Whiskers are everywhere. Find them.').client_id
}

/** An app with a name and users that leave no room. */
function crowdedApp(server: TestServer): string {
  const { client_id, app } = appNamed(server, `Rindfleischetikettierungsüberwachungs-${'Aufgaben'.repeat(5)}`, 'x'.repeat(200))
  const { directory, provider, clock } = server.sandbox('iokids')
  directory.createUsers(
    Array.from({ length: 12 }, (_, index) => ({
      user_id: provider.ids.user_id(),
      username: `${'extraordinarilylongusername'.repeat(2)}${index}`,
      password: null,
      first_name: 'Maximiliana',
      last_name: 'von und zu Hohenlohe-Schillingsfürst-Waldenburg',
      email: null,
      type: 'parent',
      age: 40,
      claims: {},
      disabled: false,
      created_at: clock.now(),
      apps: [app],
      friends: [],
      parents: [],
    })),
  )
  return client_id
}

function appNamed(server: TestServer, name: string, description: string) {
  const { directory, provider, clock } = server.sandbox('iokids')
  const created_at = clock.now()
  const app = directory.createApp({
    app_id: provider.ids.app_id(),
    name,
    description,
    icon: null,
    scopes: ['profile'],
    redirect_uris: [postmanCallback],
    mobile_store_links: {},
    created_at,
  })
  const client_id = provider.ids.client_id()
  directory.createClient(app, {
    client_id,
    client_secret: provider.ids.client_secret(),
    token_endpoint_auth_method: 'client_secret_post',
    grant_types: ['authorization_code', 'refresh_token'],
    created_at,
  })
  return { client_id, app }
}
