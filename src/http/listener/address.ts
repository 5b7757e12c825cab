/** Binding to an address, or to both loopback addresses, and saying clearly why that failed. */
import { createServer, type Socket } from 'node:net'

/** The address cannot be listened on; the message says why and what to do. */
export class ListenError extends Error {
  override readonly name = 'ListenError'
  /** The system's code, such as `EADDRINUSE`. */
  readonly code: string

  constructor(code: string, message: string, cause: unknown) {
    super(message, { cause })
    this.code = code
  }
}

/** A bound address. */
export interface Bound {
  address: string
  port: number
  /** Accepts no more; settles when the last connection has ended. */
  close(): Promise<void>
}

/** How often to look for a port that is free on both loopback addresses. */
const attempts = 20

/**
 * Listens on `host`; on 127.0.0.1 and ::1 when it is one of the names of this machine for itself, because clients
 * resolve `localhost` to either.
 * @param onError is told of connections that could not be accepted
 * @throws ListenError
 */
export async function bind(
  host: string,
  port: number,
  onConnection: (socket: Socket) => void,
  onError: (error: Error) => void,
): Promise<Bound[]> {
  if (host !== 'localhost' && host !== '127.0.0.1') return [await bindOne(host, port, onConnection, onError)]
  for (let attempt = 1; ; attempt++) {
    const four = await bindOne('127.0.0.1', port, onConnection, onError)
    try {
      return [four, await bindOne('::1', four.port, onConnection, onError)]
    } catch (error) {
      // A machine without IPv6.
      if (error instanceof ListenError && ['EADDRNOTAVAIL', 'EAFNOSUPPORT', 'EINVAL'].includes(error.code)) return [four]
      await four.close()
      const isTaken = error instanceof ListenError && error.code === 'EADDRINUSE'
      if (port !== 0 || !isTaken || attempt === attempts) throw error
    }
  }
}

function bindOne(host: string, port: number, onConnection: (socket: Socket) => void, onError: (error: Error) => void): Promise<Bound> {
  // As node:http would: it looks after half-open connections itself.
  const server = createServer({ allowHalfOpen: true, noDelay: true }, onConnection)
  return new Promise((resolve, reject) => {
    const refuse = (error: NodeJS.ErrnoException) => reject(listenError(error, host, port))
    server.once('error', refuse)
    server.listen({ host, port }, () => {
      server.off('error', refuse)
      server.on('error', onError)
      const bound = server.address()
      if (bound === null || typeof bound === 'string') throw new TypeError('a TCP server has an address and a port')
      const close = () => new Promise<void>((closed) => server.close(() => closed()))
      resolve({ address: bound.address, port: bound.port, close })
    })
  })
}

function listenError(error: NodeJS.ErrnoException, host: string, port: number): ListenError {
  const code = error.code ?? 'UNKNOWN'
  const say = wording[code]
  return new ListenError(code, say?.(host, port) ?? `Cannot listen on ${host}, port ${port}: ${error.message}.`, error)
}

const notHere = (host: string) =>
  `"${host}" is no address of this machine. Choose another with --host: 127.0.0.1 for this machine alone, 0.0.0.0 for all who reach it.`

const wording: Record<string, (host: string, port: number) => string> = {
  EADDRINUSE: (host, port) =>
    `Port ${port} is already in use${host === '127.0.0.1' ? '' : ` on ${host}`}. Stop the other program or choose another port with --port.`,
  EACCES: (_host, port) => `This user may not listen on port ${port}. Choose a port from 1024 on with --port.`,
  EADDRNOTAVAIL: notHere,
  ENOTFOUND: notHere,
  EAI_AGAIN: notHere,
}
