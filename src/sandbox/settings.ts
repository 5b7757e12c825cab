import { defaultSettings, type Settings } from '../oauth/model/settings.ts'

/** What holds where neither the sandbox nor its provider says otherwise. */
export const sandboxDefaults: Settings = { ...defaultSettings, show_secrets: false }

/** Settings after a change: a null takes the sandbox's own value away, and a signing key is never without a successor. */
export function mergeSettings(
  before: Readonly<Record<string, unknown>>,
  change: Readonly<Record<string, unknown>>,
  newSecret: () => string,
): Record<string, unknown> {
  const merged = Object.entries({ ...before, ...change }).filter(([, value]) => value !== null && value !== undefined)
  return { signing_secret: newSecret(), ...Object.fromEntries(merged) }
}
