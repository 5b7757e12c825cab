import type { Clock } from './clock.ts'
import type { Directory } from './directory.ts'
import type { Misbehaviour } from './fault.ts'
import type { KeyRing } from './keys.ts'
import type { AccessTokenDetails } from './records.ts'
import type { RequestDialect } from './request-dialect.ts'
import type { Settings } from './settings.ts'
import type { ProtocolStore } from './store.ts'
import type { TokenProfile } from './token-profile.ts'
import type { Transport } from './transport.ts'

/** The sandbox, as far as the protocol needs to know it. */
export interface Realm {
  readonly name: string
  readonly company: string
  readonly settings: Settings
  readonly clock: Clock
  readonly store: ProtocolStore
  readonly directory: Directory
  readonly tokens: TokenProfile
  readonly keys: KeyRing
  /** What the next request that carries it fails with, because its user is magic. */
  readonly failing: Set<string>
  /** The grant types that the provider serves. */
  readonly grant_types: readonly string[]
  /** The ways in which its clients may authenticate. */
  readonly auth_methods: readonly string[]
  /** Whether tokens are bound to keys when a client proves one. */
  readonly sender_constraints: boolean
  /** Where the vendor's token requests differ from RFC 6749. */
  readonly requests?: RequestDialect | undefined
}

/** What the protocol learns while it answers; the journal shows it. */
export interface Trace {
  client_id?: string
  username?: string
  grant_type?: string
  grant_id?: number
}

/** One request to a sandbox. */
export interface Context {
  readonly realm: Realm
  /** The issuer for this request: the base URL as the client addressed it, unless a setting fixes it. */
  readonly issuer: string
  readonly trace: Trace
  /** The HTTP request; absent when it is the control API that asks. */
  readonly transport?: Transport
  /** The keys that the client proved to hold, to which its tokens are bound (RFC 9449 §5, RFC 8705 §3). */
  confirmation?: AccessTokenDetails['cnf']
  /** The fault that struck this request. */
  fault?: Misbehaviour
}
