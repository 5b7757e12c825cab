import { expect, test } from 'vitest'
import { Jar } from '../../support/browser-jar.ts'
import { pageFacts } from '../../support/recording/page-facts.ts'
import { send } from '../../support/vendor-client.ts'
import { alice, callback, startTenantForFile, TenantJar, web } from './auth0-tenant.ts'

/** What pages say and have, as scripts for the vendor look for it. */

const { url } = await startTenantForFile()
const authorizeUrl = (wanted: Record<string, string> = {}) =>
  `${url}/authorize?${new URLSearchParams({ client_id: web.client_id, response_type: 'code', redirect_uri: callback, scope: 'openid', state: 's', ...wanted })}`
const plain = (html: string) => html.replaceAll('&#39;', "'").replaceAll('&quot;', '"')
const linesOf = (html: string) => [...html.matchAll(/<p class="line">(.*?)<\/p>/g)].map(([, line = '']) => plain(line))
const buttonsOf = (html: string) => [...html.matchAll(/name="action" value="(\w+)"[^>]*>([^<]+)</g)].map(([, value, text]) => [value, text])

test('the sign-in has name and password on one page, and says what was wrong beside the password', async () => {
  const jar = new TenantJar()
  const page = await jar.open(authorizeUrl())
  const { title, messages, forms } = pageFacts(page.html)
  expect([page.status, title, messages, forms[0], buttonsOf(page.html)]).toEqual([
    200,
    'Log in | Example App',
    ['Welcome', 'Log in to dev-grantbox to continue to Example App'],
    'POST | hidden transaction | text username #username | password password #password | submit action | submit decision',
    [['default', 'Continue']],
  ])
  const wrong = await jar.post(page, url, { ...alice, password: 'wrong', action: 'default' })
  expect([wrong.status, /id="error-element-password"[^>]*>([^<]+)</.exec(wrong.html)?.[1]]).toEqual([400, 'Wrong email or password'])
})

test('the consent names the app and the tenant', async () => {
  const jar = new TenantJar()
  await jar.post(await jar.open(authorizeUrl()), url, { ...alice, action: 'default' })
  const page = await jar.open(authorizeUrl({ prompt: 'consent' }))
  expect([pageFacts(page.html).messages, buttonsOf(page.html)]).toEqual([
    ['Authorize App'],
    [
      ['accept', 'Accept'],
      ['deny', 'Decline'],
    ],
  ])
  const lines = page.html.split('\n').map((line) => line.replaceAll(/<[^>]*>/g, ''))
  expect(lines).toContain('Example App is requesting access to your dev-grantbox account')
})

test.each([
  [
    { redirect_uri: 'https://x.example/cb' },
    403,
    'unauthorized_client: Callback URL mismatch. The provided redirect_uri is not in the list of allowed callback URLs. Please go to the Application Settings page and make sure you are sending a valid callback url from your application.',
  ],
  [{ client_id: 'x' }, 403, 'invalid_request: Unknown client: x'],
])('what %o comes to', async (wanted, status, said) => {
  const answer = await send(authorizeUrl(wanted))
  expect([answer.status, pageFacts(answer.text).title, linesOf(answer.text)]).toEqual([
    status,
    'Oops!, something went wrong',
    ['TECHNICAL DETAILS', said],
  ])
})

test('a sign-out that may not go where it wants', async () => {
  const answer = await send(`${url}/v2/logout?client_id=${web.client_id}&returnTo=https://x.example/`)
  expect([answer.status, linesOf(answer.text).at(-1)]).toEqual([
    400,
    'invalid_request: The "returnTo" querystring parameter "https://x.example/" is not defined as a valid URL in "Allowed Logout URLs"',
  ])
})

test.each(['login', 'signup'])('screen_hint=%s leads where it says', async (screen_hint) => {
  const page = await new TenantJar().open(authorizeUrl({ screen_hint }))
  expect([page.status, page.location?.pathname]).toEqual(screen_hint === 'signup' ? [302, '/u/signup'] : [200, undefined])
})

test('who has to sign in is led to /u/login, where the forms go', async () => {
  const jar = new Jar()
  const sent = await jar.open(authorizeUrl())
  expect([sent.status, sent.location?.href]).toEqual([302, expect.stringMatching(`^${url}/u/login\\?state=[\\w-]{64}$`)])
  const address = sent.location?.href ?? ''
  const page = await jar.open(address)
  expect(/<form method="post" action="([^"]+)"/.exec(page.html)?.[1]).toBe(address.slice(url.length))
  const end = await jar.post(page, url, { ...alice, action: 'default' })
  expect(Object.fromEntries(end.location?.searchParams ?? [])).toEqual({ code: expect.stringMatching(/^[\w-]{43}$/), state: 's' })
  // It is over, and whoever is signed in is led nowhere.
  expect((await jar.open(address)).status).toBe(400)
  expect((await jar.open(authorizeUrl())).location?.pathname).toBe('/callback')
})

test('who forgot a password has a link sent, by the page or by screen_hint=reset-password, and nobody is told who there is', async () => {
  const jar = new Jar()
  const [, linked = ''] =
    /<a[^>]* href="(\/u\/reset-password\/request\/[^"]+)">Forgot password\?</.exec((await new TenantJar().open(authorizeUrl())).html) ?? []
  expect(linked.split('?')[0]).toBe('/u/reset-password/request/Username-Password-Authentication')
  const hinted = await jar.open(authorizeUrl({ screen_hint: 'reset-password' }))
  expect([hinted.status, hinted.location?.pathname]).toEqual([302, '/u/reset-password/request/Username-Password-Authentication'])
  const page = await jar.open(hinted.location?.href ?? '')
  expect([pageFacts(page.html).messages[0], pageFacts(page.html).forms[0]]).toEqual([
    'Forgot Your Password?',
    'POST #reset | hidden transaction | email email #email | submit action',
  ])
  const wrong = await jar.post(page, url, { email: 'nobody', action: 'default' })
  expect([wrong.status, wrong.html.includes('Email is not valid.')]).toEqual([400, true])
  const sent = async (email: string) => {
    const next = await jar.post(page, url, { email, action: 'default' })
    const { body } = await send(`${url}/_grantbox/sandboxes/auth0/outbox?to=${encodeURIComponent(email)}`)
    const [message] = body.items as { link: string }[]
    return { next, link: message?.link }
  }
  const nobody = await sent('nobody@example.com')
  const bob = await sent('bob@example.com')
  for (const { next } of [nobody, bob]) {
    expect([next.status, next.location?.pathname]).toEqual([303, '/u/reset-password/check-email/Username-Password-Authentication'])
  }
  expect(pageFacts((await jar.open(bob.next.location?.href ?? '')).html).messages[0]).toBe('Check Your Email')
  expect([nobody.link, bob.link]).toEqual([undefined, expect.stringMatching(`^${url}/u/reset-verify\\?ticket=\\w{32}$`)])
  expect((await send(bob.link ?? '')).status).toBe(200)
})
