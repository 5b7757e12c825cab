import type { Page } from 'playwright-core'
import { everything, guildsIn } from '../../src/providers/discord/guilds.ts'
import { postmanCallback } from './iokids-client.ts'
import type { TestServer } from './server.ts'
import { signInAt } from './vendor-pages.ts'

type Visit = (page: Page, server: TestServer) => Promise<unknown>

const callback = 'http://127.0.0.1/callback'
const project = '123456789012'
const ending = 'apps.googleusercontent.com'

/** What the preloaded app of each vendor asks for, and where. */
const requests = {
  google: {
    path: '/o/oauth2/v2/auth',
    asked: {
      client_id: `${project}-webgrantboxexample0123456789abcd.${ending}`,
      redirect_uri: postmanCallback,
      response_type: 'code',
      scope: 'openid email',
    },
  },
  github: { path: '/login/oauth/authorize', asked: { client_id: 'Ov23liGrantboxWebApp', scope: 'user:email read:org' } },
  apple: {
    path: '/auth/authorize',
    asked: {
      client_id: 'com.example.web',
      redirect_uri: 'https://example.com/callback',
      response_type: 'code',
      response_mode: 'form_post',
      scope: 'name email',
    },
  },
  slack: {
    path: '/oauth/v2/authorize',
    asked: { client_id: '1234567890.1234567890123', redirect_uri: callback, scope: 'chat:write,channels:history,incoming-webhook' },
  },
  facebook: {
    path: '/dialog/oauth',
    asked: { client_id: '102934857201938', redirect_uri: 'https://example.com/callback', scope: 'email,user_friends' },
  },
  discord: {
    path: '/oauth2/authorize',
    asked: { client_id: '157730590492196864', redirect_uri: callback, response_type: 'code', scope: 'identify email' },
  },
} as const

type Vendor = keyof typeof requests

const nothing: Visit = async () => undefined
const press = (page: Page, name: string | RegExp) => page.getByRole('button', { name, exact: true }).click()

/** The first page of an authorization, and what comes then. */
function at(vendor: Vendor, then = nothing, more: Record<string, string> = {}): Visit {
  const { path, asked } = requests[vendor]
  return async (page, server) => {
    await page.goto(`${server.url}/${vendor}${path}?${new URLSearchParams({ ...asked, ...more })}`)
    await then(page, server)
  }
}

/** Somebody signs in, and what comes then. */
const signedIn =
  (vendor: Vendor, then = nothing, username?: string): Visit =>
  async (page, server) => {
    await signInAt[vendor](page, username)
    await page.getByRole('button', { name: 'Not me' }).waitFor()
    await then(page, server)
  }

/** The workspace is asked first. */
const inWorkspace =
  (domain: string, then = nothing): Visit =>
  async (page, server) => {
    await page.fill('#domain', domain)
    await page.click('#submit_team_domain')
    await then(page, server)
  }

const devices = {
  google: {
    path: '/device/code',
    form: { client_id: `${project}-tvgrantboxexample0123456789abcde.${ending}`, scope: 'openid email' },
    page: '/device',
    field: 'code',
  },
  github: {
    path: '/login/device/code',
    form: { client_id: 'Ov23liGrantboxWebApp', scope: 'read:user' },
    page: '/login/device',
    field: 'user_code',
  },
  facebook: {
    path: '/device/login',
    form: { access_token: '102934857201938|5f0d1c8e2b7a49638de4f0a1b2c3d4e5', scope: 'email' },
    page: '/device',
    field: 'user_code',
  },
} as const

/** A device has a code, which somebody types on the vendor's page. */
function device(vendor: keyof typeof devices, then = nothing, typed?: string): Visit {
  const { path, form, page: at, field } = devices[vendor]
  return async (page, server) => {
    const init = { method: 'POST', headers: { accept: 'application/json' }, body: new URLSearchParams(form) }
    const { user_code } = (await (await fetch(`${server.url}/${vendor}${path}`, init)).json()) as { user_code: string }
    await page.goto(`${server.url}/${vendor}${at}`)
    await page.fill(`input[name="${field}"]`, typed ?? user_code)
    await press(page, 'Continue')
    await then(page, server)
  }
}

const decides =
  (button: string | RegExp, heading: string): Visit =>
  async (page) => {
    await press(page, button)
    await page.getByRole('heading', { name: heading }).waitFor()
  }
const alerted: Visit = (page) => page.getByRole('alert').waitFor()

const refused = (vendor: Vendor): Visit =>
  at(vendor, async (page, server) => {
    if (vendor === 'slack') await inWorkspace('example')(page, server)
    await signInAt[vendor](page, undefined, 'wrong')
    await page.getByRole('alert').waitFor()
  })
const elsewhere = { redirect_uri: 'https://elsewhere.example/callback' }
/** Somebody has signed in before. */
const accounts = (vendor: 'google' | 'github') => at(vendor, signedIn(vendor, at(vendor, undefined, { prompt: 'select_account' })))
/** Without the script that presses the button of Apple's last page. */
const posted =
  (username: string, then = nothing): Visit =>
  async (page, server) => {
    await page.route('**/form-post.js', (route) => route.fulfill({ contentType: 'text/javascript', body: '' }))
    await signedIn('apple', (page) => press(page, 'Continue'), username)(page, server)
    await page.locator('form[data-submit]').waitFor()
    await then(page, server)
  }

