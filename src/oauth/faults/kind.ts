import type { MaybePromise } from '../../basics/maybe-promise.ts'
import type { Endpoint } from '../model/endpoint.ts'
import type { AuthorizationRequest, Client, User } from '../model/records.ts'
import type { IssuedTokens } from '../model/token-profile.ts'
import type { Context } from '../realm/context.ts'
import type { Issue } from '../realm/issue.ts'
import type { Effects, Members } from './form.ts'

/** What a fault does to a request before anything is done about it. */
export interface Beforehand {
  /** The connection ends. */
  drop?: boolean
  /** They go with whatever is answered. */
  headers?: Readonly<Record<string, string>>
  /** Answered as it is, and nothing is done. */
  reply?: { status: number; body: unknown }
}

/** What of an issue a fault may change. */
export type Plan = Pick<Issue, 'scope' | 'refresh'>

/** What the client is told at its redirect URI. */
export interface CallbackAnswer {
  readonly parameters: Readonly<Record<string, string | undefined>>
  /** Who signed in. */
  readonly user?: User
  /** Makes a code that another user got by a sign-in of his own at the same client; absent where the answer has none. */
  readonly foreignCode?: ((user: User) => string) | undefined
  /** Whether a fault wants the client to be called back two times. */
  readonly twice?: boolean
  /** Whether a fault keeps it from the browser. */
  readonly held?: boolean
}

/** An answer on its way out. */
export interface Sent {
  /** Undefined for what is no text. */
  body: string | undefined
  headers?: Readonly<Record<string, string>>
  /** The connection ends instead. */
  drop?: boolean
  /** How long it waits when half of its body is out; milliseconds. */
  pause_ms?: number | undefined
}

/** The moments at which a fault may do something, in the order in which a request meets them. */
export interface Moments<F> {
  /** First of all, wherever the fault strikes. */
  wait(fault: F): Promise<void>
  /** @throws OAuthError for what is said in the provider's dialect */
  request(fault: F, endpoint: Endpoint): Beforehand
  /** An authorization has begun, or its user has agreed: @throws AuthorizationError for what the client is told instead */
  authorization(fault: F, request: AuthorizationRequest, client: Client): void
  /** It is decided what to issue. */
  issue(fault: F, plan: Plan): Plan
  /** An ID token is to be made: about whom? */
  about(fault: F, user: User, context: Context): User
  /** An ID token is signed, and not yet encrypted. */
  id_token(fault: F, jwt: string, client: Client, context: Context): MaybePromise<string>
  /** Tokens are made and stored; an ID token among them has had its own moment. */
  tokens(fault: F, issued: IssuedTokens, issue: Issue, context: Context): MaybePromise<IssuedTokens>
  callback(fault: F, answer: CallbackAnswer, context: Context): MaybePromise<CallbackAnswer>
  /** A user signed out, and is sent back to an address. */
  logout(fault: F, next: string): string
  /** A logout token is signed. */
  logout_token(fault: F, jwt: string, client: Client, context: Context): MaybePromise<string>
  answer(fault: F, sent: Sent): Sent
}

/** One moment or more: what has none would be without effect, and does not compile. */
type OneOrMore<T> = { [M in keyof T]: Pick<T, M> & Partial<T> }[keyof T]

/** A kind of fault. */
export interface FaultKind<M extends Members = Members> {
  /** The member that asks for it. */
  readonly name: string
  /** For the manual. */
  readonly does: string
  /** Its own member, and those that mean something beside it alone. */
  readonly members: M
  /** The endpoint at which alone it has an effect, and what is there alone. */
  readonly only?: { readonly endpoint: Endpoint; readonly has: string }
  readonly at: Partial<Moments<Effects<M>>>
}

/** Describes a kind of fault. */
export function faultKind<const M extends Members>(
  kind: Omit<FaultKind<M>, 'at' | 'name'> & { readonly name: keyof M & string; readonly at: OneOrMore<Moments<Effects<M>>> },
): FaultKind<M> {
  return kind
}

/** The names in a table of flaws: there is none in the schema that does nothing. */
export function flawsIn<F extends string>(table: Readonly<Record<F, unknown>>): readonly F[] {
  return Object.keys(table) as F[]
}

/** Why an answer is not what it would have been. */
export function saysWhy({ id }: { readonly id?: string }, deed = 'says so'): string {
  return `A fault of the sandbox ${deed}${id === undefined ? '' : `: ${id}`}`
}

/** What a request's entry in the journal says of the fault that struck it; nothing for one without a name. */
export function faultOf({ id }: { readonly id?: string }): { fault?: string } {
  return id === undefined ? {} : { fault: id }
}
