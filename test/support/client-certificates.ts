import { createPrivateKey, createPublicKey, type JsonWebKey, sign, X509Certificate } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { request } from 'node:https'
import * as der from '../../src/basics/der.ts'
import { keyPem } from '../../src/http/certificates/files.ts'
import { makeKey } from '../../src/oauth/jose/keys.ts'

/** A certificate that a test's client shows. */
export interface TestCertificate {
  certificate: X509Certificate
  /** PEM, issuers that go with it included. */
  cert: string
  key: string
  /** Its public key. */
  jwk: JsonWebKey
  /** Base64, as `x5c` has it. */
  x5c: string
  subject: Buffer
}

interface Draft {
  /** Attributes by their short names, in the order of the certificate: outermost first. */
  subject: [type: 'C' | 'O' | 'OU' | 'CN', value: string][]
  names?: [kind: 'email' | 'dns' | 'uri' | 'ip', value: string | Uint8Array][]
  /** Itself when absent. */
  issuer?: TestCertificate
  /** Whether it may issue others. */
  authority?: boolean
  /** Seconds from now; a day when absent. */
  lifetime?: number
}

const attributes = { C: '2.5.4.6', O: '2.5.4.10', OU: '2.5.4.11', CN: '2.5.4.3' }
/** RFC 5280 §4.2.1.6. */
const kinds = { email: 1, dns: 2, uri: 6, ip: 7 }

/** Makes a certificate (RFC 5280 §4.1), self-signed unless there is an issuer. */
export async function makeCertificate({
  subject,
  names = [],
  issuer,
  authority = false,
  lifetime = 86_400,
}: Draft): Promise<TestCertificate> {
  const key = await makeKey('ES256')
  const name = der.sequence(
    ...subject.map(([type, value]) => der.set(der.sequence(der.objectIdentifier(attributes[type]), der.utf8String(value)))),
  )
  const extension = (id: string, value: Buffer) => der.sequence(der.objectIdentifier(id), der.octetString(value))
  const alternatives = names.map(([kind, value]) => der.implicit(kinds[kind], typeof value === 'string' ? Buffer.from(value) : value))
  const algorithm = der.sequence(der.objectIdentifier('1.2.840.10045.4.3.2'))
  const toBeSigned = der.sequence(
    der.explicit(0, der.integer(Buffer.from([2]))),
    der.integer(Buffer.from([1])),
    algorithm,
    issuer?.subject ?? name,
    der.sequence(der.time(Date.now() - 3_600_000), der.time(Date.now() + lifetime * 1000)),
    name,
    createPublicKey(key).export({ type: 'spki', format: 'der' }),
    der.explicit(
      3,
      der.sequence(
        extension('2.5.29.19', authority ? der.sequence(der.boolean(true)) : der.sequence()),
        ...(names.length === 0 ? [] : [extension('2.5.29.17', der.sequence(...alternatives))]),
      ),
    ),
  )
  const signature = sign('sha256', toBeSigned, issuer === undefined ? key : createPrivateKey(issuer.key))
  const pem = der.pem('CERTIFICATE', der.sequence(toBeSigned, algorithm, der.bitString(signature)))
  const certificate = new X509Certificate(pem)
  return {
    certificate,
    cert: pem + (issuer === undefined ? '' : issuer.cert),
    key: keyPem(key),
    jwk: createPublicKey(key).export({ format: 'jwk' }),
    x5c: certificate.raw.toString('base64'),
    subject: name,
  }
}

/** An answer over TLS. */
export interface TlsAnswer {
  status: number
  headers: IncomingHttpHeaders
  body: Record<string, unknown>
  text: string
  explanation: string
}

interface TlsRequest {
  ca: string
  method?: string | undefined
  headers?: Record<string, string>
  body?: string | undefined
  certificate?: TestCertificate | undefined
  /** What is named in the handshake; the host when absent. */
  servername?: string
}

/** Sends a request over TLS to whatever host the URL names, which is always this machine. */
export function sendTls(
  url: string | URL,
  { ca, method = 'GET', headers = {}, body, certificate, servername }: TlsRequest,
): Promise<TlsAnswer> {
  const { hostname, host, port, pathname, search } = new URL(url)
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        host: '127.0.0.1',
        port,
        servername: servername ?? hostname,
        path: pathname + search,
        method,
        headers: { host, ...headers, connection: 'close', ...(body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }) },
        ca,
        agent: false,
        ...(certificate === undefined ? {} : { cert: certificate.cert, key: certificate.key }),
      },
      (response) => {
        let text = ''
        response.setEncoding('utf8')
        response.on('data', (chunk: string) => {
          text += chunk
        })
        response.on('end', () => {
          const explanation = decodeURIComponent(String(response.headers['grantbox-explain'] ?? ''))
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: text.startsWith('{') ? JSON.parse(text) : {},
            text,
            explanation,
          })
        })
      },
    )
    sent.on('error', reject)
    sent.end(body)
  })
}
