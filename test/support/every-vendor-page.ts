import type { Page } from 'playwright-core'
import { postmanCallback } from './iokids-client.ts'
import type { TestServer } from './server.ts'
import { declarePages, pagesUrl, sandboxOf, signInAt, type Vendor } from './vendor-pages.ts'

type Visit = (page: Page, server: TestServer) => Promise<unknown>

/** The sign-in page of a vendor, and what comes then. */
function at(vendor: Vendor, then: Visit = async () => undefined, parameters: Record<string, string> = { prompt: 'consent' }): Visit {
  return async (page, server) => {
    await declarePages(server)
    await page.goto(pagesUrl(server, vendor, parameters))
    await then(page, server)
  }
}

const refused = (vendor: Vendor): Visit =>
  at(vendor, async (page) => {
    await signInAt[vendor](page, undefined, 'wrong')
    await page.getByRole('alert').waitFor()
  })
const signedIn = (vendor: Vendor) => async (page: Page) => {
  await signInAt[vendor](page)
  await page.getByRole('button', { name: 'Not me' }).waitFor()
}
const logout = (vendor: Vendor) =>
  at(vendor, async (page, server) => {
    await signedIn(vendor)(page)
    await page.goto(`${server.url}/${sandboxOf(vendor)}/end_session`)
  })
const error = (vendor: Vendor) => at(vendor, undefined, { redirect_uri: `${postmanCallback}/` })
const entraName: Visit = async (page) => {
  await page.fill('#i0116', 'alice@example.com')
  await page.click('#idSIButton9')
  await page.locator('#i0118').waitFor()
}

/** Every page that a vendor has in its own way, and the way there. */
export const everyVendorPage: Readonly<Record<string, Visit>> = {
  'keycloak-sign-in': at('keycloak'),
  'keycloak-refused': refused('keycloak'),
  'keycloak-consent': at('keycloak', signedIn('keycloak')),
  'keycloak-logout': logout('keycloak'),
  'keycloak-error': error('keycloak'),
  'entra-name': at('entra'),
  'entra-unknown': at('entra', async (page) => {
    await page.fill('#i0116', 'nobody')
    await page.click('#idSIButton9')
    await page.getByRole('alert').waitFor()
  }),
  'entra-password': at('entra', entraName),
  'entra-refused': refused('entra'),
  'entra-stay': at('entra', async (page, server) => {
    await entraName(page, server)
    await page.fill('#i0118', 'password')
    await page.click('#idSIButton9')
    await page.locator('#KmsiCheckboxField').waitFor()
  }),
  'entra-consent': at('entra', signedIn('entra')),
  'entra-accounts': at('entra', async (page, server) => {
    await signedIn('entra')(page)
    await page.goto(pagesUrl(server, 'entra', { prompt: 'select_account' }))
  }),
  'entra-logout': logout('entra'),
  'entra-error': error('entra'),
  'cognito-sign-in': at('cognito'),
  'cognito-refused': refused('cognito'),
  'auth0-sign-in': at('auth0'),
  'auth0-refused': refused('auth0'),
  'auth0-consent': at('auth0', signedIn('auth0')),
  'auth0-error': error('auth0'),
  'facebook-sign-in': at('facebook'),
  'facebook-refused': refused('facebook'),
  'facebook-consent': async (page, { url }) => {
    const asked = { client_id: '102934857201938', redirect_uri: 'https://example.com/callback', scope: 'email,user_friends' }
    await page.goto(`${url}/facebook/dialog/oauth?${new URLSearchParams(asked)}`)
    await signInAt.facebook(page)
    await page.getByText('user_friends').waitFor()
  },
  'facebook-error': error('facebook'),
  'apple-name': at('apple'),
  'apple-refused': refused('apple'),
  'apple-consent': async (page, { url }) => {
    const asked = { client_id: 'com.example.web', redirect_uri: 'https://example.com/callback', response_type: 'code' }
    await page.goto(`${url}/apple/auth/authorize?${new URLSearchParams({ ...asked, response_mode: 'form_post', scope: 'name email' })}`)
    await signInAt.apple(page)
    await page.getByText('Hide My Email').waitFor()
  },
  'apple-error': error('apple'),
  'github-sign-in': at('github'),
  'github-refused': refused('github'),
  'github-consent': at('github', signedIn('github')),
  'github-accounts': at('github', async (page, server) => {
    await signedIn('github')(page)
    await page.goto(pagesUrl(server, 'github', { prompt: 'select_account' }))
  }),
  'github-error': async (page, { url }) => {
    await page.goto(`${url}/github/login/oauth/authorize?client_id=Ov23liGrantboxWebApp&redirect_uri=https://example.com/`)
  },
  'github-device': async (page, { url }) => {
    await page.goto(`${url}/github/login/device`)
  },
  'google-name': at('google'),
  'google-refused': refused('google'),
  'google-consent': async (page, { url }) => {
    const scope = `openid email ${['calendar', 'drive.file'].map((name) => `https://www.googleapis.com/auth/${name}`).join(' ')}`
    const client_id = '123456789012-webgrantboxexample0123456789abcd.apps.googleusercontent.com'
    const asked = { client_id, redirect_uri: postmanCallback, response_type: 'code', scope }
    await page.goto(`${url}/google/o/oauth2/v2/auth?${new URLSearchParams(asked)}`)
    await signInAt.google(page)
    await page.getByText('Select all').waitFor()
  },
  'google-unverified': async (page, { url }) => {
    const client_id = '123456789012-webgrantboxexample0123456789abcd.apps.googleusercontent.com'
    const headers = { 'content-type': 'application/json' }
    const body = JSON.stringify({ settings: { verified: false } })
    await fetch(`${url}/_grantbox/sandboxes/google`, { method: 'PATCH', headers, body })
    const scope = 'openid https://www.googleapis.com/auth/gmail.readonly'
    const asked = { client_id, redirect_uri: postmanCallback, response_type: 'code', scope }
    await page.goto(`${url}/google/o/oauth2/v2/auth?${new URLSearchParams(asked)}`)
    await signInAt.google(page)
    await page.getByText('Advanced').click()
  },
  'google-accounts': at('google', async (page, server) => {
    await signedIn('google')(page)
    await page.goto(pagesUrl(server, 'google', { prompt: 'select_account' }))
  }),
  'google-device': async (page, { url }) => {
    await page.goto(`${url}/google/device`)
  },
  'google-error': async (page, { url }) => {
    const client_id = '123456789012-webgrantboxexample0123456789abcd.apps.googleusercontent.com'
    const asked = { client_id, redirect_uri: `${postmanCallback}/`, response_type: 'code', scope: 'openid' }
    await page.goto(`${url}/google/o/oauth2/v2/auth?${new URLSearchParams(asked)}`)
  },
  'okta-sign-in': at('okta'),
  'okta-refused': refused('okta'),
  'okta-consent': at('okta', signedIn('okta')),
  'okta-error': error('okta'),
  'slack-sign-in': at('slack'),
  'slack-refused': refused('slack'),
  'slack-consent': at('slack', signedIn('slack')),
  'slack-error': error('slack'),
  'discord-sign-in': at('discord'),
  'discord-refused': refused('discord'),
  'discord-consent': at('discord', signedIn('discord')),
  'discord-error': error('discord'),
}
