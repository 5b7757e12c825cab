import { createHash } from 'node:crypto'
import { request } from 'node:http'
import { describe, expect, test } from 'vitest'
import { Jar } from '../../support/browser-jar.ts'
import { askHost } from '../../support/google-client.ts'
import { pageLines } from '../../support/page-lines.ts'
import { basic, post, postJson, send } from '../../support/vendor-client.ts'
import {
  app,
  askApi,
  askToken,
  authorizeUrl,
  callback,
  callbackOf,
  freshCode,
  freshToken,
  githubApp,
  json,
  register,
  startGitHub,
  startGitHubForFile,
} from './github-app.ts'

const server = await startGitHubForFile()
const { url } = server
const control = `${url}/_grantbox/sandboxes/github`

/** A user as everybody may know him. */
const simple = (login: string, id: number, node_id: string, api = url) => ({
  ...{ login, id, node_id, avatar_url: `${url}/u/${id}?v=4`, gravatar_id: '' },
  ...{ url: `${api}/users/${login}`, html_url: `${url}/${login}`, followers_url: `${api}/users/${login}/followers` },
  following_url: `${api}/users/${login}/following{/other_user}`,
  gists_url: `${api}/users/${login}/gists{/gist_id}`,
  starred_url: `${api}/users/${login}/starred{/owner}{/repo}`,
  ...{ subscriptions_url: `${api}/users/${login}/subscriptions`, organizations_url: `${api}/users/${login}/orgs` },
  ...{ repos_url: `${api}/users/${login}/repos`, events_url: `${api}/users/${login}/events{/privacy}` },
  received_events_url: `${api}/users/${login}/received_events`,
  ...{ type: 'User', user_view_type: 'public', site_admin: false },
})
const alice = simple('alice', 583231, 'U_kgDOAAjmPw')

describe('the API tells to the byte', () => {
  const profile = {
    ...{ name: 'Alice Arnold', company: '@example-org', blog: '', location: 'Springfield', email: 'alice@example.com' },
    ...{ hireable: null, bio: null, twitter_username: null, public_repos: 0, public_gists: 0, followers: 0, following: 0 },
  }
  const dated = (text: string) => text.replaceAll(/"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"/g, '"<time>"')
  const times = { created_at: '<time>', updated_at: '<time>' }

  test('who signed in', async () => {
    const { status, text } = await askApi(server, '/user', await freshToken(server))
    expect([status, dated(text)]).toEqual([200, JSON.stringify({ ...alice, ...profile, ...times })])
  })

  test('who signed in, with more for the scope user', async () => {
    const { text } = await askApi(server, '/user', await freshToken(server, { scope: 'user' }))
    const more = { private_gists: 0, total_private_repos: 0, owned_private_repos: 0, disk_usage: 0, collaborators: 0 }
    const plan = { name: 'free', space: 976_562_499, collaborators: 0, private_repos: 10_000 }
    const all = { ...alice, user_view_type: 'private', ...profile, ...times, ...more, two_factor_authentication: false, plan }
    expect(dated(text)).toBe(JSON.stringify(all))
  })

  test('his organizations', async () => {
    const { text } = await askApi(server, '/user/orgs', await freshToken(server, { scope: 'read:org', username: 'bob' }))
    const id = 97_224_046
    const at = `${url}/orgs/example-org`
    const lists = { repos_url: `${at}/repos`, events_url: `${at}/events`, hooks_url: `${at}/hooks`, issues_url: `${at}/issues` }
    const members = { members_url: `${at}/members{/member}`, public_members_url: `${at}/public_members{/member}` }
    const org = { login: 'example-org', id, node_id: 'O_kgDOBcuFbg', url: at, ...lists, ...members }
    expect(text).toBe(JSON.stringify([{ ...org, avatar_url: `${url}/u/${id}?v=4`, description: '' }]))
  })

  test('in its headers', async () => {
    const { headers } = await askApi(server, '/user', await freshToken(server, { scope: 'repo,user' }), { origin: 'https://app.example' })
    const now = Math.floor(server.clock.now() / 1000)
    const told = Object.fromEntries([...headers].filter(([name]) => /^(x-|etag|access-control|github-)/.test(name)))
    expect(told).toEqual({
      ...{ 'x-oauth-scopes': 'repo, user', 'x-accepted-oauth-scopes': '', 'x-oauth-client-id': app.client_id },
      ...{ 'x-github-media-type': 'github.v3; format=json', 'x-github-request-id': expect.stringMatching(/^[0-9A-F]{4}:[0-9A-F]{6}$/) },
      ...{ 'x-ratelimit-limit': '5000', 'x-ratelimit-remaining': '4999', 'x-ratelimit-used': '1', 'x-ratelimit-resource': 'core' },
      'x-ratelimit-reset': expect.toSatisfy((value) => Math.abs(Number(value) - now - 3600) < 5),
      etag: expect.stringMatching(/^W\/"[0-9a-f]{64}"$/),
      'access-control-allow-origin': '*',
      'access-control-expose-headers':
        'ETag, Link, Location, Retry-After, X-GitHub-OTP, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Used, X-RateLimit-Resource, X-RateLimit-Reset, X-OAuth-Scopes, X-Accepted-OAuth-Scopes, X-Poll-Interval, X-GitHub-Media-Type, X-GitHub-SSO, X-GitHub-Request-Id, Deprecation, Sunset, Grantbox-Explain, Grantbox-Reason',
    })
  })

  test('who does not say what it is', async () => {
    const { promise, resolve } = Promise.withResolvers<[number | undefined, string]>()
    request(`${url}/user`, (answer) => {
      let text = ''
      answer.on('data', (chunk) => {
        text += chunk
      })
      answer.on('end', () => resolve([answer.statusCode, text]))
    }).end()
    const said =
      'Request forbidden by administrative rules. Please make sure your request has a User-Agent header (https://docs.github.com/en/rest/overview/resources-in-the-rest-api#user-agent-required). Check https://developer.github.com for other possible causes.'
    expect(await promise).toEqual([403, `\r\n${said}\r\n`])
  })
})

