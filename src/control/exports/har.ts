import { STATUS_CODES } from 'node:http'
import { version } from '../../basics/package.ts'
import { fieldsOf } from '../../http/send-again.ts'
import type { JournalEntry } from '../../sandbox/journal.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import { worldOf } from '../../sandbox/spaces.ts'
import { viewEntry } from '../views/journal.ts'

/** Requests of a journal as HAR 1.2, which browsers and proxies read; secrets are in it where the sandbox shows them. */
export function harOf(entries: readonly JournalEntry[], sandbox: Sandbox) {
  const creator = { name: 'grantbox', version: version() }
  return { log: { version: '1.2', creator, entries: entries.map((entry) => harEntry(entry, sandbox)) } }
}

function harEntry(entry: JournalEntry, sandbox: Sandbox) {
  const world = worldOf(entry, sandbox)
  const view = viewEntry(entry, world.settings.show_secrets, world.requests)
  const url = addressOf(entry) + view.url
  const { id, endpoint, client_id, username, grant_type, reason, explanation, notes, again_of } = view
  const told = {
    id,
    endpoint,
    client_id,
    username,
    grant_type,
    error: view.error,
    reason,
    explanation,
    notes,
    fault: entry.fault,
    again_of,
  }
  return {
    startedDateTime: view.time,
    time: view.duration_ms,
    request: {
      method: view.method,
      url,
      httpVersion: 'HTTP/1.1',
      cookies: [],
      headers: headersOf(view.request_headers),
      queryString: [...new URLSearchParams(view.url.split('?')[1] ?? '')].map(([name, value]) => ({ name, value })),
      ...postDataOf(view.request_body, entry.request_headers['content-type']),
      headersSize: -1,
      bodySize: -1,
    },
    response: {
      status: view.status,
      statusText: STATUS_CODES[view.status] ?? '',
      httpVersion: 'HTTP/1.1',
      cookies: [],
      headers: headersOf(view.response_headers),
      content: contentOf(view.response_body, view.response_headers['content-type']),
      redirectURL: String(view.response_headers.location ?? ''),
      headersSize: -1,
      bodySize: -1,
    },
    cache: {},
    timings: { send: 0, wait: view.duration_ms, receive: 0 },
    ...(view.connection !== null && { connection: String(view.connection) }),
    ...(explanation !== null && { comment: explanation }),
    _grantbox: Object.fromEntries(Object.entries(told).filter(([, value]) => value !== null && value !== undefined)),
  }
}

/** Scheme, host and path of ours, as the client addressed them. */
export function addressOf({ origin, host, request_headers }: JournalEntry): string {
  const { scheme = 'http', path = '' } = origin ?? {}
  return `${scheme}://${origin?.host ?? host ?? String(request_headers.host ?? 'localhost')}${path}`
}

function headersOf(headers: Readonly<Record<string, unknown>>) {
  return Object.entries(headers).flatMap(([name, value]) => [value].flat().map((one) => ({ name, value: String(one) })))
}

function textOf(body: unknown): string {
  return typeof body === 'string' ? body : JSON.stringify(body)
}

function postDataOf(body: unknown, type: unknown) {
  if (body === null || body === undefined) return {}
  const mimeType = String(type ?? '')
  if (!/^application\/x-www-form-urlencoded/i.test(mimeType)) return { postData: { mimeType, params: [], text: textOf(body) } }
  const fields = fieldsOf(body)
  const params = fields.map(([name, value]) => ({ name, value }))
  // One of them excludes the other, says the format; readers want both.
  return { postData: { mimeType, params, text: new URLSearchParams(fields).toString() } }
}

function contentOf(body: unknown, type: unknown) {
  const text = body === null || body === undefined ? '' : textOf(body)
  return { size: Buffer.byteLength(text), mimeType: String(type ?? ''), text }
}
