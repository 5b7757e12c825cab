/** What is said to a client whose bytes are no HTTP request, before any route could answer. */
import { IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { readable } from '../cors.ts'
import { headerText } from '../errors.ts'

/** The limits that a refusal names. */
export interface Limits {
  /** In bytes. */
  maxHeaderSize: number
  /** In milliseconds. */
  requestTimeout: number
}

/** An answer that no route gave. */
export interface Refusal {
  status: number
  headers: Readonly<Record<string, string | number>>
  body: string
  explanation: string
}

/** What node:http says of a client error. */
interface ClientError extends NodeJS.ErrnoException {
  /** The bytes at which it stopped, and how many of them it had understood. */
  rawPacket?: Buffer
  bytesParsed?: number
}

/** How long a refused client may go on sending before it is cut off. */
const lingerMs = 1000

const refused = new WeakSet<Duplex>()

/**
 * Answers a client error of node:http (`clientError`) and ends the connection.
 * @param owed the answers that this connection still awaits
 * @returns what was answered, if anything
 */
export function answerClientError(error: ClientError, socket: Duplex, owed: ServerResponse[], limits: Limits): Refusal | undefined {
  if (refused.has(socket)) return undefined
  refused.add(socket)
  // Nobody is there to read it, or an answer is half written and this one would become part of it.
  if (error.code === 'ECONNRESET' || !socket.writable || owed.some((response) => response.headersSent)) {
    socket.destroy()
    return undefined
  }
  return end(socket, refusalOf(...wordsFor(error, limits)))
}

function wordsFor(error: ClientError, { maxHeaderSize, requestTimeout }: Limits): [status: number, description: string, more?: string] {
  switch (error.code) {
    case 'HPE_HEADER_OVERFLOW':
      return [431, 'the request line and headers are too long', `over ${maxHeaderSize} bytes (--max-header-size)`]
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return [413, 'the chunk extensions are too long', 'over 16384 bytes (RFC 9112 §7.1.1)']
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return [408, 'the request did not arrive in time', `within ${requestTimeout / 1000} s (--request-timeout), its headers within 60 s`]
  }
  return [400, `this is no HTTP request: ${reason(error)}`, 'HTTP/1.1 is spoken here (RFC 9112)']
}

/** Answers CONNECT in a tunnel: it leads to a host already. */
export function answerNoTunnel(socket: Duplex, why = 'this tunnel leads to a host, which is no proxy'): void {
  end(socket, refusalOf(405, why))
}

function end(socket: Duplex, refusal: Refusal): Refusal {
  const { status, headers, body } = refusal
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
  socket.end([`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, ...lines, '', body].join('\r\n'))
  linger(socket)
  return refusal
}

/**
 * Closes a connection when its client has had time to read the answer: closing while bytes are unread would reset it and lose the
 * answer (RFC 9112 §9.6).
 */
export function linger(socket: Duplex): void {
  const lingering = setTimeout(() => socket.destroy(), lingerMs).unref()
  socket.once('close', () => clearTimeout(lingering))
}

/** Answers a request without a Host header through node:http. */
export function answerWithoutHost(response: ServerResponse): Refusal {
  const refusal = refusalOf(400, 'the Host header is missing', 'HTTP/1.1 asks for one (RFC 9112 §3.2)')
  response.writeHead(refusal.status, { ...refusal.headers }).end(refusal.body)
  return refusal
}

/** Explained, and readable by any page: it says nothing that the page did not send. */
function refusalOf(status: number, description: string, more?: string): Refusal {
  const body = JSON.stringify({ error: 'invalid_request', error_description: description })
  const explanation = more === undefined ? description : `${description}: ${more}`
  const headers = {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(body),
    'Cache-Control': 'no-store',
    Connection: 'close',
    'Grantbox-Explain': headerText(explanation),
    ...readable,
  }
  return { status, headers, body, explanation }
}

/** The parser's own words, such as "Invalid method encountered", in the characters of RFC 6749 §5.2. */
function reason(error: Error): string {
  const words = 'reason' in error && typeof error.reason === 'string' ? error.reason : error.message
  return words.replace(/[^ !#-[\]-~]/g, "'")
}

/** How much of a head is looked at, in bytes. */
const looked = 4096

/** The beginning of a head that did not come whole; undefined for one that did. */
export function unfinishedHead(came: Buffer): string | undefined {
  return came.includes('\r\n\r\n') ? undefined : came.toString('latin1', 0, looked)
}

/**
 * The request that was refused, as far as its beginning is known.
 * @param last the last one whose answer is awaited
 * @param head how the connection began, when nothing else has come
 */
export function refusedRequest(
  { rawPacket, bytesParsed = 0 }: ClientError,
  socket: Socket,
  last: IncomingMessage | undefined,
  head: string | undefined,
): IncomingMessage | undefined {
  if (last?.complete === false) return last
  if (head !== undefined) return readHead(socket, head)
  if (rawPacket === undefined) return undefined
  // What came before in the same packet were whole requests.
  const before = rawPacket.lastIndexOf('\r\n\r\n', Math.max(0, bytesParsed - 4))
  const start = before < 0 ? 0 : before + 4
  return readHead(socket, rawPacket.toString('latin1', start, start + looked))
}

function readHead(socket: Socket, head: string): IncomingMessage | undefined {
  const [, method, url, rest = ''] = /^([A-Z]+) (\/[!-~]*)(.*)$/s.exec(head) ?? []
  if (method === undefined || url === undefined) return undefined
  const whole = rest.slice(0, rest.lastIndexOf('\r\n') + 2)
  const fields = [...whole.matchAll(/^([!#$%&'*+.^_`|~\w-]+):[ \t]*([^\r\n]*)\r$/gm)]
  return Object.assign(new IncomingMessage(socket), {
    method,
    url,
    headers: Object.fromEntries(fields.map(([, name = '', value = '']) => [name.toLowerCase(), value.trim()])),
  })
}
