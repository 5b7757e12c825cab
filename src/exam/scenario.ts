import type { logoutTokenFlaws } from '../oauth/faults/logout-token.ts'
import type { FaultEffects } from '../oauth/faults/registry.ts'
import type { FaultWhen } from '../sandbox/faults.ts'
import type { SandboxSettings } from '../sandbox/settings.ts'
import type { Ability, Task } from './tasks.ts'

/** A fault as a scenario arms it: at one request unless it says how often. */
export type Armed = FaultEffects & Partial<FaultWhen> & Pick<FaultWhen, 'endpoint'>

/** What somebody who is no driver does between: grantbox itself. */
export type Deed =
  | { readonly arm: readonly Armed[] }
  | { readonly disarm: true }
  | { readonly set: Partial<SandboxSettings> }
  /** Milliseconds by the sandbox's clock. */
  | { readonly advance: number }
  | { readonly expire: 'access' | 'refresh' | 'all' }
  /** The user takes back what he gave. */
  | { readonly revoke: true }
  /** `back`: what signed before signs again, and both are published. */
  | { readonly rotate: 'rotate' | 'publish_late' | 'back' }
  /** The canary's user gets the address of who is examined, not verified. */
  | { readonly mallory: 'has_the_same_address' }

/** What grantbox sends to the client of its own accord: a logout token, or a call of where it listens for answers. */
export type Outgoing = { readonly send: keyof typeof logoutTokenFlaws | 'good_logout_token' | 'callback_again' }

/** As long as the exam has patience, where that is short: what a client does after a pause of its own is not waited for otherwise. */
export const pause = { pause: true } as const

/** How long a pause of the client's own is waited for; milliseconds. */
export function pauseOf({ patience_ms }: { readonly patience_ms: number }): number {
  return patience_ms <= 5000 ? patience_ms : 0
}

/** What follows is done only where what came so far does not prove that the rules are kept. */
export const ifNeeded = { if_needed: true } as const

/** What is done in a scenario, or asked of its driver; `wait` is milliseconds in which nobody does anything. */
export type Step = Deed | Outgoing | Task | { readonly wait: number } | typeof pause | typeof ifNeeded

/** Something that is done to a client, from a clean beginning. */
export interface Scenario {
  /** For people, neutral: it tells the client's author nothing that the client could know. */
  readonly title: string
  readonly steps: readonly Step[]
  /** What the driver must be able to do. */
  readonly needs?: readonly Ability[]
  /** Whether the client is to refuse it, then silence ends it, or to bear it. */
  readonly wants: 'refusal' | 'success'
  /** The canary's user stands in what is forged. */
  readonly canary?: true
  /** What whoever signs in by a device says to it, and after how many polls; at once he allows it when absent. */
  readonly device?: { readonly after?: number; readonly denies?: true }
}

/** A login before which something is armed. */
export function loginUnder(wants: Scenario['wants'], ...arm: readonly Armed[]): Scenario {
  return { title: 'A login', wants, steps: [...(arm.length > 0 ? [{ arm }] : []), { do: 'login' }] }
}

/** What the driver cannot do and would have to. */
export function lacking({ needs = [] }: Scenario, abilities: ReadonlySet<Ability>): Ability[] {
  return needs.filter((one) => !abilities.has(one))
}
