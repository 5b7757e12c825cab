/**
 * In this room: the port: what the first bytes say, http and https on one address, what is said to bytes that are no request.
 * Elsewhere: routes.
 */

import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { asksForCertificate } from '../certificates/host.ts'
import { type Bound, bind } from './address.ts'
import { readAhead, tellOfEnd } from './behind-answers.ts'
import { readHello } from './client-hello.ts'
import { number } from './connection.ts'
import type { Adopt, ListenerOptions } from './options.ts'
import { answerClientError, answerNoTunnel, answerWithoutHost, linger, refusedRequest, unfinishedHead } from './refusal.ts'

export interface Listener {
  /**
   * Begins to accept connections, also on a further port beside those before. `localhost` and `127.0.0.1` mean both loopback addresses, any other host that one alone.
   * @param options.host `localhost` unless given
   * @param options.port 0 takes a free one, the same on both addresses
   * @throws ListenError when the address cannot be had; the message says why and what to do
   */
  listen(options: { host?: string | undefined; port: number }): Promise<Listened>
  /**
   * Stops: no new connections, idle ones end at once, requests under way get their answer.
   * @param options.graceMs after so many milliseconds (5000 unless given) what is still open is cut off
   */
  close(options?: { graceMs?: number | undefined }): Promise<void>
}

/** One port that is listened on. */
export interface Listened {
  port: number
  addresses: string[]
  /** Accepts no more there; idle connections end at once, requests under way get their answer. */
  close(): void
}

/** The type byte of a TLS handshake record (RFC 8446 §5.1); no HTTP method begins with it. */
const tlsHandshake = 0x16

/** Longer than clients and proxies keep an idle connection, so that it is they who end it and no request meets a closing socket. */
const keepAliveTimeout = 72_000

/** Room for a dozen cookies and a long token beside each other; clients and servers elsewhere differ between 8 KiB and 128 KiB. */
const maxHeaderSize = 64 * 1024

