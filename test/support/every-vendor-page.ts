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

/** Every page that a vendor of identity platforms has in its own way, and the way there. */
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
  'okta-sign-in': at('okta'),
  'okta-refused': refused('okta'),
  'okta-consent': at('okta', signedIn('okta')),
  'okta-error': error('okta'),
}
