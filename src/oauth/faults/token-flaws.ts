import { seconds } from '../../basics/clock.ts'
import { after, type MaybePromise } from '../../basics/maybe-promise.ts'
import { type SigningAlg, type SigningKey, signInput } from '../jose/jws.ts'
import { encodeSegment, readClaims, readHeader } from '../jose/jwt.ts'
import type { Client } from '../model/records.ts'
import type { Realm } from '../realm/context.ts'
import { type SignedToken, signedBy } from '../realm/signing-key.ts'

/** How a JWT of ours is written again; members that are undefined go. */
export interface Rewritten {
  header?: object
  claims?: object
  /** The key that signs it, in the place of the one that did; undefined when there is none such. */
  by?: (key: SigningKey) => MaybePromise<Pick<SigningKey, 'alg' | 'key'> | undefined>
}

/** A JWT written and signed again; undefined for what is no JWT. */
type Again = (changed: Rewritten) => MaybePromise<string | undefined>

/**
 * A token in which one thing is wrong; undefined for what cannot be wrong in this way.
 * @param now seconds since the epoch
 */
export type Flaw = (token: string, again: Again, now: number) => MaybePromise<string | undefined>

/** With other claims, and well signed. */
export const saying =
  (claims: object): Flaw =>
  (_, again) =>
    again({ claims })

/** How any token can be wrong. */
export const tokenFlaws = {
  bad_signature: breakEnd,
  expired: (token, again, now) => after(again({ claims: { iat: now - 7200, exp: now - 3600 } }), (late) => late ?? token),
  not_yet_valid: (_, again, now) => again({ claims: { nbf: now + 3600 } }),
  wrong_audience: saying({ aud: 'https://another-audience.example' }),
  wrong_issuer: saying({ iss: 'https://another-issuer.example' }),
  alg_none: unsigned,
  unknown_kid: (_, again) => again({ header: { kid: 'no-such-key' } }),
} as const satisfies Readonly<Record<string, Flaw>>

/**
 * A token made wrong in one way: a JWT with its claims changed and signed again with the right key, or its header or signature broken.
 * What is no JWT becomes a token that nobody issued, but for an expired one, which looks like any other.
 * @param client to whom it was issued
 */
export async function flawed(token: string, what: SignedToken, flaw: Flaw, client: Client, realm: Realm): Promise<string> {
  const again: Again = (changed) => signAgain(token, what, changed, client, realm)
  return (await flaw(token, again, seconds(realm.clock.now()))) ?? breakEnd(token)
}

/**
 * A token of ours with other members in its header or claims, signed again, by the key that signed it unless another is asked for.
 * @returns undefined for what is no signed JWT: an opaque token, an encrypted one
 */
function signAgain(
  token: string,
  what: SignedToken,
  { by = (key) => key, ...changed }: Rewritten,
  client: Client,
  { keys }: Pick<Realm, 'keys'>,
): MaybePromise<string | undefined> {
  const header = readHeader(token)
  const claims = readClaims(token)
  if (header === undefined || claims === undefined) return undefined
  const input = `${encodeSegment({ ...header, ...changed.header })}.${encodeSegment({ ...claims, ...changed.claims })}`
  return after(signedBy(what, header.alg as SigningAlg, client, { keys }), (key) =>
    after(by(key), (signing) => signing && signInput(input, signing)),
  )
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
