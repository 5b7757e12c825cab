import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Duplex } from 'node:stream'
import { type AppBrowser, BrowserError, type Provider } from './browser.ts'
import { ChromiumBrowser } from './chromium.ts'
import { DevTools } from './devtools.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** A Chromium that runs. */
export interface Chromium {
  /** A browser that has been nowhere. */
  open(provider: Provider): Promise<AppBrowser>
  end(): Promise<void>
}

/** What it would do of its own accord is switched off. */
const flags = [
  '--headless',
  '--remote-debugging-pipe',
  '--no-first-run',
  '--no-default-browser-check',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-extensions',
  '--disable-sync',
  '--disable-gpu',
  '--disable-dev-shm-usage',
  '--password-store=basic',
]

/** How long it may take to start, and to end; milliseconds. */
const patience_ms = 30_000
const grace_ms = 3000

/**
 * Starts a Chromium with a profile of its own. Of all names it finds those of this machine, and the hosts that are named.
 * @throws BrowserError when it does not start
 */
export async function startChromium(program: string, hosts: readonly string[], env: Environment): Promise<Chromium> {
  const folder = await mkdtemp(join(tmpdir(), 'grantbox-browser-'))
  const known = ['localhost', '*.localhost', '127.0.0.1', '[::1]', ...hosts].map((host) => `EXCLUDE ${host}`)
  // A container's root has no sandbox to put it in.
  const asRoot = process.getuid?.() === 0 ? ['--no-sandbox'] : []
  const rules = `--host-resolver-rules=MAP * ~NOTFOUND, ${known.join(', ')}`
  const child = spawn(program, [...flags, ...asRoot, `--user-data-dir=${folder}`, rules], {
    env,
    stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
  })
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message))
    child.once('exit', (code, signal) => resolve(`it ended with ${signal ?? code}`))
  })
  const [, , , to, from] = child.stdio as unknown as [null, null, null, Duplex, Duplex]
  const devtools = new DevTools(to, from)
  const end = async () => {
    await devtools.send('Browser.close').catch(() => undefined)
    const timer = setTimeout(() => child.kill('SIGKILL'), grace_ms)
    await ended
    clearTimeout(timer)
    await rm(folder, { recursive: true, force: true, maxRetries: 10 }).catch(() => undefined)
  }
  const timer = new Promise<string>((resolve) =>
    setTimeout(resolve, patience_ms, `it did not start within ${patience_ms / 1000} s`).unref(),
  )
  const started = devtools.send('Browser.getVersion').then(() => undefined)
  const trouble = await Promise.race([started, ended, timer]).catch(() => ended)
  if (trouble !== undefined) {
    await end()
    throw new BrowserError(`${program} cannot be driven: ${trouble}`)
  }
  return { open: (provider) => ChromiumBrowser.open(devtools, provider), end }
}
