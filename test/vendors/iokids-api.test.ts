import { describe, expect, test } from 'vitest'
import { postmanCollection, postmanEnvironment } from '../../src/control/exports/postman.ts'
import { iokidsCollection } from '../../src/providers/iokids/collection.ts'
import { as, caller, noPermission, refusal } from '../support/iokids-calls.ts'
import { brandon, findFluffy, passwordTokens, postToken } from '../support/iokids-client.ts'
import { addApp, addClient, addUser, credentials } from '../support/iokids-setup.ts'
import { runCollection } from '../support/newman.ts'
import { start, startForFile } from '../support/server.ts'

const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
const derek = {
  id: 'usr_redbutterfly2670',
  username: 'redbutterfly267',
  first_name: 'derek',
  type: 'parent',
  image_id: 'img_predbutterfly2670',
}
const marta = {
  id: 'usr_organicladybug83',
  username: 'organicladybug833',
  first_name: 'marta',
  type: 'parent',
  image_id: 'img_porganicladybug83',
}
const brandonSeen = {
  id: 'usr_beautifulmeercat',
  username: 'beautifulmeercat246',
  first_name: 'brandon',
  type: 'parent',
  image_id: 'img_pbeautifulmeercat',
}
const lily = {
  id: 'usr_tinyotter5120000',
  username: 'tinyotter512',
  first_name: 'lily',
  type: 'kid',
  image_id: 'img_ptinyotter5120000',
}
const fromDerek = {
  id: 'msg_derek00000000001',
  from: derek,
  to: brandonSeen,
  text: 'Shall the kids play the harbour scene tomorrow?',
  image_id: null,
  data: {},
  sent: '2018-01-03T20:00:00.000Z',
  acknowledged: false,
  acknowledged_at: null,
}
const acknowledged = { ...fromDerek, acknowledged: true, acknowledged_at: time }

