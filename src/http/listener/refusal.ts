/** What is said to a client whose bytes are no HTTP request, before any route could answer. */
import { type ServerResponse, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'

const refusals: Record<string, { status: number; description: string }> = {
  HPE_HEADER_OVERFLOW: { status: 431, description: 'the request line and headers are too long' },
  HPE_CHUNK_EXTENSIONS_OVERFLOW: { status: 413, description: 'the chunk extensions are too long' },
  ERR_HTTP_REQUEST_TIMEOUT: { status: 408, description: 'the request did not arrive in time' },
}

/** How long a refused client may go on sending before it is cut off. */
const lingerMs = 1000

const refused = new WeakSet<Duplex>()

/**
 * Answers a client error of node:http (`clientError`) and ends the connection.
 * @param owed the answers that this connection still awaits
 */
export function answerClientError(error: NodeJS.ErrnoException, socket: Duplex, owed: ServerResponse[]): void {
  if (refused.has(socket)) return
  refused.add(socket)
  // Nobody is there to read it, or an answer is half written and this one would become part of it.
  if (error.code === 'ECONNRESET' || !socket.writable || owed.some((response) => response.headersSent)) {
    socket.destroy()
    return
  }
  const { status, description } = refusals[error.code ?? ''] ?? { status: 400, description: `this is no HTTP request: ${reason(error)}` }
  end(socket, status, description)
}

/** Answers CONNECT in a tunnel: it leads to a host already. */
export function answerNoTunnel(socket: Duplex): void {
  end(socket, 405, 'this tunnel leads to a host, which is no proxy')
}

function end(socket: Duplex, status: number, description: string): void {
  const { headers, body } = errorAnswer(description)
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
  socket.end([`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, ...lines, '', body].join('\r\n'))
  linger(socket)
}

/**
 * Closes a connection when its client has had time to read the answer: closing while bytes are unread would reset it and lose the
 * answer (RFC 9112 §9.6).
 */
export function linger(socket: Duplex): void {
  const lingering = setTimeout(() => socket.destroy(), lingerMs).unref()
  socket.once('close', () => clearTimeout(lingering))
}

/** Answers 400 in the same words through node:http. */
export function answerBadRequest(response: ServerResponse, description: string): void {
  const { headers, body } = errorAnswer(description)
  response.writeHead(400, headers).end(body)
}

function errorAnswer(description: string) {
  const body = JSON.stringify({ error: 'invalid_request', error_description: description })
  const length = { 'Content-Length': Buffer.byteLength(body) }
  return { headers: { 'Content-Type': 'application/json', ...length, 'Cache-Control': 'no-store', Connection: 'close' }, body }
}

/** The parser's own words, such as "Invalid method encountered", in the characters of RFC 6749 §5.2. */
function reason(error: Error): string {
  const words = 'reason' in error && typeof error.reason === 'string' ? error.reason : error.message
  return words.replace(/[^ !#-[\]-~]/g, "'")
}
