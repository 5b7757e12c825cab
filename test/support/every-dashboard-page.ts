import type { Page } from 'playwright-core'
import { readDeclarations } from '../../src/config/declarations.ts'
import { control } from './control-client.ts'
import { hardWay } from './dashboard-flow.ts'
import { guideExample } from './declared.ts'
import { appByHand, asIfWhole, reported } from './exam-by-hand.ts'
import { findFluffy, passwordTokens, postToken } from './iokids-client.ts'
import type { TestServer } from './server.ts'
import { authorizeUrl } from './standard-sign-in.ts'

type Visit = (page: Page, server: TestServer) => Promise<unknown>

const base = '/dashboard/iokids'
const fluffy = `${base}/apps/app_findfluffy000000`
const brandon = `${base}/sandbox/users/beautifulmeercat246`

const at =
  (path: string): Visit =>
  (page, { url }) =>
    page.goto(url + path)

/** After a day's work: flows that went well and one that did not. */
const busy =
  (path: string, then: Visit = async () => {}): Visit =>
  async (page, server) => {
    await hardWay(server)
    await passwordTokens(server.url)
    await postToken(server.url, { grant_type: 'client_credentials', ...findFluffy })
    await postToken(server.url, { grant_type: 'authorization_code', code: 'nonsense', ...findFluffy })
    await page.goto(server.url + path)
    await then(page, server)
  }

/** In a sandbox with realms, one of whose names leaves no room. */
const spaced =
  (path: string, then: Visit = async () => {}): Visit =>
  async (page, server) => {
    await server.server.declare(readDeclarations({ providers: { acme: guideExample('own-spaces') } }, 'file').declared)
    const { spaces } = server.sandbox('acme')
    for (const name of ['partners', `partners-of-partners-${'überlandleitung'.repeat(6)}`]) spaces.create(name)
    await page.goto(server.url + path)
    await then(page, server)
  }

