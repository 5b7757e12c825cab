import fastify from 'fastify'
import { afterAll, describe, expect, test } from 'vitest'
import { assetsPath, findAsset, pageHeaders } from '../../src/http/pages/assets.ts'
import { render as reply, type Views } from '../../src/http/pages/views.ts'
import { googlePages } from '../../src/providers/google/pages.ts'
import { iokidsJoin } from '../../src/providers/iokids/join.ts'
import { accents, defaultPageTexts, type PageTexts } from '../../src/providers/page-texts.ts'
import { signUp } from '../../src/providers/sign-up.ts'

const app = fastify()
app.post('/:view', (request, response) => {
  const { view } = request.params as { view: keyof Views }
  reply(response, view, models.get(request.headers['x-model'] as string) as Views[typeof view])
  return response
})
afterAll(() => app.close())

const models = new Map<string, unknown>()

/** The page as a browser gets it. */
async function render<K extends keyof Views>(view: K, model: Views[K]): Promise<string> {
  const key = String(models.size)
  models.set(key, model)
  const answer = await app.inject({ method: 'POST', url: `/${view}`, headers: { 'x-model': key } })
  expect(answer.statusCode).toBe(200)
  expect(answer.headers['content-security-policy']).toBe(pageHeaders['Content-Security-Policy'])
  return answer.body
}

const texts: PageTexts = {
  ...defaultPageTexts,
  title: 'iOKids Login',
  logo: 'iOKids®',
  usernamePrefix: '@',
  joinButton: 'Join Now',
  accent: 'teal',
}
const step = {
  texts,
  app: { name: 'FindFluffy', description: 'A fun app', icon: 'data:image/svg+xml,x' },
  action: '/oauth/signin',
  transaction: 'tx-1',
}
const user = { username: 'beautifulmeercat246', name: 'brandon ramos', type: 'Parent' }

/** Every optional member filled in. */
const full: Views = {
  signin: {
    ...step,
    username: 'brandon',
    error: { text: 'Username or password is not right.' },
    joinAction: '/oauth/join?transaction=tx-1',
    users: [user],
    userCount: 30,
    passwordHint: 'Every password is Find Fluffy, LLC.',
  },
  continue: { ...step, user, scopes: [{ name: 'profile', description: 'Your name' }] },
  warning: { ...step, user, pages: googlePages },
  stay: { ...step, user },
  'not-allowed': { ...step, user, remedy: 'add' },
  'new-user': {
    ...step,
    ...iokidsJoin,
    values: { username: 'sunnyotter385', first_name: 'Tim', last_name: 'Ramos', type: 'kid', age: '9', parent: 'mum' },
    errors: {
      username: 'is taken',
      first_name: 'is too long',
      last_name: 'is too short',
      type: 'is neither',
      age: 'is no number',
      parent: 'is no user',
    },
    password: 'Find Fluffy, LLC',
    signInAction: '/oauth/signin?transaction=tx-1',
  },
  consent: {
    ...step,
    user,
    scopes: [
      { name: 'openid', description: 'Who you are', fixed: true },
      { name: 'email', description: 'Your e-mail address', fixed: false },
    ],
  },
  'select-account': { ...step, user, users: [{ username: 'organicladybug833', name: 'marta olsen', type: 'Parent' }] },
  logout: { texts, user, action: '/end_session', fields: { state: 'xyz', confirm: 'abc' } },
  twice: { texts, next: 'https://app.example/cb?code=1' },
  held: { texts },
  'signed-out': { texts, heading: 'You are signed out', frames: ['https://app.example/logout?sid=1'], next: 'https://app.example/' },
  'device-code': { texts, action: '/oauth/device', user_code: 'BCDF-GHJK', error: 'This code is not right.' },
  'device-confirm': { ...step, user, user_code: 'BCDF-GHJK', scopes: [{ name: 'profile', description: 'Your name' }] },
  consented: { texts, app: step.app },
  'device-done': { texts, app: step.app, allowed: true },
  ciba: {
    texts,
    action: '/oauth/ciba',
    requests: [{ id: 'tx-1', app: step.app, user, binding_message: 'W4SCT', scopes: [{ name: 'profile', description: 'Your name' }] }],
  },
  error: {
    texts,
    status: 400,
    heading: 'This redirect URI is not registered',
    message: 'Nothing was sent there.',
    explanation: "redirect_uri differs at its end: '/'",
    details: [
      { label: 'Registered redirect URIs', values: ['https://app.example/cb', 'https://oauth.pstmn.io/v1/callback'] },
      { label: 'The one that came', values: ['https://app.example/cb/'] },
    ],
    hint: 'Register it in the dashboard.',
    link: { href: '/dashboard/iokids', label: 'To the dashboard' },
  },
  'form-post': { texts, app: { name: 'FindFluffy' }, action: 'https://app.example/cb', fields: { code: 'abc', state: 'xyz' } },
  'web-message': { texts, app: { name: 'FindFluffy' }, origin: 'https://app.example', fields: { code: 'abc', state: 'xyz' } },
}

