import { once } from 'node:events'
import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import type { JournalEntry } from '../sandbox/journal.ts'

/** What belongs to a connection, or follows from the body. */
const ofConnection = ['connection', 'content-length', 'transfer-encoding', 'keep-alive', 'upgrade', 'expect']

/** Why a request of the journal cannot be sent again; undefined when it can. */
export function whyNotAgain({ endpoint, method, driver, origin, url, request_headers, request_body }: JournalEntry): string | undefined {
  if (driver !== undefined) return 'It was the control API that acted for a browser: ask it again.'
  if (origin === undefined || endpoint === 'proxy' || method === '') return 'It came to no sandbox: it was refused before.'
  if (/^\/_mtls(?=\/)/.test(url)) return 'It came with a certificate whose key only its client has.'
  const wasSent = 'transfer-encoding' in request_headers || Number(request_headers['content-length'] ?? 0) > 0
  if (wasSent && (request_body === undefined || request_body === null)) return 'Its body was refused before it was read.'
  const isTooLarge = typeof request_body === 'object' && request_body !== null && '…' in request_body
  return isTooLarge ? 'Its body was larger than what the journal keeps.' : undefined
}

/** A decoded body as it came, but for the order of parameters that came several times. */
export function bodyText({ request_body: body, request_headers }: Pick<JournalEntry, 'request_body' | 'request_headers'>): string {
  if (body === undefined || body === null) return ''
  if (typeof body === 'string' && !/json/i.test(String(request_headers['content-type']))) return body
  return /^application\/x-www-form-urlencoded/i.test(String(request_headers['content-type']))
    ? new URLSearchParams(fieldsOf(body)).toString()
    : JSON.stringify(body)
}

/** The fields of a form, each as often as it came. */
export function fieldsOf(body: unknown): [string, string][] {
  return Object.entries(typeof body === 'object' && body !== null ? body : {}).flatMap(([name, value]) =>
    [value].flat().map((one): [string, string] => [name, String(one)]),
  )
}

/** A connection on which nobody reads. */
class NoSocket extends Socket {
  override _read(): void {}
  override _write(_chunk: unknown, _encoding: string, done: () => void): void {
    done()
  }
}

/**
 * Sends a request of the journal once more, without a connection; the journal gets what came of it.
 * @param serve answers it
 */
export async function sendAgain(entry: JournalEntry, serve: (request: IncomingMessage, response: ServerResponse) => void): Promise<void> {
  const socket = new NoSocket()
  const request = new IncomingMessage(socket)
  const body = bodyText(entry)
  const headers = Object.entries(entry.request_headers).filter(([name]) => !ofConnection.includes(name))
  const length = body === '' ? {} : { 'content-length': String(Buffer.byteLength(body)) }
  // The end of one that is not complete closes its connection.
  Object.assign(request, {
    complete: true,
    method: entry.method,
    url: entry.url,
    httpVersion: '1.1',
    headers: { ...Object.fromEntries(headers), ...length },
  })
  request.push(body === '' ? null : body)
  if (body !== '') request.push(null)
  const response = new ServerResponse(request)
  response.assignSocket(socket)
  const answered = Promise.race([once(response, 'finish'), once(socket, 'close')])
  serve(request, response)
  await answered
  socket.destroy()
}
