import type { FastifyBaseLogger } from 'fastify'
import type { Logger } from 'pino'

/** From the most to the least severe. */
const methods = ['fatal', 'error', 'warn', 'info', 'debug', 'trace'] as const

/**
 * A logger to stderr in pino's format, which is made when the first line is written: most processes never write one.
 * @param level `silent`, or the least severe of the methods that write anything
 */
export function createLogger(level: string): FastifyBaseLogger {
  let made: Promise<Logger> | undefined
  return onDemand(level, () => {
    made ??= import('pino').then(({ destination, pino }) => pino({ level }, destination(2)))
    return made
  })
}

function onDemand(level: string, get: () => Promise<Logger>): FastifyBaseLogger {
  const written = methods.slice(0, (methods as readonly string[]).indexOf(level) + 1)
  const write = (method: (typeof methods)[number]) =>
    written.includes(method) ? (...line: [never]) => void get().then((logger) => logger[method](...line)) : () => {}
  return {
    level,
    ...(Object.fromEntries(methods.map((method) => [method, write(method)])) as Pick<Logger, (typeof methods)[number]>),
    silent() {},
    child: (bindings, options) => onDemand(level, async () => (await get()).child(bindings, options)),
  }
}
