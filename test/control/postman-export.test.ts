import { once } from 'node:events'
import type { IncomingHttpHeaders } from 'node:http'
import { createServer } from 'node:https'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import type { TlsOptions } from 'node:tls'
import { describe, expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../src/basics/clock.ts'
import { postmanCollection, postmanEnvironment } from '../../src/control/exports/postman.ts'
import { createCertificates } from '../../src/http/certificates/certificates.ts'
import type { RequestCollection } from '../../src/providers/collection.ts'
import { iokidsCollection } from '../../src/providers/iokids/collection.ts'

const require = createRequire(import.meta.url)
const { Collection, VariableScope } = require('postman-collection') as PostmanLibrary

/** What is used here of Postman's own library, which brings no types. */
interface PostmanLibrary {
  Collection: new (json: object) => { name: string; auth?: Auth; items: List<Folder>; forEachItem(visit: (item: Item) => void): void }
  VariableScope: new (json: object) => { replaceIn(value: unknown): unknown }
}
interface List<T> {
  all(): T[]
}
interface Pairs extends List<{ key: string; value: unknown }> {
  get(key: string): unknown
  toObject(): Record<string, unknown>
}
interface Auth {
  type: string
  parameters(): Pairs
}
interface Folder {
  name: string
  items: List<Item>
}
interface Item {
  name: string
  request: {
    method: string
    url: { query: Pairs; toString(): string; toJSON(): object }
    headers: Pairs
    body?: { urlencoded?: Pairs; raw?: string }
    auth?: Auth
  }
}

interface NewmanSummary {
  run: {
    failures: { error: { test?: string; message: string } }[]
    executions: { item: { name: string }; assertions?: { assertion: string; error?: object }[] }[]
  }
  environment: { get(name: string): unknown }
}
type Newman = { run(options: object, done: (error: Error | null, summary: NewmanSummary) => void): void }
const newman = require('newman') as Newman

const options = {
  collection: iokidsCollection,
  sandbox: 'iokids',
  apiServer: 'localhost:9400/iokids',
  clientId: 'iok-cid-findfluffy',
  clientSecret: 'iok-cse-findfluffy',
}

/** A collection of another vendor: what iOKids has no use for. */
const other: RequestCollection = {
  name: 'Other',
  variables: [
    { name: 'host', holds: 'apiServer' },
    { name: 'id', holds: 'clientId' },
    { name: 'secret', holds: 'clientSecret' },
    { name: 'token', holds: 'accessToken' },
  ],
  folders: [
    {
      name: 'All',
      requests: [
        {
          name: 'Token',
          method: 'POST',
          path: '/token/',
          auth: 'basic',
          form: { grant_type: 'client_credentials' },
          saves: { token: 'access_token' },
        },
        { name: 'Search', method: 'GET', path: '/search?q=an&type=kid', auth: 'none', headers: { 'x-api-key': 'gateway-key' } },
        { name: 'Store', method: 'PUT', path: '/data', auth: 'bearer', json: { level: 3 }, expects: { status: 201 } },
      ],
    },
  ],
}

/** Three of iOKids' requests. */
const excerpt: RequestCollection = {
  ...iokidsCollection,
  folders: iokidsCollection.folders.map((folder) => ({
    ...folder,
    requests: folder.requests.filter(({ name }) => ['Refresh Access Token', 'My Profile', 'Get Application'].includes(name)),
  })),
}

/** A collection whose checks and saved values say all that they can. */
const checked: RequestCollection = {
  ...other,
  defaults: { item: 'first', image: 'none' },
  folders: [
    {
      name: 'All',
      requests: [
        {
          name: 'List',
          method: 'GET',
          path: '/items/{{item}}',
          auth: 'none',
          expects: { status: [201, 200], contentType: 'application/json', members: { items: 'array' } },
          saves: { item: 'items.1.id', image: 'items.1.image.id' },
        },
        { name: 'Item', method: 'GET', path: '/items/{{item}}/{{image}}', auth: 'none', expects: { status: 204 } },
      ],
    },
  ],
}

/** What Postman's own library makes of the export, with the environment's variables filled in. */
function imported(collection: RequestCollection = iokidsCollection) {
  const parsed = new Collection(JSON.parse(JSON.stringify(postmanCollection({ ...options, collection }))))
  const variables = new VariableScope(JSON.parse(JSON.stringify(postmanEnvironment({ ...options, collection }))))
  const items = new Map<string, Item>()
  parsed.forEachItem((item) => items.set(item.name, item))
  return {
    parsed,
    variables,
    request(name: string) {
      const request = items.get(name)?.request
      if (request === undefined) throw new Error(`no request ${name}`)
      const auth = request.auth?.parameters()
      return {
        request,
        url: variables.replaceIn(request.url.toString()),
        authType: request.auth?.type,
        auth: Object.fromEntries((auth?.all() ?? []).map(({ key, value }) => [key, variables.replaceIn(value)])),
      }
    },
  }
}

describe('the Postman collection', () => {
  test("has the vendor's name, folders and requests in the vendor's order", () => {
    const { parsed } = imported()
    expect(parsed.name).toBe('iOKids-APIs')
    const folders = parsed.items.all()
    expect(folders.map((folder) => [folder.name, ...folder.items.all().map((item) => `${item.request.method} ${item.name}`)])).toEqual([
      ['Refresh Your Access Token', 'POST Refresh Access Token'],
      ['Profile', 'GET My Profile', 'GET My Cover Photo', 'GET My Kids'],
      ['Friends', 'GET My Friends'],
      [
        'Message',
        'GET Get Message List',
        'GET Get A Message',
        'PUT Message',
        'POST Acknowledge A Message',
        'POST Acknowledge All Messages',
      ],
      [
        'Application User Data',
        'GET Get Application',
        'GET Get Application User Data',
        'POST Store Application User Data',
        'PUT Create Store Application Bucket Data',
        'POST Store Application Bucket Data',
        'GET Get Application Bucket Data',
        'DELETE Delete Store Application Bucket Data',
      ],
      ['Images', 'GET Image by ID'],
      ['Search', 'GET Search', 'GET Random'],
    ])
  })

  test('comes with the sign-in form filled in, for the collection and for the refresh request', () => {
    const { parsed, request, variables } = imported()
    const preset = {
      tokenName: 'iOKids Single Sign On',
      grant_type: 'authorization_code',
      redirect_uri: 'https://www.getpostman.com/oauth2/callback',
      authUrl: 'https://localhost:9400/iokids/oauth/signin',
      accessTokenUrl: 'https://localhost:9400/iokids/oauth/token',
      clientId: 'iok-cid-findfluffy',
      clientSecret: 'iok-cse-findfluffy',
      scope: 'profile',
      state: 'secret-session-state',
      client_authentication: 'body',
      addTokenTo: 'header',
      headerPrefix: 'Bearer',
      useBrowser: false,
    }
    const refresh = request('Refresh Access Token')
    expect(refresh.authType).toBe('oauth2')
    expect(refresh.auth).toMatchObject(preset)
    const ofCollection = parsed.auth?.parameters().all() ?? []
    expect(Object.fromEntries(ofCollection.map(({ key, value }) => [key, variables.replaceIn(value)]))).toEqual(refresh.auth)
  })

  test('addresses a sandbox under a path prefix', () => {
    const { request } = imported()
    expect(request('Refresh Access Token').url).toBe('https://localhost:9400/iokids/oauth/token')
    expect(request('My Profile').url).toBe('https://localhost:9400/iokids/v1/me')
    expect(request('My Profile').request.url.toJSON()).toMatchObject({ protocol: 'https', host: ['{{apiServer}}'], path: ['v1', 'me'] })
  })

  test("refreshes with the client's credentials in the body (RFC 6749 §2.3.1)", () => {
    const body = imported().request('Refresh Access Token').request.body?.urlencoded
    expect(body?.toObject()).toEqual({
      grant_type: 'refresh_token',
      refresh_token: '{{refreshToken}}',
      client_id: '{{clientId}}',
      client_secret: '{{clientSecret}}',
    })
  })

  test("says the URL, query, headers, body and client authentication of any vendor's requests", () => {
    const { parsed, request } = imported(other)
    expect(parsed.auth).toBeUndefined()
    const token = request('Token')
    expect(token).toMatchObject({
      url: 'https://localhost:9400/iokids/token/',
      authType: 'basic',
      auth: { username: 'iok-cid-findfluffy', password: 'iok-cse-findfluffy' },
    })
    const search = request('Search')
    expect(search.authType).toBe('noauth')
    expect(search.request.url.query.toObject()).toEqual({ q: 'an', type: 'kid' })
    expect(search.request.url.toString()).toBe('https://{{host}}/search?q=an&type=kid')
    expect(search.request.headers.get('x-api-key')).toBe('gateway-key')
    const store = request('Store')
    expect(store.authType).toBe('bearer')
    expect(JSON.parse(store.request.body?.raw ?? '')).toEqual({ level: 3 })
  })

  test('is the same, byte for byte, each time, and of its own id in each sandbox', () => {
    const idOf = (sandbox: string) => postmanCollection({ ...options, sandbox }).info._postman_id
    expect(JSON.stringify(postmanCollection(options))).toBe(JSON.stringify(postmanCollection({ ...options })))
    expect(idOf('iokids')).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    expect(new Set([idOf('iokids'), idOf('t42'), postmanEnvironment(options).id]).size).toBe(3)
  })

  test('holds no secret of the client', () => {
    expect(JSON.stringify(postmanCollection(options))).not.toContain('iok-c')
  })

  test('is refused for a provider that asks for OAuth 2.0 without saying how to sign in', () => {
    const { signIn: _, ...collection } = iokidsCollection
    expect(() => postmanCollection({ ...options, collection })).toThrow('signIn is missing')
  })
})

describe('the Postman environment', () => {
  test("has the vendor's five variables in the vendor's order, secrets typed as such", () => {
    expect(postmanEnvironment(options)).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      name: 'iOKids-APIs',
      values: [
        { key: 'apiServer', value: 'localhost:9400/iokids', type: 'default', enabled: true },
        { key: 'clientId', value: 'iok-cid-findfluffy', type: 'default', enabled: true },
        { key: 'clientSecret', value: 'iok-cse-findfluffy', type: 'secret', enabled: true },
        { key: 'refreshToken', value: '', type: 'secret', enabled: true },
        { key: 'accessToken', value: '', type: 'secret', enabled: true },
      ],
      _postman_variable_scope: 'environment',
    })
  })
})