/** The requests but the first, in the vendor's order: brandon sends them one after the other to a fresh sandbox. */
const requests: { request: string; permission?: string; body?: unknown; status?: number; answer: unknown }[] = [
  {
    request: 'GET /v1/me',
    permission: 'profile',
    answer: {
      id: 'usr_beautifulmeercat',
      username: 'beautifulmeercat246',
      first_name: 'brandon',
      last_name: 'ramos',
      type: 'parent',
      age: 38,
      created: '2018-01-02T14:34:00.000Z',
      image_id: 'img_pbeautifulmeercat',
      cover_image_id: 'img_cbeautifulmeercat',
      email: 'brandon.ramos@example.com',
    },
  },
  {
    request: 'GET /v1/me/cover',
    permission: 'profile',
    answer: {
      image_id: 'img_cbeautifulmeercat',
      url: expect.stringMatching(/^http:\/\/localhost:\d+\/v1\/images\/img_cbeautifulmeercat$/),
      content_type: 'image/svg+xml',
      width: 600,
      height: 200,
    },
  },
  {
    request: 'GET /v1/me/kids',
    permission: 'kids',
    answer: {
      items: [
        {
          id: 'usr_tinyotter5120000',
          username: 'tinyotter512',
          first_name: 'lily',
          last_name: 'ramos',
          type: 'kid',
          age: 8,
          created: '2018-01-02T14:40:00.000Z',
          image_id: 'img_ptinyotter5120000',
          cover_image_id: 'img_ctinyotter5120000',
          email: 'lily.ramos@example.com',
          parent_ids: ['usr_beautifulmeercat'],
        },
      ],
      next_cursor: null,
    },
  },
  { request: 'GET /v1/me/friends', permission: 'friends', answer: { items: [marta, derek], next_cursor: null } },
  {
    request: 'GET /v1/messages',
    permission: 'messages',
    answer: {
      items: [fromDerek, expect.objectContaining({ from: lily }), expect.objectContaining({ from: marta })],
      next_cursor: null,
    },
  },
  { request: 'GET /v1/messages/msg_derek00000000001', permission: 'messages', answer: fromDerek },
  {
    request: 'PUT /v1/messages/hello-1',
    permission: 'messages',
    body: { to: 'organicladybug833', text: 'Hello!', image_id: 'img_ptinyotter5120000', data: { scene: 'beach' } },
    status: 201,
    answer: {
      id: 'hello-1',
      from: brandonSeen,
      to: marta,
      text: 'Hello!',
      image_id: 'img_ptinyotter5120000',
      data: { scene: 'beach' },
      sent: time,
      acknowledged: false,
      acknowledged_at: null,
    },
  },
  { request: 'POST /v1/messages/msg_derek00000000001/acknowledge', permission: 'messages', answer: acknowledged },
  { request: 'POST /v1/messages/acknowledge', permission: 'messages', answer: { acknowledged: 1 } },
  {
    request: 'GET /v1/application',
    answer: {
      id: 'app_findfluffy000000',
      name: 'FindFluffy',
      description: 'A fun app for kids. Find fluffy in scenes of things kids may see on vacation.',
      environment: 'sandbox',
      icon_image_id: 'img_afindfluffy000000',
      permission_scopes: ['profile', 'kids', 'friends', 'messages', 'appdata', 'images', 'search'],
      mobile_store_links: { apple: null, google: null, amazon: null },
    },
  },
  {
    request: 'GET /v1/application/data',
    permission: 'appdata',
    answer: { bucket: null, data: {}, version: 0, created: null, updated: null },
  },
  {
    request: 'POST /v1/application/data',
    permission: 'appdata',
    body: { level: 3 },
    answer: { bucket: null, data: { level: 3 }, version: 1, created: time, updated: time },
  },
  {
    request: 'PUT /v1/application/data/finds',
    permission: 'appdata',
    body: { beach: true },
    status: 201,
    answer: { bucket: 'finds', data: { beach: true }, version: 1, created: time, updated: time },
  },
  {
    request: 'POST /v1/application/data/finds',
    permission: 'appdata',
    body: { boat: false },
    answer: { bucket: 'finds', data: { beach: true, boat: false }, version: 2, created: time, updated: time },
  },
  {
    request: 'GET /v1/application/data/finds',
    permission: 'appdata',
    answer: { bucket: 'finds', data: { beach: true, boat: false }, version: 2, created: time, updated: time },
  },
  { request: 'DELETE /v1/application/data/finds', permission: 'appdata', status: 204, answer: '' },
  { request: 'GET /v1/images/img_pbeautifulmeercat', permission: 'images', answer: expect.stringMatching(/^<svg .*<\/svg>$/s) },
  { request: 'GET /v1/search?q=red', permission: 'search', answer: { items: [derek], next_cursor: null } },
  {
    request: 'GET /v1/search/random',
    permission: 'search',
    answer: { items: expect.arrayContaining([marta, derek, lily]), next_cursor: null },
  },
]

test('the refresh request answers the four members of the vendor, and 4003 for a token that is none', async () => {
  const { url } = await start()
  const { refresh_token } = await passwordTokens(url)
  const refreshed = await postToken(url, { grant_type: 'refresh_token', refresh_token, ...findFluffy })
  expect(refreshed.status).toBe(200)
  expect(Object.keys(refreshed.body)).toEqual(['access_token', 'refresh_token', 'expires_in', 'token_type'])
  const refused = await postToken(url, { grant_type: 'refresh_token', refresh_token: 'none', ...findFluffy })
  expect(refused).toMatchObject({ status: 400, body: { error: 'invalid_grant', error_code: 4003 } })
})

test('the other requests answer what the vendor lists, one after the other, with the token scope profile', async () => {
  const { url } = await start()
  const call = await as(brandon.username, url, { scope: 'profile' })
  for (const { request, body, status = 200, answer } of requests) {
    const { status: came, body: said } = await call(request, body)
    expect({ request, status: came, body: said }).toEqual({ request, status, body: answer })
  }
  expect(requests).toHaveLength(19)
})

