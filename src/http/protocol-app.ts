import fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify'
import type { Provider } from '../providers/provider.ts'
import { exchangeOf } from './exchange.ts'
import { journalEntry, recordAnswers } from './journal-hook.ts'
import { answerError, providerPlugin } from './provider-plugin.ts'
import { registerViews } from './views.ts'

/** What the app needs of the server. */
export interface ProtocolAppOptions {
  providers: Iterable<Provider>
  /** Whether all that was changed is durable yet. */
  settled: () => Promise<void> | undefined
  logger: FastifyBaseLogger
}

/** Where a provider's routes hang inside the app; requests are sent there when their sandbox is known. */
export function mountOf(provider: Provider): string {
  return `/~${provider.id}`
}

/** Every provider's endpoints; sandboxes of one provider share its routes. */
export async function createProtocolApp({ providers, settled, logger }: ProtocolAppOptions): Promise<FastifyInstance> {
  const app = fastify({
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true }),
    routerOptions: { ignoreTrailingSlash: true, caseSensitive: false, maxParamLength: 512 },
    // A logger for each request would cost more than some answers do; nothing is logged but what fails.
    childLoggerFactory: (parent) => parent,
    frameworkErrors: (error, request, reply) => {
      answerError(error, request, reply)
      // No hook runs for what the framework refuses by itself.
      const exchange = exchangeOf(request)
      exchange.sandbox.journal.add(journalEntry(exchange, request, reply.statusCode, reply.getHeaders(), undefined))
    },
  })
  // The providers' own handlers come first. This one speaks when the disk refused what one of their error answers had done.
  app.setErrorHandler((error, request, reply) => answerError(error, request, reply))
  recordAnswers(app, settled)
  await registerViews(app)
  for (const provider of providers) await app.register(providerPlugin(provider), { prefix: mountOf(provider) })
  await app.ready()
  return app
}
