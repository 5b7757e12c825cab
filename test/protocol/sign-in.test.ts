import { describe, expect, test } from 'vitest'
import { authorizeUrl, brandon, findFluffy, freshCode, postmanCallback, postToken } from '../support/iokids-client.ts'
import { addUser, lastEntry } from '../support/iokids-setup.ts'
import { postForm, rawRequest } from '../support/raw-request.ts'
import { startForFile } from '../support/server.ts'
import { begin, open } from '../support/sign-in-steps.ts'

const server = await startForFile()
const sandbox = server.sandbox()
const { url } = server

describe('3: the sign-in page', () => {
  test("has the vendor's title, logo, heading, fields and buttons", async () => {
    const { page } = await begin(url)
    expect(page.status).toBe(200)
    expect(page.html).toContain('<title>iOKids Login</title>')
    expect(page.html).toContain('<p class="logo">iOKids<sup>®</sup></p>')
    expect(page.html).toContain('<h1>Sign In</h1>')
    expect(page.html).toMatch(/to continue to <b>FindFluffy<\/b>/)
    expect(page.html).toMatch(/<span class="prefix"[^>]*>@<\/span>/)
    expect(page.html).toMatch(/<input[^>]*name="username"[^>]*placeholder="username"/)
    expect(page.html).toMatch(/<input[^>]*name="password"[^>]*type="password"[^>]*placeholder="password"/)
    expect(page.html).toMatch(/<button type="submit">Sign In<\/button>/)
    expect(page.html).toMatch(/<a class="button outline"[^>]*>Join Now<\/a>/)
  })

  test('is not cached, not framed, and no script of another page can read it', async () => {
    const { headers } = await open(authorizeUrl(url), { headers: { origin: 'https://app.example' } })
    expect(headers.get('cache-control')).toBe('no-store')
    expect(headers.get('x-frame-options')).toBe('DENY')
    expect([...headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([])
  })

  test("keeps the client's parameters on the server: no address or form of ours has a code, which Postman would catch", async () => {
    const { page, post } = await begin(url, { state: 'keep-me-secret' })
    for (const { html } of [page, await post(brandon)]) {
      expect(html).not.toContain('keep-me-secret')
      expect(html).not.toMatch(/(?:href|action)="[^"]*code=/)
      expect(html).not.toMatch(/name="(?!transaction|username|password|pick|decision)[^"]*"[^>]*value=/)
    }
  })

  test('has the login_hint filled in', async () => {
    expect((await begin(url, { login_hint: 'redbutterfly267' })).page.html).toMatch(/name="username"[^>]*value="redbutterfly267"/)
  })
})

describe('4: username and password', () => {
  test.each([
    ['a wrong password', { username: brandon.username, password: 'wrong' }],
    ['an unknown user', { username: 'nobody', password: brandon.password }],
    ['nothing', {}],
    ['the password in another letter case', { username: brandon.username, password: 'find fluffy, llc' }],
  ])('%s shows the page again, 401, without a challenge', async (_what, form) => {
    const { post } = await begin(url)
    const { status, html, headers, location } = await post(form)
    expect(status).toBe(401)
    expect(location).toBeUndefined()
    expect(headers.get('www-authenticate')).toBeNull()
    expect(html).toContain('Username or password is not right.')
    expect(lastEntry(sandbox)).toMatchObject({ status: 401, error: 'access_denied', client_id: 'iok-cid-findfluffy' })
  })

  test('after a wrong password the right one goes on in the same transaction, what was typed kept', async () => {
    const { post, transaction } = await begin(url)
    const { html } = await post({ ...brandon, password: 'wrong' })
    expect(html).toContain(`name="transaction" value="${transaction}"`)
    expect(html).toMatch(new RegExp(`name="username"[^>]*value="${brandon.username}"`))
    expect((await post(brandon)).html).toContain('Continue to use the App')
  })

  test.each(['@beautifulmeercat246', ' beautifulmeercat246 ', 'BeautifulMeercat246', ' @BEAUTIFULMEERCAT246'])(
    'the username may come as "%s"',
    async (username) => {
      const { post } = await begin(url)
      expect((await post({ username, password: brandon.password })).html).toContain('Continue to use the App')
    },
  )

  test('a user may have a password of his own, and then the name of the company is none', async () => {
    addUser(sandbox, { username: 'secretive', password: 'mine' })
    const { post } = await begin(url)
    expect((await post({ username: 'secretive', password: sandbox.company })).status).toBe(401)
    expect((await post({ username: 'secretive', password: 'mine' })).status).toBe(200)
  })

  test('a user who is disabled cannot sign in, by click neither', async () => {
    addUser(sandbox, { username: 'locked-out', disabled: true })
    const { post } = await begin(url)
    expect((await post({ username: 'locked-out', password: sandbox.company })).status).toBe(401)
    expect((await post({ pick: 'locked-out' })).status).toBe(401)
  })

  test("one click signs in a user of the list, and none without the app's", async () => {
    addUser(sandbox, { username: 'elsewhere', apps: [] })
    const { post } = await begin(url)
    expect((await post({ pick: 'elsewhere' })).status).toBe(401)
    expect((await post({ pick: 'redbutterfly267' })).html).toMatch(/@redbutterfly267/)
  })

  test.each(['nonsense', '', '%00'])('an unknown transaction "%s" is a page that says so', async (transaction) => {
    const answer = await postForm(url, '/oauth/signin', `transaction=${transaction}&username=a&password=b`)
    expect(answer.status).toBe(400)
    expect(answer.headers['content-type']).toBe('text/html; charset=utf-8')
  })
})

describe('5: a user without the app', () => {
  test('who is a parent adds it and goes on', async () => {
    addUser(sandbox, { username: 'newparent', apps: [] })
    const { post } = await begin(url)
    const page = await post({ username: 'newparent', password: sandbox.company })
    expect(page.status).toBe(200)
    expect(page.html).toContain('@newparent cannot use FindFluffy yet')
    expect(page.html).toContain('Add the app')
    expect((await post({ decision: 'allow' })).location).toBeUndefined()
    expect((await post({ decision: 'add' })).html).toContain('Continue to use the App')
    expect((await post({ decision: 'allow' })).location?.searchParams.get('code')).toBeTruthy()
  })

  test('who is a kid cannot add it; asking a parent ends in access_denied', async () => {
    addUser(sandbox, { username: 'newkid', type: 'kid', age: 9, apps: [] })
    const { post } = await begin(url, { state: 'kids' })
    const page = await post({ username: 'newkid', password: sandbox.company })
    expect(page.html).toContain('@newkid cannot use FindFluffy yet')
    expect(page.html).toContain('Ask a parent')
    expect((await post({ decision: 'add' })).html).toContain('@newkid cannot use FindFluffy yet')
    const { location } = await post({ decision: 'ask' })
    expect(location?.searchParams.get('error')).toBe('access_denied')
    expect(location?.searchParams.get('state')).toBe('kids')
  })
})

describe('6: Continue to use the App', () => {
  test('shows the app, its description and who is signed in, each time', async () => {
    for (let i = 0; i < 2; i++) {
      const { post } = await begin(url)
      const { html, status } = await post(brandon)
      expect(status).toBe(200)
      for (const text of ['<h1>Continue to use the App</h1>', 'FindFluffy', 'A fun app for kids.', '@beautifulmeercat246']) {
        expect(html).toContain(text)
      }
      for (const decision of ['allow', 'switch', 'cancel']) expect(html).toContain(`name="decision" value="${decision}"`)
      await post({ decision: 'allow' })
    }
  })

  test('Continue sends code and state to the client, nothing else', async () => {
    const { post } = await begin(url)
    await post(brandon)
    const { status, location, headers } = await post({ decision: 'allow' })
    expect(status).toBe(303)
    expect(`${location?.origin}${location?.pathname}`).toBe(postmanCallback)
    expect([...(location?.searchParams.keys() ?? [])]).toEqual(['code', 'state'])
    expect(headers.get('cache-control')).toBe('no-store')
    expect(headers.get('referrer-policy')).toBe('no-referrer')
  })

  test.each([[{}], [brandon]])('Cancel sends access_denied and state, before and after signing in', async (user) => {
    const { post } = await begin(url)
    await post(user)
    const { status, location } = await post({ decision: 'cancel' })
    expect(status).toBe(303)
    expect(Object.fromEntries(location?.searchParams ?? [])).toEqual({
      error: 'access_denied',
      error_description: 'The user denied access',
      state: 'secret-session-state',
    })
  })

  test('Not me goes back to the sign-in page', async () => {
    const { post } = await begin(url)
    await post(brandon)
    expect((await post({ decision: 'switch' })).html).toContain('iOKids Login')
    expect((await post({ decision: 'allow' })).location).toBeUndefined()
    await post({ username: 'redbutterfly267', password: sandbox.company })
    const code = (await post({ decision: 'allow' })).location?.searchParams.get('code') ?? ''
    const { body } = await postToken(url, { grant_type: 'authorization_code', code, redirect_uri: postmanCallback, ...findFluffy })
    const me = await fetch(`${url}/v1/me`, { headers: { authorization: String(body.access_token) } })
    expect(await me.json()).toMatchObject({ username: 'redbutterfly267' })
  })

  test('nobody continues without having signed in', async () => {
    const { post } = await begin(url)
    const { status, location, html } = await post({ decision: 'allow' })
    expect([status, location]).toEqual([200, undefined])
    expect(html).toContain('iOKids Login')
  })

  test('of 20 clicks on Continue one gets a code', async () => {
    const { post } = await begin(url)
    await post(brandon)
    const answers = await Promise.all(Array.from({ length: 20 }, () => post({ decision: 'allow' })))
    expect(answers.filter((answer) => answer.location !== undefined)).toHaveLength(1)
    expect(answers.filter((answer) => answer.status === 400)).toHaveLength(19)
  })

  test('a decision that is none is a page', async () => {
    const { post } = await begin(url)
    expect((await post({ decision: 'maybe' })).status).toBe(400)
  })

  test('the setting auto_continue leaves the page out; a HEAD still finishes nothing', async () => {
    const { name } = server.server.sandboxes.create({ provider: sandbox.provider, settings: { auto_continue: true } })
    const { post } = await begin(`${url}/${name}`)
    expect((await post(brandon)).location?.searchParams.get('code')).toBeTruthy()

    const other = await begin(`${url}/${name}`)
    const own = server.sandbox(name)
    own.store.setInteractionUser(other.transaction, own.directory.findUser(brandon.username))
    const target = `/${name}/oauth/signin?transaction=${other.transaction}`
    expect((await rawRequest(url, target, { method: 'HEAD' })).status).toBe(200)
    expect((await rawRequest(url, target)).status).toBe(302)
  })

  test('a sign-in is over after an hour', async () => {
    const { name } = server.server.sandboxes.create({ provider: sandbox.provider })
    const { post } = await begin(`${url}/${name}`)
    expect((await post(brandon)).status).toBe(200)
    server.server.sandboxes.advanceClock(server.sandbox(name), 3600_000)
    const answer = await post({ decision: 'allow' })
    expect(answer.status).toBe(400)
    expect(answer.html).toContain('This sign-in is over')
  })

  test('the whole way gives a code that is the one of the user who signed in', async () => {
    expect(await freshCode(server)).toMatch(/^[\w.-]+$/)
    expect(lastEntry(sandbox)).toMatchObject({ endpoint: 'authorize', status: 303, username: brandon.username })
  })
})
