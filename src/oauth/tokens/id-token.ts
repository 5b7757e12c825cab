import { createHash } from 'node:crypto'
import { seconds } from '../../basics/clock.ts'
import { strikesOnIssue, struckIdToken, struckUser } from '../faults/strike.ts'
import { hashOf, type SigningAlg } from '../jose/jws.ts'
import { signJwt } from '../jose/jwt.ts'
import type { Client, Grant, User } from '../model/records.ts'
import type { Context } from '../realm/context.ts'
import { idTokenKey } from '../realm/signing-key.ts'
import { subjectFor } from '../realm/subject.ts'
import { addedClaims, addsClaims, unreserved } from './added-claims.ts'
import { userClaims } from './claims.ts'
import { encryptFor } from './encryption.ts'
import { statementValues } from './template-values.ts'

/** What an ID token is about. */
export interface IdTokenDraft {
  client: Client
  user: User
  scope: string
  grant: Grant
  nonce?: string | undefined
  /** For `at_hash`. */
  access_token?: string | undefined
  /** For `c_hash`, when it goes with a code from the authorization endpoint. */
  code?: string | undefined
  /** For `s_hash` (FAPI 1.0 part 2 §5.1.1). */
  state?: string | undefined
  /** Whether claims that the scope asks for belong into it: when no access token goes with it (OpenID Connect Core §5.4). */
  withClaims?: boolean | undefined
  /** What a mint wants in it, in the place of whatever else would be there. */
  claims?: Readonly<Record<string, unknown>> | undefined
}

/** An ID token (OpenID Connect Core §2 and §3.3.2.11), signed, and then encrypted when the client registered for that (§10.2). */
export async function makeIdToken(asked: IdTokenDraft, context: Context): Promise<string> {
  const { realm, issuer } = context
  const strikes = strikesOnIssue(context, asked.user)
  const draft = strikes.length === 0 ? asked : { ...asked, user: struckUser(asked.user, strikes, context) }
  const { client, user, scope, grant } = draft
  const { details } = grant
  const key = await idTokenKey(client, realm)
  const iat = seconds(realm.clock.now())
  const scopesTell = draft.withClaims === true || realm.settings.scope_claims_in_id_token
  const told = userClaims(user, scopesTell ? scope : '', details.claims?.id_token)
  const claims = {
    iss: issuer,
    sub: subjectFor(user, client, realm),
    aud: client.client_id,
    azp: client.client_id,
    exp: iat + (realm.tokens.lifetimes?.({ client, grant, scope }, realm).id ?? realm.settings.id_token_ttl),
    iat,
    auth_time: details.auth_time,
    nonce: draft.nonce,
    acr: details.acr,
    amr: details.amr,
    sid: details.sid,
    act: details.act,
    at_hash: draft.access_token === undefined ? undefined : halfHash(draft.access_token, key.alg),
    c_hash: draft.code === undefined ? undefined : halfHash(draft.code, key.alg),
    s_hash: draft.state === undefined ? undefined : halfHash(draft.state, key.alg),
    ...unreserved(told, 'id_token', `User '${user.username}'`, context),
  }
  const parameters = { ...details.parameters, ...context.parameters }
  const said = { issuer, claims, client, grant, user, scope, parameters, space: context.space }
  const worded = realm.tokens.idToken?.(said, realm) ?? claims
  const added = addsClaims('id_token', context) ? addedClaims('id_token', draft, statementValues(said, realm), context) : {}
  const signed = await signJwt({ ...worded, ...added, ...draft.claims }, realm.tokens.idTokenKey?.(key, said) ?? key)
  const jwt = strikes.length === 0 ? signed : await struckIdToken(signed, client, strikes, context)
  return client.metadata.id_token_encrypted_response_alg === undefined ? jwt : encryptFor(client, 'id_token', jwt, context)
}

/** The left half of a hash (OpenID Connect Core §3.1.3.6). */
function halfHash(text: string, alg: SigningAlg): string {
  const hash = createHash(hashOf(alg)).update(text).digest()
  return hash.subarray(0, hash.length / 2).toString('base64url')
}
