import { afterAll, onTestFinished } from 'vitest'
import type { Clock } from '../../src/basics/clock.ts'
import type { Sandbox } from '../../src/sandbox/sandbox.ts'
import type { GrantboxServer } from '../../src/start/grantbox-server.ts'
import { type ListenOptions, listen } from '../../src/start/listen.ts'

/** The machine's clock of a test: it moves when pushed, and otherwise as the real one does. */
export class TestClock implements Clock {
  #offset = 0
  #stopped: number | undefined

  now(): number {
    return (this.#stopped ?? Date.now()) + this.#offset
  }

  /**
   * From now on it moves when pushed alone: for who looks at the last second of something, however long the machine takes.
   * @returns lets it go on
   */
  stop(): () => void {
    this.#stopped = Date.now()
    return () => {
      this.#stopped = undefined
    }
  }

  /** @param seconds may be negative */
  advance(seconds: number): void {
    this.#offset += Math.round(seconds * 1000)
  }
}

/** A running grantbox that a test owns. */
export interface TestServer {
  /** The address over http; the default sandbox answers there. */
  url: string
  https: string
  clock: TestClock
  server: GrantboxServer
  sandbox(name?: string): Sandbox
  /** The sandbox of a name, made when it is a vendor's that nobody asked for yet. */
  reach(name: string): Promise<Sandbox>
  /** PEM of the certificate authority. */
  ca(): Promise<string>
  close(): Promise<void>
}

/** What a test's grantbox is told; the sandboxes of these vendors are there from the start. */
type TestOptions = Partial<ListenOptions> & { made?: readonly string[] }

/** Starts grantbox in memory on a free port. Whoever calls it closes it. */
export async function launch({ made = [], ...options }: TestOptions = {}): Promise<TestServer> {
  const clock = new TestClock()
  const { server, origin, close } = await listen({
    db: ':memory:',
    defaultProvider: 'iokids',
    host: 'localhost',
    port: 0,
    logLevel: 'warn',
    clock,
    ...options,
  })
  for (const name of made) await server.sandboxes.reach(name)
  return {
    url: origin,
    https: origin.replace('http:', 'https:'),
    clock,
    server,
    sandbox(name = server.sandboxes.defaultName) {
      const sandbox = server.sandboxes.find(name)
      if (sandbox === undefined) throw new Error(`no sandbox ${name}`)
      return sandbox
    },
    async reach(name) {
      const sandbox = await server.sandboxes.reach(name)
      if (sandbox === undefined) throw new Error(`no sandbox ${name}`)
      return sandbox
    },
    ca: () => server.certificates.ca(),
    close: () => close(500),
  }
}

/** Starts grantbox for one test; it is closed when that test ends. */
export async function start(options: TestOptions = {}): Promise<TestServer> {
  const server = await launch(options)
  onTestFinished(() => server.close())
  return server
}

/** Starts grantbox for a whole file; call it at the top level. */
export async function startForFile(options: TestOptions = {}): Promise<TestServer> {
  const server = await launch(options)
  afterAll(() => server.close())
  return server
}
