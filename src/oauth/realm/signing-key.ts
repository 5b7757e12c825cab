import { createSecretKey } from 'node:crypto'
import type { MaybePromise } from '../../basics/maybe-promise.ts'
import { isSecretAlg, type SecretAlg, type SigningAlg, type SigningKey, signingAlgs } from '../jose/jws.ts'
import type { Client } from '../model/records.ts'
import type { Realm } from './context.ts'

/** Which key signs what a client is given. */

/** What decides of a sandbox. */
type Signer = Pick<Realm, 'keys' | 'settings'>

/** The kinds of JWT that a sandbox issues and that it may have to know again. */
export type SignedToken = 'access_token' | 'id_token'

/**
 * The key that signs what a client is told: of the algorithm that it registered, else of the sandbox's, else RS256 (OpenID
 * Connect Dynamic Client Registration §2, RFC 9701 §6, JARM §3). A HS256, HS384 or HS512 that a client registered is made with its own secret
 * (OpenID Connect Core §10.1); that of a sandbox with the sandbox's.
 */
export function responseKey(client: Client, registered: string | undefined, { keys, settings }: Signer): MaybePromise<SigningKey> {
  const own = isSecretAlg(registered) ? ownKey(client, registered) : undefined
  return own ?? keys.signing(responseAlg(registered, { keys, settings }))
}

function responseAlg(registered: string | undefined, { keys, settings }: Signer): SigningAlg {
  const alg = signingAlgs.find((one) => one === registered) ?? settings.id_token_signing_alg
  return alg ?? (keys.has('RS256') ? 'RS256' : settings.signing_alg)
}

/** The key that a client's ID tokens are signed with, and its logout tokens. */
export function idTokenKey(client: Client, signer: Signer): MaybePromise<SigningKey> {
  const registered = client.metadata.id_token_signed_response_alg
  const own = isSecretAlg(registered) ? ownKey(client, registered) : undefined
  return own ?? signer.keys.signingIdTokens(responseAlg(registered, signer))
}

/** Whether ID tokens of a client are signed with its own secret, so that it could write them itself. */
export function signsWithOwnSecret({ client_secret, metadata }: Client): boolean {
  return isSecretAlg(metadata.id_token_signed_response_alg) && client_secret !== null
}

/** The key that a token was signed with when it was issued to a client, by the `alg` of its header. */
export function signedBy(what: SignedToken, alg: SigningAlg, client: Client | undefined, { keys }: Pick<Signer, 'keys'>) {
  const own =
    what === 'id_token' && isSecretAlg(alg) && client !== undefined && signsWithOwnSecret(client) ? ownKey(client, alg) : undefined
  return own ?? (what === 'id_token' ? keys.signingIdTokens(alg) : keys.signing(alg))
}

function ownKey({ client_secret }: Client, alg: SecretAlg): SigningKey | undefined {
  return client_secret === null ? undefined : { kid: '', alg, key: createSecretKey(Buffer.from(client_secret)) }
}
