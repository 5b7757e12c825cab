import { expect, test } from 'vitest'
import { Jar, type Visit } from '../../support/browser-jar.ts'
import { startForFile } from '../../support/server.ts'
import { authorizeUrl, get, operate, pool } from './pool.ts'

const box = await startForFile()
const base = `${box.url}/cognito`

async function lastCode(kind: string): Promise<string> {
  const { json } = await get(`${box.url}/_grantbox/sandboxes/cognito/outbox?kind=${kind}`)
  return (json.items as { code: string }[])[0]?.code ?? ''
}

/** A page in the course of a sign-in. */
async function begin(jar: Jar, path = '/login'): Promise<Visit> {
  return jar.open(authorizeUrl(base).replace('/oauth2/authorize', path))
}

/** Fills a form in and follows to the page that comes next. */
async function send(jar: Jar, page: Visit, typed: Record<string, string>): Promise<Visit> {
  const { location, ...answer } = await jar.post(page, base, typed)
  return location?.origin === box.url && location.pathname.startsWith('/cognito/') ? jar.open(location.href) : { ...answer, location }
}

function link(page: Visit, text: string): string {
  const href = new RegExp(`<a href="([^"]*)">${text.replace('?', '\\?')}</a>`).exec(page.html)?.[1] ?? ''
  return new URL(href.replaceAll('&amp;', '&'), box.url).href
}

const clock = (method: string, path: string, body: object) =>
  fetch(`${box.url}/_grantbox/sandboxes/cognito/clock${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })

const admin = (operation: string, body: object) => operate(base, operation, { UserPoolId: pool, ...body })

test('who signs up on a page confirms with the code, and is signed in', async () => {
  const jar = new Jar()
  const page = await jar.open(link(await begin(jar), 'Need an account? Sign up'))
  expect(page.html).toContain('<h1>Sign up</h1>')
  const refused = await send(jar, page, { username: 'paula', email: 'paula@example.com', password: 'short' })
  expect([refused.status, refused.html.includes('Password not long enough')]).toEqual([400, true])
  expect(refused.html).not.toContain('short')
  const confirm = await send(jar, page, { username: 'paula', email: 'paula@example.com', password: 'Password1!' })
  expect(confirm.html).toContain('<h1>Confirm your account</h1>')
  expect(confirm.html).toContain('value="paula"')
  const wrong = await send(jar, confirm, { username: 'paula', code: '000' })
  expect(wrong.html).toContain('Invalid verification code provided, please try again.')
  const end = await send(jar, confirm, { username: 'paula', code: await lastCode('SignUp') })
  expect(end.location?.searchParams.get('code')).toBeTruthy()
})

test('who is not confirmed is not signed in, but sent to confirm', async () => {
  await operate(base, 'SignUp', {
    ClientId: 'grantbox0spa0client0000001',
    Username: 'quinn',
    Password: 'Password1!',
    UserAttributes: [{ Name: 'email', Value: 'quinn@example.com' }],
  })
  const jar = new Jar()
  const next = await send(jar, await begin(jar), { username: 'quinn', password: 'Password1!' })
  expect(next.html).toContain('<h1>Confirm your account</h1>')
  const end = await send(jar, next, { username: 'quinn', code: await lastCode('SignUp') })
  expect(end.location?.searchParams.get('code')).toBeTruthy()
})

test('a temporary password is changed at the first sign-in', async () => {
  await admin('AdminCreateUser', { Username: 'rose', TemporaryPassword: 'Temporary1!' })
  const jar = new Jar()
  const next = await send(jar, await begin(jar), { username: 'rose', password: 'Temporary1!' })
  expect(next.html).toContain('<h1>Change password</h1>')
  const wrong = await send(jar, next, { username: 'rose', old_password: 'x', password: 'Chosen1!' })
  expect(wrong.status).toBe(400)
  const end = await send(jar, next, { username: 'rose', old_password: 'Temporary1!', password: 'Chosen1!' })
  expect(end.location?.searchParams.get('code')).toBeTruthy()
  expect((await admin('AdminGetUser', { Username: 'rose' })).json.UserStatus).toBe('CONFIRMED')
})

test('a password that was forgotten is set with a code, and whether there is such a user is not told', async () => {
  const jar = new Jar()
  const page = await jar.open(link(await begin(jar), 'Forgot your password?'))
  const nobody = await send(jar, page, { username: 'nobody' })
  expect(nobody.html).toContain('<h1>Change password</h1>')
  const next = await send(jar, page, { username: 'bob' })
  const end = await send(jar, next, { username: 'bob', code: await lastCode('ForgotPassword'), password: 'Another1!' })
  expect(end.location?.searchParams.get('code')).toBeTruthy()
})

test('an app may link to a page with the parameters of an authorization request', async () => {
  const jar = new Jar()
  const page = await begin(jar, '/signup')
  expect(page.html).toContain('<h1>Sign up</h1>')
  expect((await send(jar, page, { username: 'tess', email: 't@example.com', password: 'Password1!' })).html).toContain(
    'Confirm your account',
  )
  expect((await jar.open(`${base}/signup`)).status).toBe(400)
  expect((await begin(jar, '/confirmUser')).status).toBe(200)
})

test('five wrong passwords lock a user out of the pages and of the JSON API alike', async () => {
  // A second is short for a machine that is busy.
  await clock('PATCH', '', { frozen: true })
  await admin('AdminCreateUser', { Username: 'una', TemporaryPassword: 'Temporary1!' })
  const jar = new Jar()
  const page = await begin(jar)
  const wrong = () => send(jar, page, { username: 'una', password: 'wrong' })
  for (let tries = 0; tries < 5; tries++) {
    expect((await wrong()).html).toContain('Incorrect username or password.')
  }
  const refused = await send(jar, page, { username: 'una', password: 'Temporary1!' })
  expect([refused.status, refused.html.includes('Password attempts exceeded')]).toEqual([200, true])
  const AuthParameters = { USERNAME: 'una', PASSWORD: 'Temporary1!' }
  const asked = { AuthFlow: 'USER_PASSWORD_AUTH', ClientId: 'grantbox0spa0client0000001', AuthParameters }
  expect((await operate(base, 'InitiateAuth', asked)).json.message).toBe('Password attempts exceeded')
  await clock('POST', '/advance', { by: '1s' })
  expect((await send(jar, page, { username: 'una', password: 'Temporary1!' })).html).toContain('<h1>Change password</h1>')
})