describe('an app’s own token', () => {
  const of = (method: string, path: string, body: object, { client_id, client_secret } = app) =>
    send(`${url}/applications/${client_id}${path}`, {
      method,
      headers: { ...basic(client_id, client_secret), 'content-type': 'application/json', 'user-agent': 'test' },
      body: JSON.stringify(body),
    })
  const authorization = (token: string, id: unknown, more: object) => ({
    ...{ id, url: `${url}/authorizations/${id}`, app: { name: 'Example App', url, client_id: app.client_id }, token },
    ...{ hashed_token: createHash('sha256').update(token).digest('hex'), token_last_eight: token.slice(-8), note: null, note_url: null },
    ...{ created_at: expect.stringMatching(/Z$/), updated_at: expect.stringMatching(/Z$/), scopes: ['repo', 'gist'] },
    ...{ fingerprint: null, expires_at: null, user: alice, ...more },
  })

  test.each([
    ['is checked', 'POST'],
    ['is reset', 'PATCH'],
  ])('%s', async (_what, method) => {
    const token = await freshToken(server, { scope: 'repo gist' })
    const { status, body } = await of(method, '/token', { access_token: token })
    expect([status, body]).toEqual([200, authorization(method === 'POST' ? token : String(body.token), body.id, {})])
  })

  test('is narrowed to an account of a GitHub App', async () => {
    const token = await freshToken(server, {}, githubApp)
    const { status, body } = await of('POST', '/token/scoped', { access_token: token, target: 'example-org' }, githubApp)
    expect([status, body]).toEqual([
      200,
      authorization(String(body.token), body.id, {
        app: { name: 'Example GitHub App', url, client_id: githubApp.client_id },
        scopes: [],
        expires_at: expect.stringMatching(/Z$/),
        installation: {
          ...{ permissions: {}, repository_selection: 'all', single_file_name: null, repositories_url: `${url}/user/repos` },
          account: expect.objectContaining({ login: 'example-org' }),
        },
      }),
    ])
    expect((await of('POST', '/token/scoped', { access_token: token, target: 'nobody' }, githubApp)).status).toBe(404)
  })

  test.each([
    ['PATCH', '/token'],
    ['DELETE', '/token'],
    ['DELETE', '/grant'],
  ])('that it has not is none: %s %s', async (method, path) => {
    expect((await of(method, path, { access_token: 'gho_x' })).status).toBe(404)
  })
})

describe('the token endpoint', () => {
  test('gives a GitHub App that opted out of expiring tokens one that lasts', async () => {
    const client_id = 'Iv1.0123456789abcdef'
    const made = { name: 'Opted out', client_id, redirect_uris: [callback], grant_types: ['authorization_code'] }
    const { body } = await postJson(`${control}/apps`, made)
    const [client] = body.clients as { client_secret: string }[]
    const form = { client_id, client_secret: client?.client_secret ?? '', code: await freshCode(server, { client_id }) }
    expect((await askToken(server, form)).text).toMatch(/^\{"access_token":"ghu_\w{36}","token_type":"bearer","scope":""\}$/)
  })

  test('looks neither at the scope nor at the repository of a GitHub App', async () => {
    const code = await freshCode(server, { client_id: githubApp.client_id, scope: 'repo gist' })
    const { body } = await askToken(server, { ...githubApp, code, repository_id: '1' })
    expect(body.scope).toBe('')
  })

  test('tells a device as a form', async () => {
    const { text } = await post(`${url}/login/device/code`, { client_id: app.client_id })
    expect(text).toMatch(
      new RegExp(
        `^device_code=[0-9a-f]{40}&expires_in=900&interval=5&user_code=[A-Z]{4}-[A-Z]{4}&verification_uri=${encodeURIComponent(`${url}/login/device`)}$`,
      ),
    )
  })

  test.each(['application/json', 'application/vnd.github+json', 'text/html, application/json;q=0.5'])(
    'answers JSON to %s',
    async (accept) => {
      const answer = await askToken(server, { ...app, code: 'x' }, { accept })
      expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8')
    },
  )
})

