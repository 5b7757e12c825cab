import { describe, expect, test } from 'vitest'
import { allPages, as, notFound, refusal, userMayNot } from '../support/iokids-calls.ts'
import { brandon } from '../support/iokids-client.ts'
import { addClient, addUser, credentials } from '../support/iokids-setup.ts'
import { start } from '../support/server.ts'

const marta = 'organicladybug833'
const derek = 'redbutterfly267'
const lily = 'tinyotter512'
const jonas = 'happypenguin374'
const hello = { to: marta, text: 'Hello!' }

async function world() {
  const server = await start()
  const sandbox = server.sandbox()
  const who = (username: string, form: Record<string, string> = {}) => as(username, server.url, form)
  return { server, sandbox, who, brandon: await who(brandon.username), marta: await who(marta) }
}

describe('PUT /v1/messages/{id}', () => {
  test('writes once: the same again is answered with 200 and the message as it is', async () => {
    const { server, brandon, marta } = await world()
    const first = await brandon('PUT /v1/messages/m1', { ...hello, data: { a: 1, b: [2] } })
    expect(first.status).toBe(201)
    expect(first.headers.get('location')).toBe(`${server.url}/v1/messages/m1`)
    await marta('POST /v1/messages/m1/acknowledge')
    server.clock.advance(10)
    const again = await brandon('PUT /v1/messages/m1', { data: { b: [2], a: 1 }, text: 'Hello!', to: 'usr_organicladybug83' })
    expect(again.status).toBe(200)
    expect(again.headers.get('location')).toBeNull()
    expect(again.body).toMatchObject({ sent: first.body.sent, acknowledged: true })
    expect((await brandon('GET /v1/messages?box=sent&limit=1')).body.items).toHaveLength(1)
  })

  test.each([
    ['another text', { ...hello, text: 'Hallo!' }],
    ['another receiver', { ...hello, to: derek }],
    ['another image', { ...hello, image_id: 'img_pbeautifulmeercat' }],
    ['other data', { ...hello, data: { a: 1 } }],
  ])('refuses an id that is taken for %s with 4091', async (_, other) => {
    const { brandon } = await world()
    await brandon('PUT /v1/messages/m1', hello)
    expect(await brandon('PUT /v1/messages/m1', other)).toMatchObject(refusal(409, 4091, 'Already exists with other content'))
    expect((await brandon('GET /v1/messages/m1')).body).toMatchObject({ to: { username: marta }, text: 'Hello!', image_id: null, data: {} })
  })

  test('refuses an id that another user took with 4091, and tells nothing of that message', async () => {
    const { brandon, who } = await world()
    await brandon('PUT /v1/messages/m1', hello)
    const answer = await (await who(jonas))('PUT /v1/messages/m1', hello)
    expect(answer).toMatchObject(refusal(409, 4091, 'Already exists with other content'))
  })

  test('without an id makes one up, each time another', async () => {
    const { server, brandon } = await world()
    const answers = [await brandon('PUT /v1/messages', hello), await brandon('PUT /v1/messages', hello)]
    for (const { status, headers, body } of answers) {
      expect(status).toBe(201)
      expect(body.id).toMatch(/^msg_[a-z0-9]{16}$/)
      expect(headers.get('location')).toBe(`${server.url}/v1/messages/${body.id}`)
    }
    expect(answers[0]?.body.id).not.toBe(answers[1]?.body.id)
  })

  test.each(['@organicladybug833', 'ORGANICLADYBUG833', 'usr_organicladybug83'])('finds the receiver by %s', async (to) => {
    const { brandon } = await world()
    expect((await brandon('PUT /v1/messages/m1', { ...hello, to })).body).toMatchObject({ to: { username: marta } })
  })

  test.each([
    ['an id with a dot', 'a.b', hello, 'the message id must have 1 to 64 characters of A-Z, a-z, 0-9, _ and -'],
    ['an id of 65 characters', 'a'.repeat(65), hello, expect.stringContaining('the message id must have')],
    ['no receiver', 'm1', { text: 'Hello!' }, 'to must be a username or an id'],
    ['no text', 'm1', { to: marta }, 'text must be a string of 1 to 500 characters'],
    ['an empty text', 'm1', { to: marta, text: '' }, 'text must be a string of 1 to 500 characters'],
    ['501 characters', 'm1', { to: marta, text: 'x'.repeat(501) }, 'text must have 1 to 500 characters'],
    ['data that is a list', 'm1', { ...hello, data: [] }, 'data must be a JSON object'],
    ['an image that is none', 'm1', { ...hello, image_id: 'img_pnobody' }, 'image_id must be the id of an image that you may see'],
    ['an image that he may not see', 'm1', { ...hello, image_id: 'img_phappypenguin3740' }, expect.stringContaining('image_id')],
  ])('refuses %s with 4001', async (_, id, body, what) => {
    const { brandon } = await world()
    const description = typeof what === 'string' ? `Invalid request: ${what}` : what
    expect(await brandon(`PUT /v1/messages/${id}`, body)).toMatchObject(refusal(400, 4001, description))
    expect((await brandon('GET /v1/messages?box=sent')).body.items).toHaveLength(1)
  })

  test('counts 500 characters, not bytes or code units', async () => {
    const { brandon } = await world()
    const text = '😀'.repeat(500)
    expect(await brandon('PUT /v1/messages/m1', { ...hello, text })).toMatchObject({ status: 201, body: { text } })
  })

  test('refuses a receiver that the sandbox does not have with 4041', async () => {
    const { brandon } = await world()
    expect(await brandon('PUT /v1/messages/m1', { ...hello, to: 'nobody123' })).toMatchObject(notFound)
  })

  test.each([
    [brandon.username, marta, 'a friend', true],
    [brandon.username, lily, 'an own kid', true],
    [lily, brandon.username, 'an own parent', true],
    [marta, derek, 'no friend', false],
    [brandon.username, brandon.username, 'himself', false],
    [marta, lily, "a friend's kid", false],
    [lily, marta, "a parent's friend", false],
    [jonas, lily, 'a kid that is no friend', false],
  ])('@%s writes to @%s, %s: %s', async (from, to, _, allowed) => {
    const { who } = await world()
    const answer = await (await who(from))('PUT /v1/messages/m1', { to, text: 'Hi' })
    expect(answer).toMatchObject(allowed ? { status: 201 } : userMayNot)
  })

  test('between a kid and an adult beyond the family is refused, friends or not', async () => {
    const { sandbox, who } = await world()
    addUser(sandbox, { username: 'littlefox100', type: 'kid', friends: [marta, lily] })
    const kid = await who('littlefox100')
    expect(await kid('PUT /v1/messages/m1', hello)).toMatchObject(userMayNot)
    expect(await (await who(marta))('PUT /v1/messages/m2', { to: 'littlefox100', text: 'Hi' })).toMatchObject(userMayNot)
    expect(await kid('PUT /v1/messages/m3', { to: lily, text: 'Hi' })).toMatchObject({ status: 201 })
  })
})

