import { describe, expect, test } from 'vitest'
import { as, notFound, refusal } from '../support/iokids-calls.ts'
import { brandon } from '../support/iokids-client.ts'
import { addClient, addUser, credentials } from '../support/iokids-setup.ts'
import { start } from '../support/server.ts'

const data = '/v1/application/data'
const finds = '/v1/application/data/finds'
const tooLarge = refusal(413, 4131, 'Data too large')
const preconditionFailed = refusal(412, 4121, 'Precondition failed')

async function world() {
  const server = await start()
  return { server, sandbox: server.sandbox(), call: await as(brandon.username, server.url) }
}

describe('POST /v1/application/data', () => {
  test('merges member by member, one level deep, and null removes a member', async () => {
    const { server, call } = await world()
    const first = await call(`POST ${data}`, { level: 1, place: { name: 'beach', found: 2 }, gone: true })
    server.clock.advance(5)
    const second = await call(`POST ${data}`, { level: 2, place: { name: 'boat' }, gone: null, never: null })
    expect(second).toMatchObject({ status: 200, body: { bucket: null, version: 2, created: first.body.created } })
    expect(second.body.data).toEqual({ level: 2, place: { name: 'boat' } })
    expect(Date.parse(second.body.updated) - Date.parse(first.body.updated)).toBeGreaterThanOrEqual(5000)
    expect((await call(`GET ${data}`)).body).toEqual(second.body)
  })

  test('keeps any JSON as it came, a member called __proto__ too', async () => {
    const { call } = await world()
    const odd = '{"__proto__":{"a":1},"constructor":null,"n":1e21,"s":"\\u0000\\ud800😀","l":[null,[]],"":0}'
    expect((await call(`PUT ${finds}`, odd)).status).toBe(201)
    const stored = await call(`GET ${finds}`)
    expect(JSON.stringify(stored.body.data)).toBe(JSON.stringify(JSON.parse(odd)))
    const merged = await call(`POST ${finds}`, '{"__proto__":null,"x":1}')
    expect(JSON.stringify(merged.body.data)).toBe('{"constructor":null,"n":1e+21,"s":"\\u0000\\ud800😀","l":[null,[]],"":0,"x":1}')
  })
})

describe('64 KiB', () => {
  /** A JSON object of so many bytes. */
  const sized = (bytes: number) => ({ text: 'x'.repeat(bytes - '{"text":""}'.length) })

  test.each([
    [`POST ${data}`, 200],
    [`PUT ${finds}`, 201],
  ])('are taken by %s, one byte more is 4131', async (request, status) => {
    const { call } = await world()
    expect((await call(request, sized(65_537))).body).toEqual(tooLarge.body)
    expect(await call(request, sized(65_536))).toMatchObject({ status })
  })

  test('are all that may be there, however often it is added to', async () => {
    const { call } = await world()
    await call(`PUT ${finds}`, sized(60_000))
    expect(await call(`POST ${finds}`, { more: 'x'.repeat(6000) })).toMatchObject(tooLarge)
    const { body } = await call(`GET ${finds}`)
    expect(body).toMatchObject({ version: 1, data: sized(60_000) })
  })

  test('count in bytes of UTF-8', async () => {
    const { call } = await world()
    expect(await call(`POST ${data}`, { text: 'ü'.repeat(33_000) })).toMatchObject(tooLarge)
  })

  test("are also a message's limit", async () => {
    const { call } = await world()
    expect(await call('PUT /v1/messages/m1', { to: 'redbutterfly267', text: 'Hi', data: sized(65_537) })).toMatchObject(tooLarge)
  })

  test('nested too deeply to be written are refused with 4001, and nested beyond reading with 4006', async () => {
    const { call } = await world()
    const nested = (depth: number) => `{"a":${'['.repeat(depth)}${']'.repeat(depth)}}`
    expect(await call(`POST ${data}`, nested(200))).toMatchObject(refusal(400, 4001, 'Invalid request: the data is nested too deeply'))
    expect(await call(`POST ${data}`, nested(30_000))).toMatchObject({ status: 400, body: { error_code: 4006 } })
    expect(await call(`POST ${data}`, `{"a":${'['.repeat(99)}${']'.repeat(99)}}`)).toMatchObject({ status: 200 })
  })
})

