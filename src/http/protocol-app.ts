/**
 * In this room: a request's way to the protocol and back: routing, the exchange, errors, faults, the journal. `listener/` has the
 * port, `endpoints/` the handlers, `pages/` what browsers see.
 * Elsewhere: rules of the protocol (`oauth/`), the control API and the dashboard, which are apps of their own.
 */

import type { IncomingMessage, ServerResponse } from 'node:http'
import fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify'
import type { Provider } from '../providers/provider.ts'
import { carry, type Exchange, exchangeOf, withoutAliasPath } from './exchange.ts'
import { journalEntry, recordAnswers, type Settled } from './journal-hook.ts'
import { answerError, providerPlugin } from './provider-plugin.ts'

/** What the apps need of the server. */
export interface ProtocolAppOptions {
  settled: Settled
  logger: FastifyBaseLogger
  /** The largest body, in bytes; 1 MiB when absent. */
  bodyLimit?: number | undefined
}

/**
 * An app for each provider, which all of its sandboxes share. It is made when the provider's first request comes, for to
 * register the routes of every provider would take a third of the start.
 */
export class ProtocolApps {
  readonly #options: ProtocolAppOptions
  readonly #made = new Map<Provider, FastifyInstance>()
  readonly #making = new Map<Provider, Promise<FastifyInstance>>()

  constructor(options: ProtocolAppOptions) {
    this.#options = options
  }

  /** Answers a request whose exchange has begun; `failed` is told when the provider's app cannot be made. @param url below the sandbox */
  answer(exchange: Exchange, url: string, request: IncomingMessage, response: ServerResponse, failed: (error: unknown) => void): void {
    carry(request, exchange)
    request.url = withoutAliasPath(url, exchange.sandbox)
    const { provider } = exchange.sandbox
    const made = this.#made.get(provider)
    if (made !== undefined) made.routing(request, response)
    else
      this.#make(provider)
        .then((app) => app.routing(request, response))
        .catch(failed)
  }

  /** Makes apps now, to find out whether they can be made. */
  async prepare(providers: Iterable<Provider>): Promise<void> {
    for (const provider of providers) await this.#make(provider)
  }

  /** Closes the apps of all other providers. */
  async keep(providers: Iterable<Provider>): Promise<void> {
    const kept = new Set(providers)
    const others = [...this.#making].filter(([provider]) => !kept.has(provider))
    for (const [provider, making] of others) {
      this.#making.delete(provider)
      this.#made.delete(provider)
      await making.then((app) => app.close())
    }
  }

  async close(): Promise<void> {
    await this.keep([])
  }

  #make(provider: Provider): Promise<FastifyInstance> {
    const known = this.#making.get(provider)
    if (known !== undefined) return known
    const making = createProtocolApp(provider, this.#options)
    this.#making.set(provider, making)
    making.then(
      (app) => {
        if (this.#making.get(provider) === making) this.#made.set(provider, app)
      },
      () => this.#making.delete(provider),
    )
    return making
  }
}

/** No route has a schema, so the framework need not load what it compiles schemas with. */
function noSchemas(): never {
  throw new Error('a route of the protocol has a schema')
}

const schemaController = { compilersFactory: { buildValidator: noSchemas, buildSerializer: noSchemas } }

async function createProtocolApp(provider: Provider, { settled, logger, bodyLimit }: ProtocolAppOptions): Promise<FastifyInstance> {
  // It is given no logger: to look at one for each request would cost more than to find the route. What fails is logged by answerError.
  const app = fastify({
    ...(bodyLimit !== undefined && { bodyLimit }),
    logController: new LogController({ disableRequestLogging: true }),
    routerOptions: { ignoreTrailingSlash: true, caseSensitive: provider.exact_paths === true, maxParamLength: 512 },
    schemaController,
    frameworkErrors: (error, request, reply) => {
      answerError(error, request, reply, logger)
      // No hook runs for what the framework refuses by itself.
      const exchange = exchangeOf(request)
      exchange.sandbox.journal.add(journalEntry(exchange, request, reply.statusCode, reply.getHeaders(), undefined))
    },
  })
  // The provider's own handler comes first. This one speaks when the disk refused what one of its error answers had done.
  app.setErrorHandler((error, request, reply) => answerError(error, request, reply, logger))
  recordAnswers(app, settled)
  await app.register(providerPlugin(provider, logger))
  await app.ready()
  return app
}
