import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { spawnCommand } from './command-line.ts'

/** A port that was free a moment ago, for what has to know its address before it listens. */
export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const address = server.address()
  await new Promise((closed) => server.close(closed))
  if (address === null || typeof address === 'string') throw new TypeError('a TCP server has a port')
  return address.port
}

/** Starts the real program in memory, in a process of its own, until the test ends. */
export async function realServer(port: number, env: Readonly<Record<string, string>>, args: readonly string[] = []): Promise<void> {
  const cwd = await mkdtemp(join(tmpdir(), 'grantbox-real-'))
  const running = spawnCommand(['start', '--port', String(port), '--db', ':memory:', '--json', ...args], { cwd, env: { ...env } })
  onTestFinished(async () => {
    running.kill('SIGTERM')
    await running.ended
    await rm(cwd, { recursive: true })
  })
  await running.said('"dashboard_url"')
}
