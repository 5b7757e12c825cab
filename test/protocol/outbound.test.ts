import type { lookup } from 'node:dns'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import { createServer as createRawServer, type Server } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { call, callProblem, checkedLookup } from '../../src/oauth/clients/outbound.ts'
import { startForFile } from '../support/server.ts'
import { json } from '../support/standard-client.ts'

const server = await startForFile({ defaultProvider: 'standard' })
const nearby = { outbound: 'private' } as const
const any = { outbound: 'any' } as const
const get = { method: 'GET', headers: {}, patience: 1000, largest: 1000 } as const

async function listening(site: Server): Promise<string> {
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void site.close())
  const address = site.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return `127.0.0.1:${address.port}`
}

describe('which hosts may be called', () => {
  test.each([
    ['localhost', true, true],
    ['app.localhost', true, true],
    ['127.0.0.1', true, true],
    ['2130706433', true, true],
    ['[::1]', true, true],
    ['10.1.2.3', true, true],
    ['172.20.0.4', true, true],
    ['192.168.1.1', true, true],
    ['[fd00::1]', true, true],
    ['[::ffff:10.1.2.3]', true, true],
    ['my-app', true, true],
    ['nas.lan', true, true],
    ['host.docker.internal', true, true],
    ['8.8.8.8', false, true],
    ['172.32.0.1', false, true],
    ['[2001:db8::1]', false, true],
    ['[::ffff:8.8.8.8]', false, true],
    ['app.example.com', false, true],
    ['localhost.example.com', false, true],
    ['169.254.169.254', false, false],
    ['169.254.0.1', false, false],
    ['0xa9fea9fe', false, false],
    ['[::ffff:169.254.169.254]', false, false],
    ['[64:ff9b::169.254.169.254]', false, false],
    ['[2002:a9fe:a9fe::1]', false, false],
    ['[fe80::1]', false, false],
    ['[fd00:ec2::254]', false, false],
    ['100.100.100.200', false, false],
    ['168.63.129.16', false, false],
  ])('%s: %s, and %s where any is', (host, usually, opened) => {
    expect(callProblem(`http://${host}/a`, nearby) === undefined).toBe(usually)
    expect(callProblem(`https://${host}:8443/a`, any) === undefined).toBe(opened)
  })

  test.each(['ftp://localhost/', 'file:///etc/passwd', '/path', 'http://', 'http://me:secret@localhost/'])('%s is not', async (url) => {
    expect(callProblem(url, any)).toBeDefined()
    expect(await call(url, any, get)).toEqual({ problem: callProblem(url, any) })
  })
})

describe('a name', () => {
  const resolving = (...addresses: string[]) =>
    ((_name: string, _options: object, done: (error: null, found: { address: string; family: number }[]) => void) =>
      done(
        null,
        addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
      )) as unknown as typeof lookup
  const looked = (rule: Parameters<typeof checkedLookup>[0], addresses: string[], all = true) =>
    new Promise<unknown>((resolve) => {
      checkedLookup(rule, resolving(...addresses))('metadata.google.internal', { all }, (error, found) => resolve(error?.message ?? found))
    })

  test.each([['169.254.169.254'], ['10.0.0.1', '169.254.169.254'], ['fe80::1'], ['::ffff:169.254.169.254']])(
    'that stands for %s is never called',
    async (...addresses) => {
      expect(await looked(nearby, addresses)).toMatch(/stands for an address that may not be called/)
      expect(await looked(any, addresses)).toMatch(/stands for an address that may not be called/)
    },
  )

  test('that stands for an address elsewhere is called where any is', async () => {
    expect(await looked(nearby, ['10.0.0.1', '8.8.8.8'])).toMatch(/8\.8\.8\.8 is neither/)
    expect(await looked(any, ['8.8.8.8'])).toEqual([{ address: '8.8.8.8', family: 4 }])
    expect(await looked(any, ['8.8.8.8'], false)).toBe('8.8.8.8')
  })

  test('without an address is no answer', async () => {
    expect(await looked(any, [])).toMatch(/no address/)
  })
})

describe('a call', () => {
  test('has the name as its Host, and the mark', async () => {
    let came: IncomingHttpHeaders = {}
    const host = await listening(
      createServer((request, response) => {
        came = request.headers
        response.end('here')
      }),
    )
    const url = `http://${host.replace('127.0.0.1', 'localhost')}/a`
    expect(await call(url, nearby, get)).toEqual({ status: 200, headers: expect.any(Object), text: 'here' })
    expect(came).toMatchObject({ host: url.split('/')[2], 'grantbox-outbound': '1' })
  })

  test('ends when nothing comes, also in the middle of an answer', async () => {
    const silent = await listening(createRawServer(() => {}))
    const halting = await listening(
      createServer((_request, response) => {
        response.write('and then')
      }),
    )
    for (const host of [silent, halting]) {
      expect(await call(`http://${host}/`, nearby, { ...get, patience: 200 })).toEqual({ problem: 'it did not answer within 0.2 s' })
    }
  })

  test('reads no more than it is told to', async () => {
    const host = await listening(
      createServer((_request, response) => {
        const more = () => {
          while (response.write('x'.repeat(10_000)));
        }
        response.on('drain', more)
        more()
      }),
    )
    expect(await call(`http://${host}/`, nearby, get)).toEqual({ problem: 'it has more than 1000 bytes' })
    const { largest: _all, ...unread } = get
    expect(await call(`http://${host}/`, nearby, unread)).toEqual({ status: 200, headers: expect.any(Object), text: '' })
  })

  test('follows no redirect', async () => {
    const asked: string[] = []
    const host = await listening(
      createServer(({ url = '' }, response) => {
        asked.push(url)
        response.writeHead(302, { location: '/b' }).end()
      }),
    )
    expect(await call(`http://${host}/a`, nearby, get)).toMatchObject({ status: 302 })
    expect(asked).toEqual(['/a'])
  })

  test('says why there is no connection', async () => {
    expect(await call('http://127.0.0.1:1/', nearby, get)).toEqual({ problem: expect.stringContaining('ECONNREFUSED') })
    expect(await call('http://localhost:1/', nearby, get)).toEqual({ problem: expect.stringContaining('ECONNREFUSED') })
  })
})

describe('grantbox does not manage itself', () => {
  test.each(['/_grantbox/sandboxes', '/_grantbox/health', '/_grantbox', '/dashboard', '/dashboard?x=1', '/_grantbox/assets/grantbox.css'])(
    '%s refuses its call',
    async (path) => {
      expect(await call(server.url + path, nearby, get)).toMatchObject({ status: 403 })
      expect(await call(`${server.url.replace('localhost', '127.0.0.1')}${path}`, any, get)).toMatchObject({ status: 403 })
    },
  )

  test('and serves its protocol to itself', async () => {
    expect(await call(`${server.url}/standard/jwks`, nearby, { ...get, largest: 10_000 })).toMatchObject({
      status: 200,
      text: expect.stringContaining('"keys"'),
    })
  })
})

test('the setting outbound lets clients register hosts elsewhere', async () => {
  const { name } = server.server.sandboxes.create({ provider: server.sandbox().provider, settings: { outbound: 'any' } })
  const register = (endpoint: string) =>
    json(`${server.url}/${name}/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        grant_types: ['urn:openid:params:grant-type:ciba'],
        backchannel_token_delivery_mode: 'ping',
        backchannel_client_notification_endpoint: endpoint,
      }),
    })
  expect((await register('https://far.example/ping')).status).toBe(201)
  expect((await register('http://169.254.169.254/latest')).status).toBe(400)
})
