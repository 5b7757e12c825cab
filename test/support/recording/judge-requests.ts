import diagnostics from 'node:diagnostics_channel'
import { mkdirSync, writeFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { join } from 'node:path'
import { afterAll, expect } from 'vitest'
import { readClaims } from '../../../src/oauth/jose/jwt.ts'
import type { TestServer } from '../server.ts'
import type { Proofs } from './proofs.ts'

/** A request as a judge sent it, but for what earlier answers gave it: `{{2.code}}` is the member or parameter `code` of the third answer. */
export interface JudgeRequest {
  /** The test that it was sent in. */
  it: string
  /** Seconds since 1970. */
  time: number
  method: string
  /** With the query; the host of the server that was started is `{base}`. */
  url: string
  headers: Record<string, string>
  body?: string
  /** Of the control API: what the test does besides; its answer is not looked at. */
  aside?: boolean
  /** A person opens it and goes through the sign-in; the answer is where that ends. */
  browser?: true
  /** What they typed on each page, where they came with a browser of their own; else they go the vendor's usual way. */
  typed?: Record<string, string[]>[]
  /** A page's script asks, with the browser's cookies. */
  script?: true
}

/** Where recordings lie, a folder for each vendor. */
export const recordings = join(import.meta.dirname, '../../data/recordings')

/** Headers that say what is asked. */
const kept = ['user-agent', 'content-type', 'accept', 'authorization', 'origin', 'x-amz-target', 'x-amz-date', 'client-request-id']

interface Seen extends JudgeRequest {
  answers: Record<string, string>
  /** The page that a person is on. */
  page?: string
}

/**
 * Writes what judges ask a server into `test/data/recordings/VENDOR/NAME.requests.json`, where the variable `GRANTBOX_RECORD` is set: requests
 * to its sandbox alone, and of a sign-in the address that began it. `npm test` asks the same again (`test/vendors/replayed.test.ts`).
 * @param proofs what must be made anew then
 */
export function recordRequests(vendor: string, name: string, { https, url, sandbox }: TestServer, proofs?: Proofs): void {
  if (process.env.GRANTBOX_RECORD === undefined) return
  const seen: Seen[] = []
  const started = (message: unknown) => {
    const { request, response } = message as { request: IncomingMessage; response: ServerResponse }
    if (request.socket.localPort !== Number(new URL(https).port)) return
    const [body, answer] = [listen(request), answerOf(response)]
    const it = expect.getState().currentTestName ?? ''
    const base = [https, url]
    response.on('finish', () => {
      const aside = request.url?.startsWith('/_grantbox/') === true
      const asked = {
        it,
        ...(aside && { aside }),
        time: Math.floor(sandbox().clock.now() / 1000),
        ...described(request, body(), base),
        answers: aside ? codesOf(answer()) : valuesOf(answer()),
      }
      if (request.url?.startsWith('/_grantbox/assets/') === true) return
      const opened = isOpened(request, answer().location)
      const isScript = request.headers.cookie !== undefined && isByScript(request)
      if (isScript || (request.headers.cookie === undefined && asked.method !== 'OPTIONS' && !isStep(request, body()))) {
        seen.push(isScript ? Object.assign(asked, { script: true }) : asked)
      } else if (!opened) {
        const opening = seen.findLast(({ browser }) => browser)
        Object.assign(opening?.answers ?? {}, asked.answers)
        if (opening?.typed !== undefined && asked.method === 'POST') opening.typed.push(typedIn(body(), opening.page))
        if (opening !== undefined) opening.page = answer().text
      }
      if (opened) {
        if (!seen.includes(asked)) seen.push(asked)
        Object.assign(asked, { browser: true, page: answer().text }, request.headers.cookie === '' && { typed: [] })
      }
    })
  }
  diagnostics.subscribe('http.server.request.start', started)
  afterAll(() => {
    diagnostics.unsubscribe('http.server.request.start', started)
    // Judges that cannot run here leave what is there.
    if (seen.length === 0) return
    mkdirSync(join(recordings, vendor), { recursive: true })
    writeFileSync(join(recordings, vendor, `${name}.requests.json`), `${JSON.stringify(seen.map(withNames), null, 1)}\n`)
  })

  /** The request with names in the place of what earlier answers gave. */
  function withNames({ answers: _, page: _page, ...asked }: Seen, index: number): JudgeRequest {
    const given = seen
      .slice(0, index)
      .flatMap(({ answers }, at) => Object.entries(answers).map(([key, value]) => [`{{${at}.${key}}}`, value] as const))
      // One may be a part of another.
      .toSorted(([, one], [, other]) => other.length - one.length)
    const named = (text: string) =>
      given.reduce((one, [mark, value]) => one.replaceAll(encodeURIComponent(value), mark).replaceAll(value, mark), text)
    const headers = Object.fromEntries(Object.entries(asked.headers).map(([name, value]) => [name, named(value)]))
    const body = asked.body === undefined ? undefined : named(proofs?.mark(asked.body, given, asked.time) ?? asked.body)
    const url = proofs?.in_urls === true ? proofs.mark(asked.url, given, asked.time) : asked.url
    const typed = asked.typed && (JSON.parse(named(JSON.stringify(asked.typed))) as typeof asked.typed)
    return { ...asked, url: named(url), headers, ...(body !== undefined && { body }), ...(typed && { typed }) }
  }
}

/** Of programs only browsers say from where they ask. */
function isByScript({ headers }: IncomingMessage): boolean {
  return headers['sec-fetch-site'] !== undefined && headers['sec-fetch-mode'] === 'cors'
}

/** What a person opens: an authorization request, where a device's code is typed, or a sign-out that leads back at once. */
function isOpened({ method, url = '', headers }: IncomingMessage, location: string | undefined): boolean {
  if (method === 'GET' && headers.cookie === '' && url.endsWith('/device')) return true
  return /auth(?:orize)?\?(.*&)?client_id=/.test(url) || (/logout\?/.test(url) && location !== undefined)
}

/** What was typed on a page, or else than there: each value of a name. */
function typedIn(body: string, page = ''): Record<string, string[]> {
  const hidden = new Set([...page.matchAll(/<input type="hidden" name="([^"]*)"/g)].map(([, name]) => name))
  const typed = [...new URLSearchParams(body)].filter(([name]) => !hidden.has(name))
  return Object.fromEntries(typed.map(([name]) => [name, typed.flatMap(([other, value]) => (other === name ? [value] : []))]))
}

/** A page of a sign-in that goes on. */
function isStep({ method, url }: IncomingMessage, body: string): boolean {
  return (method === 'POST' && body.includes('transaction=')) || url?.includes('transaction=') === true
}

function described(request: IncomingMessage, body: string, base: readonly string[]): Omit<JudgeRequest, 'it' | 'time'> {
  const { host = '' } = request.headers
  const scheme = 'encrypted' in request.socket ? 'https' : 'http'
  const isOurs = base.some((one) => one.endsWith(`//${host}`))
  const plain = (text: string) =>
    base.reduce((one, address) => one.replaceAll(address, '{base}').replaceAll(encodeURIComponent(address), '{base}'), text)
  const headers = kept.flatMap((name) => {
    const value = request.headers[name]
    return value === undefined ? [] : [[name, plain(String(value))]]
  })
  return {
    method: request.method ?? 'GET',
    url: plain(`${isOurs ? '{base}' : `${scheme}://${host}`}${request.url}`),
    headers: Object.fromEntries(headers),
    ...(body === '' ? {} : { body: plain(body) }),
  }
}

/** Hears what comes without taking it away. */
function listen(request: IncomingMessage): () => string {
  const chunks: Buffer[] = []
  const push = request.push.bind(request)
  request.push = (chunk: unknown, encoding?: BufferEncoding) => {
    if (Buffer.isBuffer(chunk)) chunks.push(Buffer.from(chunk))
    return push(chunk, encoding)
  }
  return () => Buffer.concat(chunks).toString()
}

/** What is answered: a text, and where it sends the browser. */
function answerOf(response: ServerResponse): () => { text: string; location: string | undefined } {
  let text = ''
  let location: string | undefined
  const end = response.end.bind(response) as (...values: unknown[]) => ServerResponse
  response.end = ((chunk: unknown, ...others: unknown[]) => {
    if (typeof chunk === 'string' || Buffer.isBuffer(chunk)) text += chunk.toString()
    return end(chunk, ...others)
  }) as typeof response.end
  const writeHead = response.writeHead.bind(response) as (...values: unknown[]) => ServerResponse
  response.writeHead = ((status: number, headers: Record<string, string> = {}, ...others: unknown[]) => {
    location = headers.location
    return writeHead(status, headers, ...others)
  }) as typeof response.writeHead
  return () => ({ text, location })
}

/** Texts of an answer that are long enough to be found again in a later request. */
function valuesOf({ text, location }: { text: string; location: string | undefined }): Record<string, string> {
  return longOnes(membersOf(text, location))
}

/** Codes that were sent, as the outbox tells them. */
function codesOf({ text }: { text: string }): Record<string, string> {
  return Object.fromEntries(Object.entries(membersOf(text, undefined)).filter(([name]) => /^items\.\d+\.code$/.test(name)))
}

/**
 * What an answer gives by name: members of its JSON or form, one in another as `Result.Token`, parameters of the address that it leads to,
 * and `created`, the id in the address of what was made.
 */
export function membersOf(text: string, location: string | undefined): Record<string, string> {
  const parameters = location === undefined ? [] : [...new URLSearchParams(location.split(/[?#]/).slice(1).join('&'))]
  const signed = textsIn(readClaims(parameters.find(([name]) => name === 'response')?.[1] ?? ''), 'response')
  const members = /^[{[]/.test(text) ? textsIn(JSON.parse(text), '') : isForm(text) ? [...new URLSearchParams(text)] : []
  const created = /\/([0-9a-f-]{36})$/.exec(location ?? '')?.[1]
  const made = created === undefined ? [] : [['created', created] as const]
  return Object.fromEntries([...made, ...parameters, ...signed, ...members, ...postedIn(text)])
}

/** Whether an answer is a form, as some token endpoints send it. */
export function isForm(text: string): boolean {
  return /^[a-z_]+=[^<>{\s]*$/.test(text)
}

/** What a page posts to the one that opened it, or to a client. */
export function postedIn(text: string): [string, string][] {
  if (!/ data-(?:origin="|submit>)/.test(text)) return []
  return [...text.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)].map(([, name = '', value = '']) => [name, value])
}

function textsIn(value: unknown, name: string): [string, string][] {
  if (typeof value === 'string') return [[name, value]]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, one]) => textsIn(one, name === '' ? key : `${name}.${key}`))
}

function longOnes(members: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(members).filter(
      ([name, value]) =>
        (value.length >= 20 || name === 'user_code' || (name.endsWith('Id') && /\d/.test(value))) &&
        (name === 'request_uri' || !/uri|message|description|metadata/.test(name)) &&
        !/^https?:|[@\s]/.test(value),
    ),
  )
}
