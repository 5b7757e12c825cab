import type { X509Certificate } from 'node:crypto'

/**
 * What an HTTP request and its connection tell, for the parts of the protocol that are bound to them: proofs, assertions,
 * certificates. Each is worked out when it is asked for.
 */
export interface Transport {
  readonly method: string
  /** A header of the request, by its name in lower case. */
  header(name: string): string | undefined
  /** A parameter of the query, at whatever endpoint. */
  query(name: string): string | undefined
  /** The `DPoP` header; several of them are joined by commas. */
  readonly dpop: string | undefined
  /** The URLs under which a client may know the place that it calls, without query. */
  urls(): readonly string[]
  /** The issuers that clients know, each from the address by which it calls; the first is that of this request or fixed. */
  issuers(): readonly string[]
  /** What names us as the audience of a client's assertion: the issuer, the token endpoint and the place that was called. */
  audiences(): readonly string[]
  /** The certificate that the client showed in the TLS handshake, its key proven. */
  certificate(): X509Certificate | undefined
  /** Where clients are asked for a certificate, without a path; undefined when the address that was called has no such place. */
  certificateOrigin(): string | undefined
}