describe('GET /v1/messages/{id}', () => {
  test('answers the two whose message it is, and says 4041 to everybody else', async () => {
    const { brandon, marta, who } = await world()
    await brandon('PUT /v1/messages/m1', hello)
    expect((await brandon('GET /v1/messages/m1')).body).toEqual((await marta('GET /v1/messages/m1')).body)
    expect(await (await who(derek))('GET /v1/messages/m1')).toMatchObject(notFound)
    expect(await (await who(lily))('GET /v1/messages/m1')).toMatchObject(notFound)
    expect(await brandon('GET /v1/messages/m2')).toMatchObject(notFound)
  })
})

describe('POST /v1/messages/{id}/acknowledge', () => {
  test('notes the time once', async () => {
    const { server, marta, brandon } = await world()
    await brandon('PUT /v1/messages/m1', hello)
    server.clock.advance(60)
    const first = await marta('POST /v1/messages/m1/acknowledge')
    expect(first).toMatchObject({ status: 200, body: { id: 'm1', acknowledged: true } })
    expect(Date.parse(first.body.acknowledged_at) - Date.parse(first.body.sent)).toBeGreaterThanOrEqual(60_000)
    server.clock.advance(60)
    expect((await marta('POST /v1/messages/m1/acknowledge', {})).body).toEqual(first.body)
  })

  test('is for the receiver: 4031 for who wrote it, 4041 for anybody else', async () => {
    const { brandon, who, marta } = await world()
    await brandon('PUT /v1/messages/m1', hello)
    expect(await brandon('POST /v1/messages/m1/acknowledge')).toMatchObject(userMayNot)
    expect(await (await who(derek))('POST /v1/messages/m1/acknowledge')).toMatchObject(notFound)
    expect(await brandon('POST /v1/messages/m2/acknowledge')).toMatchObject(notFound)
    expect((await marta('GET /v1/messages/m1')).body).toMatchObject({ acknowledged: false, acknowledged_at: null })
  })
})

