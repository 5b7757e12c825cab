import { describe, expect, test } from 'vitest'
import { iokidsIcons } from '../../src/providers/iokids/drawings.ts'
import { as, noPermission, notFound } from '../support/iokids-calls.ts'
import { brandon, passwordTokens } from '../support/iokids-client.ts'
import { addApp, addUser } from '../support/iokids-setup.ts'
import { start, startForFile } from '../support/server.ts'

const picture = 'GET /v1/images/img_pbeautifulmeercat'
const cover = 'GET /v1/images/img_cbeautifulmeercat'
const icon = 'GET /v1/images/img_afindfluffy000000'

describe('an image', async () => {
  const server = await startForFile()
  const call = await as(brandon.username, server.url)
  /** The bytes of an answer, and what its headers say. */
  const fetched = async (request: string, headers: Record<string, string> = {}) => {
    const { access_token } = await passwordTokens(server.url)
    const response = await fetch(server.url + request.split(' ')[1], { headers: { authorization: `Bearer ${access_token}`, ...headers } })
    return { status: response.status, headers: response.headers, bytes: Buffer.from(await response.arrayBuffer()) }
  }

  test.each([
    [picture, 'small', 64, 64],
    [picture, 'medium', 256, 256],
    [picture, 'large', 512, 512],
    [cover, 'small', 300, 100],
    [cover, 'medium', 600, 200],
    [cover, 'large', 1200, 400],
    [icon, 'small', 64, 64],
    [icon, 'medium', 256, 256],
    [icon, 'large', 512, 512],
  ])('%s?size=%s is %i by %i pixels, as SVG and as PNG', async (request, size, width, height) => {
    const svg = await call(`${request}?size=${size}`)
    expect(svg.status).toBe(200)
    expect(svg.headers.get('content-type')).toBe('image/svg+xml')
    expect(svg.body).toMatch(new RegExp(`^<svg [^>]*width="${width}" height="${height}"`))

    const png = await fetched(`${request}?size=${size}&format=png`)
    expect(png.headers.get('content-type')).toBe('image/png')
    // RFC 2083 §3.1 and §4.1.1: the signature, then IHDR with width and height.
    expect(png.bytes.subarray(0, 8)).toEqual(Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]))
    expect([png.bytes.readUInt32BE(16), png.bytes.readUInt32BE(20)]).toEqual([width, height])
  })

  test('is medium unless another size is asked for', async () => {
    expect((await call(picture)).body).toBe((await call(`${picture}?size=medium`)).body)
  })

  test.each([
    [undefined, 'image/svg+xml'],
    ['*/*', 'image/svg+xml'],
    ['image/png', 'image/png'],
    ['image/png, image/svg+xml;q=0.5', 'image/png'],
    ['image/png;q=0.5, image/*', 'image/svg+xml'],
    ['image/svg+xml, image/png', 'image/svg+xml'],
    ['image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8', 'image/svg+xml'],
    ['text/plain', 'image/svg+xml'],
  ])('with Accept: %s comes as %s', async (accept, type) => {
    const { headers } = await fetched(picture, accept === undefined ? {} : { accept })
    expect(headers.get('content-type')).toBe(type)
    expect(headers.get('vary')).toBe('Accept')
  })

  test('with format= comes so, whatever Accept says', async () => {
    expect((await fetched(`${picture}?format=svg`, { accept: 'image/png' })).headers.get('content-type')).toBe('image/svg+xml')
  })

  test('is answered with 304 to its ETag, which differs by image, size and format (RFC 9110 §13.1.2)', async () => {
    const requests = [picture, `${picture}?size=small`, `${picture}?format=png`, cover, icon]
    const etags = await Promise.all(requests.map(async (request) => (await call(request)).headers.get('etag') ?? ''))
    expect(new Set(etags).size).toBe(requests.length)
    for (const [i, request] of requests.entries()) {
      const known = etags[i] ?? ''
      const answer = await call(request, undefined, { 'if-none-match': known })
      expect(answer).toMatchObject({ status: 304, body: '' })
      expect([answer.headers.get('etag'), answer.headers.get('cache-control')]).toEqual([known, 'private'])
      expect((await call(request, undefined, { 'if-none-match': '"other"' })).status).toBe(200)
    }
  })

  test('may be kept by the client alone', async () => {
    expect((await call(picture)).headers.get('cache-control')).toBe('private')
  })

  test('needs nothing of another host: it holds no reference that is followed', async () => {
    for (const request of [picture, cover, icon]) expect((await call(request)).body).not.toMatch(/href|url\((?!#)|<image|<script|@import/)
  })

  test('is shown with the access token in the query, as an <img> has it', async () => {
    const { access_token } = await passwordTokens(server.url)
    const response = await fetch(`${server.url}/v1/images/img_pbeautifulmeercat?access_token=${access_token}`)
    expect(response.status).toBe(200)
    expect(await (await fetch(`${server.url}/v1/images/img_pbeautifulmeercat`)).json()).toEqual(noPermission.body)
  })
})

test("a picture is the user's own, and the same each time, in each sandbox", async () => {
  const server = await start()
  const other = await start()
  const [here, there] = [await as(brandon.username, server.url), await as(brandon.username, other.url)]
  expect((await here(picture)).body).toBe((await there(picture)).body)
  expect((await here('GET /v1/images/img_predbutterfly2670')).body).not.toBe((await here(picture)).body)
})

test('an icon is the one that the app names, and shapes of its own when it names none', async () => {
  const server = await start()
  const sandbox = server.sandbox()
  const bare = addApp(sandbox, { app_id: 'app_bare', icon: null })
  const call = await as(brandon.username, server.url)
  const drawing = (svg: string) => svg.slice(svg.indexOf('>') + 1)
  expect(drawing((await call(icon)).body)).toBe(drawing(iokidsIcons.duck ?? ''))
  expect((await call(`GET /v1/images/img_abare`)).body).toMatch(/^<svg .*width="256" height="256"/)
  sandbox.directory.deleteApp(bare)
  expect(await call(`GET /v1/images/img_abare`)).toMatchObject(notFound)
})

describe('who sees whose picture and cover:', async () => {
  const server = await startForFile()
  const sandbox = server.sandbox()
  addUser(sandbox, { username: 'partner', user_id: 'usr_partner' })
  addUser(sandbox, { username: 'brother', user_id: 'usr_brother', type: 'kid', parents: ['beautifulmeercat246', 'partner'] })
  addUser(sandbox, { username: 'foxkid', user_id: 'usr_foxkid', type: 'kid', friends: ['beautifulmeercat246', 'tinyotter512'] })

  test.each([
    ['beautifulmeercat246', 'usr_beautifulmeercat', 'his own', true],
    ['beautifulmeercat246', 'usr_redbutterfly2670', "a friend's", true],
    ['beautifulmeercat246', 'usr_tinyotter5120000', "an own kid's", true],
    ['tinyotter512', 'usr_beautifulmeercat', "a parent's", true],
    ['tinyotter512', 'usr_brother', "a brother's", true],
    ['beautifulmeercat246', 'usr_partner', "the other parent's", true],
    ['tinyotter512', 'usr_foxkid', "a kid's whose friend it is", true],
    ['organicladybug833', 'usr_redbutterfly2670', "a stranger's", false],
    ['organicladybug833', 'usr_tinyotter5120000', "a friend's kid's", false],
    ['tinyotter512', 'usr_organicladybug83', "a parent's friend's", false],
    ['tinyotter512', 'usr_silverkoala18900', "a strange kid's", false],
    ['beautifulmeercat246', 'usr_foxkid', "a strange kid's, friends or not", false],
  ])('@%s that of %s, %s: %s', async (viewer, owner, _, allowed) => {
    const call = await as(viewer, server.url)
    for (const kind of ['p', 'c']) {
      const answer = await call(`GET /v1/images/img_${kind}${owner.slice(4)}`)
      expect(answer).toMatchObject(allowed ? { status: 200 } : notFound)
    }
  })

  test.each(['img_x', 'img_pnobody', 'img_pbeautifulmeercat246', 'img_xbeautifulmeercat', 'usr_beautifulmeercat', 'img_'])(
    'nobody sees %s: there is no such image',
    async (id) => {
      expect(await (await as(brandon.username, server.url))(`GET /v1/images/${id}`)).toMatchObject(notFound)
    },
  )
})

test('a user whose claims say so has no picture and no cover: 4041', async () => {
  const server = await start()
  addUser(server.sandbox(), { username: 'plain', user_id: 'usr_plain', claims: { image_id: null, cover_image_id: null } })
  const call = await as('plain', server.url)
  expect((await call('GET /v1/me')).body).toMatchObject({ image_id: null, cover_image_id: null })
  expect(await call('GET /v1/me/cover')).toMatchObject(notFound)
  for (const id of ['img_pplain', 'img_cplain']) expect(await call(`GET /v1/images/${id}`)).toMatchObject(notFound)
})

test('a cover says where it is, and is what it says', async () => {
  const server = await start()
  const base = `${server.url}/iokids`
  const call = await as(brandon.username, base)
  const { body } = await call('GET /v1/me/cover')
  expect(body.url).toBe(`${base}/v1/images/${body.image_id}`)
  const answer = await call(`GET ${body.url.slice(base.length)}`)
  expect(answer.headers.get('content-type')).toBe(body.content_type)
  expect(answer.body).toContain(`width="${body.width}" height="${body.height}"`)
})
