import { readdirSync, readFileSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { request } from 'node:https'
import { basename, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { Jar, type Visit } from '../browser-jar.ts'
import { launch, type TestServer } from '../server.ts'
import { type JudgeRequest, membersOf, recordings } from './judge-requests.ts'
import { type PlainAnswer, plainAnswer } from './plain-answer.ts'
import type { Proofs } from './proofs.ts'

/** What is asked once more, in the order in which the judges asked it. */
export interface Replay {
  vendor: string
  name: string
  requests: readonly JudgeRequest[]
  /** Where the answers stand. */
  file: string
}

/** All recordings of judges. */
export const replays: readonly Replay[] = readdirSync(recordings).flatMap((vendor) =>
  readdirSync(join(recordings, vendor))
    .filter((file) => file.endsWith('.requests.json'))
    .map((file) => {
      const name = basename(file, '.requests.json')
      const requests = JSON.parse(readFileSync(join(recordings, vendor, file), 'utf8')) as JudgeRequest[]
      return { vendor, name, requests, file: join(recordings, vendor, `${name}.answers.json`) }
    }),
)

/** Goes through a vendor's sign-in, until the browser is sent back. */
export type SignsIn = (jar: Jar, page: Visit, base: string) => Promise<Visit>

/** Asks a new server everything of a recording, at the times of then; gives the answers. */
export async function replay({ vendor, requests }: Replay, signIn: SignsIn, proofs?: Proofs): Promise<(PlainAnswer | undefined)[]> {
  const server = await launch({ defaultProvider: vendor })
  const jar = new Jar(await fetchAt(server))
  try {
    const given: Record<string, string>[] = []
    const answers: (PlainAnswer | undefined)[] = []
    const ids = new Map<string, string>()
    for (const asked of requests) {
      server.clock.advance(asked.time - server.clock.now() / 1000)
      const came = await answerTo(asked, given, server, jar, signIn, proofs)
      given.push(membersOf(came.html, came.headers.get('location') ?? undefined))
      const moment = { base: server.https, now: asked.time, ids }
      answers.push(asked.aside === true ? undefined : plainAnswer(came.status, came.headers, came.html, moment))
    }
    return answers
  } finally {
    await server.close()
  }
}

async function answerTo(
  asked: JudgeRequest,
  given: Record<string, string>[],
  server: TestServer,
  jar: Jar,
  signIn: SignsIn,
  proofs: Proofs | undefined,
): Promise<Visit> {
  const filled = (value: string) =>
    value.replaceAll('{base}', server.https).replace(/\{\{(\d+)\.([^}]+)\}\}/g, (_, at, name) => given[Number(at)]?.[name] ?? `no ${name}`)
  const plainUrl = filled(asked.url)
  const url = proofs?.in_urls === true ? proofs.fill(plainUrl, given, asked.time) : plainUrl
  if (asked.typed !== undefined) {
    const own = new Jar(await fetchAt(server))
    let page = await own.open(url)
    for (const typed of asked.typed) page = await own.post(page, new URL(url).origin, JSON.parse(filled(JSON.stringify(typed))))
    return page
  }
  if (asked.browser === true) return signIn(jar, await jar.open(url), new URL(url).origin)
  const headers = Object.fromEntries(Object.entries(asked.headers).map(([name, value]) => [name, filled(value)]))
  const body = asked.body === undefined ? undefined : filled(asked.body)
  const init = { method: asked.method, headers, ...(body !== undefined && { body: proofs?.fill(body, given, asked.time) ?? body }) }
  if (asked.script === true) return jar.open(url, init)
  const visit = await (await fetchAt(server))(url, init)
  return { status: visit.status, headers: visit.headers, html: await visit.text(), location: undefined }
}

/** Fetches over TLS from a server under whatever name it is asked by. */
export async function fetchAt({ https, ca: authority }: TestServer): Promise<(url: string, init: RequestInit) => Promise<Response>> {
  const ca = await authority()
  const { port } = new URL(https)
  return async (url, { method = 'GET', headers = {}, body }) => {
    const { host, hostname, pathname, search } = new URL(url)
    const sent = Object.entries(headers).filter(([, value]) => value !== undefined && value !== '')
    if (body instanceof URLSearchParams) sent.push(['content-type', 'application/x-www-form-urlencoded'])
    // Else no length is told of what DELETE brings.
    if (body !== undefined && body !== null) sent.push(['content-length', String(Buffer.byteLength(body.toString()))])
    const options = {
      host: '127.0.0.1',
      port,
      servername: hostname,
      path: pathname + search,
      method,
      ca,
      headers: { ...Object.fromEntries(sent), host },
    }
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      request(options, resolve).on('error', reject).end(body?.toString())
    })
    const back = new Headers()
    for (const [name, values = []] of Object.entries(answer.headersDistinct)) for (const value of values) back.append(name, value)
    return new Response((await text(answer)) || null, { status: answer.statusCode ?? 0, headers: back })
  }
}