/** Every page of the dashboard, and the way there. */
export const everyDashboardPage: Readonly<Record<string, Visit>> = {
  'dashboard-home': at('/dashboard'),
  'dashboard-home-many': async (page, server) => {
    const google = await server.reach('google')
    const { sandboxes } = server.server
    for (const name of ['ours', `ours-${'long'.repeat(12)}`]) sandboxes.create({ provider: google.provider, name })
    for (let made = 0; made < 30; made++) sandboxes.create({ provider: google.provider, seed: false })
    await page.goto(`${server.url}/dashboard`)
  },
  'dashboard-home-nothing': at('/dashboard?q=nothing'),
  'dashboard-unnamed-delete': async (page, server) => {
    const { sandboxes } = server.server
    for (let made = 0; made < 3; made++) sandboxes.create({ provider: server.sandbox().provider, seed: false })
    await page.goto(`${server.url}/dashboard/-/sandboxes/delete-unnamed`)
  },
  'dashboard-sandbox-new': async (page, { url }) => {
    await page.goto(`${url}/dashboard/-/sandboxes/new?provider=google`)
    await page.getByLabel('Name').fill('Not a name')
    await page.getByText('Company, hosts and a port').click()
    await page.getByRole('button', { name: 'Create the sandbox' }).click()
  },
  'dashboard-restore': async (page, { url }) => {
    await page.goto(`${url}/dashboard/-/restore`)
    await page.getByRole('button', { name: 'Restore it' }).click()
  },
  'dashboard-providers': async (page, server) => {
    await server.server.declare(readDeclarations({ providers: { acme: guideExample('own-spaces') } }, 'file').declared)
    await page.goto(`${server.url}/dashboard/-/providers`)
  },
  'dashboard-provider': async (page, server) => {
    await server.server.declare(readDeclarations({ providers: { acme: guideExample('own-spaces') } }, 'file').declared)
    await page.goto(`${server.url}/dashboard/-/providers/acme`)
  },
  'dashboard-provider-wrong': async (page, { url }) => {
    await page.goto(`${url}/dashboard/-/new-provider`)
    await page.getByLabel('Name').fill('acme')
    await page.getByLabel('Declaration').fill('tilte: Acme\npaths:\n  token: oauth/token\ngrant_types: [authorization_cod]')
    await page.getByRole('button', { name: 'Declare it' }).click()
  },
  'dashboard-import': async (page, { url }) => {
    await page.goto(`${url}/dashboard/-/import`)
    const issuer = 'https://login.shop.example'
    const document = {
      issuer,
      authorization_endpoint: `${issuer}/auth`,
      token_endpoint: `${issuer}/token`,
      frontchannel_logout_supported: true,
    }
    await page.getByLabel('Or its text').fill(JSON.stringify(document))
    await page.getByRole('button', { name: 'Import it' }).click()
    await page.getByText('Read as').waitFor()
  },
  'dashboard-manage': at('/dashboard/standard/manage?notice=sandbox-copied'),
  'dashboard-sandbox-delete': at('/dashboard/standard/manage/delete'),
  'dashboard-error': at('/dashboard/nobody/apps'),
  'dashboard-apps': async (page, { url }) => {
    await page.goto(`${url}${base}/apps`)
    await page.getByText('Show Secret').first().click()
  },
  'dashboard-app-open': async (page, { url }) => {
    await page.goto(`${url}${fluffy}?open=redirect-uris&notice=uri-added`)
    await page.getByText('+ Add Redirect URI').click()
    await page.getByLabel('URI', { exact: true }).fill('https://app.example/#fragment')
    await page.getByRole('button', { name: 'Add', exact: true }).click()
    for (const section of ['Permission Scopes', 'Mobile Store Links']) await page.getByText(section).click()
  },
  'dashboard-app-hints': async (page, server) => {
    const { name } = await server.reach('standard')
    const client = { hints: { off: { 'request-nonce': 'No ID token is read' } } }
    await control(server, 'PATCH', `/sandboxes/${name}/clients/standard-web`, client)
    await fetch(authorizeUrl(`${server.url}/${name}`, { nonce: undefined, state: undefined }), { redirect: 'manual' })
    await page.goto(`${server.url}/dashboard/${name}/apps/app_standard?open=hints`)
    await page.getByText('Silence', { exact: false }).first().click()
  },
  'dashboard-app-new': at(`${base}/apps/new`),
  'dashboard-app-delete': at(`${fluffy}/delete`),
  'dashboard-client-secret': at('/dashboard/apple/apps/app_apple_example/clients/com.example.web/secret'),
  'dashboard-user-events': at('/dashboard/apple/sandbox/users/alice'),
  'dashboard-use': at(`${fluffy}/clients/iok-cid-findfluffy`),
  'dashboard-brands': async (page, { url }) => {
    await page.goto(`${url}${base}/brands`)
    await page.getByLabel('Name').fill('Whisker & Sons')
    await page.getByRole('button', { name: 'Create Brand' }).click()
    await page.getByText('Edit Whisker & Sons').click()
  },
  'dashboard-users': async (page, { url }) => {
    await page.goto(`${url}${base}/sandbox`)
    await page.locator('#generate summary').click()
  },
  'dashboard-users-many': async (page, { url }) => {
    const body = JSON.stringify({ type: 'family', count: 10 })
    await fetch(`${url}/_grantbox/sandboxes/iokids/users/generate`, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json' },
    })
    await page.goto(`${url}${base}/sandbox?page=2`)
  },
  'dashboard-users-none': at(`${base}/sandbox?q=nobody`),
  'dashboard-user-edit': at(`${brandon}/edit`),
  'dashboard-user-friend': async (page, { url }) => {
    await page.goto(`${url}${brandon}/add/friend`)
    await page.getByLabel('Username').fill('tinyotter512')
    await page.getByRole('button', { name: 'Add Friend' }).click()
  },
  'dashboard-analytics': busy(`${base}/analytics?range=week`),
  'dashboard-requests': busy(`${base}/requests`, async (page) => {
    await page.locator('.request > summary').nth(4).click()
    await page.locator('.request > summary').nth(7).click()
  }),
  'dashboard-requests-narrowed': busy(`${base}/requests?client=iok-cid-findfluffy&errors=on&q=refresh`),
  'dashboard-requests-nothing': busy(`${base}/requests?user=nobody`),
  'dashboard-request': async (page, server) => {
    const { name, journal } = await server.reach('standard')
    const redirect_uri = `https://app.example/${'callback'.repeat(9)}`
    await fetch(authorizeUrl(`${server.url}/${name}`, { redirect_uri }), { redirect: 'manual' })
    await page.goto(`${server.url}/dashboard/${name}/requests/${journal.list()[0]?.id}`)
    await page.getByText('As a curl command').click()
  },
  'dashboard-request-mend': async (page, server) => {
    const { name, journal } = await server.reach('standard')
    await fetch(authorizeUrl(`${server.url}/${name}`, { redirect_uri: 'https://app.example/callback' }), { redirect: 'manual' })
    await page.goto(`${server.url}/dashboard/${name}/requests/${journal.list()[0]?.id}/mend`)
  },
  'dashboard-requests-empty': at(`${base}/requests`),
  'dashboard-flows': busy(`${base}/flows`),
  'dashboard-flow': busy(`${base}/flows/grant-1`),
  'dashboard-grants': busy(`${base}/grants?user=beautifulmeercat246`),
  'dashboard-grants-none': at(`${base}/grants`),
  'dashboard-grant': busy(`${base}/grants/2`),
  'dashboard-grant-revoked': busy(`${base}/grants/1`),
  'dashboard-tokens': at(`${base}/tokens`),
  'dashboard-tokens-minted': async (page, { url }) => {
    await page.goto(`${url}/dashboard/standard/tokens?client=standard-web&user=alice`)
    await page.getByLabel('Scope').fill('openid profile')
    await page.getByRole('button', { name: 'Mint', exact: true }).click()
    await page.getByRole('heading', { name: 'Minted' }).waitFor()
  },
  'dashboard-tokens-wrong': async (page, { url }) => {
    await page.goto(`${url}/dashboard/standard/tokens`)
    await page.getByLabel('Claims').fill('{"roles": ')
    await page.getByRole('button', { name: 'Mint', exact: true }).click()
    await page
      .getByLabel('The token')
      .fill(`eyJhbGciOiJSUzI1NiIsImtpZCI6ImsxIn0.eyJpc3MiOiJodHRwczovL2lzc3Vlci5leGFtcGxlIiwiZXhwIjoxfQ.${'x'.repeat(300)}`)
    await page.getByRole('button', { name: 'Read it' }).click()
    await page.getByText('does not hold').waitFor()
  },
  'dashboard-keys': async (page, server) => {
    await page.goto(`${server.url}/dashboard/google/keys`)
    await page.getByRole('button', { name: 'Rotate', exact: true }).click()
    await page.getByRole('button', { name: 'Rotate, publish late' }).click()
    await page.getByLabel('The private key').fill('-----BEGIN NOTHING-----')
    await page.getByRole('button', { name: 'Sign with it' }).click()
  },
  'dashboard-keys-retire': at('/dashboard/standard/keys/retire'),
  'dashboard-keys-secret': at(`${base}/keys`),
  'dashboard-approvals': async (page, { url }) => {
    const body = new URLSearchParams({ ...findFluffy, scope: 'profile', login_hint: 'beautifulmeercat246', binding_message: 'W4SCT' })
    await fetch(`${url}/oauth/bc-authorize`, { method: 'POST', body })
    await page.goto(`${url}${base}/approvals`)
  },
  'dashboard-messages': async (page, { url }) => {
    const body = JSON.stringify({
      client_id: 's2BnHk6PqYtV9mCdXe4LrJ0wZaUf8GoT',
      connection: 'email',
      send: 'code',
      email: 'alice@example.com',
    })
    await fetch(`${url}/auth0/passwordless/start`, { method: 'POST', body, headers: { 'content-type': 'application/json' } })
    await page.goto(`${url}/dashboard/auth0/messages`)
  },
  'dashboard-messages-none': at('/dashboard/auth0/messages?notice=forgotten'),
  'dashboard-exam': at('/dashboard/standard/exam'),
  'dashboard-exam-task': async (page, { url }) => {
    await page.goto(`${url}/dashboard/standard/exam?client=standard-web`)
    await page.getByLabel('call an API').check()
    await page.getByRole('button', { name: 'Begin' }).click()
    await page.getByRole('button', { name: 'It let me in' }).waitFor()
  },
  'dashboard-exam-report': async (page, server) => {
    const app = await appByHand(server)
    try {
      for (const slip of ['callback-state-missing', 'callback-iss-wrong']) app.wrong.add(slip)
      await reported(server, app, ['callback', 'answers', 'any'])
    } finally {
      app.close()
    }
    await page.goto(`${server.url}/dashboard/standard/exam`)
  },
  'dashboard-exam-badge': async (page, server) => {
    const app = await appByHand(server)
    try {
      await reported(server, app, ['callback-state-wrong'])
    } finally {
      app.close()
    }
    asIfWhole(server)
    await page.goto(`${server.url}/dashboard/standard/exam`)
  },
  'dashboard-exam-void': async (page, { url }) => {
    await page.goto(`${url}/dashboard/standard/exam`)
    await page.getByRole('button', { name: 'Begin' }).click()
    await page.getByRole('link', { name: 'End', exact: true }).click()
    await page.getByRole('button', { name: 'End it' }).click()
    await page.getByText('Void:', { exact: true }).waitFor()
  },
  'dashboard-faults': async (page, server) => {
    const { url } = server
    await page.goto(`${url}/dashboard/standard/faults`)
    await page.getByRole('button', { name: 'The refresh fails twice' }).click()
    await page.getByRole('button', { name: 'The vendor is down, and says when' }).click()
    await page.getByRole('button', { name: 'Codes have 1,500 characters' }).click()
    await fetch(`${url}/standard/token`, { method: 'POST', body: new URLSearchParams({ client_id: 'standard-web' }) })
    const answer = { at: server.sandbox('standard').clock.now(), client_id: 'standard-web', username: 'alice' }
    server.sandbox('standard').held.add({ ...answer, delivery: { redirect_to: 'http://localhost:3000/callback?code=x' } })
    await page.getByRole('button', { name: 'The API does not take the token' }).click()
  },
  'dashboard-fault-new': async (page, { url }) => {
    await page.goto(`${url}${base}/faults/new?endpoint=token&status=42`)
    await page.getByRole('button', { name: 'Arm it' }).click()
  },
  'dashboard-time': busy(`${base}/time`),
  'dashboard-time-stopped': async (page, { url }) => {
    await page.goto(`${url}${base}/time`)
    await page.getByRole('button', { name: '30 days' }).click()
    await page.getByRole('button', { name: 'Stop it' }).click()
    await page.getByLabel('By another amount').fill('soon')
    await page.getByRole('button', { name: 'Put forward' }).click()
  },
  'dashboard-hints': async (page, server) => {
    const { name } = await server.reach('standard')
    const client = { hints: { off: { 'request-nonce': 'No ID token is read' } } }
    await control(server, 'PATCH', `/sandboxes/${name}/clients/standard-web`, client)
    for (let i = 0; i < 12; i++) {
      await fetch(authorizeUrl(`${server.url}/${name}`, { nonce: undefined, state: undefined }), { redirect: 'manual' })
    }
    await page.goto(`${server.url}/dashboard/${name}/hints`)
    await page.getByText('Silence', { exact: false }).first().click()
  },
  'dashboard-hints-none': at(`${base}/hints`),
  'dashboard-settings': at(`${base}/settings`),
  'dashboard-settings-all': async (page, { url }) => {
    await page.goto(`${url}/dashboard/standard/settings`)
    await page.locator('[name=claims]').fill('{"access_token": {"roles": "{nobody}"}}')
    await page.getByRole('button', { name: 'Save' }).first().click()
  },
  'dashboard-settings-none': at(`${base}/settings?q=nothing`),
  'dashboard-spaces': spaced('/dashboard/acme~partners/spaces?notice=space-created', async (page) => {
    await page.getByLabel('Name').fill('partners')
    await page.getByRole('button', { name: 'Create' }).click()
  }),
  'dashboard-spaces-none': spaced('/dashboard/acme/spaces', async (page, server) => {
    const { spaces } = server.sandbox('acme')
    for (const { space } of spaces.list()) spaces.delete(space)
    await page.reload()
  }),
  'dashboard-space-delete': spaced('/dashboard/acme/spaces/partners/delete'),
  'dashboard-space-users': spaced('/dashboard/acme~partners/sandbox'),
  'dashboard-space-settings': spaced('/dashboard/acme~partners/settings'),
  'dashboard-docs': async (page, { url }) => {
    await page.goto(`${url}${base}/docs`)
    await page.locator('.doc > summary').nth(8).click()
  },
  'dashboard-help': at(`${base}/help`),
  'dashboard-callback': at(`${base}/callback?code=1.abc&state=dashboard`),
  'dashboard-standard-users': at('/dashboard/standard/sandbox'),
}
