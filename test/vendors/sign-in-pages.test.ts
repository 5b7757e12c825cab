import { describe, expect, test } from 'vitest'
import { browser } from '../support/browser.ts'
import { Jar } from '../support/browser-jar.ts'
import { guideExample, problemsOf, startDeclared } from '../support/declared.ts'
import { postmanCallback } from '../support/iokids-client.ts'
import { startForFile } from '../support/server.ts'
import { callbackOf } from '../support/sign-in-pages.ts'
import { allowAt, declarePages, pagesUrl, refuseAt, sandboxOf, signInAt, type Vendor } from '../support/vendor-pages.ts'

/** Scripts that were written for a vendor's sign-in find its fields and buttons here. */

const server = await startForFile()
await declarePages(server)
const open = browser()
const vendors = Object.keys(signInAt) as Vendor[]
const alert = '[role="alert"]'

/** Status of the answer to a form that something posts. */
async function statusOf(page: Awaited<ReturnType<typeof open>>, act: () => Promise<unknown>): Promise<number> {
  const [answer] = await Promise.all([page.waitForResponse((one) => one.request().method() === 'POST'), act()])
  return answer.status()
}

/** What the button says that lets a device in, and the page behind it, where vendors have words of their own. */
const ownDevicePages: Partial<Record<Vendor, readonly string[]>> = {
  keycloak: ['Yes', 'Device Login Successful'],
  github: ['Authorize', "Congratulations, you're all set!"],
  google: ['Continue', 'Your device is now connected'],
  facebook: ['Continue as', 'Success!'],
}

describe.each(vendors)('%s', (vendor) => {
  test('signs in, and allows', async () => {
    const page = await open()
    await page.goto(pagesUrl(server, vendor, { prompt: 'consent' }))
    await signInAt[vendor](page)
    await page.locator(refuseAt[vendor]).waitFor()
    const callback = await callbackOf(page, () => page.click(allowAt[vendor]))
    expect(callback.searchParams.get('code')).toMatch(/./)
  })

  test('signs in, and refuses', async () => {
    const page = await open()
    await page.goto(pagesUrl(server, vendor, { prompt: 'consent' }))
    await signInAt[vendor](page)
    await page.locator(allowAt[vendor]).waitFor()
    const callback = await callbackOf(page, () => page.click(refuseAt[vendor]))
    expect(callback.searchParams.get('error')).toBe('access_denied')
  })

  test('the library logs in through its pages', async () => {
    const { loginThrough } = await import('../../src/library/login.ts')
    const page = await open()
    const users = { get: async () => ({ password: 'password' }) } as unknown as Parameters<typeof loginThrough>[2]
    const url = pagesUrl(server, vendor, { prompt: 'consent' })
    const callback = await callbackOf(page, () => loginThrough(page, 'alice', users, { url }))
    expect(callback.searchParams.get('code')).toMatch(/./)
  })

  test('the device page signs in', async () => {
    const form = new URLSearchParams({ client_id: 'standard-device', scope: 'openid' })
    const answer = await fetch(`${server.url}/${sandboxOf(vendor)}/device_authorization`, { method: 'POST', body: form })
    const { verification_uri_complete } = (await answer.json()) as { verification_uri_complete: string }
    const page = await open()
    await page.goto(verification_uri_complete)
    if (vendor !== 'keycloak') await page.getByRole('button', { name: 'Continue' }).click()
    // No browser stays signed in there, so nobody asks whether it does.
    if (vendor === 'entra') {
      await page.fill('[name="loginfmt"]', 'alice')
      await page.click('#idSIButton9')
      await page.fill('[name="passwd"]', 'password')
      await page.click('#idSIButton9')
    } else await signInAt[vendor](page)
    const [allow = 'Allow', done = 'Your device is connected'] = ownDevicePages[vendor] ?? []
    await page.getByRole('button', { name: allow }).click()
    await page.getByText(done).waitFor()
  })
})

