import type { X509Certificate } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Transport } from '../oauth/model/transport.ts'
import { certificateHost } from './certificates/host.ts'

/** Where a request went. */
export interface Addressed {
  issuer: string
  scheme: string
  /** With its port. */
  host: string
  prefix: string
  /** The sandbox's base URLs as settings fix them. */
  internal_url: string
  base_url: string
  /** Below the base URL, with the query. */
  path: string
  token_path: string
  /** Whether every host asks for certificates. */
  always: boolean
}

/** A request as node:http has it. */
export class HttpTransport implements Transport {
  readonly #request: IncomingMessage
  readonly #addressed: Addressed

  constructor(request: IncomingMessage, addressed: Addressed) {
    this.#request = request
    this.#addressed = addressed
  }

  get method(): string {
    return this.#request.method ?? ''
  }

  get dpop(): string | undefined {
    const header = this.#request.headers.dpop
    return Array.isArray(header) ? header.join(', ') : header
  }

  urls(): readonly string[] {
    const [path = ''] = this.#addressed.path.split('?')
    return this.#at(path)
  }

  audiences(): readonly string[] {
    const { issuer, token_path } = this.#addressed
    return [...new Set([issuer, ...this.#at(token_path), ...this.urls()])]
  }

  certificate(): X509Certificate | undefined {
    const { socket } = this.#request
    // Only a TLS socket has it.
    return 'getPeerX509Certificate' in socket
      ? (socket.getPeerX509Certificate as () => X509Certificate | undefined).call(socket)
      : undefined
  }

  certificateOrigin(): string | undefined {
    const { host, always } = this.#addressed
    const asking = always ? host : certificateHost(host)
    return asking === undefined ? undefined : `https://${asking}`
  }

  #at(path: string): string[] {
    const { scheme, host, prefix, internal_url, base_url } = this.#addressed
    return [...new Set([`${scheme}://${host}${prefix}`, internal_url, base_url])].map((base) => base + path)
  }
}
