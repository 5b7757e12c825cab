import { createRemoteJWKSet, jwtVerify } from 'jose'
import { describe, expect, test } from 'vitest'
import { start, startForFile } from '../support/server.ts'
import { type Answer, basic, claimsOf, post, postJson, send } from '../support/vendor-client.ts'

const server = await startForFile({ made: ['gateway'] })
const url = `${server.url}/gateway`
const client = basic('gateway-client', 'gateway-secret')
const guide = 'grant_type=client_credentials&client_id=gateway-client'
const token = (form: Record<string, string> | string = guide, headers: Record<string, string> = client, base = url) =>
  post(`${base}/oauth2/token`, form, headers)
const fresh = async (base = url) => String((await token(guide, client, base)).body.access_token)
const get = (path: string, authorization: string | undefined, more: Record<string, string> = { 'x-api-key': 'gateway-key' }, base = url) =>
  send(`${base}${path}`, { headers: { ...(authorization === undefined ? {} : { authorization }), ...more } })

describe('the token endpoint', () => {
  test('answers the guide’s request with the three members of a token without refresh', async () => {
    const { status, text } = await token()
    expect(status).toBe(200)
    expect(text).toMatch(/^\{"access_token":"[^"]+","expires_in":3600,"token_type":"Bearer"\}$/)
  })

  test('the token has Cognito’s claims, and the key set verifies it', async () => {
    const access_token = await fresh()
    const jwks = createRemoteJWKSet(new URL(`${url}/.well-known/jwks.json`))
    const { payload, protectedHeader } = await jwtVerify(access_token, jwks, { issuer: url })
    expect(Object.keys(protectedHeader)).toEqual(['kid', 'alg'])
    expect(Object.keys(claimsOf(access_token))).toEqual([
      'sub',
      'token_use',
      'scope',
      'auth_time',
      'iss',
      'exp',
      'iat',
      'version',
      'jti',
      'client_id',
    ])
    expect(payload).toMatchObject({ sub: 'gateway-client', client_id: 'gateway-client', token_use: 'access', version: 2 })
  })

  test.each<[string, () => Promise<Answer>, string]>([
    ['a wrong secret', () => token(guide, basic('gateway-client', 'x')), 'invalid_client'],
    ['an unknown client', () => token('grant_type=client_credentials', basic('x', 'x')), 'invalid_client'],
    ['no client', () => token('grant_type=client_credentials', {}), 'invalid_client'],
    ['another client in the body', () => token('grant_type=client_credentials&client_id=x'), 'invalid_request'],
    ['no grant type', () => token('client_id=gateway-client'), 'invalid_request'],
    ['an unknown grant type', () => token('grant_type=magic'), 'unsupported_grant_type'],
    ['a scope that is not the app’s', () => token(`${guide}&scope=admin`), 'invalid_scope'],
    ['a wrong code', () => token('grant_type=authorization_code&code=x'), 'invalid_grant'],
    ['a wrong refresh token', () => token('grant_type=refresh_token&refresh_token=x'), 'invalid_grant'],
  ])('says 400 and the code alone for %s', async (_what, ask, error) => {
    const answer = await ask()
    expect([answer.status, answer.text]).toEqual([400, JSON.stringify({ error })])
    expect(answer.headers.get('www-authenticate')).toBeNull()
    expect(answer.explanation).not.toBe('')
  })

  test('says unauthorized_client for a client that may not', async () => {
    const own = await start({ made: ['gateway'] })
    const { directory } = own.sandbox('gateway')
    const [app] = directory.listApps()
    if (app === undefined) throw new Error('no app')
    const draft = { client_secret: 's', token_endpoint_auth_method: 'client_secret_basic', grant_types: ['refresh_token'], created_at: 0 }
    directory.createClient(app, { client_id: 'narrow', ...draft })
    const answer = await token('grant_type=client_credentials', basic('narrow', 's'), `${own.url}/gateway`)
    expect([answer.status, answer.text]).toEqual([400, '{"error":"unauthorized_client"}'])
  })

  test('with style: rfc a wrong client is 401 with a challenge and a description', async () => {
    const own = await start({ made: ['gateway'] })
    own.server.sandboxes.update(own.sandbox('gateway'), { settings: { style: 'rfc' } })
    const answer = await token(guide, basic('gateway-client', 'x'), `${own.url}/gateway`)
    expect(answer.status).toBe(401)
    expect(answer.body).toEqual({ error: 'invalid_client', error_description: expect.any(String) })
    expect(answer.headers.get('www-authenticate')).toMatch(/^Basic /)
  })

  test('the newer form needs no grant type and gives a day', async () => {
    const own = await start({ made: ['gateway'] })
    const base = `${own.url}/gateway`
    const credentials = { client_id: 'gateway-client', client_secret: 'gateway-secret' }
    const answer = await post(`${base}/v1/auth/token`, credentials)
    expect(answer.body).toMatchObject({ expires_in: 86_400, token_type: 'Bearer' })
    expect((await postJson(`${base}/v1/auth/token`, credentials)).status).toBe(200)
    own.clock.advance(86_000)
    expect((await get('/reso/odata/Office', String(answer.body.access_token), undefined, base)).status).toBe(200)
    const wrong = await post(`${base}/v1/auth/token`, { ...credentials, client_secret: 'x' })
    expect([wrong.status, wrong.text]).toEqual([400, '{"error":"invalid_client"}'])
    expect(own.sandbox('gateway').journal.list({ endpoint: 'token' }).at(-1)?.client_id).toBe('gateway-client')
  })
})

describe('the gateway', () => {
  const key = { 'x-api-key': 'gateway-key' }
  test.each<[string, (token: string) => string | undefined, Record<string, string>, number, string | undefined]>([
    ['the raw token', (raw) => raw, key, 200, undefined],
    ['the token behind Bearer', (raw) => `Bearer ${raw}`, key, 200, undefined],
    ['no token', () => undefined, key, 401, 'Unauthorized'],
    ['a token of nobody', () => 'x', key, 401, 'Unauthorized'],
    ['a token that was altered', (raw) => `${raw.slice(0, -4)}AAAA`, key, 401, 'Unauthorized'],
    ['no key', (raw) => raw, {}, 403, 'Forbidden'],
    ['a wrong key', (raw) => raw, { 'x-api-key': 'x' }, 403, 'Forbidden'],
    ['neither token nor key: the token comes first', () => undefined, {}, 401, 'Unauthorized'],
    [
      'any Origin and Referer for a key without lists',
      (raw) => raw,
      { ...key, origin: 'https://any.example', referer: 'x' },
      200,
      undefined,
    ],
  ])('%s', async (_what, authorization, headers, status, message) => {
    const answer = await get('/reso/odata/Office', authorization(await fresh()), headers)
    expect([answer.status, answer.body.message]).toEqual([status, message])
    if (status !== 200) expect([Object.keys(answer.body), answer.explanation]).toEqual([['message'], expect.stringMatching(/./)])
  })

  test('an expired token is 401 in words of its own, so that the guide’s retry works', async () => {
    const own = await start({ made: ['gateway'] })
    const base = `${own.url}/gateway`
    const old = await fresh(base)
    own.clock.advance(3601)
    const answer = await get('/reso/odata/Office', old, undefined, base)
    expect([answer.status, answer.text]).toEqual([401, '{"message":"The incoming token has expired"}'])
    expect((await get('/reso/odata/Office', await fresh(base), undefined, base)).status).toBe(200)
  })

  test('a path that is none is 403, or 404 by a setting', async () => {
    const own = await start({ made: ['gateway'] })
    const base = `${own.url}/gateway`
    const answer = await get('/nothing', undefined, {}, base)
    expect([answer.status, answer.text]).toEqual([403, '{"message":"Missing Authentication Token"}'])
    own.server.sandboxes.update(own.sandbox('gateway'), { settings: { unknown_route_status: 404 } })
    expect((await get('/nothing', undefined, {}, base)).status).toBe(404)
  })

  test.each<[string, Record<string, string>, number]>([
    ['both from the lists', { referer: 'https://app.example/page', origin: 'https://app.example' }, 200],
    ['the listed referer itself', { referer: 'https://app.example', origin: 'https://app.example' }, 200],
    ['no origin', { referer: 'https://app.example/' }, 403],
    ['another origin', { referer: 'https://app.example/', origin: 'https://evil.example' }, 403],
    ['another referer', { referer: 'https://app.example.evil/', origin: 'https://app.example' }, 403],
    ['no referer', { origin: 'https://app.example' }, 403],
  ])('a key with allow-lists and %s', async (_what, headers, status) => {
    const own = await start({ made: ['gateway'] })
    const base = `${own.url}/gateway`
    const api_keys = { listed: { referers: ['https://app.example/'], origins: ['https://app.example'] } }
    own.server.sandboxes.update(own.sandbox('gateway'), { settings: { api_keys } })
    const answer = await get('/reso/odata/Office', await fresh(base), { 'x-api-key': 'listed', ...headers }, base)
    expect([answer.status, answer.body.message]).toEqual([status, status === 403 ? 'Forbidden' : undefined])
    expect((await get('/reso/odata/Office', await fresh(base), { 'x-api-key': 'gateway-key' }, base)).status).toBe(403)
  })
})

describe('the data', () => {
  type Data = { value: Record<string, unknown>[]; nextLink?: string; count?: number }
  const data = async (query: string): Promise<Data> => {
    const answer = await get(`/reso/odata/Property${query}`, await fresh())
    expect([answer.status, answer.explanation]).toEqual([200, ''])
    return answer.body as unknown as Data
  }

  test('comes ten at a time, and the next links lead through all of it', async () => {
    const access_token = await fresh()
    const seen: unknown[] = []
    let next: string | undefined = `${url}/reso/odata/Property`
    let pages = 0
    while (next !== undefined) {
      const body = (await get(next.slice(url.length), access_token)).body as unknown as Data
      seen.push(...body.value.map((item) => item.ListingKey))
      next = body.nextLink
      pages++
    }
    expect([pages, seen.length, new Set(seen).size]).toEqual([12, 120, 120])
  })

  test('a next link keeps what was asked for', async () => {
    const { nextLink } = await data("?$filter=City eq 'Austin'&$orderby=ListPrice desc&$select=City&$top=3&$count=true")
    expect(new URL(nextLink ?? '').searchParams.get('$skip')).toBe('3')
    const next = (await get((nextLink ?? '').slice(url.length), await fresh())).body as unknown as Data
    expect([next.value, next.count]).toEqual([[{ City: 'Austin' }, { City: 'Austin' }, { City: 'Austin' }], 20])
  })

  test.each([
    ['$top=3', 3],
    ['$top=1000', 120],
    ['$top=0', 0],
    ['$skip=115', 5],
    ['$skip=500', 0],
    ["$filter=City eq 'Austin'&$top=200", 20],
    ["$filter=City ne 'Austin'&$top=200", 100],
    ['$filter=BedroomsTotal ge 4 and BathroomsTotalInteger eq 1&$top=200', 16],
    ["$filter=City eq 'Austin' or City eq 'Boston'&$top=200", 40],
    ["$filter=not (City eq 'Austin' or City eq 'Boston')&$top=200", 80],
    ['$filter=LivingArea eq null&$top=200', 40],
    ['$filter=LivingArea lt 0&$top=200', 0],
    ['$filter=PoolPrivateYN eq true&$top=200', 30],
    ["$filter=contains(UnparsedAddress,'Oak')&$top=200", 24],
    ["$filter=startswith(City,'Bos')&$top=200", 20],
    ["$filter=endswith(City,'ami')&$top=200", 20],
    ['$filter=ModificationTimestamp lt 2024-01-11T00:00:00Z&$top=200', 10],
  ])('%s gives %i', async (query, length) => {
    expect((await data(`?${query}`)).value).toHaveLength(length)
  })

  test('$orderby sorts by several members, $select keeps the named ones', async () => {
    const { value } = await data('?$orderby=City desc,ListPrice&$select=City,ListPrice&$top=200')
    const sorted = value.toSorted((a, b) =>
      a.City === b.City ? Number(a.ListPrice) - Number(b.ListPrice) : String(a.City) < String(b.City) ? 1 : -1,
    )
    expect(value).toEqual(sorted)
    expect(Object.keys(value[0] ?? {})).toEqual(['City', 'ListPrice'])
  })

  test('a quote in text is written twice', async () => {
    const answer = await get("/reso/odata/Member?$filter=MemberLastName eq 'O''Brien'&$count=true", await fresh())
    expect(answer.body.count).toBe(3)
  })

  test.each([
    '$top=x',
    '$skip=-1',
    '$count=yes',
    '$select=Nothing',
    '$orderby=City sideways',
    '$filter=Nothing eq 1',
    '$filter=City eq',
    "$filter=City is 'Austin'",
    "$filter=(City eq 'Austin'",
    "$filter=City eq 'Austin' City",
    "$filter=City eq 'Austin",
    "$filter=constructor(City,'1')",
    '$expand=Media',
  ])('%s is 400 with a message that names it', async (query) => {
    const answer = await get(`/reso/odata/Property?${query}`, await fresh())
    expect([answer.status, answer.body.message]).toEqual([400, expect.stringContaining(query.split('=')[0] ?? '')])
  })

  test('a resource that is none is 404', async () => {
    const answer = await get('/reso/odata/Nothing', await fresh())
    expect([answer.status, answer.text]).toEqual([404, '{"message":"Resource not found"}'])
  })
})
