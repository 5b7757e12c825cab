import * as der from '../../basics/der.ts'

const oid = {
  data: '1.2.840.113549.1.7.1',
  certBag: '1.2.840.113549.1.12.10.1.3',
  x509Certificate: '1.2.840.113549.1.9.22.1',
  /** Java's mark of a certificate that is trusted; without it, its stores hold companions of private keys alone. */
  trustedKeyUsage: '2.16.840.1.113894.746875.1.1',
  anyExtendedKeyUsage: '2.5.29.37.0',
}

/**
 * Certificates as a PKCS #12 store (RFC 7292) that Java trusts. It has no password: what is in it is public, and its reader is asked to
 * trust the file as it lies there.
 * @param certificates one PEM each
 */
export function trustStore(certificates: readonly string[]): Buffer {
  const trusted = der.sequence(der.objectIdentifier(oid.trustedKeyUsage), der.set(der.objectIdentifier(oid.anyExtendedKeyUsage)))
  const bag = (pem: string) =>
    der.sequence(
      der.objectIdentifier(oid.certBag),
      der.explicit(0, der.sequence(der.objectIdentifier(oid.x509Certificate), der.explicit(0, der.octetString(contentOf(pem))))),
      der.set(trusted),
    )
  const safe = contentInfo(der.sequence(...certificates.map(bag)))
  return der.sequence(der.integer(Buffer.from([3])), contentInfo(der.sequence(safe)))
}

function contentInfo(content: Buffer): Buffer {
  return der.sequence(der.objectIdentifier(oid.data), der.explicit(0, der.octetString(content)))
}

function contentOf(pem: string): Buffer {
  return Buffer.from(pem.replace(/-----[^-]+-----/g, ''), 'base64')
}
