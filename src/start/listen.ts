import { given } from '../basics/given.ts'
import { createListener } from '../http/listener/listener.ts'
import type { GrantboxServer } from './grantbox-server.ts'
import type { ServerOptions } from './options.ts'
import { originOf } from './origin.ts'
import { beginPorts } from './ports.ts'
import { createServer } from './server.ts'

/** How a server is made, and where and with which limits it listens. */
export interface ListenOptions extends ServerOptions {
  /** 0 takes a free one. */
  port: number
  /** How long a whole request may take to arrive, milliseconds; node:http's own measure when absent. */
  requestTimeout?: number | undefined
  /** The largest request line with headers, in bytes; 64 KiB when absent. */
  maxHeaderSize?: number | undefined
  /** Connections that may be open at once; any number when absent. */
  maxConnections?: number | undefined
}

/** A server that listens. */
export interface Listening {
  server: GrantboxServer
  /** Its http address for this machine, without a slash at the end. */
  origin: string
  /**
   * Stops it: no new connections, and what is under way gets its answer.
   * @param graceMs after so many milliseconds what is still open is cut off
   */
  close(graceMs: number): Promise<void>
}

/** The longest that the headers alone may take, milliseconds. */
const longestHeaders = 60_000
/** How often node:http looks for requests that are late, milliseconds; more often where less time is given than that. */
const longestUnchecked = 30_000

/**
 * The one way to start grantbox, for the command line and the library alike: whoever listens does so with all the limits that he gave.
 * @throws StartError, ListenError when it cannot be started as was asked
 */
export async function listen({ port, requestTimeout, maxHeaderSize, maxConnections, ...options }: ListenOptions): Promise<Listening> {
  const server = await createServer(options)
  const listener = createListener({
    handler: server.handler,
    connect: server.connect,
    certificates: server.certificates,
    requestClientCertificate: options.clientCertificates === 'always',
    maxConnections,
    onRefusal: server.onRefusal,
    onGone: server.onGone,
    server: {
      ...given({ maxHeaderSize }),
      ...(requestTimeout !== undefined && {
        requestTimeout,
        headersTimeout: Math.min(requestTimeout, longestHeaders),
        connectionsCheckingInterval: Math.min(requestTimeout, longestUnchecked),
      }),
    },
  })
  let closing: Promise<void> | undefined
  const stop = async (graceMs: number) => {
    server.quiesce()
    await listener.close({ graceMs })
    await server.close()
  }
  try {
    const bound = await listener.listen({ host: options.host, port })
    server.listensAt(bound)
    await beginPorts(server.ports, server.sandboxes, listener, options.host)
    return {
      server,
      origin: originOf(options.host, bound.port),
      close(graceMs) {
        closing ??= stop(graceMs)
        return closing
      },
    }
  } catch (error) {
    await stop(0)
    throw error
  }
}