/** Servers with names that leave no room, to any of which bob may add what he likes. */
function manyServers({ sandbox }: TestServer): void {
  const { documents, directory } = sandbox('discord')
  const bob = directory.findUser('bob')
  if (bob === undefined) throw new Error('no bob')
  for (let count = 0; count < 30; count++) {
    const id = String(200038439483310086n + BigInt(count))
    guildsIn(documents).save({ id, name: `Rindfleischetikettierungsüberwachung ${'Aufgaben'.repeat(7)} ${count}`, owner_id: bob.user_id })
    guildsIn(documents).join(
      { guild_id: id, nick: null, roles: [], joined_at: '2024-01-15T10:00:00.000000+00:00', permissions: everything },
      bob,
    )
  }
}

/** Every page that a social vendor has in its own way, and the way there, in its own sandbox. */
export const everySocialPage: Readonly<Record<string, Visit>> = {
  'google-name': at('google'),
  'google-unknown': at('google', async (page, server) => {
    await page.fill('#identifierId', 'nobody@example.com')
    await page.click('#identifierNext')
    await alerted(page, server)
  }),
  'google-password': at('google', async (page) => {
    await page.fill('#identifierId', 'alice@example.com')
    await page.click('#identifierNext')
    await page.locator('#passwordNext').waitFor()
  }),
  'google-refused': refused('google'),
  'google-consent': at(
    'google',
    signedIn('google', (page) => page.getByText('Select all').waitFor()),
    { scope: `openid email ${['calendar', 'drive.file'].map((name) => `https://www.googleapis.com/auth/${name}`).join(' ')}` },
  ),
  'google-accounts': accounts('google'),
  'google-error': at('google', undefined, { redirect_uri: `${postmanCallback}/` }),
  'google-error-client': at('google', undefined, { client_id: `${project}-nobody.${ending}` }),
  'google-device': (page, { url }) => page.goto(`${url}/google/device`),
  'google-device-refused': device('google', alerted, 'WRNG-CODE'),
  'google-device-consent': device('google', signedIn('google')),
  'google-device-done': device('google', signedIn('google', decides('Continue', 'Success!'), 'bob@example.com')),
  'google-device-denied': device('google', signedIn('google', decides('Cancel', 'Device not connected'), 'bob@example.com')),
  'google-unverified': async (page, server) => {
    const body = JSON.stringify({ settings: { verified: false } })
    await fetch(`${server.url}/_grantbox/sandboxes/google`, { method: 'PATCH', headers: { 'content-type': 'application/json' }, body })
    const warned: Visit = async (page) => {
      await signInAt.google(page)
      await page.getByText('Advanced').click()
    }
    await at('google', warned, { scope: 'openid https://www.googleapis.com/auth/gmail.readonly' })(page, server)
  },
  'github-sign-in': at('github'),
  'github-refused': refused('github'),
  'github-consent': at('github', signedIn('github')),
  'github-accounts': accounts('github'),
  'github-error': at('github', undefined, elsewhere),
  'github-error-client': at('github', undefined, { client_id: 'Ov23liNobody' }),
  'github-device': (page, { url }) => page.goto(`${url}/github/login/device`),
  'github-device-refused': device('github', alerted, 'WRNG-CODE'),
  'github-device-consent': device('github', signedIn('github')),
  'github-device-done': device('github', signedIn('github', decides(/^Authorize/, "Congratulations, you're all set!"))),
  'github-device-denied': device('github', signedIn('github', decides('Cancel', 'Authorization canceled'))),
  'apple-name': at('apple'),
  'apple-password': at('apple', async (page) => {
    await page.fill('#account_name_text_field', 'alice')
    await page.click('#sign-in')
    await page.locator('#password_text_field').waitFor()
  }),
  'apple-refused': refused('apple'),
  'apple-consent': at(
    'apple',
    signedIn('apple', (page) => page.getByText('Hide My Email').waitFor()),
  ),
  'apple-posted': at('apple', posted('bob')),
  'apple-consent-again': at('apple', posted('alice', at('apple'))),
  'apple-error': at('apple', undefined, elsewhere),
  'slack-workspace': at('slack'),
  'slack-workspace-unknown': at('slack', inWorkspace('nowhere', alerted)),
  'slack-sign-in': at('slack', inWorkspace('second')),
  'slack-refused': refused('slack'),
  'slack-consent': at('slack', inWorkspace('example', signedIn('slack'))),
  'slack-error': at('slack', undefined, elsewhere),
  'discord-sign-in': at('discord'),
  'discord-refused': refused('discord'),
  'discord-consent': at('discord', signedIn('discord')),
  'discord-servers': at('discord', signedIn('discord', undefined, 'bob'), { scope: 'bot applications.commands', permissions: '2048' }),
  'discord-servers-many': at(
    'discord',
    async (page, server) => {
      manyServers(server)
      await signedIn('discord', undefined, 'bob')(page, server)
    },
    { scope: 'bot' },
  ),
  'discord-added': at('discord', signedIn('discord', decides('Authorize', 'Authorized'), 'bob'), { response_type: '', scope: 'bot' }),
  'discord-error': at('discord', undefined, elsewhere),
  'facebook-sign-in': at('facebook'),
  'facebook-refused': refused('facebook'),
  'facebook-consent': at('facebook', signedIn('facebook')),
  'facebook-error': at('facebook', undefined, elsewhere),
  'facebook-device': (page, { url }) => page.goto(`${url}/facebook/device`),
  'facebook-device-refused': device('facebook', alerted, 'WRNG-CODE'),
  'facebook-device-consent': device('facebook', signedIn('facebook')),
  'facebook-device-done': device('facebook', signedIn('facebook', decides(/^Continue/, 'Success!'))),
  'facebook-device-denied': device('facebook', signedIn('facebook', decides('Cancel', 'Not connected'))),
}
