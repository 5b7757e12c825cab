/**
 * In this room: the wiring: from the configuration to a server that listens, and what is said of it.
 * Elsewhere: flags (`cli/`) and rules of any kind.
 */

import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { FastifyInstance } from 'fastify'
import { type Clock, systemClock } from '../basics/clock.ts'
import { closest } from '../basics/closest.ts'
import { makeFolder } from '../basics/folder.ts'
import { version } from '../basics/package.ts'
import { randomText } from '../basics/random.ts'
import { StartError } from '../basics/start-error.ts'
import { type Certificates, createCertificates } from '../http/certificates/certificates.ts'
import { beginExchange } from '../http/exchange.ts'
import { originReader } from '../http/origin.ts'
import { assetsPath, serveAsset } from '../http/pages/assets.ts'
import { ProtocolApps } from '../http/protocol-app.ts'
import { isToVendor, route } from '../http/routing.ts'
import { callMark } from '../oauth/clients/outbound.ts'
import { providers as builtIn } from '../providers/registry.ts'
import { type Addresses, addressesFrom, fixedHosts } from '../sandbox/addresses.ts'
import { DeclarationError, type Declared } from '../sandbox/declared.ts'
import type { JournalLimits } from '../sandbox/known.ts'
import type { Sandbox } from '../sandbox/sandbox.ts'
import { Sandboxes } from '../sandbox/sandboxes.ts'
import { Database } from '../store/database/database.ts'
import { sandboxTable } from '../store/sandbox-table.ts'
import { describeStart } from './describe.ts'
import { Durability } from './durability.ts'
import type { StartInfo } from './info.ts'
import { createLogger } from './logger.ts'
import { isForThisMachine, trustedBy } from './reach.ts'

/** How a server is made. */
export interface ServerOptions extends JournalLimits {
  /** Keeps the certificate authority; without it everything is in memory. */
  dataDir?: string | undefined
  /** A path, or `:memory:`. */
  db: string
  /** The provider whose sandbox answers at the root. */
  defaultProvider: string
  /** What it will be bound to: anything but loopback asks for the admin token. */
  host: string
  issuer?: string | undefined
  publicUrl?: string | undefined
  internalUrl?: string | undefined
  /** Proxies whose word is taken on how they were addressed: `off` (as when absent), `loopback`, or addresses and networks. */
  trustProxy?: string | undefined
  /** Where TLS clients are asked for a certificate: at hosts that begin with `mtls.`, or always. */
  clientCertificates?: 'mtls' | 'always' | undefined
  adminToken?: string | undefined
  logLevel: string
  /** Providers beside the built-in ones, and sandboxes that are to be there. */
  declared?: Declared | undefined
  /** The machine's clock unless a test has its own. */
  clock?: Clock | undefined
  /** The largest body of a request, in bytes; 1 MiB when absent. */
  bodyLimit?: number | undefined
}

/** A server that does not listen yet. */
export interface GrantboxServer {
  handler: RequestListener
  certificates: Certificates
  sandboxes: Sandboxes
  /** What the control API asks for; undefined when it asks for nothing. */
  adminToken: string | undefined
  /**
   * Takes other declarations for those that held until now; requests under way end as they began.
   * @throws DeclarationError when something cannot be what it is declared to be: then all stays as it was
   */
  declare(declared: Declared): Promise<void>
  /** @param origin where somebody reaches it, as `http://localhost:9400` */
  addressesOf(sandbox: Sandbox, origin: string): Addresses
  /** @param origin where it listens */
  describe(origin: string): StartInfo
  /** Ends what would stay open: event streams, and requests that wait for something to come. Call it before the listener closes. */
  quiesce(): void
  close(): Promise<void>
}

/**
 * Wires everything together; it never listens.
 * @throws StartError when the database or the data folder cannot be used, or the default provider is not known
 */
