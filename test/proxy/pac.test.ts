import { describe, expect, test } from 'vitest'
import { proxyAutoConfiguration } from '../../src/proxy/pac.ts'
import { startForFile } from '../support/server.ts'

/** Runs a proxy auto-configuration file as a browser does, which knows none of our functions and gives it none but the standard's. */
function evaluate(file: string): (host: string) => string {
  const find: unknown = new Function(`'use strict'; ${file}; return FindProxyForURL`)()
  if (typeof find !== 'function') throw new Error('no FindProxyForURL')
  return (host) => find(`https://${host}/`, host)
}

describe('the file of this server', async () => {
  const box = await startForFile()
  const lookUp = async (): Promise<(host: string) => string> => evaluate(await (await fetch(`${box.url}/_grantbox/proxy.pac`)).text())
  const here = `PROXY ${new URL(box.url).host}`

  test.each([
    ['sandbox.iokids.net', here],
    ['SANDBOX.IOKIDS.NET', here],
    ['sandbox.iokids.net.', here],
    ['auth.wildix.com', here],
    ['kite.wildixin.com', here],
    ['Kite.WildixIn.com', here],
    ['a.kite.wildixin.com', 'DIRECT'],
    ['wildixin.com', 'DIRECT'],
    ['.wildixin.com', 'DIRECT'],
    ['kitewildixin.com', 'DIRECT'],
    ['kite.wildixin.com.evil.example', 'DIRECT'],
    ['kite.wildixinxcom', 'DIRECT'],
    ['sandbox.iokids.net.evil.example', 'DIRECT'],
    ['x.sandbox.iokids.net', 'DIRECT'],
    ['localhost', 'DIRECT'],
    ['127.0.0.1', 'DIRECT'],
    ['::1', 'DIRECT'],
    ['', 'DIRECT'],
    ['*.wildixin.com', here],
  ])('sends %s by %s', async (host, way) => {
    expect((await lookUp())(host)).toBe(way)
  })

  test('names hosts of sandboxes that were made meanwhile, as long as they are there', async () => {
    expect((await lookUp())('login.later.example')).toBe('DIRECT')
    const made = await fetch(`${box.url}/_grantbox/sandboxes`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ name: 'later', provider: 'standard', hosts: ['Login.Later.example'] }),
    })
    expect(made.status).toBe(201)
    expect((await lookUp())('login.later.example')).toBe(here)
    await fetch(`${box.url}/_grantbox/sandboxes/later`, { method: 'DELETE' })
    expect((await lookUp())('login.later.example')).toBe('DIRECT')
  })
})

test.each(['"', "'", '\\', '`', '/', ')', '$', '|', '\n', '\u2028', '*/', '//', '</script>', '(', '[', '.*', '\\"'])(
  'a name with %j in it is that name and no script',
  (odd) => {
    const hosts = [`a${odd}b.example`, `*.a${odd}b.example`]
    const wayTo = evaluate(proxyAutoConfiguration(hosts, `proxy${odd}:1`))
    const [name = ''] = hosts
    expect(wayTo(name)).toBe(`PROXY proxy${odd}:1`)
    expect(wayTo(`x.${name}`)).toBe(`PROXY proxy${odd}:1`)
    expect(wayTo('b.example')).toBe('DIRECT')
    expect(wayTo('aXb.example')).toBe('DIRECT')
    expect(wayTo('x.aXb.example')).toBe('DIRECT')
  },
)

test('without hosts all go their own way', () => {
  expect(evaluate(proxyAutoConfiguration([], 'localhost:1'))('sandbox.iokids.net')).toBe('DIRECT')
})
