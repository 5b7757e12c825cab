import type { ClientRequest, IncomingMessage, RequestOptions, ServerResponse } from 'node:http'
import { isIP, type Socket } from 'node:net'
import { ProxyRefusal } from './refusal.ts'
import { authority, type Target } from './target.ts'

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
  const { url, socket, idleMs } = onward
  const options: RequestOptions = {
    method: request.method,
    path: `${url.pathname}${url.search}`,
    headers: headersFor(request, url),
    setHost: false,
    // A connection of its own: one that stayed open would be used again without a look-up.
    createConnection: () => socket,
  }
  const sent = await sentOver(url, options, socket, onward.target)
  const failed = (error: Error) => {
    if (!response.headersSent) onward.failed(error)
    else if (!response.writableEnded) response.destroy()
  }
  const late = () => sent.destroy(new ProxyRefusal(504, `${authority(onward.target)} said nothing for ${idleMs / 1000} s`))
  sent.setTimeout(idleMs, late)
  sent.on('error', failed)
  sent.once('response', (answer) => {
    answer.once('error', failed)
    const { statusCode = 0, statusMessage = '' } = answer
    // The parser takes status lines that nobody may write.
    if (statusCode < 100) return void sent.destroy(new Error(`it answered with the status ${statusCode}`))
    response.writeHead(statusCode, statusMessage.replace(/[^\x20-\x7e\x80-\xff]/g, '?'), endToEnd(answer))
    answer.pipe(response)
  })
  sent.once('close', () => {
    // It may have ended without either, as with another protocol that nobody asked for.
    if (!response.headersSent) failed(new Error('it ended the connection'))
    // The rest of a body that nobody takes stands before the next request.
    request.unpipe(sent).resume()
  })
  response.once('close', () => sent.destroy())
  request.pipe(sent)
}

async function sentOver(url: URL, options: RequestOptions, socket: Socket, { host }: Target): Promise<ClientRequest> {
  const http = await import('node:http')
  if (url.protocol === 'http:') return http.request(options)
  const { connect } = await import('node:tls')
  // A server's name is no address (RFC 6066 §3).
  const named = isIP(host) === 0 ? { servername: host } : {}
  return http.request({ ...options, createConnection: () => connect({ socket, host, ...named, ALPNProtocols: ['http/1.1'] }) })
}

/** The length of a body is said as it was, so that both ends see the same one. */
function headersFor(request: IncomingMessage, url: URL): string[] {
  const coding = request.headers['transfer-encoding']
  return ['Host', url.host, ...endToEnd(request), ...(coding === undefined ? [] : ['Transfer-Encoding', coding])]
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
