import { request } from 'node:http'
import { describe, expect, test } from 'vitest'
import { Jar } from '../../support/browser-jar.ts'
import { type Answer, basic, send } from '../../support/vendor-client.ts'
import {
  aliceId,
  app,
  askApi,
  askToken,
  authorizeUrl,
  callbackOf,
  freshCode,
  freshToken,
  githubApp,
  startGitHub,
  startGitHubForFile,
} from './github-app.ts'

const server = await startGitHubForFile()
const { url } = server
const docs = 'https://docs.github.com/rest'
const said = (message: string, page: string, status: number) =>
  JSON.stringify({ message, documentation_url: docs + page, status: String(status) })

describe('who signed in', () => {
  const members = [
    ...['login', 'id', 'node_id', 'avatar_url', 'gravatar_id', 'url', 'html_url', 'followers_url', 'following_url', 'gists_url'],
    ...['starred_url', 'subscriptions_url', 'organizations_url', 'repos_url', 'events_url', 'received_events_url', 'type'],
    ...['user_view_type', 'site_admin', 'name', 'company', 'blog', 'location', 'email', 'hireable', 'bio', 'twitter_username'],
    ...['public_repos', 'public_gists', 'followers', 'following', 'created_at', 'updated_at'],
  ]
  const hidden = ['private_gists', 'total_private_repos', 'owned_private_repos', 'disk_usage', 'collaborators']

  test('is told in the vendor’s order', async () => {
    const { text, body } = await askApi(server, '/user', await freshToken(server))
    expect(Object.keys(JSON.parse(text))).toEqual(members)
    expect(body).toMatchObject({
      ...{
        login: 'alice',
        id: aliceId,
        node_id: 'U_kgDOAAjmPw',
        avatar_url: `${url}/u/583231?v=4`,
        type: 'User',
        user_view_type: 'public',
      },
      ...{ url: `${url}/users/alice`, html_url: `${url}/alice`, following_url: `${url}/users/alice/following{/other_user}` },
      ...{ name: 'Alice Arnold', company: '@example-org', blog: '', location: 'Springfield', email: 'alice@example.com', hireable: null },
    })
    expect(body.created_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
  })

  test.each(['user', 'read:user'])('with more for who may see it all: %s', async (scope) => {
    const { body } = await askApi(server, '/user', await freshToken(server, { scope }))
    expect(Object.keys(body)).toEqual([...members, ...hidden, 'two_factor_authentication', 'plan'])
    expect(body.user_view_type).toBe('private')
  })

  test('has no address where that is private', async () => {
    const { body } = await askApi(server, '/user', await freshToken(server, { username: 'bob' }))
    expect(body.email).toBeNull()
  })

  test.each(['Bearer', 'bearer', 'token', 'Token'])('is told to who sends his token behind %s', async (scheme) => {
    const headers = { authorization: `${scheme} ${await freshToken(server)}`, 'user-agent': 'test' }
    expect((await send(`${url}/user`, { headers })).status).toBe(200)
  })

  test('is told below /api/v3, too, with addresses there', async () => {
    const { body } = await askApi(server, '/api/v3/user', await freshToken(server))
    expect(body).toMatchObject({ login: 'alice', url: `${url}/api/v3/users/alice`, html_url: `${url}/alice` })
  })

  test('has a picture', async () => {
    const picture = await fetch(`${url}/u/583231?v=4`)
    expect(picture.headers.get('content-type')).toMatch(/^image\/svg\+xml/)
    expect(await picture.text()).toContain('<svg')
  })
})

describe('addresses', () => {
  test.each([
    ['alice', 'public', true],
    ['bob', 'private', true],
  ])('of %s: %s', async (username, visibility, verified) => {
    const { text } = await askApi(server, '/user/emails', await freshToken(server, { username }))
    const id = username === 'alice' ? aliceId : 583232
    expect(JSON.parse(text)).toEqual([
      { email: `${username}@example.com`, primary: true, verified, visibility },
      { email: `${id}+${username}@users.noreply.github.com`, primary: false, verified: true, visibility: null },
    ])
  })

  test('are not there for who lacks the scope', async () => {
    const { status, text, explanation } = await askApi(server, '/user/emails', await freshToken(server, { scope: 'repo' }))
    const page = '/users/emails#list-email-addresses-for-the-authenticated-user'
    expect([status, text]).toEqual([404, said('Not Found', page, 404)])
    expect(explanation).toMatch(/The token's scope is 'repo'; one of these is needed: user:email/)
  })

  test('are the permission of a GitHub App', async () => {
    const token = await freshToken(server, {}, githubApp)
    expect((await askApi(server, '/user/emails', token)).status).toBe(200)
    const own = await startGitHub()
    const apps = `${own.url}/_grantbox/sandboxes/github/apps`
    const headers = { 'content-type': 'application/json' }
    await fetch(`${apps}/1000002`, { method: 'PATCH', headers, body: JSON.stringify({ scopes: ['repo'] }) })
    const refused = await askApi(own, '/user/emails', await freshToken(own, {}, githubApp))
    const page = '/users/emails#list-email-addresses-for-the-authenticated-user'
    expect([refused.status, refused.text]).toEqual([403, said('Resource not accessible by integration', page, 403)])
    expect(refused.explanation).toMatch(/stand for the permissions/)
  })
})

describe('organizations', () => {
  test('of a user', async () => {
    const { text } = await askApi(server, '/user/orgs', await freshToken(server, { scope: 'read:org' }))
    const [first, ...others] = JSON.parse(text)
    expect(Object.keys(first)).toEqual([
      ...['login', 'id', 'node_id', 'url', 'repos_url', 'events_url', 'hooks_url', 'issues_url', 'members_url', 'public_members_url'],
      ...['avatar_url', 'description'],
    ])
    expect([first.login, others.length]).toEqual(['example-org', 1])
  })

  test('need a scope', async () => {
    const { status, text } = await askApi(server, '/user/orgs', await freshToken(server))
    const page = '/orgs/orgs#list-organizations-for-the-authenticated-user'
    const message = 'You need at least read:org scope or user scope to list your organizations.'
    expect([status, text]).toEqual([403, said(message, page, 403)])
  })

  test.each([
    ['alice', '/orgs/example-org/members/bob', 204],
    ['alice', '/orgs/example-org/members/carol', 404],
    ['bob', '/orgs/other-org/members/alice', 302],
    ['alice', '/user/memberships/orgs/example-org', 200],
    ['bob', '/user/memberships/orgs/other-org', 404],
    ['alice', '/user/teams', 200],
    ['alice', '/user/memberships/orgs', 200],
    ['alice', '/teams/1/members/alice', 404],
  ])('%s asks %s: %s', async (username, path, status) => {
    expect((await askApi(server, path, await freshToken(server, { username, scope: 'read:org' }))).status).toBe(status)
  })

  test('have teams, of which an app asks by their number who is in', async () => {
    const token = await freshToken(server, { scope: 'read:org' })
    const [team] = JSON.parse((await askApi(server, '/user/teams', token)).text)
    expect(team).toMatchObject({ slug: 'developers', organization: { login: 'example-org' } })
    const statuses = ['alice', 'bob'].map(async (one) => (await askApi(server, `/teams/${team.id}/members/${one}`, token)).status)
    expect(await Promise.all(statuses)).toEqual([204, 404])
  })

  test('have installations of a GitHub App, for its own tokens', async () => {
    const { body } = await askApi(server, '/user/installations', await freshToken(server, {}, githubApp))
    expect(body).toMatchObject({ total_count: 2, installations: [{ account: { login: 'example-org' }, app_id: 1_000_002 }, {}] })
    const refused = await askApi(server, '/user/installations', await freshToken(server))
    expect([refused.status, refused.body.message]).toEqual([
      403,
      'You must authenticate with an access token authorized to a GitHub App in order to list installations',
    ])
  })
})

describe('every answer', () => {
  test('says what its token is good for', async () => {
    const { headers } = await askApi(server, '/user/emails', await freshToken(server, { scope: 'repo,user' }))
    expect(Object.fromEntries(headers)).toMatchObject({
      'x-oauth-scopes': 'repo, user',
      'x-accepted-oauth-scopes': 'user:email',
      'x-oauth-client-id': app.client_id,
      'x-github-media-type': 'github.v3; format=json',
      'x-ratelimit-limit': '5000',
      'x-ratelimit-resource': 'core',
      'content-type': 'application/json; charset=utf-8',
    })
  })

  test('of a GitHub App says when it ends in place of scopes', async () => {
    const { headers } = await askApi(server, '/user', await freshToken(server, {}, githubApp))
    expect(headers.get('github-authentication-token-expiration')).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC$/)
    expect(headers.has('x-oauth-scopes')).toBe(false)
  })

  test('may be read by pages', async () => {
    const { headers } = await askApi(server, '/user', await freshToken(server), { origin: 'https://app.example' })
    expect(headers.get('access-control-allow-origin')).toBe('*')
    expect(headers.get('access-control-expose-headers')).toContain('X-OAuth-Scopes')
  })

  test('is left out for who has it already', async () => {
    const token = await freshToken(server)
    const etag = (await askApi(server, '/user', token)).headers.get('etag') ?? ''
    const again = await askApi(server, '/user', token, { 'if-none-match': etag })
    expect([again.status, again.text]).toEqual([304, ''])
  })
})

describe('a token that does not hold', () => {
  const bad = said('Bad credentials', '', 401)
  const revoked = async () => {
    const token = await freshToken(server)
    await applications('DELETE', '/token', token)
    return askApi(server, '/user', token)
  }
  const expired = async () => {
    const own = await startGitHub()
    const token = await freshToken(own, {}, githubApp)
    own.clock.advance(28_801)
    return askApi(own, '/user', token)
  }
  test.each<[what: string, ask: () => Promise<Answer>, text: string]>([
    [
      'none',
      () => send(`${url}/user`, { headers: { 'user-agent': 'x' } }),
      said('Requires authentication', '/users/users#get-the-authenticated-user', 401),
    ],
    ['unknown', () => askApi(server, '/user', 'gho_x'), bad],
    ['revoked', revoked, bad],
    ['expired', expired, bad],
  ])('%s', async (_what, ask, text) => {
    const answer = await ask()
    expect([answer.status, answer.text, answer.headers.get('www-authenticate')]).toEqual([401, text, null])
    expect(answer.explanation).not.toBe('')
  })

  test('of an OAuth app lives on, as long as it is no year old', async () => {
    const own = await startGitHub()
    const token = await freshToken(own)
    own.clock.advance(364 * 24 * 3600)
    expect((await askApi(own, '/user', token)).status).toBe(200)
    own.clock.advance(2 * 24 * 3600)
    expect((await askApi(own, '/user', token)).status).toBe(401)
  })

  test('is the oldest of eleven for the same scope', async () => {
    const tokens: string[] = []
    for (let count = 0; count < 11; count++) tokens.push(await freshToken(server, { scope: 'gist', username: 'bob' }))
    const statuses = await Promise.all(tokens.map(async (token) => (await askApi(server, '/user', token)).status))
    expect(statuses).toEqual([401, ...Array(10).fill(200)])
  })
})

test('who does not say what it is, is refused', async () => {
  const { promise, resolve } = Promise.withResolvers<[number | undefined, string]>()
  request(`${url}/user`, (answer) => {
    let text = ''
    answer.on('data', (chunk) => {
      text += chunk
    })
    answer.on('end', () => resolve([answer.statusCode, text]))
  }).end()
  const [status, text] = await promise
  expect(status).toBe(403)
  expect(text).toMatch(/^\r\nRequest forbidden by administrative rules\. Please make sure your request has a User-Agent header/)
})

function applications(method: string, path: string, access_token?: string, headers = basic(app.client_id, app.client_secret)) {
  return send(`${url}/applications/${app.client_id}${path}`, {
    method,
    headers: { ...headers, 'content-type': 'application/json', 'user-agent': 'test' },
    body: JSON.stringify({ access_token }),
  })
}

describe('an app', () => {
  test('checks a token', async () => {
    const token = await freshToken(server, { scope: 'repo gist' })
    const { status, body } = await applications('POST', '/token', token)
    expect([status, Object.keys(body)]).toEqual([
      200,
      [
        ...['id', 'url', 'app', 'token', 'hashed_token', 'token_last_eight', 'note', 'note_url', 'created_at', 'updated_at'],
        ...['scopes', 'fingerprint', 'expires_at', 'user'],
      ],
    ])
    expect(body).toMatchObject({
      ...{ token, token_last_eight: token.slice(-8), scopes: ['repo', 'gist'], expires_at: null },
      ...{ app: { name: 'Example App', client_id: app.client_id }, user: { login: 'alice', id: aliceId } },
    })
  })

  test('resets a token: another one holds in its place', async () => {
    const token = await freshToken(server, { scope: 'repo' })
    const { status, body } = await applications('PATCH', '/token', token)
    expect([status, body.scopes]).toEqual([200, ['repo']])
    expect(body.token).not.toBe(token)
    expect((await askApi(server, '/user', token)).status).toBe(401)
    expect((await askApi(server, '/user', String(body.token))).status).toBe(200)
  })

  test('deletes a token, and no other one', async () => {
    const [token, other] = [await freshToken(server), await freshToken(server)]
    const { status, text } = await applications('DELETE', '/token', token)
    expect([status, text]).toEqual([204, ''])
    expect((await askApi(server, '/user', token)).status).toBe(401)
    expect((await askApi(server, '/user', other)).status).toBe(200)
  })

  test('deletes all that its user gave', async () => {
    const [token, other] = [await freshToken(server), await freshToken(server)]
    expect((await applications('DELETE', '/grant', token)).status).toBe(204)
    for (const one of [token, other]) expect((await askApi(server, '/user', one)).status).toBe(401)
  })

  test('whose authorization was deleted asks its user again', async () => {
    const jar = new Jar()
    const { searchParams } = await callbackOf(server, {}, { jar })
    expect((await jar.open(authorizeUrl(url))).location).toBeDefined()
    const { body } = await askToken(server, { ...app, code: searchParams.get('code') ?? '' })
    await applications('DELETE', '/grant', String(body.access_token))
    expect((await jar.open(authorizeUrl(url))).html).toContain('Authorize Example App')
  })

  test.each<[what: string, ask: () => Promise<Answer>, status: number, message: string]>([
    ['an unknown token', () => applications('POST', '/token', 'gho_x'), 404, 'Not Found'],
    ['the token of another app', async () => applications('POST', '/token', await freshToken(server, {}, githubApp)), 404, 'Not Found'],
    ['no token', () => applications('POST', '/token'), 422, 'Invalid request.\n\n"access_token" wasn\'t supplied.'],
    ['a wrong secret', () => applications('POST', '/token', 'x', basic(app.client_id, 'x')), 401, 'Bad credentials'],
    [
      'another app',
      async () => {
        const own = basic(githubApp.client_id, githubApp.client_secret)
        return applications('POST', '/token', await freshToken(server, {}, githubApp), own)
      },
      404,
      'Not Found',
    ],
  ])('is refused for %s', async (_what, ask, status, message) => {
    const answer = await ask()
    expect([answer.status, answer.body.message]).toEqual([status, message])
    expect(answer.body.documentation_url).toBe(`${docs}/apps/oauth-applications#check-a-token`)
    expect(answer.explanation).not.toBe('')
  })
})

test('a token answer is dated by the sandbox’s clock', async () => {
  const own = await startGitHub()
  own.clock.advance(3600)
  const { headers } = await askToken(own, { ...app, code: await freshCode(own) })
  expect(Date.parse(headers.get('date') ?? '') - own.clock.now()).toBeGreaterThan(-2000)
})