describe('a bucket', () => {
  test('is created with 201 and Location, and then replaced whole with 200', async () => {
    const { server, call } = await world()
    const created = await call(`PUT ${finds}`, { beach: true, boat: null })
    expect(created).toMatchObject({ status: 201, body: { bucket: 'finds', data: { beach: true, boat: null }, version: 1 } })
    expect(created.headers.get('location')).toBe(`${server.url}${finds}`)
    const replaced = await call(`PUT ${finds}`, { boat: true })
    expect(replaced).toMatchObject({ status: 200, body: { version: 2, created: created.body.created } })
    expect(replaced.body.data).toEqual({ boat: true })
    expect(replaced.headers.get('location')).toBeNull()
  })

  test('that was not created is 4041 to GET, POST and DELETE', async () => {
    const { call } = await world()
    for (const request of [`GET ${finds}`, `DELETE ${finds}`]) expect(await call(request)).toMatchObject(notFound)
    expect(await call(`POST ${finds}`, { a: 1 })).toMatchObject(notFound)
    expect(await call(`GET ${finds}`)).toMatchObject(notFound)
  })

  test('that was deleted is 4041, and may be created again', async () => {
    const { call } = await world()
    await call(`PUT ${finds}`, { a: 1 })
    const deleted = await call(`DELETE ${finds}`)
    expect(deleted).toMatchObject({ status: 204, body: '' })
    expect(await call(`GET ${finds}`)).toMatchObject(notFound)
    expect(await call(`DELETE ${finds}`)).toMatchObject(notFound)
    expect(await call(`PUT ${finds}`, {})).toMatchObject({ status: 201, body: { version: 1 } })
  })

  test.each(['a%20b', 'a%2Fb', 'ü', 'a'.repeat(65)])('may not be called %s', async (name) => {
    const { call } = await world()
    expect(await call(`PUT ${data}/${name}`, {})).toMatchObject(
      refusal(400, 4001, 'Invalid request: a bucket has 1 to 64 characters of A-Z, a-z, 0-9, ".", "_" and "-"'),
    )
  })

  test('is told from another by the letter case of its name', async () => {
    const { call } = await world()
    const names = ['A-b_c.9', 'a-b_c.9', 'a'.repeat(64)]
    for (const name of names) expect(await call(`PUT ${data}/${name}`, { name })).toMatchObject({ status: 201 })
    for (const name of names) expect((await call(`GET ${data}/${name}`)).body).toMatchObject({ bucket: name, data: { name } })
  })

  test('stands beside the others and beside the data without one', async () => {
    const { call } = await world()
    await call(`POST ${data}`, { level: 3 })
    await call(`PUT ${finds}`, { beach: true })
    await call(`PUT ${data}/scores`, { best: 9 })
    await call(`DELETE ${finds}`)
    expect((await call(`GET ${data}`)).body.data).toEqual({ level: 3 })
    expect((await call(`GET ${data}/scores`)).body.data).toEqual({ best: 9 })
  })
})

