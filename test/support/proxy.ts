import { request as forwardTo, type IncomingHttpHeaders } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import { createCertificates } from '../../src/http/certificates/certificates.ts'
import { sendTls } from './client-certificates.ts'
import { TestClock } from './server.ts'

/** How a proxy passes requests on. */
interface ProxyOptions {
  /** Below which it has what stands behind it; taken off, unless it is kept. */
  path: string
  keepsPath?: boolean
  /** What it says of how it was addressed, and then in the place of the Host. */
  forward: readonly ('x' | 'forwarded')[]
}

/** A reverse proxy in a few lines, which ends TLS as nginx, Traefik and ingresses do. */
export interface Proxy {
  /** Its address with the path. */
  url: string
  to(target: string): void
  /** {@link tlsFetch} for this proxy's certificate. */
  fetch(url: string | URL, init?: RequestInit): Promise<Response>
}

/** Starts one until the test ends. */
export async function startProxy({ path, keepsPath = false, forward }: ProxyOptions): Promise<Proxy> {
  const certificates = createCertificates({ clock: new TestClock() })
  let target = ''
  const server = createServer({ SNICallback: (name, done) => void certificates.secureContext(name).then((made) => done(null, made), done) })
  server.on('request', (request, response) => {
    const { url = '/', method, headers } = request
    const below = keepsPath || !url.startsWith(path) ? url : url.slice(path.length) || '/'
    const passed = forward.length === 0 ? headers : { ...headers, ...told(headers.host ?? '', path, forward) }
    const onward = forwardTo(target + below, { method, headers: passed }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
    })
    request.pipe(onward)
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  onTestFinished(() => void server.close())
  const { port } = server.address() as AddressInfo
  return {
    url: `https://localhost:${port}${path}`,
    to(url) {
      target = url
    },
    fetch: tlsFetch(await certificates.ca()),
  }
}

/** fetch for servers whose certificates this authority issued; it follows no redirects. */
export function tlsFetch(ca: string): Proxy['fetch'] {
  return async (url, { method, headers, body } = {}) => {
    const sent = Object.fromEntries(new Headers(headers))
    if (body instanceof URLSearchParams) sent['content-type'] ??= 'application/x-www-form-urlencoded;charset=UTF-8'
    const answer = await sendTls(url, { ca, method, headers: sent, body: body ? String(body) : undefined })
    return new Response(answer.status === 204 ? null : answer.text, { status: answer.status, headers: pairs(answer.headers) })
  }
}

function told(host: string, path: string, forward: ProxyOptions['forward']): Record<string, string> {
  return {
    host: 'inner:9400',
    ...(forward.includes('x') && { 'x-forwarded-proto': 'https', 'x-forwarded-host': host, 'x-forwarded-prefix': path }),
    ...(forward.includes('forwarded') && { forwarded: `for=192.0.2.1;proto=https;host="${host}"`, 'x-forwarded-prefix': path }),
  }
}

function pairs(headers: IncomingHttpHeaders): [string, string][] {
  return Object.entries(headers).flatMap(([name, value]) => [value ?? []].flat().map((one): [string, string] => [name, one]))
}
