import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as client from 'openid-client'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { freePort, realServer } from '../support/real-server.ts'
import { throughSignIn } from '../support/through-sign-in.ts'

const guide = await readFile(join(import.meta.dirname, '../../docs/docker.md'), 'utf8')
const program = /^```js run\n(.*?)^```$/ms.exec(guide)?.[1] ?? ''
const AsyncFunction = (async () => {}).constructor as new (...args: string[]) => (...args: unknown[]) => Promise<void>

/** The environment of a service of one of the page's files. */
function environmentOf(file: string, service: string): Record<string, string> {
  const [, text = ''] = new RegExp(`^\`\`\`yaml ${file}\\n(.*?)^\`\`\`$`, 'ms').exec(guide) ?? []
  return parse(text).services[service].environment
}

const usual = ['app-in-a-container', 'app-on-the-host'] as const
/** Who asks, and with which of the page's files grantbox is started: one start serves both. */
const setups = usual.flatMap((file) => usual.map((app) => ({ file, app })))

describe.each(setups)('with the file $file and $app', ({ file, app }) => {
  // Names of loopback stand in for the container's.
  test.each(['127.0.0.1', '[::1]'])('openid-client completes the code flow where %s is the other name', async (name) => {
    const port = await freePort()
    const here = (url: string) => url.replace('//grantbox:9400', `//${name}:${port}`).replace('localhost:9400', `localhost:${port}`)
    const entries = Object.entries(environmentOf(file, 'grantbox')).map(([key, value]) => [key, here(value)])
    await realServer(port, Object.fromEntries(entries))
    const issuer = app === 'app-on-the-host' ? 'http://localhost:9400' : environmentOf('app-in-a-container', 'app').OIDC_ISSUER
    const env = { OIDC_ISSUER: here(issuer ?? '') }
    const visited: URL[] = []
    const signIn = async (address: URL) => {
      visited.push(address)
      const back = await throughSignIn(address)
      expect(back.searchParams.has('iss')).toBe(false)
      return back
    }
    await new AsyncFunction('assert', 'client', 'process', 'signIn', program)(assert, client, { env }, signIn)
    expect(visited.map(({ host }) => host)).toEqual([`localhost:${port}`])
  })
})

test('the config file in a variable is as the page says', async () => {
  const port = await freePort()
  await realServer(port, environmentOf('without-a-config-file', 'grantbox'))
  const form = { grant_type: 'client_credentials', client_id: 'orders', client_secret: 'orders-secret' }
  const token = async (path: string, more = {}) =>
    (await fetch(`http://localhost:${port}${path}`, { method: 'POST', body: new URLSearchParams({ ...form, ...more }) })).json()
  expect(await token('/orders/token')).toMatchObject({ expires_in: 3600 })
  const preloaded = { client_id: 'standard-web', client_secret: 'standard-web-secret' }
  expect(await token('/token', preloaded)).toMatchObject({ expires_in: 300 })
})