test.each([
  ['keycloak', 200, '#input-error-username', 'Invalid username or password.'],
  ['entra', 200, '#passwordError', 'Your account or password is incorrect.'],
  ['cognito', 200, '#loginErrorMessage', 'Incorrect username or password.'],
  ['auth0', 400, '#error-element-password', 'Wrong email or password'],
  ['okta', 401, alert, 'Unable to sign in'],
  ['github', 200, alert, 'Incorrect username or password.'],
  ['google', 200, alert, 'Wrong password. Try again or click Forgot password to reset it.'],
] as const)('%s says a wrong password with status %d at %s', async (vendor, status, where, text) => {
  const page = await open()
  await page.goto(pagesUrl(server, vendor))
  let got = 0
  page.on('response', (one) => {
    if (one.request().method() === 'POST') got = one.status()
  })
  await signInAt[vendor](page, 'alice', 'wrong')
  expect(await page.locator(where).textContent()).toBe(text)
  expect(got).toBe(status)
})

describe('a name on a page of its own', () => {
  test('that nobody has is told there', async () => {
    const page = await open()
    await page.goto(pagesUrl(server, 'entra'))
    await page.fill('#i0116', 'nobody')
    expect(await statusOf(page, () => page.click('#idSIButton9'))).toBe(200)
    expect(await page.locator('#usernameError').textContent()).toContain('This username may be incorrect.')
    expect(await page.inputValue('#i0116')).toBe('nobody')
    expect(await page.locator('#i0118').count()).toBe(0)
  })

  test('that was hinted at need not be typed, and can be another', async () => {
    const page = await open()
    await page.goto(pagesUrl(server, 'entra', { login_hint: 'alice' }))
    expect(await page.locator('#i0116').count()).toBe(0)
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('Enter password')
    await page.click('text=Not me')
    expect(await page.locator('#i0116').count()).toBe(1)
    await page.goto(pagesUrl(server, 'entra', { login_hint: 'nobody' }))
    expect(await page.inputValue('#i0116')).toBe('nobody')
  })

  test('may be posted with the password at once, as password managers do', async () => {
    const jar = new Jar()
    const first = await jar.open(pagesUrl(server, 'entra'))
    const next = await jar.post(first, server.url, { loginfmt: 'alice', passwd: 'password' })
    expect(next.html).toContain('Stay signed in?')
  })

  test('is asked for magic users, too', async () => {
    const page = await open()
    await page.goto(pagesUrl(server, 'entra'))
    const callback = await callbackOf(page, () => signInAt.entra(page, 'deny@example.com'))
    expect(callback.searchParams.get('error')).toBe('access_denied')
  })
})

describe('staying signed in', () => {
  const sessionOf = (text: readonly string[]) => text.filter((one) => one.includes('-session=')).at(-1) ?? ''

  async function answered(answer: Record<string, string>) {
    const jar = new Jar()
    const first = await jar.open(pagesUrl(server, 'entra'))
    const asked = await jar.post(first, server.url, { loginfmt: 'alice', passwd: 'password' })
    await jar.post(asked, server.url, answer)
    return jar
  }

  test('lets the cookie outlive the browser, when the user says so', async () => {
    expect(sessionOf((await answered({ stay: 'Yes' })).cookies)).toMatch(/Max-Age=\d{3,}/)
    expect(sessionOf((await answered({ leave: 'No' })).cookies)).not.toContain('Max-Age')
  })

  test('is asked no more when he said so, and each time otherwise', async () => {
    const again = async (jar: Jar) => {
      const first = await jar.open(pagesUrl(server, 'entra', { prompt: 'login' }))
      return (await jar.post(first, server.url, { loginfmt: 'alice', passwd: 'password' })).html
    }
    expect(await again(await answered({ leave: 'No' }))).toContain('Stay signed in?')
    expect(await again(await answered({ leave: 'No', DontShowAgain: 'on' }))).not.toContain('Stay signed in?')
  })

  test('is a box on the page for the password with others', async () => {
    const jar = new Jar()
    const first = await jar.open(pagesUrl(server, 'keycloak'))
    await jar.post(first, server.url, { username: 'alice', password: 'password', rememberMe: 'on' })
    expect(sessionOf(jar.cookies)).toMatch(/Max-Age=\d{3,}/)
  })
})