test('every request of the exported collection passes its checks, and again in a second run', async () => {
  const server = await start()
  const { refresh_token, access_token } = await passwordTokens(server.url, { scope: 'profile' })
  const collection = postmanCollection({ collection: iokidsCollection, sandbox: 'iokids' })
  const environment = postmanEnvironment({
    collection: iokidsCollection,
    sandbox: 'iokids',
    apiServer: server.https.replace('https://', ''),
    clientId: findFluffy.client_id,
    clientSecret: findFluffy.client_secret,
  })
  const run = await runCollection({
    collection,
    environment,
    iterationCount: 2,
    variables: { refreshToken: refresh_token, accessToken: access_token },
  })
  expect(run.failures).toEqual([])
  expect(run.answers).toHaveLength(40)
  expect(run.variable('messageId')).toBe('msg_derek00000000001')
})

describe('4011, Application does not have permission:', async () => {
  const server = await startForFile()
  const sandbox = server.sandbox()
  const without = (permission: string) =>
    addClient(
      sandbox,
      {},
      addApp(sandbox, { scopes: sandbox.provider.scopes.map(({ name }) => name).filter((name) => name !== permission) }),
    )

  test.each(requests)('$request needs a token', async ({ request, body }) => {
    const answer = await caller(server.url)(request, body)
    expect(answer).toMatchObject(noPermission)
    expect(answer.headers.get('grantbox-explain')).toContain('No access token came')
  })

  test.each(requests.filter(({ permission }) => permission !== undefined))(
    '$request needs the permission scope $permission of the app, and a user',
    async ({ request, body, permission = '' }) => {
      const client = without(permission)
      const username = `some${client.client_id.slice(-12)}`
      addUser(sandbox, { username, apps: [client.app] })
      const call = await as(username, server.url, credentials(client))
      const answer = await call(request, body)
      expect(answer).toMatchObject(noPermission)
      expect(answer.headers.get('grantbox-explain')).toContain(`lacks the permission scope '${permission}'`)

      const own = await postToken(server.url, { grant_type: 'client_credentials', ...findFluffy })
      const ofClient = await caller(server.url, String(own.body.access_token))(request, body)
      expect(ofClient).toMatchObject(noPermission)
      expect(ofClient.headers.get('grantbox-explain')).toContain("needs a user's token")
    },
  )

  test('GET /v1/application asks for no permission, and no user', async () => {
    const client = addClient(sandbox, {}, addApp(sandbox, { name: 'Bare', scopes: [] }))
    const { body } = await postToken(server.url, { grant_type: 'client_credentials', ...credentials(client) })
    const answer = await caller(server.url, String(body.access_token))('GET /v1/application')
    expect(answer).toMatchObject({ status: 200, body: { name: 'Bare', permission_scopes: [] } })
  })

  test.each(requests.filter(({ permission }) => permission !== undefined))(
    '$request needs the token scope $permission when the sandbox enforces it',
    async ({ request, body, permission = '' }) => {
      server.server.sandboxes.update(sandbox, { settings: { enforce_token_scope: true } })
      const wrong = permission === 'profile' ? 'search' : 'profile'
      const call = await as(brandon.username, server.url, { scope: wrong })
      expect(await call(request, body)).toMatchObject(noPermission)
      const allowed = await as(brandon.username, server.url, { scope: permission })
      expect((await allowed(request, body)).status).not.toBe(401)
      server.server.sandboxes.update(sandbox, { settings: { enforce_token_scope: null } })
    },
  )
})

