/**
 * In this room: grantbox as the proxy that clients ask for their vendor's host: which hosts are answered inside, which are led to where
 * they are, which are refused.
 * Elsewhere: what a sandbox answers (`http/`), and the port that all this comes to (`http/listener/`).
 */

import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { linger } from '../http/listener/refusal.ts'
import { type Came, originReader } from '../http/origin.ts'
import type { Sandbox } from '../sandbox/sandbox.ts'
import type { Sandboxes } from '../sandbox/sandboxes.ts'
import { readCredentials } from './credentials.ts'
import { dial } from './dial.ts'
import { forward } from './forward.ts'
import { answerRefusal, ProxyRefusal, refusalText, toRefusal } from './refusal.ts'
import { type RefusedHost, RefusedHosts } from './refused-hosts.ts'
import { relay } from './relay.ts'
import { authority, isSame, readAuthority, readUrl, type Target, usualPort } from './target.ts'
import { ownWay, type ProxyMode, type Way, type WayOptions, wayTo } from './way.ts'

export interface ProxyOptions extends Omit<WayOptions, 'sandboxes'> {
  sandboxes: Pick<Sandboxes, 'find' | 'reach' | 'ownerOf' | 'namedByPort' | 'default' | 'hostNames'>
  now: () => number
  /** Answers as a sandbox. */
  answer: (request: IncomingMessage, response: ServerResponse, called: Called) => void
  /** Answers a request to this server itself. */
  serve: RequestListener
  onError?: ((error: unknown) => void) | undefined
  /** How long a tunnel may say nothing; milliseconds. */
  idleMs?: number | undefined
  /** Tunnels that may lead elsewhere at once. */
  maxTunnels?: number | undefined
}

/** Whom somebody called by way of the proxy. */
export interface Called {
  sandbox: Sandbox
  origin: Came
  /** With the port. */
  host: string
}

/** What the proxy says of itself. */
export interface ProxyReport {
  mode: ProxyMode
  /** The hosts that it answers. */
  hosts: readonly string[]
  /** Those that were refused, the last one first. */
  refused: readonly RefusedHost[]
}

/** Takes a connection whose target is here: requests are read from it and answered so. */
export type Adopt = (answer: RequestListener, serverName: string) => void

export class ForwardProxy {
  readonly #options: ProxyOptions
  readonly #refused = new RefusedHosts()
  readonly #idleMs: number
  readonly #maxTunnels: number
  #tunnels = 0

  constructor(options: ProxyOptions) {
    this.#options = options
    this.#idleMs = options.idleMs ?? 300_000
    this.#maxTunnels = options.maxTunnels ?? 1024
  }

