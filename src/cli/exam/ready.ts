import { createServer } from 'node:net'
import { ConfigError } from '../../config/error.ts'
import { call, callProblem } from '../../oauth/clients/outbound.ts'
import type { Running } from './child.ts'

/** How long an app may take to be there; milliseconds. */
const patience = 60_000
const pause = 100

/** As the exam's browser calls, which comes next. */
const near = { outbound: 'private' } as const

/** Waits until something answers at an address. @throws ConfigError when nothing does or may be asked there, or the app has ended */
export async function untilReady(url: string, app: Running): Promise<void> {
  const refused = callProblem(url, near)
  if (refused !== undefined) throw new ConfigError([{ where: 'grantbox exam', message: refused }])
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
    if ('status' in (await call(url, near, { method: 'GET', headers: {}, patience: 2000 }))) return
    await new Promise((resolve) => setTimeout(resolve, pause))
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
