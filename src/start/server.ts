/**
 * In this room: the wiring: from the configuration to a server that listens, and what is said of it.
 * Elsewhere: flags (`cli/`) and rules of any kind.
 */

import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { FastifyInstance } from 'fastify'
import { systemClock } from '../basics/clock.ts'
import { version } from '../basics/package.ts'
import { randomText } from '../basics/random.ts'
import { StartError } from '../basics/start-error.ts'
import type { ControlDeps } from '../control/deps.ts'
import { type Certificates, createCertificates } from '../http/certificates/certificates.ts'
import { beginExchange, carriedBy } from '../http/exchange.ts'
import { noteRefusal } from '../http/journal-hook.ts'
import type { ListenerOptions } from '../http/listener/listener.ts'
import { beyondAlias, originReader } from '../http/origin.ts'
import { assetsPath, serveAsset } from '../http/pages/assets.ts'
import { ProtocolApps } from '../http/protocol-app.ts'
import { type Destination, isToVendor, route, withoutPaths } from '../http/routing.ts'
import { callMark } from '../oauth/clients/outbound.ts'
import { providers as builtIn, vendors as registered } from '../providers/registry.ts'
import type { Listens } from '../proxy/own-addresses.ts'
import type { ProxyReport } from '../proxy/proxy.ts'
import { type Addresses, addressesFrom, baseUrlFrom, fixedHosts, type Origin, pathOf } from '../sandbox/addresses.ts'
import { DeclarationError, type Declared } from '../sandbox/declared.ts'
import type { Sandbox } from '../sandbox/sandbox.ts'
import { Sandboxes } from '../sandbox/sandboxes.ts'
import { Database } from '../store/database/database.ts'
import { sandboxTable } from '../store/sandbox-table.ts'
import { describeStart } from './describe.ts'
import { Durability } from './durability.ts'
import type { StartInfo } from './info.ts'
import { createLogger } from './logger.ts'
import { ensureFolder, type ServerOptions, unknownProvider } from './options.ts'
import { isForThisMachine, trustedBy } from './reach.ts'

/** A server that does not listen yet. */
export interface GrantboxServer {
  handler: RequestListener
  /** Leads those who ask it as a proxy. */
  connect: NonNullable<ListenerOptions['connect']>
  /** Takes what the listener refused into the journal of the sandbox that it was for. */
  onRefusal: NonNullable<ListenerOptions['onRefusal']>
  /** To be told where it listens, so that nobody is led back to it. */
  listensAt(listens: Listens): void
  /** What it did as a proxy. */
  proxyReport(): Promise<ProxyReport>
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
  const { vendors = registered } = options
  const names = [...[...builtIn.values(), ...vendors, ...declared.providers].map(({ id }) => id)]
  if (!names.includes(defaultProvider)) throw unknownProvider(defaultProvider, names)
  if (options.dataDir !== undefined) ensureFolder(options.dataDir)
  const originOf = originReader(trustedBy(options))
  const adminToken = options.adminToken ?? (isForThisMachine(options) ? undefined : randomText(32))
  const ownHosts = fixedHosts(options)
  const ownPaths = [options.publicUrl, options.internalUrl, options.issuer].flatMap((url) => (url === undefined ? [] : pathOf(url) || []))