export async function createServer(options: ServerOptions): Promise<GrantboxServer> {
  const { db: file, defaultProvider, clock = systemClock } = options
  const declared = options.declared ?? { providers: [], sandboxes: [] }
  const names = [...builtIn.keys(), ...declared.providers.map(({ id }) => id)]
  if (!names.includes(defaultProvider)) throw unknownProvider(defaultProvider, names)
  if (options.dataDir !== undefined) ensureFolder(options.dataDir)
  const originOf = originReader(trustedBy(options))
  const adminToken = options.adminToken ?? (isForThisMachine(options) ? undefined : randomText(32))
  const ownHosts = fixedHosts(options)

  const database = new Database(file)
  const durability = new Durability(database)
  const { settled } = durability
  const sandboxes = new Sandboxes(sandboxTable(database), builtIn, clock, defaultProvider, options)
  const certificates = createCertificates({ dataDir: options.dataDir, clock: systemClock, asking: options.clientCertificates })
  const logger = createLogger(options.logLevel)
  const stopping = new AbortController()
  const protocol = new ProtocolApps({ settled, logger, bodyLimit: options.bodyLimit })
  try {
    await protocol.prepare(declared.providers)
    sandboxes.declare(declared)
    await stored(database)
  } catch (error) {
    database.close()
    throw error instanceof DeclarationError ? new StartError(error.message, { cause: error }) : error
  }
  database.onRollback(() => {
    try {
      sandboxes.changesTakenBack()
    } catch (error) {
      logger.error({ err: error }, 'what is stored cannot be read')
    }
  })

  const control = lazily(async () => {
    const { createControlApp } = await import('../control/app.ts')
    return createControlApp({
      sandboxes,
      clock,
      version: version(),
      adminToken,
      settled,
      checkDatabase: () => database.check(),
      originOf,
      stopping: stopping.signal,
      bodyLimit: options.bodyLimit,
      addresses: options,
      onError: (error) => logger.error({ err: error }, 'the control API failed'),
    })
  })

  const dashboard = lazily(async () => {
    const { createDashboardApp } = await import('../dashboard/app.ts')
    return createDashboardApp({
      sandboxes,
      clock,
      version: version(),
      adminToken,
      bodyLimit: options.bodyLimit,
      settled,
      originOf,
      stopping: stopping.signal,
      addresses: options,
      onError: (error) => logger.error({ err: error }, 'the dashboard failed'),
    })
  })
  const hand = (app: ReturnType<typeof lazily<FastifyInstance>>, request: IncomingMessage, response: ServerResponse) => {
    app()
      .then(({ routing }) => routing(request, response))
      .catch((error) => failed(error, response))
  }
  /** What no error handler caught must not end the process, and all that other clients have under way with it. */
  const failed = (error: unknown, response: ServerResponse) => {
    logger.error({ err: error }, 'a request failed outside of every handler')
    if (response.headersSent) response.destroy()
    else
      response.writeHead(500, { 'Content-Type': 'application/json' }).end('{"error":"server_error","error_description":"Internal error"}')
  }

  const answer = (request: IncomingMessage, response: ServerResponse) => {
    const url = request.url ?? '/'
    const origin = originOf(request)
    durability.begin(request)
    if (url.startsWith(`${assetsPath}/`)) serveAsset(request, response).catch(() => response.destroy())
    else if (/^\/(_grantbox|dashboard)(?=[/?]|$)/.test(url) && !isToVendor(request, origin, ownHosts, sandboxes)) {
      if (request.headers[callMark] !== undefined) refuseOwnCall(response)
      else hand(url.startsWith('/dashboard') ? dashboard : control, request, response)
    } else {
      const destination = route(url, origin, sandboxes)
      if (destination === undefined) {
        response.writeHead(404, { 'Content-Type': 'application/json' })
        response.end(
          JSON.stringify({
            error: 'not_found',
            error_description: `The default sandbox '${defaultProvider}' was deleted; name a sandbox in the path`,
          }),
        )
        return
      }
      const exchange = beginExchange(request, origin, destination, options)
      protocol.answer(exchange, destination.url, request, response, (error) => failed(error, response))
    }
  }

  const addressesOf = (sandbox: Sandbox, origin: string) => {
    const { protocol: scheme, host } = new URL(origin)
    return addressesFrom({ scheme: scheme === 'https:' ? 'https' : 'http', host }, sandbox, sandboxes, options)
  }

  return {
    handler(request, response) {
      try {
        answer(request, response)
      } catch (error) {
        failed(error, response)
      }
    },
    certificates,
    sandboxes,
    adminToken,
    async declare(next) {
      const before = sandboxes.declared
      try {
        await protocol.prepare(next.providers)
        sandboxes.declare(next)
        await database.settled()
      } catch (error) {
        sandboxes.goBackTo(before)
        throw error
      } finally {
        await protocol.keep(sandboxes.providers.values())
      }
    },
    addressesOf,
    describe: (origin) =>
      describeStart(options.publicUrl ?? origin, {
        sandboxes,
        adminToken,
        version: version(),
        db: file,
        addressesOf: (sandbox) => addressesOf(sandbox, origin),
      }),
    quiesce: () => stopping.abort(),
    async close() {
      stopping.abort()
      await protocol.close()
      await control.made?.then((app) => app.close())
      await dashboard.made?.then((app) => app.close())
      sandboxes.close()
      database.close()
    },
  }
}

/** Makes something on first need, once. */
function lazily<T>(make: () => Promise<T>): (() => Promise<T>) & { made?: Promise<T> } {
  const get: (() => Promise<T>) & { made?: Promise<T> } = () => {
    get.made ??= make()
    return get.made
  }
  return get
}

/** A client may register any address, and grantbox would be let in as one of this machine's programs. */
function refuseOwnCall(response: ServerResponse): void {
  response.writeHead(403, { 'Content-Type': 'application/json' })
  response.end(
    JSON.stringify({
      error: 'access_denied',
      error_description: 'grantbox does not manage itself because a client registered this address',
    }),
  )
}

/** What a start makes is there before anybody is told that it started. */
async function stored(database: Database): Promise<void> {
  try {
    await database.settled()
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new StartError(`The database ${database.file} takes no changes (${reason}). Is the disk full?`, { cause: error })
  }
}

function ensureFolder(folder: string): void {
  try {
    makeFolder(folder)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    throw new StartError(
      `The data folder ${folder} cannot be made or written (${code}). Make it writable, or choose another one with --data.`,
      { cause: error },
    )
  }
}

function unknownProvider(name: string, known: readonly string[]): StartError {
  const near = closest(name, known)
  return new StartError(
    `There is no provider '${name}'${near === undefined ? '' : `; did you mean '${near}'?`} Known are: ${known.join(', ')}.`,
  )
}
