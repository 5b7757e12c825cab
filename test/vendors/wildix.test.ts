import { createRemoteJWKSet, jwtVerify } from 'jose'
import { describe, expect, test } from 'vitest'
import { start, startForFile, type TestServer } from '../support/server.ts'
import { type Answer, basic, claimsOf, headerOf, post, postJson, send } from '../support/vendor-client.ts'

const server = await startForFile({ made: ['wildix'] })
const extension = basic('extension', 'password')
const unauthorized = '{"type":"error","reason":"Unauthorized","result":null}'
const forbidden = '{"type":"error","reason":"Forbidden","result":null}'
const badRequest = (message: string) => `{"type":"error","reason":"Bad Request","result":null,"message":"${message}"}`

/** The three steps against one address. */
function steps(base: string) {
  const bearer = (token: unknown) => ({ authorization: `Bearer ${token}` })
  return {
    personal: (query = '?service=auth.wildix.com', headers: Record<string, string> = extension) =>
      send(`${base}/api/v1/personal/token/${query}`, { headers }),
    access: (token: unknown) => send(`${base}/api/v2/Token/`, { headers: bearer(token) }),
    service: (token: unknown, body: unknown = { aud: 'https://api.x-bees.com', scope: 'xbees' }) =>
      postJson(`${base}/api/v2/OpenId/service/`, body, bearer(token)),
  }
}

const { personal, access, service } = steps(`${server.url}/wildix`)
const resultOf = (answer: Answer) => answer.body.result as Record<string, unknown>
const personalToken = async (query?: string) => resultOf(await personal(query)).token
const accessToken = async () => resultOf(await access(await personalToken())).accessToken

/** A server whose wildix sandbox has these settings. */
async function startWith(settings: Record<string, unknown>): Promise<TestServer & { base: string }> {
  const own = await start({ made: ['wildix'] })
  own.server.sandboxes.update(own.sandbox('wildix'), { settings })
  return { ...own, base: `${own.url}/wildix` }
}