test.each(['POST /v1/messages/msg_derek00000000001/acknowledge', 'POST /v1/messages/acknowledge'])(
  '%s refuses a body that is no JSON object with 4001, and takes an empty form',
  async (request) => {
    const { brandon } = await world()
    expect(await brandon(request, [1])).toMatchObject(refusal(400, 4001, 'Invalid request: the body must be a JSON object'))
    expect((await brandon('GET /v1/messages?acknowledged=false')).body.items).toHaveLength(2)
    expect(await brandon(request, '', { 'content-type': 'application/x-www-form-urlencoded' })).toMatchObject({ status: 200 })
  },
)

describe('POST /v1/messages/acknowledge', () => {
  test('acknowledges what was sent to the user, and counts what had not been', async () => {
    const { brandon, marta } = await world()
    for (const id of ['m1', 'm2', 'm3']) await brandon(`PUT /v1/messages/${id}`, hello)
    await marta('POST /v1/messages/m1/acknowledge')
    expect((await brandon('POST /v1/messages/acknowledge')).body).toEqual({ acknowledged: 2 })
    // The preloaded one has been acknowledged.
    expect((await marta('POST /v1/messages/acknowledge', {})).body).toEqual({ acknowledged: 2 })
    expect((await marta('POST /v1/messages/acknowledge')).body).toEqual({ acknowledged: 0 })
    expect((await marta('GET /v1/messages?acknowledged=false')).body.items).toEqual([])
  })

  test('stops at the time before', async () => {
    const { brandon } = await world()
    expect((await brandon('POST /v1/messages/acknowledge', { before: '2018-01-03T19:00:00+01:00' })).body).toEqual({ acknowledged: 0 })
    expect((await brandon('POST /v1/messages/acknowledge', { before: '2018-01-03T18:00:01Z' })).body).toEqual({ acknowledged: 1 })
    const { items } = (await brandon('GET /v1/messages?acknowledged=false')).body
    expect(items.map((message: { id: string }) => message.id)).toEqual(['msg_derek00000000001'])
  })

  test.each(['yesterday', '2018-13-45T00:00:00Z', 1514937600])('refuses %s as a time with 4001', async (before) => {
    const { brandon } = await world()
    expect(await brandon('POST /v1/messages/acknowledge', { before })).toMatchObject(
      refusal(400, 4001, 'Invalid request: before must be a time such as 2018-01-02T14:34:00Z'),
    )
  })
})