/** @returns a listener that does not listen yet */
export function createListener({
  handler,
  certificates,
  requestClientCertificate,
  connect,
  onError,
  onRefusal,
  onGone,
  maxConnections = Number.POSITIVE_INFINITY,
  server: limits,
}: ListenerOptions): Listener {
  /** The sockets as HTTP sees them (for https the TLS socket), each with its answers in order; {@link owedTo} forgets those that are out. */
  const connections = new Map<Socket, ServerResponse[]>()
  /** How connections began whose first head did not come whole. */
  const heads = new WeakMap<Socket, string>()
  /** Those that were ended here. */
  const refusedHere = new WeakSet<Socket>()
  /** Who answers what comes through a tunnel. */
  const tunnels = new WeakMap<Socket, RequestListener>()
  let inside: Server | undefined
  const bound = new Set<Bound>()
  let closing: Promise<void> | undefined

  /** It never listens itself: both kinds of connection are handed to it. A missing Host header is answered here, in JSON. */
  function serve(answer: RequestListener, refused?: ListenerOptions['onRefusal']): Server {
    const server = createServer({ keepAliveTimeout, maxHeaderSize, ...limits, requireHostHeader: false })
    // On this event node:http begins to watch its timeouts.
    server.emit('listening')
    server.on('request', (request, response) => {
      const { socket } = request
      owedTo(socket).push(response)
      if (closing !== undefined) endAfter(response)
      if (request.headers.host !== undefined || request.httpVersion !== '1.1') return answer(request, response)
      const refusal = answerWithoutHost(response)
      refused?.(request, refusal)
    })
    server.on('clientError', (error, stream) => {
      const socket = stream as Socket
      // The last answer is kept here until the next request comes.
      const head = connections.get(socket)?.length === 0 ? heads.get(socket) : undefined
      const owed = owedTo(socket)
      const { requestTimeout } = server
      const refusal = answerClientError(error, socket, owed, { requestTimeout, maxHeaderSize: limits?.maxHeaderSize ?? maxHeaderSize })
      if (refusal === undefined) return
      refusedHere.add(socket)
      const request = refusedRequest(error, socket, owed.at(-1)?.req, head)
      if (request !== undefined) refused?.(request, refusal)
    })
    return server
  }

  const http = serve(handler, onRefusal)
  if (connect !== undefined) {
    http.on('connect', (request, stream, head) => {
      const socket = stream as Socket
      const adopt: Adopt = (answer, serverName) => {
        tunnels.set(socket, answer)
        begin(socket, insideTunnels(), serverName)
      }
      afterAnswers(socket, () => connect(request, socket, head, adopt))
    })
  }

  /** Reads what comes through all tunnels that end here. */
  function insideTunnels(): Server {
    if (inside !== undefined) return inside
    inside = serve((request, response) => tunnels.get(request.socket)?.(request, response))
    inside.on('connect', (_request, socket) => afterAnswers(socket as Socket, () => answerNoTunnel(socket)))
    return inside
  }

  /**
   * The answers that a connection still awaits, found out when it matters: to be told of the end of each costs more than to route
   * it. So the last one is kept until the next is asked for.
   */
  function owedTo(socket: Socket): ServerResponse[] {
    const owed = connections.get(socket) ?? []
    while (owed[0]?.closed === true) owed.shift()
    return owed
  }

  /** Whoever asks for a tunnel behind other requests has their answers first, and none of them within it. */
  function afterAnswers(socket: Socket, then: () => void): void {
    const last = owedTo(socket).at(-1)
    if (last === undefined) return void then()
    const putBack = readAhead(socket)
    last.once('close', () => {
      putBack()
      // The limit of a connection that waits for its next request.
      socket.setTimeout(0)
      if (socket.writable) then()
    })
  }

  function track(socket: Socket): void {
    const owed: ServerResponse[] = []
    connections.set(socket, owed)
    number(socket)
    // Before node:http hears of it, so that what is closed by then was answered.
    socket.once('close', () => {
      connections.delete(socket)
      const isTold = onGone !== undefined && closing === undefined && !refusedHere.has(socket)
      for (const { closed, destroyed, headersSent, req } of owed) if (isTold && !closed && !destroyed) onGone(req, headersSent)
      owed.forEach(tellOfEnd)
    })
    const close = socket.destroySoon
    socket.destroySoon = () => {
      const last = owedTo(socket).at(-1)
      if (last === undefined || last.req.complete) return close.call(socket)
      // Answered before all of it came, as a body over the limit is.
      socket.end()
      last.req.once('end', () => socket.destroy())
      linger(socket)
    }
  }

  /** Ends a connection with this answer, unless another request came before it was out. */
  function endAfter(response: ServerResponse): void {
    const { socket } = response.req
    if (!response.headersSent) response.setHeader('Connection', 'close')
    // It may have promised to keep the connection alive before close() was called.
    response.once('close', () => {
      if (owedTo(socket).length === 0) socket.destroySoon()
    })
  }

  function endWhenAnswered(socket: Socket): void {
    const last = owedTo(socket).at(-1)
    if (last === undefined) socket.destroy()
    else endAfter(last)
  }

  function accept(socket: Socket): void {
    if (connections.size >= maxConnections) return void socket.destroy()
    track(socket)
    // What matters of it is reported by whoever reads from the socket.
    socket.on('error', () => {})
    begin(socket, http, socket.localAddress)
  }

  /** Finds out what a connection speaks, and hands it to whom reads requests from it. */
  function begin(socket: Socket, server: Server, serverName: string | undefined): void {
    const deadline = setTimeout(() => socket.destroy(), http.headersTimeout).unref()
    socket.once('close', () => clearTimeout(deadline))
    let came: Buffer = Buffer.alloc(0)
    const look = () => {
      const chunk: Buffer | null = socket.read()
      if (chunk === null) return socket.destroy()
      came = came.length === 0 ? chunk : Buffer.concat([came, chunk])
      if (came[0] !== tlsHandshake) {
        clearTimeout(deadline)
        return handOver(socket, came, server)
      }
      const hello = readHello(came)
      if (hello === 'incomplete') return socket.once('readable', look)
      socket.unshift(came)
      secure(socket, server, hello.serverName ?? serverName, () => clearTimeout(deadline)).catch((error: Error) => {
        socket.destroy()
        onError?.(error)
      })
    }
    socket.once('readable', look)
  }

  /** Lets the server read a connection from its beginning, of which this is what came. */
  function handOver(socket: Socket, came: Buffer, server: Server): void {
    const head = unfinishedHead(came)
    if (head !== undefined) heads.set(socket, head)
    socket.unshift(came)
    server.emit('connection', socket)
  }

  async function secure(socket: Socket, server: Server, serverName: string | undefined, established: () => void): Promise<void> {
    const asks = asksForCertificate(serverName)
    // Whether sessions may be resumed is settled by the first context.
    const secureContext = await certificates.secureContext(serverName, asks)
    // Not before it is needed: to load it takes as long as to read the settings.
    const { TLSSocket } = await import('node:tls')
    if (socket.destroyed) return
    const secured = new TLSSocket(socket, {
      isServer: true,
      secureContext,
      SNICallback: (name, done) => {
        certificates.secureContext(name, asks).then((context) => done(null, context), done)
      },
      ALPNProtocols: ['http/1.1'],
      requestCert: requestClientCertificate === true || asks,
      rejectUnauthorized: false,
    })
    const report = (error: Error) => onError?.(error)
    secured.on('error', report)
    secured.once('secure', () => {
      // From now on node:http looks after it.
      secured.off('error', report).on('error', () => {})
      connections.delete(socket)
      track(secured)
      const answer = tunnels.get(socket)
      if (answer !== undefined) tunnels.set(secured, answer)
      secured.once('readable', () => {
        established()
        const came: Buffer | null = secured.read()
        if (came === null) secured.destroy()
        else handOver(secured, came, server)
      })
    })
  }

  async function stop(graceMs: number): Promise<void> {
    const ended = Promise.all([...bound].map((one) => one.close()))
    for (const socket of connections.keys()) endWhenAnswered(socket)
    const grace = setTimeout(() => {
      for (const socket of connections.keys()) socket.destroy()
    }, graceMs)
    await ended
    clearTimeout(grace)
    http.close()
    inside?.close()
  }

  return {
    async listen({ host = 'localhost', port }) {
      const its = await bind(host, port, accept, (error) => onError?.(error))
      for (const one of its) bound.add(one)
      const [{ port: found } = { port }] = its
      return {
        port: found,
        addresses: its.map((one) => one.address),
        close() {
          for (const one of its) {
            bound.delete(one)
            one.close()
          }
          for (const socket of connections.keys()) if (socket.localPort === found) endWhenAnswered(socket)
        },
      }
    },
    close({ graceMs = 5000 } = {}) {
      closing ??= stop(graceMs)
      return closing
    },
  }
}
