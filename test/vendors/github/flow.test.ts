import { describe, expect, test } from 'vitest'
import { encoded } from '../../../src/providers/github/answers.ts'
import { checksumOf } from '../../../src/providers/github/tokens.ts'
import { Jar } from '../../support/browser-jar.ts'
import { basic, post } from '../../support/vendor-client.ts'
import {
  aliceId,
  app,
  askApi,
  askToken,
  authorizeUrl,
  callback,
  callbackOf,
  freshCode,
  githubApp,
  json,
  startGitHubForFile,
} from './github-app.ts'

const server = await startGitHubForFile()
const { url } = server

describe('the code flow of an OAuth app', () => {
  test('leads from the page to the callback with code, iss and state, and from there to the user', async () => {
    const end = await callbackOf(server)
    expect([...end.searchParams.keys()]).toEqual(['code', 'iss', 'state'])
    expect(end.search).toMatch(/^\?code=[0-9a-f]{20}&iss=http%3A%2F%2F[^&]*%2Flogin%2Foauth&state=xyz$/)
    expect(end.searchParams.get('iss')).toBe(`${url}/login/oauth`)
    const { status, headers, text, body } = await askToken(server, { ...app, code: end.searchParams.get('code') ?? '' })
    expect([status, headers.get('content-type')]).toEqual([200, 'application/json; charset=utf-8'])
    expect(text).toMatch(/^\{"access_token":"gho_[A-Za-z0-9]{36}","token_type":"bearer","scope":"user:email"\}$/)
    const me = await askApi(server, '/user', String(body.access_token))
    expect(me.body).toMatchObject({ login: 'alice', id: aliceId, node_id: 'U_kgDOAAjmPw', email: 'alice@example.com' })
  })

  test.each([
    ['nothing', {}],
    ['anything', { accept: '*/*' }],
    ['HTML', { accept: 'text/html' }],
  ])('answers a form whose members are in alphabetical order to who accepts %s', async (_what, headers) => {
    const answer = await askToken(server, { ...app, code: await freshCode(server, { scope: 'repo gist' }) }, headers)
    expect(answer.headers.get('content-type')).toBe('application/x-www-form-urlencoded; charset=utf-8')
    expect(answer.text).toMatch(/^access_token=gho_\w{36}&scope=repo%2Cgist&token_type=bearer$/)
  })

  test('answers XML to who accepts that first, as is documented', async () => {
    const accept = { accept: 'application/xml' }
    const answer = await askToken(server, { ...app, code: await freshCode(server, { scope: 'repo gist' }) }, accept)
    expect(answer.headers.get('content-type')).toBe('application/xml; charset=utf-8')
    expect(answer.text.replace(/gho_\w{36}/, 'gho_…')).toBe(
      '<OAuth>\n  <token_type>bearer</token_type>\n  <scope>repo,gist</scope>\n  <access_token>gho_…</access_token>\n</OAuth>\n',
    )
    expect(encoded({ error: '<&>' }, 'application/xml', 200).body).toBe('<OAuth>\n  <error>&lt;&amp;&gt;</error>\n</OAuth>\n')
    const refused = await askToken(server, { ...app, grant_type: '<&>' }, accept)
    expect([refused.status, refused.text]).toEqual([
      200,
      '<OAuth>\n  <error_uri>https://docs.github.com/developers/apps/authorizing-oauth-apps#error-codes-for-the-device-flow</error_uri>\n  <error_description>The grant type is not supported.</error_description>\n  <error>unsupported_grant_type</error>\n</OAuth>\n',
    ])
  })

  test('takes JSON, a Basic header and the query as well', async () => {
    const asked = async () => ({ code: await freshCode(server) })
    const where = `${url}/login/oauth/access_token`
    const inJson = await fetch(where, {
      method: 'POST',
      body: JSON.stringify({ ...app, ...(await asked()) }),
      headers: { ...json, 'content-type': 'application/json' },
    })
    expect(await inJson.json()).toMatchObject({ token_type: 'bearer' })
    const inHeader = await askToken(server, await asked(), { ...json, ...basic(app.client_id, app.client_secret) })
    expect(inHeader.body).toMatchObject({ token_type: 'bearer' })
    const inQuery = await post(`${where}?${new URLSearchParams({ ...app, ...(await asked()) })}`, {}, json)
    expect(inQuery.body).toMatchObject({ token_type: 'bearer' })
  })

  test('the checksum of a token is the one that scanners know', () => {
    // Made with Python: zlib.crc32 and base62.
    expect(checksumOf('zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ')).toBe('0mLq17')
  })
})

describe('the code flow of a GitHub App', () => {
  test('brings an expiring token and a refresh token, which both rotate', async () => {
    const code = await freshCode(server, { client_id: githubApp.client_id, scope: undefined })
    const { text, body } = await askToken(server, { ...githubApp, code })
    expect(text).toMatch(
      /^\{"access_token":"ghu_\w{36}","expires_in":28800,"refresh_token":"ghr_\w{76}","refresh_token_expires_in":15897600,"scope":"","token_type":"bearer"\}$/,
    )
    const refresh = { ...githubApp, grant_type: 'refresh_token', refresh_token: String(body.refresh_token) }
    const { text: renewed, body: next } = await askToken(server, refresh)
    expect(renewed).toMatch(
      /^\{"access_token":"ghu_\w{36}","expires_in":28800,"refresh_token":"ghr_\w{76}","refresh_token_expires_in":15897600,"scope":"","token_type":"bearer"\}$/,
    )
    expect([next.access_token, next.refresh_token]).not.toContain(body.access_token)
    expect(next.refresh_token).not.toBe(body.refresh_token)
    expect((await askApi(server, '/user', String(body.access_token))).status).toBe(401)
    expect((await askApi(server, '/user', String(next.access_token))).status).toBe(200)
    expect((await askToken(server, refresh)).body.error).toBe('bad_refresh_token')
  })
})

test.each([
  ['user gist user:email', 'user,gist'],
  ['user:email,read:org,user:email', 'user:email,read:org'],
  ['repo nonsense', 'repo'],
  ['', ''],
])('the scope %s is answered as %s', async (scope, answered) => {
  const { body } = await askToken(server, { ...app, code: await freshCode(server, { scope: scope || undefined, username: 'bob' }) })
  expect(body.scope).toBe(answered)
})

test('a second sign-in for the same scope or less is silent', async () => {
  const jar = new Jar()
  await callbackOf(server, { scope: 'user' }, { jar })
  for (const scope of ['user', 'user:email', undefined]) {
    const page = await jar.open(authorizeUrl(url, { scope }))
    expect([scope, page.location?.origin]).toEqual([scope, new URL(callback).origin])
  }
})
