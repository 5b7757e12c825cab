import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { providers, vendors } from '../../src/providers/registry.ts'
import { describedSandboxes } from '../../src/start/info.ts'
import { start } from '../support/server.ts'

/** The manual says what the program does. */

const root = join(import.meta.dirname, '../..')
const readme = await readFile(join(root, 'README.md'), 'utf8')
const dependencyPage = await readFile(join(root, 'docs/dependencies.md'), 'utf8')

/** What stands between `<!-- name -->` and `<!-- /name -->`. */
function section(name: string, page = readme): string {
  return page.split(`<!-- ${name} -->\n`)[1]?.split(`<!-- /${name} -->`)[0] ?? ''
}

test('each direct dependency has a line that says why', async () => {
  const { dependencies, devDependencies } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as Record<
    'dependencies' | 'devDependencies',
    Record<string, string>
  >
  const listed = [...section('dependencies', dependencyPage).matchAll(/^- `([^`]+)`: \S/gm)].map(([, name]) => name)
  expect(listed.toSorted()).toEqual([...Object.keys(dependencies), ...Object.keys(devDependencies)].toSorted())
})

test('each provider is told of', () => {
  const listed = [...section('providers').matchAll(/^\| `([^`]+)` \|/gm)].map(([, name]) => name)
  expect(listed.toSorted()).toEqual([...providers.keys(), ...vendors.map(({ id }) => id)].toSorted())
})

test('the guide has the values that the start prints', async () => {
  const { server } = await start()
  const info = server.describe('http://localhost:9400')
  const sandbox = describedSandboxes(info).find(({ name }) => name === info.default_sandbox)
  const { redirect_uris = [] } = sandbox ? (server.sandboxes.find(sandbox.name)?.directory.listApps()?.[0] ?? {}) : {}
  const https = (url = '') => url.replace('http:', 'https:')
  const values = [
    sandbox?.clients[0]?.client_id,
    sandbox?.clients[0]?.client_secret,
    sandbox?.users[0]?.username,
    sandbox?.users[0]?.password,
    sandbox?.postman.collection,
    sandbox?.postman.environment,
    https(sandbox?.authorization_endpoint),
    https(sandbox?.token_endpoint),
    redirect_uris[0],
  ]
  for (const value of values) expect(readme).toContain(`\`${value}\``)
})

describe('the curl examples', () => {
  const commands = [...readme.matchAll(/^curl .*$/gm)].map(([command]) => command)

  test('work, one after the other', async () => {
    const { url } = await start()
    expect(commands.length).toBeGreaterThan(5)
    for (const command of commands) {
      const { method, address, body } = parse(command)
      const response = await fetch(address.replace('http://localhost:9400', url), {
        method,
        ...(body !== undefined && { body, headers: { 'content-type': 'application/json' } }),
      })
      expect(response.ok, `${command}: ${await response.text()}`).toBe(true)
    }
  })
})

/** The part of curl's command line that the examples use. */
function parse(command: string): { method: string; address: string; body: string | undefined } {
  const body = /--json '([^']*)'/.exec(command)?.[1]
  const method = /-X ([A-Z]+)/.exec(command)?.[1] ?? (body === undefined ? 'GET' : 'POST')
  const address = /(http:[^\s']+)'?$/.exec(command)?.[1] ?? ''
  return { method, address, body }
}