  const database = new Database(file)
  const durability = new Durability(database)
  const { settled } = durability
  const sandboxes = new Sandboxes(sandboxTable(database), builtIn, clock, defaultProvider, { vendors, ...options })
  const certificates = createCertificates({ dataDir: options.dataDir, clock: systemClock, asking: options.clientCertificates })
  const logger = createLogger(options.logLevel)
  const stopping = new AbortController()
  const protocol = new ProtocolApps({ settled, logger, bodyLimit: options.bodyLimit })
  /** Finds out whether what is declared can be had, and loads what it needs. */
  const prepare = async (wanted: Declared) => {
    await protocol.prepare(wanted.providers)
    for (const { provider } of wanted.sandboxes) await sandboxes.provider(provider)
  }
  try {
    await sandboxes.provider(defaultProvider)
    await prepare(declared)
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

  let listens: Listens = { addresses: [], port: 0 }
  const proxy = lazily(async () => {
    const { ForwardProxy } = await import('../proxy/proxy.ts')
    return new ForwardProxy({
      mode: options.proxy ?? (isForThisMachine(options) ? 'known' : 'off'),
      sandboxes,
      adminToken,
      now: () => systemClock.now(),
      ownUrls: [options.publicUrl, options.internalUrl],
      listens: () => listens,
      next: options.nextProxy === undefined ? undefined : new URL(options.nextProxy),
      allow: options.proxyAllow ?? [],
      serve: (request, response) => handler(request, response),
      answer(request, response, { sandbox, origin, host }) {
        durability.begin(request)
        const url = request.url ?? '/'
        // Whoever calls the vendor by the vendor's name finds the vendor there, whatever else this server is called.
        const exchange = beginExchange(request, origin, { sandbox, prefix: '', url }, { clientCertificates: options.clientCertificates })
        exchange.host = host
        protocol.answer(exchange, url, request, response, (error) => failed(error, response))
      },
      onError: (error) => logger.error({ err: error }, 'the proxy failed'),
    })
  })

  const proxyReport = async () => (await proxy()).report()
  const managing = (name: string): ControlDeps => ({
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
    proxy: proxyReport,
    authority: certificates.ca,
    onError: (error) => logger.error({ err: error }, `${name} failed`),
  })
  const control = lazily(async () => (await import('../control/app.ts')).createControlApp(managing('the control API')))
  const dashboard = lazily(async () => (await import('../dashboard/app.ts')).createDashboardApp(managing('the dashboard')))
  const hand = (app: ReturnType<typeof lazily<FastifyInstance>>, request: IncomingMessage, response: ServerResponse) => {
    app()
      .then(({ routing }) => routing(request, response))
      .catch((error) => failed(error, response))
  }
  /** What no error handler caught must not end the process, and all that other clients have under way with it. */
  const failed = (error: unknown, response: ServerResponse) => {
    logger.error({ err: error }, 'a request failed outside of every handler')
    if (response.headersSent) response.destroy()
    else say(response, 500, 'server_error', 'Internal error')
  }

  /** Where a request goes: to a sandbox, unless that was deleted, or to what is ours at its path. */
  const destined = (request: IncomingMessage) => {
    const came = originOf(request)
    const url = withoutPaths(request.url ?? '/', came.path ? [...ownPaths, came.path] : ownPaths, sandboxes)
    const isOurs = /^\/(_grantbox|dashboard)(?=[/?]|$)/.test(url) && !isToVendor(request, came, ownHosts, sandboxes)
    const known = beyondAlias(url, came)
    return { url, isOurs, origin: known.origin, destination: isOurs ? undefined : route(known.url, known.origin, sandboxes) }
  }

  const answer = (request: IncomingMessage, response: ServerResponse) => {
    const target = request.url ?? '/'
    if (target[0] !== '/' && target !== '*') {
      proxy()
        .then((one) => one.forward(request, response))
        .catch((error) => failed(error, response))
      return
    }
    const { url, isOurs, origin, destination } = destined(request)
    request.url = url
    durability.begin(request)
    if (isOurs) {
      // A client may register any address, and grantbox would be let in as one of this machine's programs.
      if (request.headers[callMark] !== undefined)
        say(response, 403, 'access_denied', 'grantbox does not manage itself because a client registered this address')
      else if (url.startsWith(`${assetsPath}/`)) serveAsset(url, request, response).catch(() => response.destroy())
      else hand(url.startsWith('/dashboard') ? dashboard : control, request, response)
    } else {
      if (destination === undefined) {
        return say(response, 404, 'not_found', `The default sandbox '${defaultProvider}' was deleted; name a sandbox in the path`)
      }
      if (destination.url.startsWith(`${assetsPath}/`)) {
        serveAsset(destination.url, request, response).catch(() => response.destroy())
        return
      }
      const reached = sandboxes.reach(destination.name)
      if (reached instanceof Promise) reached.then((sandbox) => go(sandbox, destination)).catch((error) => failed(error, response))
      else go(reached, destination)
    }

    function go(sandbox: Sandbox | undefined, { name, url, prefix }: Destination) {
      if (sandbox === undefined) return say(response, 404, 'not_found', `The sandbox '${name}' was deleted`)
      const exchange = beginExchange(request, origin, { sandbox, prefix, url }, options)
      protocol.answer(exchange, url, request, response, (error) => failed(error, response))
    }
  }

  const addressesOf = (sandbox: Sandbox, origin: string) => addressesFrom(originAt(origin), sandbox, sandboxes, options)

  const handler: RequestListener = (request, response) => {
    try {
      answer(request, response)
    } catch (error) {
      failed(error, response)
    }
  }

  return {
    handler,
    connect(request, socket, head, adopt) {
      proxy()
        .then((one) => one.connect(request, socket, head, adopt))
        .catch((error) => {
          logger.error({ err: error }, 'the proxy failed')
          socket.destroy()
        })
    },
    onRefusal(request, refusal) {
      const { origin, destination } = destined(request)
      const sandbox = destination && sandboxes.find(destination.name)
      const exchange =
        carriedBy(request) ?? (sandbox && destination && beginExchange(request, origin, { ...destination, sandbox }, options))
      if (exchange !== undefined) noteRefusal(exchange, request, refusal)
    },
    listensAt(addresses) {
      listens = addresses
    },
    proxyReport,
    certificates,
    sandboxes,
    adminToken,
    async declare(next) {
      const before = sandboxes.declared
      try {
        await prepare(next)
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
        baseUrlOf: (name) => baseUrlFrom(originAt(origin), name, sandboxes, options),
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

function originAt(url: string): Origin {
  const { protocol, host } = new URL(url)
  return { scheme: protocol === 'https:' ? 'https' : 'http', host }
}

/** Makes something on first need, once. */
function lazily<T>(make: () => Promise<T>): (() => Promise<T>) & { made?: Promise<T> } {
  const get: (() => Promise<T>) & { made?: Promise<T> } = () => {
    get.made ??= make()
    return get.made
  }
  return get
}

/** Answers in nobody's dialect. */
function say(response: ServerResponse, status: number, error: string, error_description: string): void {
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify({ error, error_description }))
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
