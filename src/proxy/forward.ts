import type { ClientRequest, IncomingMessage, RequestOptions, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Target } from './target.ts'

/** Of one connection alone (RFC 9110 §7.6.1), what is said to a proxy, what node:http already answered, and Host, which the target says. */
const ofThisHop = /^(connection|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade|expect|host)$/i

/** Where a request of absolute form goes on. */
export interface Onward {
  target: Target
  url: URL
  /** A connection to the target. */
  socket: Socket
  /** Told when no answer came; nothing was said to the client yet. */
  failed: (error: Error) => void
  idleMs: number
}

/** Sends a request of absolute form to where it leads, and its answer back. */
export async function forward(request: IncomingMessage, response: ServerResponse, onward: Onward): Promise<void> {
  const { url, socket, failed, idleMs } = onward
  const options: RequestOptions = {
    method: request.method,
    path: `${url.pathname}${url.search}`,
    headers: headersFor(request, url),
    setHost: false,
    // A connection of its own: one that stayed open would be used again without a look-up.
    createConnection: () => socket,
    timeout: idleMs,
  }
  const sent = await sentOver(url, options, socket, onward.target)
  sent.once('timeout', () => sent.destroy(new Error(`nothing came for ${idleMs / 1000} s`)))
  sent.once('error', (error) => {
    if (response.headersSent) response.destroy()
    else failed(error)
  })
  sent.once('response', (answer) => {
    answer.once('error', () => response.destroy())
    response.writeHead(answer.statusCode ?? 502, answer.statusMessage, endToEnd(answer))
    answer.pipe(response)
  })
  response.once('close', () => sent.destroy())
  request.pipe(sent)
}

async function sentOver(url: URL, options: RequestOptions, socket: Socket, { host }: Target): Promise<ClientRequest> {
  const http = await import('node:http')
  if (url.protocol === 'http:') return http.request(options)
  const { connect } = await import('node:tls')
  return http.request({ ...options, createConnection: () => connect({ socket, servername: host, ALPNProtocols: ['http/1.1'] }) })
}

/** The length of a body is said as it was, so that both ends see the same one. */
function headersFor(request: IncomingMessage, url: URL): string[] {
  const framed = request.headers['transfer-encoding'] === undefined ? [] : ['Transfer-Encoding', 'chunked']
  return ['Host', url.host, ...endToEnd(request), ...framed]
}

/** Names and values in turn, as they came, without those of the one connection. RFC 9110 §7.6.3 asks for Via. */
function endToEnd({ rawHeaders, headers, httpVersion }: IncomingMessage): string[] {
  const named = new Set((headers.connection ?? '').split(',').map((name) => name.trim().toLowerCase()))
  const kept: string[] = []
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const [name = '', value = ''] = rawHeaders.slice(at, at + 2)
    if (!ofThisHop.test(name) && !named.has(name.toLowerCase())) kept.push(name, value)
  }
  return [...kept, 'Via', `${httpVersion} grantbox`]
}
