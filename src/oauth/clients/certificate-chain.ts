import { X509Certificate } from 'node:crypto'

const pem = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g

/** No real chain is longer, and a client could show one that goes in circles. */
const longest = 8

/** The certificates of a PEM text. @throws Error when one cannot be read */
export function readCertificates(text: string): X509Certificate[] {
  return (text.match(pem) ?? []).map((one) => new X509Certificate(one))
}

/**
 * Whether a certificate was issued, through those that were shown with it, by one that is trusted, and none has expired
 * (RFC 5280 §6.1, as far as names, signatures, times and basic constraints).
 * @returns why not; undefined when it was
 */
export function chainProblem(certificate: X509Certificate, trusted: readonly X509Certificate[], now: number): string | undefined {
  let current = certificate
  for (let length = 0; length < longest; length++) {
    if (current.validFromDate.getTime() > now) return `'${oneLine(current)}' is not valid before ${current.validFrom}`
    if (current.validToDate.getTime() < now) return `'${oneLine(current)}' expired at ${current.validTo}`
    if (trusted.some((one) => one.fingerprint256 === current.fingerprint256)) return undefined
    const issuer = [...trusted, ...shownIssuer(current)].find((one) => issued(one, current))
    if (issuer === undefined) return `'${oneLine(current)}' was issued by none of: ${trusted.map(oneLine).join('; ')}`
    current = issuer
  }
  return `the chain has more than ${longest} certificates`
}

function shownIssuer({ issuerCertificate }: X509Certificate): X509Certificate[] {
  return issuerCertificate === undefined ? [] : [issuerCertificate]
}

function issued(issuer: X509Certificate, certificate: X509Certificate): boolean {
  return issuer.ca && certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey)
}

function oneLine({ subject }: X509Certificate): string {
  return subject.replaceAll('\n', ', ')
}
