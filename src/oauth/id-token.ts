import { createHash } from 'node:crypto'
import { userClaims } from './claims.ts'
import { seconds } from './clock.ts'
import type { Context } from './context.ts'
import type { SigningAlg } from './jws.ts'
import { signJwt } from './jwt.ts'
import type { Client, GrantDetails, User } from './records.ts'

/** What an ID token is about. */
export interface IdTokenDraft {
  client: Client
  user: User
  scope: string
  details: GrantDetails
  nonce?: string | undefined
  /** For `at_hash`. */
  access_token?: string | undefined
  /** For `c_hash`, when it goes with a code from the authorization endpoint. */
  code?: string | undefined
  /** For `s_hash` (FAPI 1.0 part 2 §5.1.1). */
  state?: string | undefined
  /** Whether claims that the scope asks for belong into it: when no access token goes with it (OpenID Connect Core §5.4). */
  withClaims?: boolean | undefined
}

const signingAlgs: readonly string[] = ['RS256', 'PS256', 'ES256', 'EdDSA', 'HS256']

/** The algorithm of a client's ID tokens: what it registered, else the sandbox's. */
export function idTokenAlg(client: Client, fallback: SigningAlg): SigningAlg {
  return signingAlgOf(client.metadata.id_token_signed_response_alg, fallback)
}

/** An algorithm that a client registered, when it is one of ours. */
export function signingAlgOf(registered: string | undefined, fallback: SigningAlg): SigningAlg {
  return registered !== undefined && signingAlgs.includes(registered) ? (registered as SigningAlg) : fallback
}

/** An ID token (OpenID Connect Core §2 and §3.3.2.11), signed. */
export async function makeIdToken(draft: IdTokenDraft, { realm, issuer }: Context): Promise<string> {
  const { client, user, details } = draft
  const alg = idTokenAlg(client, realm.settings.signing_alg)
  const iat = seconds(realm.clock.now())
  const claims = {
    iss: issuer,
    sub: user.user_id,
    aud: client.client_id,
    azp: client.client_id,
    exp: iat + realm.settings.id_token_ttl,
    iat,
    auth_time: details.auth_time,
    nonce: draft.nonce,
    acr: details.acr,
    amr: details.amr,
    sid: details.sid,
    act: details.act,
    at_hash: draft.access_token === undefined ? undefined : halfHash(draft.access_token, alg),
    c_hash: draft.code === undefined ? undefined : halfHash(draft.code, alg),
    s_hash: draft.state === undefined ? undefined : halfHash(draft.state, alg),
    ...userClaims(user, draft.withClaims === true ? draft.scope : '', details.claims?.id_token),
  }
  return signJwt(claims, await realm.keys.signing(alg))
}

/** The left half of a hash (OpenID Connect Core §3.1.3.6); Ed25519 hashes with SHA-512 (RFC 8032 §5.1). */
function halfHash(text: string, alg: SigningAlg): string {
  const hash = createHash(alg === 'EdDSA' ? 'sha512' : 'sha256')
    .update(text)
    .digest()
  return hash.subarray(0, hash.length / 2).toString('base64url')
}
