import { describe, expect, test } from 'vitest'
import { Jar } from '../../support/browser-jar.ts'
import { app, askToken, authorizeUrl, callbackOf, githubApp, startGitHub, startGitHubForFile } from './github-app.ts'

const server = await startGitHubForFile()
const { url } = server
const signIn = { login: 'alice', password: 'password', commit: 'Sign in' }

test('signs in on one page, and asks to authorize on another', async () => {
  const jar = new Jar()
  const page = await jar.open(authorizeUrl(url, { scope: 'user:email,repo' }))
  for (const words of ['Sign in to GitHub', 'to continue to <b>Example App</b>', 'Username or email address', 'Password']) {
    expect(page.html).toContain(words)
  }
  const consent = await jar.post(page, url, signIn)
  for (const words of [
    '<h1>Authorize Example App</h1>',
    'Example App by example-org wants to access your alice account',
    'Email addresses (read-only)',
    'Repositories: public and private',
    'Authorize example-org</button>',
    'Cancel</button>',
    'Authorizing will redirect to http://127.0.0.1:5555',
  ]) {
    expect(consent.html).toContain(words)
  }
})

test('a wrong password is told on the page, with status 200', async () => {
  const jar = new Jar()
  const page = await jar.post(await jar.open(authorizeUrl(url)), url, { ...signIn, password: 'wrong' })
  expect([page.status, page.html.includes('Incorrect username or password.')]).toEqual([200, true])
})

test('the address does as well as the name', async () => {
  const jar = new Jar()
  const page = await jar.post(await jar.open(authorizeUrl(url)), url, { ...signIn, login: 'alice@example.com' })
  expect(page.html).toContain('Authorize Example App')
})

test('login fills the name in', async () => {
  expect((await new Jar().open(authorizeUrl(url, { login: 'bob' }))).html).toContain('name="login" type="text" value="bob"')
})

describe('who authorized the app before', () => {
  test('is asked again for more alone, which the next token without a scope has as well', async () => {
    const jar = new Jar()
    await callbackOf(server, { scope: 'user' }, { jar })
    const more = await jar.open(authorizeUrl(url, { scope: 'user:email gist' }))
    expect(more.html).toContain('Authorize Example App')
    await jar.post(more, url, { authorize: '1' })
    const silent = await jar.open(authorizeUrl(url, { scope: undefined }))
    const { body } = await askToken(server, { ...app, code: silent.location?.searchParams.get('code') ?? '' })
    expect(body.scope).toBe('user,gist')
  })

  test('is asked once by a GitHub App, which has no scopes', async () => {
    const jar = new Jar()
    const asked = { client_id: githubApp.client_id, scope: undefined }
    const page = await jar.post(await jar.open(authorizeUrl(url, asked)), url, signIn)
    expect(page.html).toContain('Authorize Example GitHub App')
    await jar.post(page, url, { authorize: '1' })
    expect((await jar.open(authorizeUrl(url, asked))).location).toBeDefined()
  })

  test('chooses who to be where the app says so', async () => {
    const jar = new Jar()
    await callbackOf(server, {}, { jar })
    const page = await jar.open(authorizeUrl(url, { prompt: 'select_account' }))
    expect(page.html).toContain('<h1>Select user to authorize Example App</h1>')
    expect((await jar.open(authorizeUrl(url, { prompt: 'consent' }))).location).toBeDefined()
  })
})

describe('magic users', () => {
  test('deny is told to the client in the vendor’s words', async () => {
    const back = await callbackOf(server, {}, { login: 'deny' })
    expect(back.searchParams.get('error_description')).toBe('The user has denied your application access.')
  })

  test('locked cannot sign in', async () => {
    const jar = new Jar()
    const page = await jar.post(await jar.open(authorizeUrl(url)), url, { ...signIn, login: 'locked' })
    expect(page.html).toContain('Incorrect username or password.')
  })
})

test('a fault at the token endpoint is said as the vendor says errors', async () => {
  const own = await startGitHub()
  const add = (fault: object) =>
    fetch(`${own.url}/_grantbox/sandboxes/github/faults`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ endpoint: 'token', ...fault }),
    })
  const ask = async () => {
    const answer = await fetch(`${own.url}/login/oauth/access_token`, { method: 'POST', headers: { accept: 'application/json' } })
    return [answer.status, ((await answer.json()) as { error: string }).error]
  }
  await add({ error: 'invalid_grant' })
  expect(await ask()).toEqual([200, 'bad_verification_code'])
  await add({ error: 'server_error', status: 503 })
  expect(await ask()).toEqual([503, 'server_error'])
})
