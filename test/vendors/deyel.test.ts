import { createRemoteJWKSet, jwtVerify } from 'jose'
import { describe, expect, test } from 'vitest'
import { start, startForFile } from '../support/server.ts'
import { type Answer, basic, claimsOf, headerOf, post, send } from '../support/vendor-client.ts'

const server = await startForFile({ made: ['deyel'] })
const url = `${server.url}/deyel`
const rest = basic('deyel-rest', 'deyel-secret')
const token = (form: Record<string, string>, headers: Record<string, string> = rest, base = url) =>
  post(`${base}/oauth/token`, form, headers)
const credentials = { grant_type: 'client_credentials' }
const bot = { grant_type: 'password', username: 'DEYELBOT', password: 'CST' }

/** The token that the vendor's page prints; its signature lost a byte there and is left out here. */
const sample =
  'eyJraWQiOiJrMSIsImFsZyI6IlJTMjU2In0.eyJpc3MiOiJEZXllbCIsImV4cCI6MTY1NDI2MTQ5MCwiY2RPcmdVbml0IjoiMDAwMDAwMDAwMSIsImdyYW50X3R5cGUiOiJjbGllbnRfY3JlZGVudGlhbHMiLCJwZXJtaXNzaW9ucyI6IntcImR0VmFsaWRpdHlcIjpcIkp1biAyLCAyMDIyLCAxMDowNDo1MCBBTVwiLFwibHNQZXJtaXNzaW9uc1wiOlt7XCJpZEFwcGxpY2F0aW9uXCI6XCJERVlFTFwiLFwiY2RQZXJtaXNzaW9uXCI6XCJVU1VBUklPRklOQUxcIn1dfSIsImNvbXBhbnkiOiJDU1QiLCJudVNlY0hpZGRlbiI6IjIwMjIwNjAyMTAwNDUwLjg2NjAuODA1Mjc1NzQ3NDc1NzUxOSIsImlkRGF0YUJhc2VTZXNzaW9uIjoiREVZRUxCT1QqMjAyMjA2MDIxMDA0NTAuODY2MC44MDUyNzU3NDc0NzU3NTE5IiwianRpIjoieDN1UnhXM09xbVZvMlBWdmsxWGZmdyIsImlhdCI6MTY1NDE3NTA5MCwic3ViIjoiREVZRUxCT1QifQ.'

const oneBody = '{"error_description":"Invalid client_id","error":"Invalid_request"}'
const refreshBody =
  '{"errors":[{"message":"Unauthorized","attribute-name":""},{"message":"Invalid refresh token.","attribute-name":"refresh_token"}]}'

