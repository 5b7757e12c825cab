import type { Documents } from '../model/documents.ts'
import type { Parameters } from '../model/parameters.ts'
import type { Client } from '../model/records.ts'
import type { Settings } from '../model/settings.ts'

/** The authorization request that names a redirect URI. */
export interface RedirectRequest {
  readonly parameters: Parameters
  readonly documents: Documents
}

/** What a vendor makes of redirect URIs, where it differs from RFC 6749 §3.1.2 and §4.1.2. */
export interface RedirectRules {
  /** Whether the URI that came is the registered one; byte for byte when absent, but for the port of a loopback address (RFC 8252 §7.3). The sandbox's setting lets in more. */
  readonly matches?: (registered: string, came: string, client: Client, asked?: RedirectRequest) => boolean
  /** Without one in the request, the first of several registered ones is meant. */
  readonly first_is_default?: true
  /** A token request need not repeat it (RFC 6749 §4.1.3); what it does repeat must be right. */
  readonly repeated_at_will?: true
  /** Whether the client is told of a URI that it did not register, at the first that it did; else the user is, on a page. */
  readonly mismatch_is_told?: (settings: Settings) => boolean
  /** Whether a URI may be registered that is none elsewhere, because the vendor's comparison reads it as a pattern. */
  readonly registers?: (uri: string) => boolean
  /** The vendor's own rule that a URI breaks, so that it may not be registered. */
  readonly refuses?: (uri: string) => string | undefined
  /** Where an answer in query or fragment goes, as a vendor writes the client's URI. */
  readonly answeredAt?: (redirect_uri: string) => string
  /** Answers have `+` for a blank, as forms do; both mean the same (RFC 6749 appendix B). */
  readonly encoded_as?: 'form'
  /** What stands behind an answer in the query. */
  readonly query_ends?: string
}