const bareStep = { texts: defaultPageTexts, app: { name: 'App', description: undefined }, action: '/a', transaction: 't' }

/** No optional member at all, or one that is there and undefined. */
const bare: Views = {
  signin: { ...bareStep, users: [{ username: 'alice', name: undefined }], error: undefined },
  continue: { ...bareStep, user: { username: 'alice' }, scopes: [{ name: 'openid' }] },
  warning: { ...bareStep, user: { username: 'alice' }, pages: googlePages },
  stay: { ...bareStep, user: { username: 'alice' } },
  'not-allowed': { ...bareStep, user: { username: 'alice' }, remedy: 'ask' },
  consent: { ...bareStep, user: { username: 'alice' }, scopes: [{ name: 'read', fixed: false }] },
  'select-account': { ...bareStep, user: { username: 'alice' }, users: [] },
  'new-user': { ...bareStep, ...signUp, values: {}, errors: {} },
  logout: { texts: defaultPageTexts, user: { username: 'alice' }, action: '/end_session', fields: {} },
  twice: { texts: defaultPageTexts, next: 'https://app.example/cb' },
  held: { texts: defaultPageTexts },
  'signed-out': { texts: defaultPageTexts, heading: 'You are signed out', frames: [] },
  'device-code': { texts: defaultPageTexts, action: '/device' },
  'device-confirm': { ...bareStep, user: { username: 'alice' }, user_code: '', scopes: [] },
  consented: { texts: defaultPageTexts, app: { name: 'App' } },
  'device-done': { texts: defaultPageTexts, app: { name: 'App' }, allowed: false },
  ciba: {
    texts: defaultPageTexts,
    action: '/ciba',
    requests: [{ id: 't', app: { name: 'App' }, user: { username: 'alice' }, scopes: [] }],
  },
  error: {
    texts: defaultPageTexts,
    status: 400,
    heading: 'Unknown client',
    message: 'No such client.',
    details: [{ label: 'Known', values: [] }],
  },
  'form-post': { texts: defaultPageTexts, app: { name: 'App' }, action: 'https://app.example/cb', fields: {} },
  'web-message': { texts: defaultPageTexts, app: { name: 'App' }, origin: 'https://app.example', fields: {} },
}

const names: (keyof Views)[] = [
  'signin',
  'continue',
  'warning',
  'stay',
  'not-allowed',
  'consent',
  'consented',
  'select-account',
  'new-user',
  'logout',
  'signed-out',
  'twice',
  'device-code',
  'device-confirm',
  'device-done',
  'ciba',
  'error',
  'form-post',
  'web-message',
]
const forms: (keyof Views)[] = [
  'signin',
  'continue',
  'warning',
  'stay',
  'not-allowed',
  'consent',
  'select-account',
  'new-user',
  'device-confirm',
]

const draw = (name: keyof Views, models: Views) => render(name, models[name])

const tags = (html: string, name: string) => html.match(new RegExp(`<${name}\\b[^>]*>`, 'g')) ?? []
const attribute = (tag: string, name: string) => new RegExp(`\\b${name}="([^"]*)"`).exec(tag)?.[1]
const fieldsOf = (html: string) => tags(html, '(?:input|button)').map((tag) => [attribute(tag, 'name'), attribute(tag, 'value')].join('='))