describe('the token of the page', () => {
  test('a fresh token has the sample’s header bytes, claim order and claim types', async () => {
    const fresh = String((await token(credentials)).body.access_token)
    expect(fresh.split('.')[0]).toBe(sample.split('.')[0])
    expect(headerOf(fresh)).toBe('{"kid":"k1","alg":"RS256"}')
    const [a, b] = [claimsOf(sample), claimsOf(fresh)]
    expect(Object.keys(b)).toEqual(Object.keys(a))
    expect(Object.values(b).map((value) => typeof value)).toEqual(Object.values(a).map((value) => typeof value))
    expect(b).toMatchObject({ iss: 'Deyel', cdOrgUnit: '0000000001', grant_type: 'client_credentials', company: 'CST', sub: 'DEYELBOT' })
  })

  test('at the sample’s second every claim that is not random is the sample’s', async () => {
    const own = await start({ made: ['deyel'] })
    const issued = claimsOf(sample)
    own.clock.advance(Number(issued.iat) - own.clock.now() / 1000 + 0.2)
    const fresh = claimsOf((await token(credentials, rest, `${own.url}/deyel`)).body.access_token)
    const { nuSecHidden, idDataBaseSession, jti, ...rest_ } = issued
    expect(fresh).toMatchObject(rest_)
    expect(String(fresh.nuSecHidden)).toMatch(/^20220602100450\.\d{4}\.\d{16}$/)
    expect(String(fresh.nuSecHidden).split('.')[0]).toBe(String(nuSecHidden).split('.')[0])
    expect(fresh.idDataBaseSession).toBe(`DEYELBOT*${fresh.nuSecHidden}`)
    expect(idDataBaseSession).toBe(`DEYELBOT*${nuSecHidden}`)
    expect(String(fresh.jti)).toHaveLength(String(jti).length)
    expect(Buffer.from(String(fresh.jti), 'base64url').toString('base64url')).toBe(fresh.jti)
  })

  test.each([
    ['2022-06-02T03:04:05Z', '+00:00', 'Jun 2, 2022, 3:04:05 AM', '20220602030405'],
    ['2022-12-31T12:00:00Z', '+00:00', 'Dec 31, 2022, 12:00:00 PM', '20221231120000'],
    ['2022-12-31T23:30:00Z', '+05:30', 'Jan 1, 2023, 5:00:00 AM', '20230101050000'],
    ['2022-01-01T03:00:00Z', '-03:00', 'Jan 1, 2022, 12:00:00 AM', '20220101000000'],
  ])('at %s and %s dtValidity is "%s"', async (time, utc_offset, dtValidity, compact) => {
    const own = await start({ made: ['deyel'] })
    own.server.sandboxes.update(own.sandbox('deyel'), { settings: { utc_offset } })
    own.clock.advance((Date.parse(time) - own.clock.now()) / 1000 + 0.2)
    const claims = claimsOf((await token(credentials, rest, `${own.url}/deyel`)).body.access_token)
    expect(claims.permissions).toBe(
      `{"dtValidity":"${dtValidity}","lsPermissions":[{"idApplication":"DEYEL","cdPermission":"USUARIOFINAL"}]}`,
    )
    expect(String(claims.nuSecHidden).split('.')[0]).toBe(compact)
  })

  test('its signature holds against the key set, and the key keeps its name k1 until it is rotated', async () => {
    const own = await start({ made: ['deyel'] })
    const base = `${own.url}/deyel`
    const jwks = createRemoteJWKSet(new URL(`${base}/.well-known/jwks.json`))
    const verify = async () => {
      const { access_token } = (await token(credentials, rest, base)).body
      return (await jwtVerify(String(access_token), jwks, { issuer: 'Deyel', algorithms: ['RS256'] })).protectedHeader.kid
    }
    expect(await verify()).toBe('k1')
    await own.sandbox('deyel').keys.rotate('rotate')
    const { keys } = JSON.parse((await send(`${base}/.well-known/jwks.json`)).text)
    expect(keys.map((key: { kid: string }) => key.kid)).toEqual(['k1', 'k2'])
    expect(headerOf(String((await token(credentials, rest, base)).body.access_token))).toBe('{"kid":"k2","alg":"RS256"}')
  })

  test('the answer has the page’s three members in their order', async () => {
    const { text, status } = await token(credentials)
    expect(status).toBe(200)
    expect(text).toMatch(/^\{"access_token":"[^"]+","token_type":"Bearer","expires_in":86400\}$/)
  })
})

describe('password and refresh', () => {
  test('the password grant adds a refresh token, a JWT of the same kind, and names the user', async () => {
    const { body } = await token(bot)
    expect(Object.keys(body)).toEqual(['access_token', 'token_type', 'expires_in', 'refresh_token'])
    expect(headerOf(String(body.refresh_token))).toBe('{"kid":"k1","alg":"RS256"}')
    expect(claimsOf(body.access_token)).toMatchObject({ sub: 'DEYELBOT', grant_type: 'password' })
  })

  test('a refresh with the client’s id and an empty password answers a new access token and the same refresh token, again and again', async () => {
    const { refresh_token, access_token } = (await token(bot)).body
    const seen = new Set([access_token])
    for (let i = 0; i < 3; i++) {
      const again = await token({ grant_type: 'refresh_token', refresh_token: String(refresh_token) }, basic('deyel-rest', ''))
      expect(again.status).toBe(200)
      expect(again.body.refresh_token).toBe(refresh_token)
      seen.add(again.body.access_token)
    }
    expect(seen.size).toBe(4)
  })

  test('an empty password is enough for a refresh alone', async () => {
    const answer = await token(credentials, basic('deyel-rest', ''))
    expect([answer.status, answer.text]).toEqual([400, oneBody])
  })
})

describe('errors', () => {
  const refresh = { grant_type: 'refresh_token', refresh_token: 'none' }
  test.each<[string, () => Promise<Answer>, number, string]>([
    ['an unknown client', () => token(credentials, basic('nobody', 'x')), 400, oneBody],
    ['a wrong secret', () => token(credentials, basic('deyel-rest', 'x')), 400, oneBody],
    ['no client', () => token(credentials, {}), 400, oneBody],
    ['credentials in the body', () => token({ ...credentials, client_id: 'deyel-rest', client_secret: 'deyel-secret' }, {}), 400, oneBody],
    ['no grant type', () => token({ a: 'b' }), 400, oneBody],
    ['an unknown grant type', () => token({ grant_type: 'magic' }), 400, oneBody],
    ['a wrong user', () => token({ ...bot, username: 'nobody' }), 400, oneBody],
    ['a wrong password', () => token({ ...bot, password: 'x' }), 400, oneBody],
    ['an empty body', () => token({}), 400, oneBody],
    ['a wrong refresh token', () => token(refresh), 401, refreshBody],
    ['a refresh without a token', () => token({ grant_type: 'refresh_token' }), 401, refreshBody],
    ['a refresh by an unknown client', () => token(refresh, basic('nobody', '')), 401, refreshBody],
    ['GET at the token endpoint', () => send(`${url}/oauth/token`), 405, oneBody],
    [
      'a resource without a token',
      () => send(`${url}/rest/v1/customers`),
      401,
      '{"errors":[{"message":"An access token is needed","code":"401"}]}',
    ],
    [
      'a path that is not there',
      () => send(`${url}/rest/v2/nothing`, { headers: { accept: 'application/json' } }),
      404,
      '{"errors":[{"message":"Not found","code":"404"}]}',
    ],
  ])('%s', async (_what, ask, status, text) => {
    const answer = await ask()
    expect([answer.status, answer.text]).toEqual([status, text])
    expect(answer.headers.get('content-type')).toMatch(/^application\/json/)
    expect(answer.explanation).not.toBe('')
  })

  test('the setting failure_status says the status of the one body', async () => {
    const own = await start({ made: ['deyel'] })
    own.server.sandboxes.update(own.sandbox('deyel'), { settings: { failure_status: 401 } })
    const answer = await token(credentials, basic('nobody', 'x'), `${own.url}/deyel`)
    expect([answer.status, answer.text]).toEqual([401, oneBody])
  })
})

test('the demo resource answers to a token until it expires', async () => {
  const own = await start({ made: ['deyel'] })
  const base = `${own.url}/deyel`
  const { access_token } = (await token(credentials, rest, base)).body
  const get = (path: string) => send(`${base}${path}`, { headers: { authorization: `Bearer ${access_token}` } })
  expect((await get('/rest/v1/customers')).status).toBe(200)
  expect((await get('/rest/v1/customers/2')).body).toMatchObject({ name: 'Globex' })
  expect((await get('/rest/v1/customers/9')).status).toBe(404)
  own.clock.advance(86_401)
  expect((await get('/rest/v1/customers')).status).toBe(401)
})
