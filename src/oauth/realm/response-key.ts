import { createSecretKey } from 'node:crypto'
import type { SigningAlg, SigningKey } from '../jose/jws.ts'
import type { Client } from '../model/records.ts'
import type { Realm } from './context.ts'

const signingAlgs: readonly string[] = ['RS256', 'PS256', 'ES256', 'EdDSA', 'HS256']

/**
 * The key that signs what a client is told: of the algorithm that it registered, else of the sandbox's, else RS256 (OpenID
 * Connect Dynamic Client Registration §2, RFC 9701 §6, JARM §3). The HS256 that a client registered is made with its own secret
 * (OpenID Connect Core §10.1); that of a sandbox with the sandbox's.
 */
export function responseKey({ client_secret }: Client, registered: string | undefined, realm: Realm): SigningKey | Promise<SigningKey> {
  if (registered === 'HS256' && client_secret !== null) {
    return { kid: '', alg: 'HS256', key: createSecretKey(Buffer.from(client_secret)) }
  }
  const { keys, settings } = realm
  if (registered !== undefined && signingAlgs.includes(registered)) return keys.signing(registered as SigningAlg)
  return keys.signing(settings.id_token_signing_alg ?? (keys.has('RS256') ? 'RS256' : settings.signing_alg))
}
