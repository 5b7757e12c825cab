import type { X509Certificate } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Transport } from '../oauth/model/transport.ts'
import type { Addresses } from '../sandbox/addresses.ts'
import { certificateHost } from './certificates/host.ts'

/** Where a request went. */
export interface Addressed {
  scheme: string
  /** With its port. */
  host: string
  prefix: string
  addresses: Addresses
  /** Below the base URL, with the query. */
  path: string
  token_path: string
  issuer_path: string
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

  issuers(): readonly string[] {
    const { addresses, issuer_path } = this.#addressed
    return addresses.is_only_issuer ? [addresses.issuer] : this.#at(issuer_path)
  }

  audiences(): readonly string[] {
    const { token_path } = this.#addressed
    return [...new Set([...this.issuers(), ...this.#at(token_path), ...this.urls()])]
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
    const { scheme, host, prefix, addresses } = this.#addressed
    const { asked_url, internal_url, base_url } = addresses
    return [...new Set([`${scheme}://${host}${prefix}`, asked_url, internal_url, base_url])].map((base) => base + path)
  }
}
