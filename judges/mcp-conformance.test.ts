import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, onTestFinished, test } from 'vitest'
import { startForFile } from '../test/support/server.ts'
import { throughSignIn } from '../test/support/through-sign-in.ts'
import { freePort } from './free-port.ts'

/** What the Model Context Protocol asks of authorization servers, as its own program checks it. */

const server = await startForFile({ defaultProvider: 'standard' })
const program = join(import.meta.dirname, 'node_modules/@modelcontextprotocol/conformance/dist/index.js')

/** Runs the program, with a user who signs in where it sends the browser. */
async function conformance(url: string): Promise<{ code: number; output: string }> {
  const options = ['--url', url, '--client-id', 'standard-spa', '--port', String(await freePort()), '--resource', 'https://mcp.example/mcp']
  const child = spawn(process.execPath, [program, 'authorization', ...options], { stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => {
    child.kill()
  })
  let output = ''
  for await (const line of createInterface(child.stdout)) {
    output += `${line}\n`
    if (line.startsWith(`${url}/authorize?`)) await fetch(await throughSignIn(line))
  }
  const [code] = child.exitCode === null ? await once(child, 'exit') : [child.exitCode]
  return { code, output }
}

test.each([
  ['at the root', server.url],
  ['below a prefix', `${server.url}/standard`],
])('passes its scenarios for authorization servers %s', async (_where, url) => {
  const { code, output } = await conformance(url)
  expect(code).toBe(0)
  expect(output).toContain('Total: 3 passed, 0 failed')
})
