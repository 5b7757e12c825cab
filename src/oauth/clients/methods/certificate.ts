import { text } from '../metadata-rules.ts'
import { type AuthMethod, checkMethod } from './method.ts'
import { clientSecretPost } from './secret.ts'

/** A client is known by the certificate of its TLS connection (RFC 8705 §2). Few are, so that what checks it is loaded by the first. */

/** RFC 8705 §2.1.2. */
const subjectMembers = {
  tls_client_auth_subject_dn: text,
  tls_client_auth_san_dns: text,
  tls_client_auth_san_uri: text,
  tls_client_auth_san_ip: text,
  tls_client_auth_san_email: text,
}

/** By the subject of the certificate, whoever issued it (RFC 8705 §2.1). */
export const tlsClientAuth = {
  by_certificate: true,
  name: 'tls_client_auth',
  label: 'A certificate with a registered subject (tls_client_auth)',
  members: subjectMembers,
  problem(members: Readonly<Record<string, unknown>>) {
    const subjects = Object.keys(subjectMembers).filter((name) => members[name] !== undefined)
    if (subjects.length === 1) return undefined
    return {
      field: 'tls_client_auth_subject_dn',
      message: 'tls_client_auth needs one subject',
      explanation: `tls_client_auth needs exactly one of tls_client_auth_subject_dn, _san_dns, _san_uri, _san_ip, _san_email; ${subjects.join(', ') || 'none'} came (RFC 8705 §2.1.2)`,
    }
  },
  prove(client, parameters, context) {
    checkCertificateAlone(client, tlsClientAuth, parameters, context)
    return import('../certificate.ts').then(({ proveSubject }) => proveSubject(client, context))
  },
} as const satisfies AuthMethod

/** By the certificate itself, which the client registered among its keys (RFC 8705 §2.2). */
export const selfSignedTlsClientAuth = {
  by_certificate: true,
  name: 'self_signed_tls_client_auth',
  label: 'A registered certificate of its own (self_signed_tls_client_auth)',
  needs_keys: true,
  prove(client, parameters, context) {
    checkCertificateAlone(client, selfSignedTlsClientAuth, parameters, context)
    return import('../certificate.ts').then(({ proveRegistered }) => proveRegistered(client, context))
  },
} as const satisfies AuthMethod

type Proof = Parameters<AuthMethod['prove']>

function checkCertificateAlone(client: Proof[0], method: Pick<AuthMethod, 'name'>, { client_secret }: Proof[1], context: Proof[2]): void {
  if (client_secret !== undefined) checkMethod(client, clientSecretPost, context)
  checkMethod(client, method, context)
}
