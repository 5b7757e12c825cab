import type { Endpoint } from '../oauth/model/endpoint.ts'

/** What a vendor asks of clients that are examined at it, as data. */
export interface VendorExam {
  /** What its clients are, for whoever begins an exam without saying it; guessed when absent. */
  readonly profile?: readonly string[] | undefined
  /** Rules of grantbox's that weigh as much as any here. */
  readonly must?: readonly string[] | undefined
  /** Rules of grantbox's that are not held against its clients, each with the reason. */
  readonly waive?: Readonly<Record<string, string>> | undefined
  readonly limits?: { readonly [K in Limit]?: number | undefined } | undefined
  readonly rules?: readonly VendorRule[] | undefined
}

/** How often something may be asked for, by its name. */
export const limits = {
  token_requests_per_minute: 'token',
  discovery_requests_per_minute: 'discovery',
  jwks_requests_per_minute: 'jwks',
} as const satisfies Record<string, Endpoint>

/** One of {@link limits}. */
export type Limit = keyof typeof limits

/** A rule of the vendor's own, about requests of one kind: how many there may be, what they bring, what follows them. */
export interface VendorRule {
  readonly id: string
  /** `must` when absent. */
  readonly level?: 'must' | 'should' | 'hint' | undefined
  /** Where the vendor says so; its name when absent. */
  readonly source?: string | undefined
  readonly why: string
  readonly mend: string
  readonly when?: VendorMoment | undefined
  readonly request: VendorRequest
  readonly at_most?: number | undefined
  /** Milliseconds by the sandbox's clock that `at_most` counts in; all of the time when absent. */
  readonly within?: number | undefined
  /** `sign_in` counts for each apart. */
  readonly per?: 'user' | 'sign_in' | undefined
  /** Parameters that each such request has. */
  readonly having?: readonly string[] | undefined
  /** Parameters that none has. */
  readonly never?: readonly string[] | undefined
  /** What comes after the first such request, in this order. */
  readonly followed_by?: readonly VendorRequest[] | undefined
}

/** What is done to a client: it logs in and calls the API, and calls again when time has passed or its token has ended. */
export interface VendorMoment {
  /** Of the sandbox, meanwhile. */
  readonly settings?: Readonly<Record<string, unknown>> | undefined
  /** Milliseconds by the sandbox's clock. */
  readonly advance?: number | undefined
  readonly expire?: 'access' | 'refresh' | 'all' | undefined
  /** How many calls each time; 1 when absent, 0 for a client that calls nothing. */
  readonly calls?: number | undefined
}

/** Which requests are meant. */
export interface VendorRequest {
  readonly endpoint: Endpoint
  readonly method?: string | undefined
  /** Of the vendor's own, as `/v1/me`. */
  readonly path?: string | undefined
  readonly grant_type?: string | undefined
  /** As it was answered. */
  readonly status?: number | undefined
}
