import type { X509Certificate } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Transport } from '../oauth/model/transport.ts'
import type { Addresses } from '../sandbox/addresses.ts'
import { certificateUrl } from './certificates/host.ts'

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
  /** Where the start says that certificates are asked for. */
  asking: 'mtls' | 'always' | undefined
  isForwarded: boolean
  /** The address that was called in the place of the host. */
  calledAs: string
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

  header(name: string): string | undefined {
    return this.#request.headers[name]?.toString()
  }

  query(name: string): string | undefined {
    return new URLSearchParams(this.#addressed.path.split('?')[1]).get(name) ?? undefined
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
    const { scheme, host, asking, isForwarded } = this.#addressed
    // A certificate does not come through a proxy that ends TLS.
    return isForwarded ? undefined : certificateUrl(scheme, host, asking)
  }

  #at(path: string): string[] {
    const { scheme, host, prefix, addresses, calledAs } = this.#addressed
    const { asked_url, internal_url, base_url } = addresses
    return [...new Set([calledAs + prefix, `${scheme}://${host}${prefix}`, asked_url, internal_url, base_url])].map((base) => base + path)
  }
}
