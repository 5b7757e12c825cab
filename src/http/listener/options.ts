import type { IncomingMessage, RequestListener, ServerOptions } from 'node:http'
import type { Socket } from 'node:net'
import type { Certificates } from '../certificates/certificates.ts'
import type { Refusal } from './refusal.ts'

/** What a listener is told when it is made. */
export interface ListenerOptions {
  handler: RequestListener
  certificates: Pick<Certificates, 'secureContext'>
  /**
   * Ask every TLS client for a certificate, whoever issued it (RFC 8705); the handler reads it from the socket. A browser that
   * has one may then ask its user to choose, which is why otherwise only those are asked that call a host `mtls.…`.
   */
  requestClientCertificate?: boolean | undefined
  /** Told what goes wrong below HTTP: certificates that cannot be made, handshakes that clients break off. */
  onError?: ((error: Error) => void) | undefined
  /** Connections that may be open at once; one more is closed as soon as it comes. */
  maxConnections?: number | undefined
  /**
   * Leads those who ask this port as a proxy (CONNECT). `adopt` takes the connection back when its way ends here: requests are read
   * from it and answered by another handler; a TLS client that names no host is answered as `serverName`.
   */
  connect?: ((request: IncomingMessage, socket: Socket, head: Buffer, adopt: Adopt) => void) | undefined
  /** Told what was refused before the handler saw it, as far as is known what it was. */
  onRefusal?: ((request: IncomingMessage, refusal: Refusal) => void) | undefined
  /** Told of each request whose client closed the connection before all of the answer was written, and whether its writing had begun. */
  onGone?: ((request: IncomingMessage, hasBegun: boolean) => void) | undefined
  /** Limits of node:http that differ from its own. Its `headersTimeout` also holds for what comes before the headers. */
  server?: ServerOptions | undefined
}

/** Takes a connection back, to be answered by another handler. */
export type Adopt = (handler: RequestListener, serverName: string) => void
