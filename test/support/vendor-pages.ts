import type { Page } from 'playwright-core'
import { applePages, appleTexts } from '../../src/providers/apple/pages.ts'
import { auth0Pages, auth0Texts } from '../../src/providers/auth0/pages.ts'
import { cognitoPages, cognitoTexts } from '../../src/providers/cognito/pages.ts'
import { discordPages, discordTexts } from '../../src/providers/discord/pages.ts'
import { entraPages, entraTexts } from '../../src/providers/entra/pages.ts'
import { facebookPages, facebookTexts } from '../../src/providers/facebook/pages.ts'
import { githubPages, githubTexts } from '../../src/providers/github/pages.ts'
import { googlePages, googleTexts } from '../../src/providers/google/pages.ts'
import { keycloakPages, keycloakTexts } from '../../src/providers/keycloak/pages.ts'
import { oktaPages, oktaTexts } from '../../src/providers/okta/pages.ts'
import type { Provider } from '../../src/providers/provider.ts'
import { slackPages, slackTexts } from '../../src/providers/slack/pages.ts'
import { standard } from '../../src/providers/standard/standard.ts'
import { postmanCallback } from './iokids-client.ts'
import type { TestServer } from './server.ts'

/** The pages of vendors at a provider that is else as the standards have it. */
const vendors = {
  keycloak: { sign_in: keycloakPages, texts: keycloakTexts },
  entra: { sign_in: entraPages, texts: entraTexts },
  cognito: { sign_in: cognitoPages, texts: cognitoTexts },
  auth0: { sign_in: auth0Pages, texts: auth0Texts },
  apple: { sign_in: applePages, texts: appleTexts },
  facebook: { sign_in: facebookPages, texts: facebookTexts },
  github: { sign_in: githubPages, texts: githubTexts },
  google: { sign_in: googlePages, texts: googleTexts },
  okta: { sign_in: oktaPages, texts: oktaTexts },
  slack: { sign_in: slackPages, texts: slackTexts },
  discord: { sign_in: discordPages, texts: discordTexts },
}

export type Vendor = keyof typeof vendors

/** The name of the sandbox with a vendor's pages. */
export function sandboxOf(vendor: Vendor): string {
  return `${vendor}-pages`
}

/** Providers that have the vendors' pages. */
export const providersWithPages: readonly Provider[] = Object.entries(vendors).map(([vendor, pages]) => ({
  ...standard,
  id: sandboxOf(vendor as Vendor),
  name: vendor,
  ...pages,
}))

/** An authorization request at such a provider. */
export function pagesUrl({ url }: Pick<TestServer, 'url'>, vendor: Vendor, parameters: Record<string, string> = {}): string {
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: 'standard-web',
    redirect_uri: postmanCallback,
    scope: 'openid profile email',
    state: 'secret-session-state',
    ...parameters,
  })
  return `${url}/${sandboxOf(vendor)}/authorize?${query}`
}

/** Makes a server have them. */
export async function declarePages({ server }: TestServer): Promise<void> {
  await server.declare({ providers: providersWithPages, sandboxes: [] })
}

/** What a script does that was written for the vendor: until the consent, or the app. */
export const signInAt: Readonly<Record<Vendor, (page: Page, username?: string, password?: string) => Promise<void>>> = {
  async keycloak(page, username = 'alice', password = 'password') {
    await page.fill('#username', username)
    await page.fill('#password', password)
    await page.click('#kc-login')
  },
  async entra(page, username = 'alice@example.com', password = 'password') {
    await page.fill('input[name="loginfmt"]', username)
    await page.click('#idSIButton9')
    await page.fill('input[name="passwd"]', password)
    await page.click('input[type="submit"][value="Sign in"]')
    if (password === 'password') await page.click('#idSIButton9')
  },
  async cognito(page, username = 'alice', password = 'password') {
    await page.locator('input[name="username"]').nth(1).fill(username)
    await page.locator('input[name="password"]').nth(1).fill(password)
    await page.locator('input[name="signInSubmitButton"]').nth(1).click()
  },
  async facebook(page, username = 'alice', password = 'password') {
    await page.fill('#email', username)
    await page.fill('#pass', password)
    await page.click('#loginbutton')
  },
  async apple(page, username = 'alice', password = 'password') {
    await page.fill('#account_name_text_field', username)
    await page.click('#sign-in')
    await page.fill('#password_text_field', password)
    await page.click('#sign-in')
  },
  async github(page, username = 'alice', password = 'password') {
    await page.fill('#login_field', username)
    await page.fill('#password', password)
    await page.click('input[name="commit"][value="Sign in"]')
  },
  async google(page, username = 'alice@example.com', password = 'password') {
    await page.fill('#identifierId', username)
    await page.click('#identifierNext')
    await page.fill('input[name="Passwd"]', password)
    await page.click('#passwordNext')
  },
  async auth0(page, username = 'alice@example.com', password = 'password') {
    await page.fill('input[name="username"]', username)
    await page.fill('input[name="password"]', password)
    await page.click('button[type="submit"][name="action"][value="default"]')
  },
  async okta(page, username = 'alice', password = 'password') {
    await page.fill('input[name="identifier"]', username)
    await page.fill('input[name="credentials.passcode"]', password)
    await page.click('input[type="submit"]')
  },
  async slack(page, username = 'alice', password = 'password') {
    await page.fill('input[name="email"]', username)
    await page.fill('input[name="password"]', password)
    await page.click('#signin_btn')
  },
  async discord(page, username = 'alice', password = 'password') {
    await page.fill('input[name="email"]', username)
    await page.fill('input[name="password"]', password)
    await page.click('button[type="submit"]:has-text("Log In")')
  },
}

/** What such a script clicks to allow. */
export const allowAt: Readonly<Record<Vendor, string>> = {
  keycloak: 'input[name="accept"]',
  entra: '#idSIButton9',
  cognito: 'button[value="allow"]',
  facebook: 'button[name="__CONFIRM__"]',
  apple: 'button[value="allow"]',
  github: '#js-oauth-authorize-btn',
  google: '#submit_approve_access',
  auth0: 'button[value="accept"]',
  okta: 'input[value="Allow"]',
  slack: 'button[name="action"][value="allow"]',
  discord: 'button[name="authorize"][value="true"]',
}

/** What such a script clicks to refuse. */
export const refuseAt: Readonly<Record<Vendor, string>> = {
  keycloak: '#kc-cancel',
  entra: '#idBtn_Back',
  cognito: 'button[value="deny"]',
  facebook: 'button[name="__CANCEL__"]',
  apple: 'button[value="deny"]',
  github: 'button[name="authorize"][value="0"]',
  google: '#submit_deny_access',
  auth0: 'button[name="action"][value="deny"]',
  okta: 'input[value="Cancel"]',
  slack: 'button[name="action"][value="cancel"]',
  discord: 'button[name="authorize"][value="false"]',
}