describe('a request is refused with', async () => {
  const server = await startForFile()
  const call = await as(brandon.username, server.url)

  test.each([
    ['GET /v1/me/friends?limit=0', 'limit must be a whole number from 1 to 100'],
    ['GET /v1/me/friends?limit=101', 'limit must be a whole number from 1 to 100'],
    ['GET /v1/me/friends?limit=1.5', 'limit must be a whole number from 1 to 100'],
    ['GET /v1/me/friends?cursor=abc', 'cursor is not one of this list'],
    ['GET /v1/messages?box=outbox', 'box must be inbox or sent'],
    ['GET /v1/messages?acknowledged=yes', 'acknowledged must be true or false'],
    ['GET /v1/search', 'q must have at least 2 characters'],
    ['GET /v1/search?q=a', 'q must have at least 2 characters'],
    ['GET /v1/search?q=@a', 'q must have at least 2 characters'],
    ['GET /v1/search?q=an&type=dog', 'type must be parent or kid'],
    ['GET /v1/search/random?count=21', 'count must be a whole number from 1 to 20'],
    ['GET /v1/images/img_pbeautifulmeercat?size=huge', 'size must be small or medium or large'],
    ['GET /v1/images/img_pbeautifulmeercat?format=gif', 'format must be svg or png'],
    ['GET /v1/me/friends?limit=1&limit=2', 'Parameter limit is given more than once'],
  ])('4001: %s', async (request, what) => {
    const answer = await call(request)
    expect(answer).toMatchObject(refusal(400, 4001, `Invalid request: ${what}`))
    expect(answer.headers.get('grantbox-explain')).toBeTruthy()
  })

  test.each([
    ['PUT /v1/messages/m1', '{"to":'],
    ['POST /v1/messages/acknowledge', '{'],
    ['POST /v1/application/data', 'level=3'],
    ['PUT /v1/application/data/finds', ''],
  ])('4006: %s with the body %s', async (request, body) => {
    expect(await call(request, body)).toMatchObject(refusal(400, 4006, 'Body is not valid JSON'))
  })

  test('4006: a form where JSON belongs, as curl sends JSON without a header', async () => {
    const answer = await call('POST /v1/application/data', '{"level":3}', { 'content-type': 'application/x-www-form-urlencoded' })
    expect(answer).toMatchObject(refusal(400, 4006, 'Body is not valid JSON'))
    expect(answer.headers.get('grantbox-explain')).toContain('sent as application/json')
  })

  test.each([
    ['[1]', 'a list'],
    ['3', 'a number'],
    ['null', 'null'],
  ])('4001: %s where a JSON object belongs', async (body, came) => {
    const answer = await call('POST /v1/application/data', body)
    expect(answer).toMatchObject(refusal(400, 4001, 'Invalid request: the body must be a JSON object'))
    expect(answer.headers.get('grantbox-explain')).toContain(`${came} came`)
  })

  test.each([
    ['POST /v1/me', 'GET, HEAD, OPTIONS'],
    ['DELETE /v1/messages/m1', 'GET, PUT, HEAD, OPTIONS'],
    ['GET /v1/messages/acknowledge', 'POST, OPTIONS'],
    ['DELETE /v1/application/data', 'GET, POST, HEAD, OPTIONS'],
  ])('4050 and Allow: %s', async (request, allow) => {
    const answer = await call(request)
    expect(answer).toMatchObject(refusal(405, 4050, 'Method not allowed'))
    expect(answer.headers.get('allow')).toBe(allow)
  })

  test('4040: a path that is none', async () => {
    expect(await call('GET /v1/me/dogs')).toMatchObject(refusal(404, 4040, 'Not found'))
  })

  test('4131: a body beyond what is read at all', async () => {
    const answer = await call('POST /v1/application/data', { text: 'x'.repeat(2 ** 20) })
    expect(answer).toMatchObject(refusal(413, 4131, 'Data too large'))
  })
})

test.each(['POST /v1/messages/msg_derek00000000001/acknowledge', 'POST /v1/messages/acknowledge', 'DELETE /v1/application/data/finds'])(
  '%s takes no body that is announced as JSON',
  async (request) => {
    const { url } = await start()
    const call = await as(brandon.username, url)
    await call('PUT /v1/application/data/finds', {})
    const { status } = await call(request, '')
    expect([200, 204]).toContain(status)
  },
)