describe('the authorization endpoint', () => {
  test.each([
    ['no client', { client_id: undefined }, 404, ['Error 404', 'Page not found', 'There is no app with this client_id.']],
    [
      'a foreign redirect URI',
      { redirect_uri: 'https://evil.example/' },
      200,
      [
        'Be careful!',
        'The `redirect_uri` is not associated with this application.',
        "The application might be misconfigured or could be trying to redirect you to a website you weren't expecting.",
      ],
    ],
  ])('shows a page for %s, with these lines', async (_what, parameters, status, lines) => {
    const page = await new Jar().open(authorizeUrl(url, parameters))
    expect([page.status, pageLines(page.html)]).toEqual([status, lines])
  })

  test('tells a suspended app all of it', async () => {
    const suspended = { client_id: 'Ov23liSuspendedApp01', claims: { suspended: true }, redirect_uris: [callback] }
    await postJson(`${control}/apps`, { name: 'Suspended', ...suspended })
    const { location } = await new Jar().open(authorizeUrl(url, { client_id: suspended.client_id }))
    expect(location?.href).toBe(
      `${callback}?error=application_suspended&error_description=Your+application+has+been+suspended.+Contact+support%40github.com.&error_uri=https%3A%2F%2Fdocs.github.com%2Fapps%2Fmanaging-oauth-apps%2Ftroubleshooting-authorization-request-errors%2F%23application-suspended&state=xyz`,
    )
  })

  test('takes allow_signup, without effect on who has a user', async () => {
    expect([...(await callbackOf(server, { allow_signup: 'false' })).searchParams.keys()]).toEqual(['code', 'iss', 'state'])
  })

  test('asks who it is where the code goes to a program', async () => {
    const own = await startGitHub()
    const redirect_uri = 'com.example.app:/callback'
    await register(own, redirect_uri)
    const jar = new Jar()
    await callbackOf(own, {}, { jar })
    const page = await jar.open(authorizeUrl(own.url, { redirect_uri }))
    expect(page.html).toContain('<h1>Select user to authorize Example App</h1>')
    const { location } = await jar.post(page, own.url, { pick: 'alice' })
    expect(location?.protocol).toBe('com.example.app:')
  })

  test('takes a loopback address at any port: [::1]', async () => {
    const own = await startGitHub()
    await register(own, 'http://[::1]/callback')
    expect((await callbackOf(own, { redirect_uri: 'http://[::1]:4711/callback/x' })).origin).toBe('http://[::1]:4711')
  })
})

describe('at the vendor’s hosts', () => {
  test.each([
    ['GET', `https://github.com/login/oauth/authorize?client_id=${app.client_id}`, 200],
    ['POST', 'https://github.com/login/oauth/access_token', 404],
    ['POST', 'https://github.com/login/device/code', 404],
    ['GET', 'https://github.com/login/device', 200],
    ['GET', 'https://api.github.com/user', 401],
    ['GET', 'https://api.github.com/user/emails', 401],
    ['POST', `https://api.github.com/applications/${app.client_id}/token`, 401],
    ['GET', 'https://github.com/.well-known/openid-configuration', 404],
    ['GET', 'https://github.com/login/oauth/userinfo', 404],
  ])('%s %s: %i', async (method, address, status) => {
    const headers = { 'user-agent': 'test', accept: 'application/json' }
    expect((await askHost(url, address, { method, headers })).status).toBe(status)
  })

  test('a token answer has the vendor’s addresses behind it', async () => {
    const token = await freshToken(server)
    const { body } = await askHost(url, 'https://api.github.com/user', { headers: { authorization: `token ${token}`, 'user-agent': 'x' } })
    expect([body.url, body.html_url, body.avatar_url]).toEqual([
      'https://api.github.com/users/alice',
      'https://github.com/alice',
      'https://avatars.githubusercontent.com/u/583231?v=4',
    ])
  })
})

test('the first poll of a device may come at once', async () => {
  const { body } = await post(`${url}/login/device/code`, { client_id: app.client_id }, json)
  const form = {
    client_id: app.client_id,
    device_code: String(body.device_code),
    grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
  }
  expect((await askToken(server, form)).body.error).toBe('authorization_pending')
})