describe('Newman', () => {
  const tokens = { access_token: 'access-2', refresh_token: 'refresh-2', expires_in: 300, token_type: 'Bearer' }
  const answers: Record<string, object> = {
    'POST /iokids/oauth/token': tokens,
    'GET /iokids/v1/me': { id: 'usr_1', username: 'beautifulmeercat246', type: 'parent' },
    'GET /iokids/v1/application': { id: 'app_1', name: 'FindFluffy', permission_scopes: ['profile'] },
  }

  test('runs the collection as exported: keeps both tokens, sends the new one, and every check passes', async () => {
    const { apiServer, received } = await vendor(answers)
    const { run, environment } = await runNewman(excerpt, apiServer, { refreshToken: 'refresh-1', accessToken: 'access-1' })
    expect(run.failures).toEqual([])
    expect(run.executions.map(({ item, assertions = [] }) => [item.name, assertions.length])).toEqual([
      ['Refresh Access Token', 5],
      ['My Profile', 4],
      ['Get Application', 4],
    ])
    expect(received.map(({ call, headers }) => [call, headers.authorization])).toEqual([
      ['POST /iokids/oauth/token', 'Bearer access-1'],
      ['GET /iokids/v1/me', 'Bearer access-2'],
      ['GET /iokids/v1/application', 'Bearer access-2'],
    ])
    expect(received[0]?.body).toBe(
      'grant_type=refresh_token&refresh_token=refresh-1&client_id=iok-cid-findfluffy&client_secret=iok-cse-findfluffy',
    )
    expect([environment.get('accessToken'), environment.get('refreshToken')]).toEqual(['access-2', 'refresh-2'])
  })

  test('reports a refused refresh, and keeps the tokens it had', async () => {
    const { apiServer } = await vendor({ ...answers, 'POST /iokids/oauth/token': { error: 'invalid_grant', error_code: 4003 } })
    const { run, environment } = await runNewman(excerpt, apiServer, { refreshToken: 'refresh-1', accessToken: 'access-1' })
    expect(run.failures.map(({ error }) => error.test)).toEqual([
      'answers 200',
      'access_token is a string',
      'refresh_token is a string',
      'expires_in is a number',
      'token_type is a string',
    ])
    expect([environment.get('accessToken'), environment.get('refreshToken')]).toEqual(['access-1', 'refresh-1'])
  })

  test('reports a member of the wrong type', async () => {
    const { apiServer } = await vendor({ ...answers, 'POST /iokids/oauth/token': { ...tokens, expires_in: '300' } })
    const { run } = await runNewman(excerpt, apiServer, {})
    expect(run.failures.map(({ error }) => error.test)).toEqual(['expires_in is a number'])
  })

  test('begins with the defaults, keeps what lies within an answer, and leaves a variable whose value is not there', async () => {
    const { apiServer, received } = await vendor({
      'GET /iokids/items/first': { items: [{ id: 'a' }, { id: 'b' }] },
      'GET /iokids/items/b/none': {},
    })
    const { run } = await runNewman(checked, apiServer, {})
    expect(received.map(({ call }) => call)).toEqual(['GET /iokids/items/first', 'GET /iokids/items/b/none'])
    expect(run.executions[0]?.assertions?.map(({ assertion }) => assertion)).toEqual([
      'answers 201 or 200',
      'comes as application/json',
      'items is an array',
    ])
    expect(run.failures.map(({ error }) => error.test)).toEqual(['answers 204'])
  })

  test('reports another content type', async () => {
    const { apiServer } = await vendor({ 'GET /iokids/items/first': { items: [] } }, 'text/html; charset=utf-8')
    const { run } = await runNewman(checked, apiServer, {})
    expect(run.failures.map(({ error }) => error.test)).toContain('comes as application/json')
  })

  test('sends JSON as application/json', async () => {
    const { apiServer, received } = await vendor({
      'PUT /iokids/data': {},
      'POST /iokids/token/': tokens,
      'GET /iokids/search?q=an&type=kid': {},
    })
    await runNewman(other, apiServer, {})
    expect(received.map(({ call }) => call)).toEqual(['POST /iokids/token/', 'GET /iokids/search?q=an&type=kid', 'PUT /iokids/data'])
    expect(received[2]?.headers).toMatchObject({ 'content-type': 'application/json', authorization: 'Bearer access-2' })
    expect(JSON.parse(received[2]?.body ?? '')).toEqual({ level: 3 })
  })
})