  report(): ProxyReport {
    const { mode, sandboxes } = this.#options
    return { mode, hosts: sandboxes.hostNames(), refused: this.#refused.list() }
  }

  /** Answers CONNECT (RFC 9110 §9.3.6); `adopt` takes the connection when its target is here. */
  connect(request: IncomingMessage, socket: Socket, head: Buffer, adopt: Adopt): void {
    socket.on('error', () => socket.destroy())
    this.#connect(request, socket, head, adopt).catch((error: unknown) => {
      const refusal = this.#refuse(error, request, readAuthority(request.url ?? ''))
      if (socket.writable) socket.end(refusalText(refusal))
      socket.resume()
      linger(socket)
    })
  }

  async #connect(request: IncomingMessage, socket: Socket, head: Buffer, adopt: Adopt): Promise<void> {
    const target = readAuthority(request.url ?? '')
    if (target === undefined) {
      throw new ProxyRefusal(400, `CONNECT names a host and a port from 1 to 65535, as accounts.example:443; it named '${request.url}'`)
    }
    const asked = await this.#way(target, request)
    const way = asked.to === 'elsewhere' ? await this.#dial(target) : asked
    if (socket.destroyed) return void ('to' in way || way.destroy())
    socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
    if (!('to' in way)) return relay(socket, way, head, this.#idleMs)
    if (head.length > 0) socket.unshift(head)
    adopt(way.to === 'sandbox' ? this.#inTunnel(target, way.name) : this.#options.serve, target.host)
  }

  /** Answers what comes through a tunnel to a host: as the sandbox, and for that host alone. */
  #inTunnel(target: Target, name: string): RequestListener {
    return (request, response) => {
      const { url = '/', headers } = request
      const full = readUrl(url)
      const host = url.startsWith('/') || url === '*' ? readAuthority(headers.host ?? '', target.port) : full?.target
      if (isSame(host, target)) {
        if (full !== undefined) request.url = pathOf(full.url)
        const origin = originOf(request)
        return void this.#answerAs(name, request, response, target, origin).catch(this.#failing(request, response, target))
      }
      const asked = full === undefined ? headers.host : full.url.host
      const why = `This tunnel leads to ${authority(target)}, and a request in it is for '${asked}': each host needs a tunnel of its own`
      answerRefusal(response, new ProxyRefusal(421, why))
    }
  }

  /** Answers a request of absolute form (RFC 9112 §3.2.2), as clients send them to proxies for `http` addresses. */
  forward(request: IncomingMessage, response: ServerResponse): void {
    this.#forward(request, response).catch(this.#failing(request, response, readUrl(request.url ?? '')?.target))
  }

  #failing(request: IncomingMessage, response: ServerResponse, target: Target | undefined): (error: unknown) => void {
    return (error) => {
      const refusal = this.#refuse(error, request, target)
      if (response.headersSent) response.destroy()
      else answerRefusal(response, refusal)
    }
  }

  async #forward(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { url: text = '', headers } = request
    const asked = readUrl(text)
    if (asked === undefined) {
      throw new ProxyRefusal(400, `A request is for a path or for an http or https address without credentials; '${text}' came`)
    }
    const { url, target } = asked
    if (!isSame(readAuthority(headers.host ?? '', usualPort(url)), target)) {
      throw new ProxyRefusal(400, `The request is for ${url.host} and its Host header is '${headers.host}': both name the same host`)
    }
    const { mode, serve } = this.#options
    // Whoever is no proxy has to take this form as well (RFC 9112 §3.2.2): the host is a name of its own.
    const led: Way = mode === 'off' ? { to: 'us' } : await this.#way(target, request)
    const way = led.to === 'elsewhere' ? await this.#dial(target) : led
    if (!('to' in way)) {
      if (response.destroyed) return void way.destroy()
      const failed = (error: Error) => {
        const refusal =
          error instanceof ProxyRefusal ? error : new ProxyRefusal(502, `${authority(target)} gave no answer: ${error.message}`)
        answerRefusal(response, this.#refuse(refusal, request, target))
      }
      return forward(request, response, { target, url, socket: way, failed, idleMs: this.#idleMs })
    }
    request.url = pathOf(url)
    delete headers['proxy-authorization']
    if (way.to !== 'sandbox') return serve(request, response)
    const scheme = url.protocol === 'https:' ? 'https' : 'http'
    await this.#answerAs(way.name, request, response, target, { ...originOf(request), scheme })
  }

  async #answerAs(name: string, request: IncomingMessage, response: ServerResponse, target: Target, origin: Came): Promise<void> {
    const sandbox = await this.#options.sandboxes.reach(name)
    if (sandbox !== undefined) this.#options.answer(request, response, { sandbox, origin, host: authority(target) })
    else answerRefusal(response, new ProxyRefusal(404, `The sandbox '${name}', which had ${target.host}, was deleted`))
  }

  #way(target: Target, { headers }: IncomingMessage): Promise<Way> {
    return wayTo(target, headers['proxy-authorization'], this.#options)
  }

  async #dial(target: Target): Promise<Socket | ReturnType<typeof ownWay>> {
    if (this.#tunnels >= this.#maxTunnels) {
      throw new ProxyRefusal(503, `${this.#maxTunnels} connections lead elsewhere, and no more may: one has to end first`)
    }
    this.#tunnels++
    const ended = () => this.#tunnels--
    try {
      const socket = await dial(target, this.#options)
      if (socket === 'own') {
        ended()
        return ownWay(target, this.#options.sandboxes)
      }
      if (socket.closed) throw new ProxyRefusal(502, `${authority(target)} ended the connection at once`)
      socket.once('close', ended)
      return socket
    } catch (error) {
      ended()
      throw error
    }
  }

  /** Tells of a refused host to whoever asks the control API, and in the journal of the sandbox that was meant. */
  #refuse(error: unknown, request: IncomingMessage, target: Target | undefined): ProxyRefusal {
    const refusal = toRefusal(error)
    const { sandboxes, now, onError } = this.#options
    if (refusal !== error) onError?.(error)
    if (target !== undefined && refusal.status === 403) this.#refused.add(target, now())
    // The token in it opens the control API.
    const { 'proxy-authorization': said, ...request_headers } = request.headers
    const named = readCredentials(said)?.sandbox ?? ''
    const sandbox = sandboxes.find(named) ?? sandboxes.default
    sandbox?.journal.add({
      id: 0,
      time: sandbox.clock.now(),
      at_ms: performance.now(),
      duration_ms: 0,
      endpoint: 'proxy',
      method: request.method ?? '',
      url: request.url ?? '',
      request_headers,
      request_body: undefined,
      status: refusal.status,
      response_headers: { 'content-type': 'application/json' },
      response_body: refusal.body,
      error: refusal.error,
      explanation: refusal.message,
      ...(target !== undefined && { host: authority(target) }),
    })
    return refusal
  }
}

/** Whoever asks for a vendor's host by way of the proxy comes to it by no other proxy that is believed. */
const originOf = originReader()

function pathOf({ pathname, search }: URL): string {
  return pathname + search
}
