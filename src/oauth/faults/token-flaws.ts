import type { MaybePromise } from '../../basics/maybe-promise.ts'
import { encodeSegment, readHeader } from '../jose/jwt.ts'
import type { Client } from '../model/records.ts'
import type { Realm } from '../realm/context.ts'
import { type SignedToken, signAgain } from '../realm/signing-key.ts'

/** A JWT with other members, signed again with the right key; undefined for what is no JWT. */
type Again = (changed: { header?: object; claims?: object }) => MaybePromise<string> | undefined

/** @param now seconds since the epoch */
type Flaw = (token: string, again: Again, now: number) => MaybePromise<string> | undefined

/** How a token is wrong; each gives nothing for what cannot be wrong in this way. */
export const tokenFlaws = {
  bad_signature: breakEnd,
  expired: (token, again, now) => again({ claims: { iat: now - 7200, exp: now - 3600 } }) ?? token,
  not_yet_valid: (_, again, now) => again({ claims: { nbf: now + 3600 } }),
  wrong_audience: (_, again) => again({ claims: { aud: 'https://another-audience.example' } }),
  wrong_issuer: (_, again) => again({ claims: { iss: 'https://another-issuer.example' } }),
  alg_none: unsigned,
  unknown_kid: (_, again) => again({ header: { kid: 'no-such-key' } }),
} as const satisfies Readonly<Record<string, Flaw>>

export type TokenFlaw = keyof typeof tokenFlaws

/**
 * A token made wrong in one way: a JWT with its claims changed and signed again with the right key, or its header or signature broken.
 * What is no JWT becomes a token that nobody issued, but for an expired one, which looks like any other.
 * @param client to whom it was issued
 */
export async function flawed(token: string, what: SignedToken, flaw: TokenFlaw, client: Client, realm: Realm): Promise<string> {
  const again: Again = (changed) => signAgain(token, what, changed, client, realm)
  const make: Flaw = tokenFlaws[flaw]
  return (await make(token, again, Math.floor(realm.clock.now() / 1000))) ?? breakEnd(token)
}

function unsigned(token: string): string | undefined {
  const header = readHeader(token)
  return header === undefined ? undefined : `${encodeSegment({ ...header, alg: 'none' })}.${token.split('.')[1]}.`
}

/** Another character in the last place but one: the last may carry unused bits alone. */
function breakEnd(token: string): string {
  const at = token.length - 2
  return `${token.slice(0, at)}${token[at] === 'A' ? 'B' : 'A'}${token.slice(at + 1)}`
}