/** Says over https what `answers` has for a method and path, an answer with `error` as a 400, and notes what it is sent. */
async function vendor(answers: Record<string, object>, contentType = 'application/json; charset=utf-8') {
  const received: { call: string; headers: IncomingHttpHeaders; body: string }[] = []
  const certificates = createCertificates({ clock: systemClock })
  const SNICallback: TlsOptions['SNICallback'] = (name, done) => {
    certificates.secureContext(name).then((context) => done(null, context), done)
  }
  const server = createServer({ SNICallback }, async (request, response) => {
    const call = `${request.method} ${request.url}`
    received.push({ call, headers: request.headers, body: await text(request) })
    const answer = answers[call] ?? { error: 'not_found' }
    response.writeHead('error' in answer ? 400 : 200, { 'content-type': contentType }).end(JSON.stringify(answer))
  })
  await once(server.listen(0, 'localhost'), 'listening')
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  return { apiServer: `localhost:${(server.address() as AddressInfo).port}/iokids`, received }
}

function runNewman(collection: RequestCollection, apiServer: string, held: Record<string, string>): Promise<NewmanSummary> {
  const environment = postmanEnvironment({ ...options, collection, apiServer })
  const values = environment.values.map((variable) => ({ ...variable, value: held[variable.key] ?? variable.value }))
  return new Promise((resolve, reject) => {
    const settings = {
      collection: postmanCollection({ ...options, collection }),
      environment: { ...environment, values },
      insecure: true,
      reporters: [],
    }
    newman.run(settings, (error, summary) => (error ? reject(error) : resolve(summary)))
  })
}