describe('the three steps', () => {
  test('give a service token that the key set verifies, each in the envelope', async () => {
    const first = await personal()
    expect(first.text).toMatch(/^\{"type":"result","result":\{"token":"[^"]+"\}\}$/)
    const second = await access(resultOf(first).token)
    expect(second.text).toMatch(/^\{"type":"result","result":\{"accessToken":"[^"]+","expiresIn":3600\}\}$/)
    const third = await service(resultOf(second).accessToken)
    expect([first.status, second.status, third.status]).toEqual([200, 200, 200])
    expect(resultOf(third)).toEqual({ token: expect.any(String), accessToken: resultOf(third).token, tokenType: 'Bearer', expiresIn: 3600 })

    const jwks = createRemoteJWKSet(new URL(`${server.url}/wildix/.well-known/jwks.json`))
    const { payload, protectedHeader } = await jwtVerify(String(resultOf(third).token), jwks, { audience: 'https://api.x-bees.com' })
    const { host } = new URL(server.url)
    expect(protectedHeader).toEqual({ alg: 'RS256', typ: 'JWT', kid: expect.any(String) })
    expect(payload).toEqual({
      iss: `${server.url}/wildix`,
      sub: `extension@${host}`,
      aud: 'https://api.x-bees.com',
      scope: 'xbees',
      extension: 'extension',
      pbx: host,
      iat: expect.any(Number),
      exp: Number(payload.iat) + 3600,
      jti: expect.any(String),
    })
    expect(claimsOf(resultOf(second).accessToken)).toMatchObject({ aud: 'auth.wildix.com', extension: 'extension' })
  })

  test.each(['/api/v1/personal/token', '/api/v1/Personal/Token/', '/API/v1/personal/token/'])(
    'answer at %s, slash or none, any letter case, without a redirect',
    async (path) => {
      const answer = await send(`${server.url}/wildix${path}?service=auth.wildix.com`, { headers: extension })
      expect(answer.status).toBe(200)
      const second = await send(`${server.url}/wildix/api/v2/token`, { headers: { authorization: `bearer ${resultOf(answer).token}` } })
      expect(second.status).toBe(200)
      const third = await postJson(
        `${server.url}/wildix/api/v2/openid/SERVICE`,
        { aud: 'https://api.x-bees.com', scope: 'xbees' },
        { authorization: `Bearer ${resultOf(second).accessToken}` },
      )
      expect(third.status).toBe(200)
    },
  )

  test('take our own address as the service, with port and prefix', async () => {
    const { host } = new URL(server.url)
    for (const name of [`${host}/wildix`, `https://${host}/wildix/`, 'AUTH.wildix.com']) {
      expect((await access(await personalToken(`?service=${name}`))).status).toBe(200)
    }
  })

  test('give a JWT for a service or type=JWT, and else 60 opaque characters', async () => {
    expect(headerOf(String(await personalToken('?type=JWT')))).toContain('RS256')
    expect(claimsOf(await personalToken())).toMatchObject({ aud: 'auth.wildix.com', extension: 'extension' })
    expect(await personalToken('')).toMatch(/^[\w-]{60}$/)
  })

  test('a personal token works once, also when two use it at the same time', async () => {
    const token = await personalToken()
    const both = await Promise.all([access(token), access(token)])
    expect(both.map((answer) => answer.status).sort()).toEqual([200, 401])
    const again = await access(token)
    expect([again.status, again.text]).toEqual([401, unauthorized])
    expect(again.explanation).toContain('was used before')
  })

  test('with personal_token_single_use off it works until it expires', async () => {
    const own = await startWith({ personal_token_single_use: false })
    const mine = steps(own.base)
    const { token } = resultOf(await mine.personal())
    expect((await mine.access(token)).status).toBe(200)
    expect((await mine.access(token)).status).toBe(200)
    own.clock.advance(61)
    expect((await mine.access(token)).status).toBe(401)
  })

  test('a personal token lives 60 s', async () => {
    const own = await startWith({})
    const mine = steps(own.base)
    own.clock.stop()
    const [young, old] = [resultOf(await mine.personal()).token, resultOf(await mine.personal()).token]
    own.clock.advance(58)
    expect((await mine.access(young)).status).toBe(200)
    own.clock.advance(3)
    const late = await mine.access(old)
    expect([late.status, late.text]).toEqual([401, unauthorized])
    expect(late.explanation).toContain('has expired')
  })

  test('a HEAD uses nothing up', async () => {
    const token = await personalToken()
    const head = await send(`${server.url}/wildix/api/v2/Token/`, { method: 'HEAD', headers: { authorization: `Bearer ${token}` } })
    expect(head.status).toBe(200)
    expect((await access(token)).status).toBe(200)
  })

  test.each([
    ['envelope', ['type', 'result']],
    ['both', ['type', 'result', 'token']],
    ['flat', ['token', 'accessToken', 'tokenType', 'expiresIn']],
  ])('service_token_shape %s has the members %j', async (service_token_shape, members) => {
    const own = await startWith({ service_token_shape })
    const mine = steps(own.base)
    const { accessToken } = resultOf(await mine.access(resultOf(await mine.personal()).token))
    expect(Object.keys((await mine.service(accessToken)).body)).toEqual(members)
  })

  test('the services are the sandbox’s', async () => {
    const own = await startWith({ services: { 'https://kite.wildix.com': ['chat', 'call'] } })
    const mine = steps(own.base)
    const { accessToken } = resultOf(await mine.access(resultOf(await mine.personal()).token))
    const answer = await mine.service(accessToken, { aud: 'https://kite.wildix.com', scope: 'call chat' })
    expect(claimsOf(resultOf(answer).token)).toMatchObject({ aud: 'https://kite.wildix.com', scope: 'call chat' })
    expect((await mine.service(accessToken)).status).toBe(403)
  })

  test('revoking the grant ends all that came of it', async () => {
    const own = await startWith({})
    const mine = steps(own.base)
    const { accessToken } = resultOf(await mine.access(resultOf(await mine.personal()).token))
    const { grant_id } = own.sandbox('wildix').journal.list().at(-1) ?? {}
    own.sandbox('wildix').store.revokeGrant(grant_id ?? 0, 'test', own.clock.now())
    expect((await mine.service(accessToken)).status).toBe(401)
  })
})

describe('errors', () => {
  test.each<[string, () => Promise<Answer>, number, string, string?]>([
    ['step 1 without credentials', () => personal(undefined, {}), 401, unauthorized, 'Basic realm="Wildix"'],
    ['step 1 with a wrong password', () => personal(undefined, basic('extension', 'x')), 401, unauthorized, 'Basic realm="Wildix"'],
    ['step 1 with an unknown extension', () => personal(undefined, basic('999', 'password')), 401, unauthorized, 'Basic realm="Wildix"'],
    ['step 1 with Bearer', () => personal(undefined, { authorization: 'Bearer x' }), 401, unauthorized, 'Basic realm="Wildix"'],
    ['step 2 without a token', () => send(`${server.url}/wildix/api/v2/Token/`), 401, unauthorized, 'Bearer'],
    ['step 2 with a token of nobody', () => access('nonsense'), 401, unauthorized, 'Bearer'],
    ['step 2 with a token for the PBX', async () => access(await personalToken('')), 401, unauthorized, 'Bearer'],
    [
      'step 2 with a token for another service',
      async () => access(await personalToken('?service=other.example')),
      401,
      unauthorized,
      'Bearer',
    ],
    ['step 3 without a token', () => postJson(`${server.url}/wildix/api/v2/OpenId/service/`, {}), 401, unauthorized, 'Bearer'],
    ['step 3 with the personal token', async () => service(await personalToken()), 401, unauthorized, 'Bearer'],
    ['step 3 with a service token', async () => service(resultOf(await service(await accessToken())).token), 401, unauthorized, 'Bearer'],
    ['step 3 without aud', async () => service(await accessToken(), { scope: 'xbees' }), 400, badRequest('aud is required')],
    [
      'step 3 without scope',
      async () => service(await accessToken(), { aud: 'https://api.x-bees.com' }),
      400,
      badRequest('scope is required'),
    ],
    ['step 3 with a list', async () => service(await accessToken(), []), 400, badRequest('aud is required')],
    [
      'step 3 with a form',
      async () => post(`${server.url}/wildix/api/v2/OpenId/service/`, 'aud=x', { authorization: `Bearer ${await accessToken()}` }),
      400,
      badRequest('JSON is required'),
    ],
    ['step 3 with an unknown aud', async () => service(await accessToken(), { aud: 'https://x.example', scope: 'xbees' }), 403, forbidden],
    [
      'step 3 with a scope that is not offered',
      async () => service(await accessToken(), { aud: 'https://api.x-bees.com', scope: 'admin' }),
      403,
      forbidden,
    ],
    ['an unknown route', () => send(`${server.url}/wildix/api/v9/none`), 404, '{"type":"error","reason":"404 Not Found","code":404}'],
    [
      'DELETE',
      () => send(`${server.url}/wildix/api/v2/Token`, { method: 'DELETE' }),
      405,
      '{"type":"error","reason":"405 Method Not Allowed","code":405}',
    ],
  ])('%s', async (_what, ask, status, text, challenge) => {
    const answer = await ask()
    expect([answer.status, answer.text]).toEqual([status, text])
    expect(answer.headers.get('www-authenticate')).toBe(challenge ?? null)
    expect(answer.explanation).not.toBe('')
  })
})

describe('the PBX’s own OAuth2', () => {
  async function registered() {
    const own = await startWith({})
    const { directory, provider } = own.sandbox('wildix')
    const app = directory.createApp({
      app_id: 'app_kite',
      name: 'Kite',
      description: '',
      icon: null,
      scopes: [],
      redirect_uris: ['http://127.0.0.1/callback'],
      mobile_store_links: {},
      created_at: own.clock.now(),
    })
    const client = {
      client_id: provider.ids.client_id(),
      client_secret: 'kite-secret',
      token_endpoint_auth_method: 'client_secret_post',
      grant_types: provider.grant_types,
      created_at: own.clock.now(),
    }
    directory.createClient(app, client)
    const token = (form: Record<string, string>, headers: Record<string, string> = {}) =>
      post(`${own.base}/authorization/oauth2Token`, form, headers)
    return { ...own, client: { client_id: client.client_id, client_secret: 'kite-secret' }, token }
  }

  async function signIn(base: string, client_id: string): Promise<string> {
    const query = new URLSearchParams({ response_type: 'code', client_id, redirect_uri: 'http://127.0.0.1/callback', state: 's' })
    const { text } = await send(`${base}/authorization/oauth2?${query}`)
    const transaction = /name="transaction" value="([^"]+)"/.exec(text)?.[1] ?? ''
    const step = (form: Record<string, string>) => post(`${base}/authorization/oauth2`, { transaction, ...form })
    await step({ username: 'extension', password: 'password' })
    await step({ decision: 'add' })
    const { headers } = await step({ decision: 'allow' })
    return new URL(headers.get('location') ?? 'about:blank').searchParams.get('code') ?? ''
  }

  test('signs in, gives an access_ token for the code, and refreshes it', async () => {
    const { base, client, token } = await registered()
    expect(client.client_id).toMatch(/^oauth2-[a-z]+-\d+$/)
    const code = await signIn(base, client.client_id)
    const answer = await token({ grant_type: 'authorization_code', code, redirect_uri: 'http://127.0.0.1/callback', ...client })
    expect(answer.status).toBe(200)
    expect(answer.body).toEqual({
      access_token: expect.stringMatching(/^access_\w{40}$/),
      token_type: 'Bearer',
      expires_in: 3600,
      refresh_token: expect.stringMatching(/^refresh_\w{40}$/),
    })
    const info = await send(`${base}/api/v1/personal/info`, { headers: { authorization: `Bearer ${answer.body.access_token}` } })
    expect(resultOf(info)).toMatchObject({ login: 'extension' })
    const refreshed = await token({ grant_type: 'refresh_token', refresh_token: String(answer.body.refresh_token), ...client })
    expect(refreshed.status).toBe(200)
  })

  test('takes credentials from the body alone', async () => {
    const { client, token } = await registered()
    const inHeader = await token({ grant_type: 'client_credentials' }, basic(client.client_id, client.client_secret))
    expect([inHeader.status, inHeader.text]).toEqual([401, '{"error":"invalid_client","error_description":"Empty client ID"}'])
    expect((await token({ grant_type: 'client_credentials', ...client })).status).toBe(200)
    const wrong = await token({ grant_type: 'client_credentials', ...client, client_secret: 'x' })
    expect([wrong.status, wrong.body.error]).toEqual([401, 'invalid_client'])
  })

  test('its tokens are none for step 3', async () => {
    const { base, client, token } = await registered()
    const { access_token } = (await token({ grant_type: 'client_credentials', ...client })).body
    expect((await steps(base).service(access_token)).status).toBe(401)
    expect((await send(`${base}/api/v1/personal/info`, { headers: { authorization: `Bearer ${access_token}` } })).status).toBe(401)
  })
})
