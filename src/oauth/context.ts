import type { Supported } from './client-metadata.ts'
import type { Clock } from './clock.ts'
import type { Directory } from './directory.ts'
import type { AuthorizationFaults, Misbehaviour } from './fault.ts'
import type { KeyRing } from './keys.ts'
import type { AccessTokenDetails, ResponseMode } from './records.ts'
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
  readonly faults: AuthorizationFaults
  /** What the next request that carries it fails with, because its user is magic. */
  readonly failing: Set<string>
  /** The grant types that the provider serves. */
  readonly grant_types: readonly string[]
  /** The ways in which its clients may authenticate. */
  readonly auth_methods: readonly string[]
  /** Whether tokens are bound to keys when a client proves one. */
  readonly sender_constraints: boolean
  /** The response types that the provider serves, each with its values in alphabetical order. */
  readonly response_types: readonly string[]
  readonly response_modes: readonly ResponseMode[]
  /** Whether answers of the authorization endpoint name the issuer (RFC 9207). */
  readonly response_iss: boolean
  /** What a client that describes itself by a document may choose of; absent where none can. */
  readonly offered?: ((settings: Settings) => Supported) | undefined
  /** Whether browsers stay signed in. */
  readonly sessions: boolean
  /** All scopes that the provider has. */
  readonly scopes: readonly string[]
  /** Where the vendor's token requests differ from RFC 6749. */
  readonly requests?: RequestDialect | undefined
}

/** What the protocol learns while it answers; the journal shows it. */
export interface Trace {
  client_id?: string
  username?: string
  grant_type?: string
  grant_id?: number
  /** What was let pass that a strict server would refuse. */
  explanation?: string
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

/** Notes in the journal what was let pass. */
export function note({ trace }: Context, explanation: string): void {
  trace.explanation = trace.explanation === undefined ? explanation : `${trace.explanation}. ${explanation}`
}
