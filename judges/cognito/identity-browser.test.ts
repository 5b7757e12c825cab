import type { AuthenticationDetails, CognitoUser, CognitoUserPool, CognitoUserSession } from 'amazon-cognito-identity-js'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { browser } from '../../test/support/browser.ts'
import { recordRequests } from '../../test/support/recording/judge-requests.ts'
import { startForFile } from '../../test/support/server.ts'
import { pool, spa } from '../../test/vendors/cognito/pool.ts'
import { cognitoProofs, randomWord } from '../../test/vendors/cognito/proofs.ts'
import { serveApplication } from '../application.ts'

/** amazon-cognito-identity-js in a page on an origin of its own, which keeps its tokens in the browser's storage. */

const box = await startForFile()
recordRequests('cognito', 'identity-browser', box, cognitoProofs)
// Who is recorded draws known numbers, so that what it proves by them can be made anew.
const drawn = process.env.GRANTBOX_RECORD === undefined ? undefined : randomWord
const open = browser()
const application = await serveApplication('amazon-cognito-identity-js/dist/amazon-cognito-identity.min.js')

interface Library {
  CognitoUserPool: typeof CognitoUserPool
  CognitoUser: typeof CognitoUser
  AuthenticationDetails: typeof AuthenticationDetails
}

interface Window {
  AmazonCognitoIdentity: Library
  userPool: CognitoUserPool
  /** The current user with the tokens that the storage has. */
  session(): Promise<{ user: CognitoUser; session: CognitoUserSession }>
}

declare const AmazonCognitoIdentity: Library
declare const userPool: Window['userPool']
declare const session: Window['session']

async function start(page: Page): Promise<void> {
  await page.goto(application)
  await page.evaluate((word) => {
    if (word !== undefined) crypto.getRandomValues = (words) => (words instanceof Uint32Array ? words.fill(word) : words)
  }, drawn)
  const said = { UserPoolId: pool, ClientId: spa.client_id, endpoint: `${box.url}/cognito` }
  await page.evaluate((options) => {
    const window = globalThis as unknown as Window
    window.userPool = new window.AmazonCognitoIdentity.CognitoUserPool(options)
    window.session = () =>
      new Promise((resolve, reject) => {
        const user = window.userPool.getCurrentUser()
        if (user === null) return reject(new Error('nobody is signed in'))
        user.getSession((error: Error | null, session: CognitoUserSession) => (error ? reject(error) : resolve({ user, session })))
      })
  }, said)
}

function signIn(page: Page, Username: string, Password: string): Promise<string> {
  return page.evaluate(
    (said) =>
      new Promise<string>((resolve) => {
        const user = new AmazonCognitoIdentity.CognitoUser({ Username: said.Username, Pool: userPool })
        user.authenticateUser(new AmazonCognitoIdentity.AuthenticationDetails(said), {
          onSuccess: (made) => resolve(String(made.getIdToken().payload['cognito:username'])),
          onFailure: (error: Error) => resolve(`${error.name}: ${error.message}`),
        })
      }),
    { Username, Password },
  )
}

test('signs in by SRP, is still signed in when the page is loaded again, refreshes and signs out', { timeout: 60_000 }, async () => {
  const page = await open()
  await start(page)
  expect(await signIn(page, 'alice', 'wrong')).toBe('NotAuthorizedException: Incorrect username or password.')
  expect(await signIn(page, 'alice', 'Password1!')).toBe('alice')
  await start(page)
  const attributes = await page.evaluate(async () => {
    const { user } = await session()
    return new Promise<string[]>((resolve, reject) =>
      user.getUserAttributes((error, all = []) => (error ? reject(error) : resolve(all.map(String)))),
    )
  })
  expect(attributes).toContain('{"Name":"email","Value":"alice@example.com"}')
  const [before, after] = await page.evaluate(async () => {
    const { user, session: first } = await session()
    const second = await new Promise<CognitoUserSession>((resolve, reject) =>
      user.refreshSession(first.getRefreshToken(), (error: Error | null, made: CognitoUserSession) =>
        error ? reject(error) : resolve(made),
      ),
    )
    return [first, second].map((one) => one.getAccessToken().getJwtToken())
  })
  expect(after).not.toBe(before)
  const left = await page.evaluate(async () => {
    const { user } = await session()
    await new Promise((resolve, reject) => user.globalSignOut({ onSuccess: resolve, onFailure: reject }))
    return Object.keys(localStorage)
  })
  expect(left.filter((key) => key.endsWith('accessToken'))).toEqual([])
  expect(await page.evaluate(() => session().catch((error: Error) => error.message))).toBe('nobody is signed in')
})