/** Tags and the names of their attributes: what a value must not be able to change. */
const skeleton = (html: string) => (html.match(/<[^>]*>/g) ?? []).map((tag) => tag.replaceAll(/="[^"]*"/g, ''))

/** Every string of a model with an end of its own, the names of the posted fields too. */
function everyString<T>(model: T, end: string): T
function everyString(model: unknown, end: string): unknown {
  if (typeof model === 'string') return model + end
  if (Array.isArray(model)) return model.map((member) => everyString(member, end))
  if (typeof model !== 'object' || model === null) return model
  const entries = Object.entries(model)
  return Object.fromEntries(entries.map(([key, member]) => [key === 'code' || key === 'state' ? key + end : key, everyString(member, end)]))
}

/** `full` with that end on each string but the remedy, which chooses what is drawn. */
function ending(end: string): Views {
  const models = everyString(full, end)
  return { ...models, 'not-allowed': { ...models['not-allowed'], remedy: 'add' } }
}

describe('every page', () => {
  test.each(names)('%s escapes a hostile value in each of its fields', async (name) => {
    const html = await draw(name, ending(`"'><script>alert(1)</script><img src=x onerror=alert(1)>&lt;`))
    expect(skeleton(html)).toEqual(skeleton(await draw(name, ending('x'))))
    expect(html).toContain('&quot;&#39;&gt;&lt;script&gt;alert(1)&lt;/script&gt;')
    expect(html).toContain('&amp;lt;')
  })

  test.each(names)('%s prints neither undefined nor null where something is absent', async (name) => {
    expect(await draw(name, bare)).not.toMatch(/undefined|null|NaN|\[object/)
  })

  test.each(names)('%s has a language, a title and one heading', async (name) => {
    const html = await draw(name, full)
    expect(html).toMatch(/^<!doctype html>\n<html lang="en" data-accent="teal">/)
    expect(html).toMatch(/<title>[^<]*iOKids[^<]*<\/title>/)
    expect(tags(html, 'h1')).toHaveLength(1)
  })

  test.each(names)('%s has no inline script, style or handler, which the content security policy would refuse', async (name) => {
    const html = await draw(name, full)
    expect(html).not.toMatch(/<style|\sstyle=|\son[a-z]+=|javascript:/)
    for (const script of tags(html, 'script')) expect(attribute(script, 'src')).toMatch(/^\/_grantbox\/assets\//)
  })

  test.each(names)('%s asks only for assets that are served', async (name) => {
    const addresses = [...tags(await draw(name, full), 'link'), ...tags(await draw(name, full), 'script')].map(
      (tag) => attribute(tag, 'href') ?? attribute(tag, 'src') ?? '',
    )
    expect(addresses.length).toBeGreaterThanOrEqual(3)
    for (const address of addresses) {
      expect(address.startsWith(`${assetsPath}/`)).toBe(true)
      expect(await findAsset(address.slice(assetsPath.length + 1)), address).toBeDefined()
    }
  })

  test.each(names)('%s names each field for a screen reader, and describes it only by what is there', async (name) => {
    const html = await draw(name, full)
    const ids = new Set([...html.matchAll(/\bid="([^"]*)"/g)].map(([, id]) => id))
    for (const input of tags(html, 'input').filter((tag) => !/type="(?:hidden|radio)"/.test(tag))) {
      expect(html, input).toMatch(new RegExp(`<label[^>]* for="${attribute(input, 'id')}"[^>]*>[^<]`))
    }
    for (const [, described = ''] of html.matchAll(/aria-(?:describedby|labelledby)="([^"]*)"/g)) {
      for (const id of described.split(' ')) expect(ids).toContain(id)
    }
  })

  test.each(forms)('%s carries its transaction in every form', async (name) => {
    const parts = (await draw(name, full)).split('<form').slice(1)
    expect(parts.length).toBeGreaterThan(0)
    for (const form of parts) {
      expect(form).toMatch(/^ method="post" action="\/oauth\/signin">/)
      expect(form).toContain('<input type="hidden" name="transaction" value="tx-1">')
    }
  })

  test.each(forms)('%s has no parameter called code, which Postman would take from any address', async (name) => {
    expect(await draw(name, full)).not.toMatch(/name="code"|[?&]code=/)
  })
})

describe('sign-in', () => {
  test('shows what the vendor shows: logo, heading, app, prefix, placeholders and both buttons', async () => {
    const html = await draw('signin', full)
    expect(html).toContain('<title>iOKids Login</title>')
    expect(html).toContain('iOKids<sup>®</sup>')
    expect(html).toContain('to continue to <b>FindFluffy</b>')
    expect(html).toContain('<span class="prefix" aria-hidden="true">@</span>')
    expect(html).toContain('placeholder="username"')
    expect(html).toContain('placeholder="password"')
    expect(html).toContain('href="/oauth/join?transaction=tx-1">Join Now</a>')
  })

  test('signs in on Enter: the first submit button decides nothing else', async () => {
    const [first = ''] = tags(await draw('signin', full), 'button')
    expect(first).toBe('<button type="submit">')
  })

  test('keeps the username after a refusal, ties the error to both fields and goes on at the password', async () => {
    const html = await draw('signin', full)
    expect(html).toContain('<p class="alert" role="alert" id="signin-error">Username or password is not right.</p>')
    const [username = '', password = ''] = tags(html, 'input').filter((tag) => / id=/.test(tag))
    expect(attribute(username, 'value')).toBe('brandon')
    for (const tag of [username, password]) expect(tag).toContain('aria-invalid="true" aria-describedby="signin-error"')
    expect(username).not.toContain('autofocus')
    expect(password).toContain('autofocus')
    expect(attribute(password, 'value')).toBeUndefined()
  })

  test('begins at the username', async () => {
    const [username = ''] = tags(await draw('signin', bare), 'input').filter((tag) => / id="username"/.test(tag))
    expect(username).toContain('autofocus')
    expect(username).not.toContain('aria-invalid')
  })

  test('lists eight sandbox users and tells how many more there are', async () => {
    const users = Array.from({ length: 11 }, (_, index) => ({ username: `user${index}` }))
    const html = await render('signin', { ...full.signin, users, userCount: undefined })
    expect(fieldsOf(html).filter((field) => field.startsWith('pick='))).toEqual(users.slice(0, 8).map(({ username }) => `pick=${username}`))
    expect(html).toContain('3 more users: type a name above.')
    expect(await draw('signin', full)).toContain('29 more users')
    expect(await draw('signin', bare)).not.toContain('more user')
  })

  test('has no list where there are no users, and no way to join where the vendor has none', async () => {
    const html = await render('signin', { ...full.signin, texts: defaultPageTexts, users: [] })
    expect(html).not.toContain('Sandbox users')
    expect(html).not.toContain('/oauth/join')
  })
})

test('a scope that is an address may break behind a slash or a dot, and is escaped', async () => {
  const scopes = [
    { name: 'https://www.example.com/auth/drive.file/', fixed: false },
    { name: 'https://a"><i>./b', fixed: true },
    { name: 'a/b.c', fixed: false },
  ]
  const html = await draw('consent', { ...full, consent: { ...full.consent, pages: googlePages, scopes, choice: { fixed: [] } } })
  expect(html).toContain('>https://<wbr>www.<wbr>example.<wbr>com/<wbr>auth/<wbr>drive.<wbr>file/</label>')
  expect(html).toContain('<b>https://<wbr>a&quot;&gt;&lt;i&gt;./<wbr>b</b>')
  expect(html).toContain('>a/b.c</label>')
})

test('continue lists the scopes and offers to allow, to be another user, and to cancel', async () => {
  const html = await draw('continue', full)
  expect(html).toContain('@beautifulmeercat246')
  expect(html).toContain('<b>profile</b> <span class="muted">Your name</span>')
  expect(fieldsOf(html)).toEqual(['transaction=tx-1', 'decision=allow', 'decision=switch', 'decision=cancel'])
})

test('not-allowed lets a parent add the app and a kid ask for it', async () => {
  const parent = await draw('not-allowed', full)
  expect(parent).toContain('@beautifulmeercat246 cannot use FindFluffy yet</h1>')
  expect(fieldsOf(parent)).toEqual(['transaction=tx-1', 'decision=add', 'decision=switch'])
  const kid = await render('not-allowed', { ...full['not-allowed'], remedy: 'ask' })
  expect(kid).toContain('Ask a parent')
  expect(fieldsOf(kid)).toEqual(['transaction=tx-1', 'decision=ask', 'decision=switch'])
})

describe('new-user', () => {
  test('keeps what was typed and says beside each field what is wrong with it', async () => {
    const html = await draw('new-user', full)
    expect(fieldsOf(html)).toEqual(
      expect.arrayContaining(['username=sunnyotter385', 'first_name=Tim', 'last_name=Ramos', 'type=kid', 'age=9', 'parent=mum']),
    )
    expect(tags(html, 'input').find((tag) => / checked/.test(tag))).toContain('value="kid"')
    expect(html).toContain('aria-describedby="parent-help parent-error"')
    expect(html).toContain('<p class="field-error" id="age-error">is no number</p>')
    expect(html).toContain('6 fields need another look.')
    expect(tags(html, 'input').filter((tag) => / autofocus/.test(tag))).toHaveLength(1)
  })

  test('asks for no password and tells the one that every sandbox user has', async () => {
    const html = await draw('new-user', full)
    expect(html).not.toContain('type="password"')
    expect(html).toContain('<code>Find Fluffy, LLC</code>')
  })
})

test('error lists the registered redirect URIs beside the one that came', async () => {
  const html = await draw('error', full)
  const listed = [...html.matchAll(/<dd><code>([^<]*)<\/code><\/dd>/g)].map(([, uri]) => uri)
  expect(listed).toEqual(['https://app.example/cb', 'https://oauth.pstmn.io/v1/callback', 'https://app.example/cb/'])
  expect(html).toContain('Error 400')
  expect(html).toContain('redirect_uri differs at its end: &#39;/&#39;')
  expect(html).toContain('Register it in the dashboard.')
})

test('form-post holds the response in hidden fields, with a script to send it and a button where scripts are off', async () => {
  const html = await draw('form-post', full)
  expect(html).toContain('<form method="post" action="https://app.example/cb" data-submit>')
  expect(fieldsOf(html)).toEqual(['code=abc', 'state=xyz', '='])
  expect(html).toContain('<script src="/_grantbox/assets/form-post.js" defer></script>')
  expect(html).toContain('<button type="submit">Continue</button>')
})

describe('assets', () => {
  test('come with their type and an etag that stays', async () => {
    const pico = await findAsset('pico.css')
    expect(pico?.contentType).toBe('text/css; charset=utf-8')
    expect(pico?.body.toString()).toContain('--pico-font-family')
    expect(pico?.etag).toMatch(/^"[\w-]{22}"$/)
    expect(await findAsset('pico.css')).toBe(pico)
    expect((await findAsset('grantbox.css'))?.etag).not.toBe(pico?.etag)
  })

  test.each(['../layout.eta', 'nothing.css', '', 'constructor', '__proto__'])('are only those on the list: not %j', async (name) => {
    expect(await findAsset(name)).toBeUndefined()
  })

  test('give each accent its colours in light and in dark', async () => {
    const [light = '', dark = ''] = (await findAsset('grantbox.css'))?.body.toString().split('@media (prefers-color-scheme: dark)') ?? []
    for (const accent of accents.filter((name) => name !== 'blue')) {
      for (const scheme of [light, dark]) expect(scheme).toContain(`[data-accent="${accent}"]`)
    }
  })
})

test('the headers of a page allow our own files alone, and any address to post to', async () => {
  const policy = pageHeaders['Content-Security-Policy']
  expect(policy).toContain("default-src 'none'")
  expect(policy).toContain("frame-ancestors 'none'")
  expect(policy).not.toMatch(/unsafe|form-action|https?:/)
  expect(pageHeaders['Cache-Control']).toBe('no-store')
})
