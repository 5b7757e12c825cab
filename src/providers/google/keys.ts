import { createHash, type JsonWebKey } from 'node:crypto'
import { pem } from '../../basics/der.ts'
import type { KeyDialect, KeyRing } from '../../oauth/jose/keys.ts'
import { OAuthError } from '../../oauth/model/errors.ts'
import { jwtBearerType } from '../../oauth/model/grant-names.ts'
import type { ApiRequest, Reply, Route } from '../provider.ts'
import { googleIssuer } from './hosts.ts'
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

/** The service account of an address. @throws OAuthError */
function accountOf({ context }: ApiRequest, email: string | undefined) {
  const { realm } = context
  const isAccount = ({ grant_types }: { grant_types: readonly string[] }) => grant_types.includes(jwtBearerType)
  const client = email === undefined ? realm.directory.listClients().find(isAccount) : realm.store.findClient(email)
  if (client !== undefined && isAccount(client)) return client
  throw new OAuthError(
    'not_found',
    'Requested entity was not found.',
    `${email ?? 'No client'} is no service account: a client of ${jwtBearerType}`,
  )
}

/**
 * The key file of a service account, as the vendor's console hands it out: not an address of the vendor's. What it says of addresses is as
 * whoever asked reached us, or with `at=google` the vendor's own.
 */
async function keyFile(request: ApiRequest): Promise<Reply> {
  const { context, query, base_url } = request
  const client = accountOf(request, query.client_email)
  const { kid, key } = await context.realm.keys.of(client.client_id).signing('RS256')
  const isGoogles = query.at === 'google' || context.issuer === googleIssuer
  const at = (host: string) => (isGoogles ? `https://${host}` : base_url)
  const body = {
    type: 'service_account',
    project_id: /@([^.]+)\./.exec(client.client_id)?.[1] ?? 'grantbox',
    private_key_id: kid,
    private_key: key.export({ type: 'pkcs8', format: 'pem' }),
    client_email: client.client_id,
    client_id: numberOf(client),
    auth_uri: `${at('accounts.google.com')}/o/oauth2/auth`,
    token_uri: `${at('oauth2.googleapis.com')}/token`,
    auth_provider_x509_cert_url: `${at('www.googleapis.com')}/oauth2/v1/certs`,
    client_x509_cert_url: `${at('www.googleapis.com')}/robot/v1/metadata/x509/${encodeURIComponent(client.client_id)}`,
    universe_domain: 'googleapis.com',
  }
  return { status: 200, body }
}

export const keyRoutes: readonly Route[] = [
  { method: 'GET', path: '/oauth2/v1/certs', endpoint: 'jwks', handle: ({ context }) => certificates(context.realm.keys) },
  {
    method: 'GET',
    path: '/robot/v1/metadata/x509/:email',
    endpoint: 'jwks',
    handle: (request) => certificates(request.context.realm.keys.of(accountOf(request, request.params.email).client_id)),
  },
  { method: 'GET', path: '/service-account.json', handle: keyFile },
]
