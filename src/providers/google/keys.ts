import { createHash, type JsonWebKey } from 'node:crypto'
import { pem } from '../../basics/der.ts'
import type { KeyDialect, KeyRing } from '../../oauth/jose/keys.ts'
import { OAuthError } from '../../oauth/model/errors.ts'
import { jwtBearerType } from '../../oauth/model/grant-names.ts'
import type { Client } from '../../oauth/model/records.ts'
import type { ApiRequest, Provider, Reply, Route } from '../provider.ts'
import { numberOf } from './service-account.ts'

/** 40 hexadecimal digits. */
export function googleKid(_alg: string, _number: number, { n = '' }: JsonWebKey): string {
  return createHash('sha1').update(n).digest('hex')
}

/** Two keys, of which the second is to come; their certificates stand at an address of their own. */
export const googleKeys: KeyDialect = {
  certificate: 'federated-signon.system.gserviceaccount.com',
  header: ({ alg, kid, typ }) => `{"alg":"${alg}","kid":"${kid}","typ":"${typ}"}`,
  next: true,
  published: (keys) => keys.map(({ kid, n, e, alg, use, kty }) => ({ kid, n, e, alg, use, kty })),
}

/** Certificates by the ids of their keys. */
async function certificates(ring: KeyRing): Promise<Reply> {
  const keys = await ring.publicKeys()
  const all = keys.map(({ kid, x5c }) => [kid, pem('CERTIFICATE', Buffer.from(String([x5c].flat()[0]), 'base64'))])
  return { status: 200, body: Object.fromEntries(all) }
}

function isServiceAccount({ grant_types }: Client): boolean {
  return grant_types.includes(jwtBearerType)
}

/** The key file of a service account, as the vendor's console hands it out. */
export const keyFile: NonNullable<Provider['key_file']> = (client, keys, base_url) =>
  isServiceAccount(client) ? madeFile(client, keys, base_url) : undefined

async function madeFile(client: Client, keys: KeyRing, base_url: string | undefined): Promise<Record<string, string>> {
  const { client_id: client_email } = client
  const { kid, key } = await keys.of(client_email).signing('RS256')
  const at = (host: string) => base_url ?? `https://${host}`
  return {
    type: 'service_account',
    project_id: client_email.split('@')[1]?.split('.')[0] || 'grantbox',
    private_key_id: kid,
    private_key: key.export({ type: 'pkcs8', format: 'pem' }).toString(),
    client_email,
    client_id: numberOf(client),
    auth_uri: `${at('accounts.google.com')}/o/oauth2/auth`,
    token_uri: `${at('oauth2.googleapis.com')}/token`,
    auth_provider_x509_cert_url: `${at('www.googleapis.com')}/oauth2/v1/certs`,
    client_x509_cert_url: `${at('www.googleapis.com')}/robot/v1/metadata/x509/${encodeURIComponent(client_email)}`,
    universe_domain: 'googleapis.com',
  }
}

/** The certificates of a service account. */
function certificatesOf({ context, params }: ApiRequest): Promise<Reply> {
  const { email = '' } = params
  const client = context.realm.store.findClient(email)
  if (client !== undefined && isServiceAccount(client)) return certificates(context.realm.keys.of(email))
  throw new OAuthError('not_found', 'Requested entity was not found.', `'${email}' is no service account: a client of ${jwtBearerType}`)
}

export const keyRoutes: readonly Route[] = [
  { method: 'GET', path: '/oauth2/v1/certs', endpoint: 'jwks', handle: ({ context }) => certificates(context.realm.keys) },
  { method: 'GET', path: '/robot/v1/metadata/x509/:email', endpoint: 'jwks', handle: certificatesOf },
]
