import type { IncomingMessage, ServerResponse } from 'node:http'
import { beginExchange, type ExchangeOptions } from '../http/exchange.ts'
import { asCame } from '../http/origin.ts'
import type { ProtocolApps } from '../http/protocol-app.ts'
import { destinationOf, type Routes } from '../http/routing.ts'
import { sendAgain } from '../http/send-again.ts'
import type { JournalEntry } from '../sandbox/journal.ts'
import type { Sandbox } from '../sandbox/sandbox.ts'

/** What of the server answers requests. */
interface Serving {
  routes: Routes
  protocol: ProtocolApps
  begin: (request: IncomingMessage) => void
  fixedFor: (name: string, isAlone: boolean) => ExchangeOptions
  failed: (error: unknown, response: ServerResponse) => void
}

/** Sends requests of a sandbox's journal to it once more, as they came, and says why one cannot be sent when its address leads elsewhere by now. */
export function resending(serving: Serving): (entry: JournalEntry, sandbox: Sandbox) => Promise<string | undefined> {
  return (entry, { name }) => resend(entry, name, serving)
}

async function resend(
  entry: JournalEntry,
  name: string,
  { routes, protocol, begin, fixedFor, failed }: Serving,
): Promise<string | undefined> {
  let problem: string | undefined
  await sendAgain(entry, (request, response) => {
    const came = asCame(entry.origin ?? { scheme: 'http', host: '' })
    const port = came.port ?? routes.port()
    const found = destinationOf(request, { ...routes, originOf: () => came }, port)
    // Whoever came through the proxy called the vendor by its name, whatever else leads there.
    const destination = entry.host === undefined ? found.destination : { name, prefix: '', url: entry.url }
    const sandbox = routes.sandboxes.find(name)
    if (destination?.name !== name || sandbox === undefined) {
      problem = `Its address leads to ${destination === undefined ? 'no sandbox' : `the sandbox ${destination.name}`} by now.`
      return response.end()
    }
    begin(request)
    const exchange = beginExchange(request, found.origin, { ...destination, sandbox }, fixedFor(name, found.isAlone))
    exchange.again_of = entry.id
    if (entry.host !== undefined) exchange.host = entry.host
    protocol.answer(exchange, destination.url, request, response, (error) => failed(error, response))
  })
  return problem
}