describe('GET /v1/messages', () => {
  test('lists what came or what was sent, newest first, and of these the acknowledged or the others', async () => {
    const { brandon } = await world()
    const ids = async (query: string) => (await brandon(`GET /v1/messages${query}`)).body.items.map((message: { id: string }) => message.id)
    const inbox = ['msg_derek00000000001', 'msg_lily000000000001', 'msg_marta00000000001']
    expect(await ids('')).toEqual(inbox)
    expect(await ids('?box=inbox')).toEqual(inbox)
    expect(await ids('?acknowledged=true')).toEqual(inbox.slice(2))
    expect(await ids('?acknowledged=false')).toEqual(inbox.slice(0, 2))
    expect(await ids('?box=sent')).toEqual(['msg_brandon000000001'])
    expect(await ids('?box=sent&acknowledged=false')).toEqual([])
  })

  test('is paged to its end, without a gap and without one twice, though all were sent at one moment', async () => {
    const { server, sandbox, brandon, marta } = await world()
    server.server.sandboxes.setClock(sandbox, { frozen: true })
    const sent = Array.from({ length: 25 }, (_, i) => `m${i}`)
    for (const id of sent) await brandon(`PUT /v1/messages/${id}`, hello)
    const { items, pages } = await allPages(marta, 'GET /v1/messages?limit=7')
    expect(pages).toBe(4)
    expect(items.map((message) => (message as { id: string }).id)).toEqual([...sent.reverse(), 'msg_brandon000000001'])
    expect((await marta('GET /v1/messages')).body.items).toHaveLength(20)
  })

  test('stays where it was when a message comes between two pages', async () => {
    const { brandon, marta } = await world()
    for (const id of ['m1', 'm2', 'm3']) await brandon(`PUT /v1/messages/${id}`, hello)
    const first = (await marta('GET /v1/messages?limit=2')).body
    await brandon('PUT /v1/messages/m4', hello)
    const second = (await marta(`GET /v1/messages?limit=2&cursor=${first.next_cursor}`)).body
    expect(second.items.map((message: { id: string }) => message.id)).toEqual(['m1', 'msg_brandon000000001'])
    expect(second.next_cursor).toBeNull()
  })

  test("refuses the other box's cursor with 4001", async () => {
    const { brandon } = await world()
    const { next_cursor } = (await brandon('GET /v1/messages?limit=1')).body
    expect(await brandon(`GET /v1/messages?box=sent&cursor=${next_cursor}`)).toMatchObject(
      refusal(400, 4001, 'Invalid request: cursor is not one of this list'),
    )
  })
})

describe('the messages of', () => {
  test('two apps are apart: neither lists, finds or acknowledges those of the other, and ids may repeat', async () => {
    const { sandbox, brandon, who } = await world()
    const client = addClient(sandbox)
    addUser(sandbox, { username: 'ann', apps: [client.app] })
    addUser(sandbox, { username: 'bob', friends: ['ann'] })
    const other = await who('bob', credentials(client))
    const here = await who('bob')
    await (await who('ann', credentials(client)))('PUT /v1/messages/m1', { to: 'bob', text: 'there' })
    expect((await other('GET /v1/messages')).body.items).toHaveLength(1)
    expect((await here('GET /v1/messages')).body.items).toEqual([])
    expect(await here('GET /v1/messages/m1')).toMatchObject(notFound)
    expect(await here('POST /v1/messages/m1/acknowledge')).toMatchObject(notFound)
    expect((await here('POST /v1/messages/acknowledge')).body).toEqual({ acknowledged: 0 })
    expect(await brandon('PUT /v1/messages/m1', hello)).toMatchObject({ status: 201 })
  })

  test('two sandboxes are apart', async () => {
    const { server, sandbox, brandon } = await world()
    server.server.sandboxes.create({ name: 't42', provider: sandbox.provider })
    await brandon('PUT /v1/messages/m1', hello)
    const there = await as(marta, `${server.url}/t42`)
    expect(await there('GET /v1/messages/m1')).toMatchObject(notFound)
    expect(await (await as('beautifulmeercat246', `${server.url}/t42`))('PUT /v1/messages/m1', hello)).toMatchObject({
      status: 201,
      body: { id: 'm1' },
    })
  })

  test('a user are gone when the app is', async () => {
    const { sandbox, brandon } = await world()
    await brandon('PUT /v1/messages/m1', hello)
    const [app] = sandbox.directory.listApps()
    const user = sandbox.directory.findUser(marta)
    if (app === undefined || user === undefined) throw new Error('the world is empty')
    expect(sandbox.social.messages.find(app, user, 'm1')).toBeDefined()
    sandbox.directory.deleteApp(app)
    expect(sandbox.social.messages.find(app, user, 'm1')).toBeUndefined()
  })
})
