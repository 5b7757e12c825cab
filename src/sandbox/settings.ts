import { randomText } from '../basics/random.ts'
import { defaultSettings, type Settings } from '../oauth/model/settings.ts'
import { initialSettings } from '../providers/own-settings.ts'
import type { Provider } from '../providers/provider.ts'

/** What a sandbox may set: what the protocol lets it, and what that need not know. */
export interface SandboxSettings extends Settings {
  /** Shows secrets and tokens in the journal as they came. */
  show_secrets: boolean
}

/** What holds where neither the sandbox nor its provider says otherwise. */
export const sandboxDefaults: SandboxSettings = { ...defaultSettings, show_secrets: false }

/** The settings that hold in a provider's sandbox, the vendor's own among them. */
export function settingsOf(provider: Provider, said: Readonly<Record<string, unknown>>): SandboxSettings {
  return { ...sandboxDefaults, ...initialSettings(provider), ...said }
}

/** Settings after a change: a null takes the sandbox's own value away, and a signing key is never without a successor. */
export function mergeSettings(
  before: Readonly<Record<string, unknown>>,
  change: Readonly<Record<string, unknown>>,
  newSecret: () => string,
): Record<string, unknown> {
  const merged = Object.entries({ ...before, ...change }).filter(([, value]) => value !== null && value !== undefined)
  return { signing_secret: newSecret(), ...Object.fromEntries(merged) }
}

/** A key for HS256: 258 bits (RFC 7518 §3.2 asks for 256). */
export function newSecret(): string {
  return randomText(43)
}

/** What a declaration changes of settings: those that it says no more go back to what they were. */
export function sinceThen(before: Readonly<Record<string, unknown>>, now: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const gone = Object.keys(before).filter((key) => !Object.hasOwn(now, key))
  return { ...Object.fromEntries(gone.map((key) => [key, null])), ...now }
}
