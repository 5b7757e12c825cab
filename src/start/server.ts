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
import { createCertificates } from '../http/certificates/certificates.ts'
import { beginExchange, carriedBy } from '../http/exchange.ts'
import { noteGone, noteRefusal } from '../http/journal-hook.ts'
import { answerNoTunnel } from '../http/listener/refusal.ts'
import { originReader } from '../http/origin.ts'
import { answersAsset } from '../http/pages/assets.ts'
import { ProtocolApps } from '../http/protocol-app.ts'
import { type Destination, destinationOf, type Routes } from '../http/routing.ts'
import { callMark } from '../oauth/clients/outbound.ts'
import { providers as builtIn, vendors as registered } from '../providers/registry.ts'
import type { Listens } from '../proxy/own-addresses.ts'
import { addressesFrom, baseUrlFrom, fixedAtPort, fixedHosts, pathOf } from '../sandbox/addresses.ts'
import { DeclarationError } from '../sandbox/declared.ts'
import { OwnPorts } from '../sandbox/own-ports.ts'
import type { Sandbox } from '../sandbox/sandbox.ts'
import { Sandboxes } from '../sandbox/sandboxes.ts'
import { Database } from '../store/database/database.ts'
import { sandboxTable } from '../store/sandbox-table.ts'
import { Declarations } from './declarations.ts'
import { describeStart } from './describe.ts'
import { Durability, stored } from './durability.ts'
import type { GrantboxServer } from './grantbox-server.ts'
import { lazily } from './lazily.ts'
import { createLogger } from './logger.ts'
import { ensureFolder, type ServerOptions, unknownProvider } from './options.ts'
import { originAt } from './origin.ts'
import { givePorts } from './ports.ts'
import { isForThisMachine, trustedBy } from './reach.ts'
import { say } from './say.ts'
import { resending } from './send-again.ts'

/**
 * Wires everything together; it never listens.
 * @throws StartError when the database or the data folder cannot be used, or the default provider is not known
 */
export async function createServer(options: ServerOptions): Promise<GrantboxServer> {
  const { db: file, defaultProvider, clock = systemClock, vendors = registered } = options
  const declared = options.declared ?? { providers: [], sandboxes: [] }
  const names = [...builtIn.values(), ...vendors, ...declared.providers].map(({ id }) => id)
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
  const ports = new OwnPorts({ sandboxes, onError: (error) => logger.error({ err: error }, 'a sandbox is not at its port') })
  const stopping = new AbortController()
  const protocol = new ProtocolApps({ settled, logger, bodyLimit: options.bodyLimit })
  const declarations = new Declarations({ sandboxes, ports, protocol, settled: () => database.settled() })
  try {
    await sandboxes.provider(defaultProvider)
    await declarations.begin(declared)
    await givePorts(sandboxes, options.portOf)
    if (options.imports !== undefined) {
      const { importFiles } = await import('./imports.ts')
      for (const one of await importFiles(options.imports, sandboxes, vendors, process.env)) logger.info(one, 'a file was read')
    }
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
    ports.change([], () => {}).catch((error) => logger.error({ err: error }, 'the ports of sandboxes are not as before'))
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
        if (answersAsset(url, request, response, failed)) return
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
    ports,
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
    declarations,
    onError: (error) => logger.error({ err: error }, `${name} failed`),
  })
  const control = lazily(async () => (await import('../control/app.ts')).createControlApp(managing('the control API')))
  const dashboard = lazily(async () =>
    (await import('../dashboard/app.ts')).createDashboardApp({ ...managing('the dashboard'), sendAgain: resending(serving) }),
  )
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

  const routes: Routes = { sandboxes, originOf, ownHosts, ownPaths, port: () => listens.port }
  const answer = (request: IncomingMessage, response: ServerResponse) => {
    const target = request.url ?? '/'
    const { url, isOurs, origin, destination, isAlone } = destinationOf(request, routes)
    if (target[0] !== '/' && target !== '*' && !isAlone) {
      proxy()
        .then((one) => one.forward(request, response))
        .catch((error) => failed(error, response))
      return
    }
    request.url = url
    durability.begin(request)
    if (isOurs) {
      // A client may register any address, and grantbox would be let in as one of this machine's programs.
      if (request.headers[callMark] !== undefined)
        say(response, 403, 'access_denied', 'grantbox does not manage itself because a client registered this address')
      else if (!answersAsset(url, request, response, failed)) hand(url.startsWith('/dashboard') ? dashboard : control, request, response)
    } else {
      if (destination === undefined) {
        const why = isAlone ? 'The sandbox of this port' : `The default sandbox '${defaultProvider}'`
        return say(response, 404, 'not_found', `${why} was deleted${isAlone ? '' : '; name a sandbox in the path'}`)
      }
      if (answersAsset(destination.url, request, response, failed)) return
      const reached = sandboxes.reach(destination.name)
      if (reached instanceof Promise) reached.then((sandbox) => go(sandbox, destination)).catch((error) => failed(error, response))
      else go(reached, destination)
    }

    function go(sandbox: Sandbox | undefined, { name, url, prefix }: Destination) {
      if (sandbox === undefined) return say(response, 404, 'not_found', `The sandbox '${name}' was deleted`)
      const exchange = beginExchange(request, origin, { sandbox, prefix, url }, fixedFor(name, isAlone))
      protocol.answer(exchange, url, request, response, (error) => failed(error, response))
    }
  }

  const fixedFor = (name: string, isAlone: boolean) =>
    isAlone ? { ...fixedAtPort(name, sandboxes, options), clientCertificates: options.clientCertificates } : options
  const serving = { routes, protocol, begin: durability.begin.bind(durability), fixedFor, failed }
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
      if (request.socket.localPort !== listens.port) return answerNoTunnel(socket, "this port is a sandbox's own, which is no proxy")
      proxy()
        .then((one) => one.connect(request, socket, head, adopt))
        .catch((error) => {
          logger.error({ err: error }, 'the proxy failed')
          socket.destroy()
        })
    },
    onRefusal(request, refusal) {
      // A connection that is closed knows its port no more.
      const { origin, destination, isAlone } = destinationOf(request, routes, request.socket.localPort ?? listens.port)
      const sandbox = destination && sandboxes.find(destination.name)
      const begin = (one: Sandbox, { name, prefix, url }: Destination) =>
        beginExchange(request, origin, { sandbox: one, prefix, url }, fixedFor(name, isAlone))
      const exchange = carriedBy(request) ?? (sandbox && destination && begin(sandbox, destination))
      if (exchange !== undefined) noteRefusal(exchange, request, refusal)
    },
    onGone: (request, hasBegun) => noteGone(carriedBy(request), request, hasBegun),
    listensAt(addresses) {
      listens = { ...addresses, isAlone: (port) => sandboxes.namedByPort(port) !== undefined }
    },
    proxyReport,
    certificates,
    sandboxes,
    ports,
    adminToken,
    declare: (next) => declarations.configure(next),
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