describe('signing out', () => {
  test('asks as the vendor does, and says that it is done', async () => {
    const page = await open()
    await page.goto(pagesUrl(server, 'keycloak', { prompt: 'consent' }))
    await signInAt.keycloak(page)
    await page.locator('#kc-cancel').waitFor()
    await page.goto(`${server.url}/${sandboxOf('keycloak')}/end_session`)
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('Logging out')
    await page.click('#kc-logout')
    await page.getByText('You are logged out').waitFor()
  })
})

describe('an error that cannot go back', () => {
  test.each([
    ['keycloak', 'We are sorry...', 'redirect_uri is not registered'],
    ['entra', 'Sign in', 'redirect_uri is not registered'],
    ['auth0', 'Oops!, something went wrong', 'invalid_request: redirect_uri is not registered'],
    ['okta', 'Bad Request', 'Description: redirect_uri is not registered'],
  ] as const)('%s has its title and lines, and ours below', async (vendor, heading, line) => {
    const page = await open()
    const answer = await page.goto(pagesUrl(server, vendor, { redirect_uri: `${postmanCallback}/other` }))
    expect(answer?.status()).toBe(400)
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe(heading)
    const text = (await page.textContent('main')) ?? ''
    expect(text).toContain(line)
    expect(text).toContain('Registered')
    expect(text).not.toMatch(/\{\w+\}/)
  })
})

test('names of the app, the company and the space stand in the words', async () => {
  const page = await open()
  await page.goto(pagesUrl(server, 'auth0'))
  expect(await page.title()).toBe('Log in | Example App')
  expect(await page.textContent('.lead')).toContain('Log in to Example Company to continue to Example App')
  await page.goto(pagesUrl(server, 'keycloak'))
  expect(await page.title()).toBe(`Sign in to ${sandboxOf('keycloak')}`)
})

test('a declared vendor has steps and names of its own', async () => {
  const { url } = await startDeclared(guideExample('sign-in'))
  const page = await open()
  const query = new URLSearchParams({ response_type: 'code', client_id: 'standard-web', redirect_uri: postmanCallback, prompt: 'consent' })
  await page.goto(`${url}/authorize?${query}`)
  expect(await page.title()).toBe('Sign in to Example Company')
  await page.getByLabel('Work email').fill('nobody')
  await page.click('#go')
  expect(await page.textContent('#login-error')).toBe('We do not know this name.')
  await page.fill('#field-login', 'alice')
  await page.click('#go')
  await page.fill('#passwd', 'wrong')
  await page.click('#go')
  expect(await page.textContent('#passwd-error')).toBe('Wrong password.')
  await page.fill('[name="passwd"]', 'password')
  await page.click('#go')
  await page.getByRole('heading', { name: 'Stay signed in?' }).waitFor()
  await page.click('#back')
  await page.getByRole('heading', { name: 'Example App asks for permission' }).waitFor()
  const callback = await callbackOf(page, () => page.click('#go'))
  expect(callback.searchParams.get('code')).toMatch(/./)
})

test('a field cannot have the name of one of ours', () => {
  const problems = problemsOf({ sign_in: { username: { name: 'transaction' }, submit: { text: 'Go', name: 'pick' } } })
  expect(problems).toEqual([
    expect.stringContaining('acme.sign_in.username.name: expected a name other than transaction, pick'),
    expect.stringContaining('acme.sign_in.submit.name: expected a name other than transaction, pick'),
  ])
})
