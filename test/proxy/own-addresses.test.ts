import type { lookup } from 'node:dns'
import { describe, expect, test } from 'vitest'
import type { ProxyOptions } from '../../src/proxy/proxy.ts'
import { RefusedHosts } from '../../src/proxy/refused-hosts.ts'
import { lead } from '../support/leading.ts'
import { ask, peer, plug, tunnel } from '../support/proxied.ts'

/** What leads back to grantbox is answered inside, however it is called: nothing goes round in a circle. */

const resolve = ((_name: string, _options: object, done: (error: null, found: object[]) => void) =>
  done(null, [{ address: '127.0.0.1', family: 4 }])) as typeof lookup

const cases: [string, string, Partial<ProxyOptions>][] = [
  ['localhost', 'localhost', {}],
  ['a name below localhost', 'vendor.localhost', {}],
  ['an address of loopback', '127.0.0.5', {}],
  ['an address of IPv6 that stands for one', '[::ffff:127.0.0.1]', {}],
  ['the same in hexadecimal', '[0:0:0:0:0:FFFF:7f00:1]', {}],
  ['a name that the resolver knows', 'gb.lan', { resolve }],
  ['a name that the resolver knows, where others are refused', 'gb.lan', { resolve, mode: 'known' }],
  ['localhost, where others need the token', 'localhost', { adminToken: 'secret' }],
]

test.each(cases)('%s', async (_what, host, options) => {
  const url = await lead(options)
  const target = `${host}:${new URL(url).port}`
  const { status, socket } = await tunnel(url, target)
  expect(status).toBe(200)
  expect((await ask(socket, { headers: { Host: target } })).text).toBe('ourselves')
  const absolute = await ask(await plug(url), { path: `http://${target}/`, headers: { Host: target } })
  expect(absolute.text).toBe('ourselves')
})

test('the addresses that the start fixes are its own, and another port of theirs is not', async () => {
  const url = await lead({ mode: 'known', ownUrls: [undefined, 'https://auth.dev.test/base', 'http://gb.test:8080'], resolve })
  for (const target of ['auth.dev.test:443', 'gb.test:8080']) expect([target, (await tunnel(url, target)).status]).toEqual([target, 200])
  for (const target of ['auth.dev.test:444', 'gb.test:80']) expect([target, (await tunnel(url, target)).status]).toEqual([target, 403])
})

test('neither does it go to the next proxy', async () => {
  const asked: string[] = []
  const next = await peer((socket) => void socket.on('data', (chunk) => asked.push(String(chunk))))
  const url = await lead({ next: new URL(`http://${next}`) })
  const target = `localhost:${new URL(url).port}`
  const { socket } = await tunnel(url, target)
  expect((await ask(socket, { headers: { Host: target } })).text).toBe('ourselves')
  expect(asked).toEqual([])
})

describe('refused hosts', () => {
  test('are kept as many as somebody reads, those that were asked for last', () => {
    const hosts = new RefusedHosts()
    const all = Array.from({ length: RefusedHosts.kept + 5 }, (_, index) => ({ host: `h${index}.example`, port: 443 }))
    for (const [index, target] of all.entries()) hosts.add(target, index)
    hosts.add({ host: 'h5.example', port: 443 }, 999)
    const kept = hosts.list()
    expect(kept).toHaveLength(RefusedHosts.kept)
    expect(kept[0]).toEqual({ host: 'h5.example', port: 443, count: 2, last: 999 })
    expect(kept.map(({ host }) => host)).not.toContain('h4.example')
  })
})