describe('conditional requests (RFC 9110 §13)', () => {
  test('GET answers 304 to the ETag that the client has, the version, and 200 after a change', async () => {
    const { call } = await world()
    for (const path of [data, finds]) {
      if (path === finds) await call(`PUT ${path}`, { a: 1 })
      else await call(`POST ${path}`, { a: 1 })
      const { headers, body } = await call(`GET ${path}`)
      const etag = headers.get('etag') ?? ''
      expect(etag).toBe(`"${body.version}"`)
      for (const known of [etag, `"x", ${etag}`, `W/${etag}`, '*']) {
        const unchanged = await call(`GET ${path}`, undefined, { 'if-none-match': known })
        expect({ known, status: unchanged.status, body: unchanged.body }).toEqual({ known, status: 304, body: '' })
        expect(unchanged.headers.get('etag')).toBe(etag)
      }
      await call(`POST ${path}`, { a: 2 })
      expect(await call(`GET ${path}`, undefined, { 'if-none-match': etag })).toMatchObject({ status: 200, body: { data: { a: 2 } } })
    }
  })

  test.each([
    ['PUT', { a: 2 }],
    ['POST', { a: 2 }],
    ['DELETE', undefined],
  ])('%s with If-Match changes what the client has seen and nothing else', async (method, body) => {
    const { call } = await world()
    const { headers } = await call(`PUT ${finds}`, { a: 1 })
    const seen = headers.get('etag') ?? ''
    await call(`PUT ${finds}`, { a: 'changed meanwhile' })
    for (const stale of [seen, `W/"2"`]) {
      expect(await call(`${method} ${finds}`, body, { 'if-match': stale })).toMatchObject(preconditionFailed)
    }
    expect((await call(`GET ${finds}`)).body).toMatchObject({ version: 2, data: { a: 'changed meanwhile' } })
    expect((await call(`${method} ${finds}`, body, { 'if-match': '"2"' })).status).toBeLessThan(300)
  })

  test('PUT with If-None-Match: * creates and never replaces, with If-Match: * replaces and never creates', async () => {
    const { call } = await world()
    expect(await call(`PUT ${finds}`, { a: 1 }, { 'if-match': '*' })).toMatchObject(preconditionFailed)
    expect(await call(`PUT ${finds}`, { a: 1 }, { 'if-none-match': '*' })).toMatchObject({ status: 201 })
    expect(await call(`PUT ${finds}`, { a: 2 }, { 'if-none-match': '*' })).toMatchObject(preconditionFailed)
    expect(await call(`PUT ${finds}`, { a: 3 }, { 'if-match': '*' })).toMatchObject({ status: 200, body: { data: { a: 3 } } })
  })
})

describe('the data of', () => {
  test('two apps are apart, for the same user and the same bucket', async () => {
    const { server, sandbox } = await world()
    const client = addClient(sandbox)
    addUser(sandbox, { username: 'ann' })
    const [here, there] = [await as('ann', server.url), await as('ann', server.url, credentials(client))]
    await here(`PUT ${finds}`, { of: 'FindFluffy' })
    await here(`POST ${data}`, { of: 'FindFluffy' })
    expect(await there(`GET ${finds}`)).toMatchObject(notFound)
    expect((await there(`GET ${data}`)).body).toMatchObject({ data: {}, version: 0 })
    await there(`PUT ${finds}`, { of: 'another' })
    await there(`DELETE ${finds}`)
    expect((await here(`GET ${finds}`)).body.data).toEqual({ of: 'FindFluffy' })
  })

  test('two clients of one app are the same', async () => {
    const { server, sandbox, call } = await world()
    const [app] = sandbox.directory.listApps()
    const client = addClient(sandbox, {}, app)
    await call(`PUT ${finds}`, { a: 1 })
    expect(await (await as(brandon.username, server.url, credentials(client)))(`GET ${finds}`)).toMatchObject({ status: 200 })
  })

  test("a kid are not its parent's", async () => {
    const { server, call } = await world()
    await (await as('tinyotter512', server.url))(`PUT ${finds}`, { of: 'lily' })
    expect(await call(`GET ${finds}`)).toMatchObject(notFound)
  })

  test('two sandboxes are apart', async () => {
    const { server, sandbox, call } = await world()
    server.server.sandboxes.create({ name: 't42', provider: sandbox.provider })
    await call(`PUT ${finds}`, { a: 1 })
    expect(await (await as(brandon.username, `${server.url}/t42`))(`GET ${finds}`)).toMatchObject(notFound)
  })

  test('a user are gone when the app is', async () => {
    const { sandbox, call } = await world()
    await call(`PUT ${finds}`, { a: 1 })
    const [app] = sandbox.directory.listApps()
    const user = sandbox.directory.findUser(brandon.username)
    if (app === undefined || user === undefined) throw new Error('the world is empty')
    expect(sandbox.documents.kind('app_data').get('finds', { app, user })).toBeDefined()
    sandbox.directory.deleteApp(app)
    expect(sandbox.documents.kind('app_data').get('finds', { app, user })).toBeUndefined()
    expect(sandbox.documents.kind('app_data').list({ user, limit: 10 })).toEqual([])
  })
})
