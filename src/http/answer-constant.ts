import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Provider } from '../providers/provider.ts'
import { readable } from './cors.ts'
import type { ProtocolEndpoint } from './endpoint.ts'
import { protocolEndpoints } from './endpoints/registry.ts'
import type { Exchange } from './exchange.ts'
import { journalEntry } from './journal-hook.ts'

/** The endpoints of a provider that may answer with a constant, by their paths. */
const endpoints = new WeakMap<Provider, ReadonlyMap<string, ProtocolEndpoint>>()

function endpointAt(path: string, provider: Provider): ProtocolEndpoint | undefined {
  let known = endpoints.get(provider)
  if (known === undefined) {
    known = new Map(
      protocolEndpoints
        .filter((one) => one.constant !== undefined)
        .flatMap((one) => one.paths(provider).flatMap((path) => (path === undefined ? [] : [[path, one] as const]))),
    )
    endpoints.set(provider, known)
  }
  return known.get(path)
}

const json = { 'content-type': 'application/json; charset=utf-8' }
const readableJson = { ...readable, ...json }

/**
 * Answers by node:http alone what is a constant of its sandbox, and is to be told from the framework's answer by nothing but its
 * price. What is out of the ordinary is left to the framework: another method or spelling of the path, a query, a fault that may
 * strike, changes that are not durable yet.
 * @param url below the sandbox
 * @returns whether it did
 */
export function answerConstant(
  exchange: Exchange,
  url: string,
  request: IncomingMessage,
  response: ServerResponse,
  settled: (since?: number) => Promise<void> | undefined,
): boolean {
  const { sandbox } = exchange
  if (request.method !== 'GET' || sandbox.faults.size > 0) return false
  const endpoint = endpointAt(url, sandbox.provider)
  const found = endpoint?.constant?.(exchange)
  if (endpoint === undefined || found === undefined || settled(exchange.refusals) !== undefined) return false
  exchange.endpoint = endpoint.endpoint
  const headers = request.headers.origin === undefined ? json : readableJson
  sandbox.journal.add(journalEntry(exchange, { method: 'GET', headers: request.headers, body: undefined }, 200, headers, found.body))
  response.writeHead(200, { ...headers, 'content-length': found.length }).end(found.body)
  return true
}
