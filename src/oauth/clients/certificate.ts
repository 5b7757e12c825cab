import { createHash, createPublicKey, type JsonWebKey, type KeyObject, type X509Certificate } from 'node:crypto'
import { isIPv6 } from 'node:net'
import { type Jwk, publicHalf } from '../jose/verification.ts'
import type { Client } from '../model/records.ts'
import type { Context } from '../realm/context.ts'
import { chainProblem, readCertificates } from './certificate-chain.ts'
import { nameOfSubject, sameName } from './distinguished-name.ts'
import { clientKeys } from './documents.ts'
import { failed } from './methods/method.ts'

/**
 * Makes sure of a client of `tls_client_auth` by the certificate of its connection (RFC 8705 §2.1). That the client holds the
 * certificate's key the handshake has proved.
 * @throws OAuthError `invalid_client`
 */
export function proveSubject(client: Client, context: Context): Client {
  const certificate = requireCertificate(client, context)
  checkSubject(certificate, client)
  checkChain(certificate, context)
  return client
}

/** The same for `self_signed_tls_client_auth` (RFC 8705 §2.2). @throws OAuthError `invalid_client` */
export async function proveRegistered(client: Client, context: Context): Promise<Client> {
  await checkRegistered(requireCertificate(client, context), client, context)
  return client
}

function requireCertificate({ client_id, token_endpoint_auth_method }: Client, context: Context): X509Certificate {
  const certificate = shownCertificate(context)
  if (typeof certificate !== 'string') return certificate
  throw failed('certificate_missing', `client '${client_id}' authenticates by ${token_endpoint_auth_method}, and ${certificate}`)
}

/** The certificate that the client showed, or why there is none. */
export function shownCertificate({ transport }: Context): X509Certificate | string {
  const certificate = transport?.certificate()
  if (certificate !== undefined) return certificate
  const origin = transport?.certificateOrigin()
  return `no certificate came with the TLS connection${origin === undefined ? '' : `: use ${origin}, where certificates are asked for (RFC 8705 §5)`}`
}

/** The `x5t#S256` of a certificate (RFC 8705 §3.1). */
export function certificateThumbprint(certificate: X509Certificate): string {
  return createHash('sha256').update(certificate.raw).digest('base64url')
}

/** What a client may register of its certificate's subject, one of them (RFC 8705 §2.1.2), and how it is looked for. */
const subjectRules: Readonly<Record<string, (certificate: X509Certificate, registered: string) => boolean>> = {
  tls_client_auth_subject_dn: ({ subject }, registered) => sameName(nameOfSubject(subject), registered),
  tls_client_auth_san_dns: (certificate, registered) => hasName(certificate, 'DNS', registered, (name) => name.toLowerCase()),
  tls_client_auth_san_uri: (certificate, registered) => hasName(certificate, 'URI', registered),
  tls_client_auth_san_ip: (certificate, registered) => hasName(certificate, 'IP Address', registered, normalAddress),
  tls_client_auth_san_email: (certificate, registered) =>
    hasName(certificate, 'email', registered, (name) => name.replace(/@.*/, (domain) => domain.toLowerCase())),
}

function checkSubject(certificate: X509Certificate, { client_id, metadata }: Client): void {
  const registered = Object.entries(subjectRules).flatMap(([name, holds]) => {
    const value = metadata[name]
    return typeof value === 'string' ? [{ name, value, holds }] : []
  })
  const [rule, another] = registered
  if (rule === undefined || another !== undefined) {
    const came = registered.map(({ name }) => name).join(', ') || 'none'
    throw failed(
      'certificate_wrong',
      `client '${client_id}' must register exactly one of ${Object.keys(subjectRules).join(', ')} (RFC 8705 §2.1.2); registered: ${came}`,
    )
  }
  if (rule.holds(certificate, rule.value)) return
  const { subject, subjectAltName = 'none' } = certificate
  throw failed(
    'certificate_wrong',
    `client '${client_id}' registered ${rule.name} '${rule.value}'; the certificate's subject is '${nameOfSubject(subject)}', its alternative names: ${subjectAltName}`,
  )
}

function hasName({ subjectAltName = '' }: X509Certificate, kind: string, wanted: string, normal = (name: string) => name): boolean {
  // A name with a comma or a quotation mark comes as a JSON string.
  const names = subjectAltName.matchAll(/(?:^|, )([^:,]+):("(?:[^"\\]|\\.)*"|[^,]*)/g)
  for (const [, type, text = ''] of names) {
    const name: string = text.startsWith('"') ? JSON.parse(text) : text
    if (type === kind && normal(name) === normal(wanted)) return true
  }
  return false
}

function normalAddress(address: string): string {
  return isIPv6(address) ? new URL(`http://[${address}]`).hostname : address
}

/** Without a `trusted_client_ca` any issuer will do: what is emulated is the server, not a public key infrastructure. */
function checkChain(certificate: X509Certificate, { realm }: Context): void {
  const { trusted_client_ca } = realm.settings
  if (trusted_client_ca === null) return
  const problem = chainProblem(certificate, readCertificates(trusted_client_ca), realm.clock.now())
  if (problem !== undefined)
    throw failed('certificate_wrong', `The certificate is not trusted under the setting trusted_client_ca: ${problem}`)
}

/** RFC 8705 §2.2: one of the client's keys has the certificate in `x5c`, or is the certificate's key. */
async function checkRegistered(certificate: X509Certificate, client: Client, context: Context): Promise<void> {
  const registered = await clientKeys(client, context)
  if ('problem' in registered) throw failed('certificate_wrong', registered.problem)
  const der = certificate.raw.toString('base64')
  const holds = registered.keys.some((key) => (Array.isArray(key.x5c) ? key.x5c[0] === der : sameKey(key, certificate.publicKey)))
  if (holds) return
  throw failed(
    'certificate_wrong',
    `None of the ${registered.keys.length} keys that client '${client.client_id}' registered is the certificate's (subject '${nameOfSubject(certificate.subject)}', x5t#S256 ${certificateThumbprint(certificate)})`,
  )
}

function sameKey(jwk: Jwk, key: KeyObject): boolean {
  try {
    return createPublicKey({ key: (publicHalf(jwk) ?? {}) as JsonWebKey, format: 'jwk' }).equals(key)
  } catch {
    return false
  }
}
