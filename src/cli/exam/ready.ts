import { createServer } from 'node:net'
import { ConfigError } from '../../config/error.ts'
import type { Running } from './child.ts'

/** How long an app may take to be there; milliseconds. */
const patience = 60_000
const pause = 100

/** Waits until something answers at an address. @throws ConfigError when nothing does, or the app has ended */
export async function untilReady(url: string, app: Running): Promise<void> {
  let ended: number | undefined
  app.ended.then(
    (code) => {
      ended = code
    },
    () => {
      ended = 127
    },
  )
  const until = performance.now() + patience
  while (performance.now() < until) {
    if (ended !== undefined)
      throw new ConfigError([{ where: 'grantbox exam', message: `the app ended with ${ended} before ${url} answered` }])
    try {
      await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(2000) })
      return
    } catch {
      await new Promise((resolve) => setTimeout(resolve, pause))
    }
  }
  throw new ConfigError([{ where: 'grantbox exam', message: `nothing answered at ${url} within ${patience / 1000} s` }])
}

/** A redirect URI on this machine at which nobody listens now. */
export async function freeRedirectUri(): Promise<string> {
  const server = createServer()
  const port = await new Promise<number>((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', () => {
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : 0)
    })
  })
  await new Promise((resolve) => server.close(resolve))
  return `http://127.0.0.1:${port}/callback`
}
