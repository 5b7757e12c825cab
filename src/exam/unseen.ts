import type { Traffic } from './traffic.ts'

/**
 * Says why a client's requests tell nothing about a rule: what it is about did not come, or not often enough. A rule that was not
 * tried is not kept.
 */
export function without(why: string, of: (traffic: Traffic) => readonly unknown[], least = 1): (traffic: Traffic) => string | undefined {
  return (traffic) => (of(traffic).length < least ? why : undefined)
}

/** For rules about the beginning of a sign-in. */
export const withoutSignIn = without('Nobody began to sign in.', ({ authorizations }) => authorizations)

/** For rules about the exchange of a code. */
export const withoutCode = without('No code was exchanged.', ({ exchanges }) => exchanges.filter(({ sent }) => sent.code !== undefined))

/** For rules about refreshes. */
export const withoutRefresh = without('Nothing was refreshed.', ({ exchanges }) =>
  exchanges.filter(({ sent }) => sent.grant_type === 'refresh_token'),
)
