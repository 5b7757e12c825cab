import type { Realm } from './context.ts'

/** The grant types that a sandbox serves: under `rfc` no passwords are handed to clients (OAuth 2.1 §10.1, RFC 9700 §2.4). */
export function servedGrantTypes({ grant_types, settings }: Pick<Realm, 'grant_types' | 'settings'>): readonly string[] {
  return settings.strictness === 'rfc' ? grant_types.filter((one) => one !== 'password') : grant_types
}
