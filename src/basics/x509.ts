/** Makes the kinds of X.509 certificate grantbox needs (RFC 5280): with ECDSA P-256 keys for TLS, with any for what signs tokens. */
import { createHash, createPublicKey, type KeyObject, randomBytes, sign } from 'node:crypto'
import { isIP, isIPv4 } from 'node:net'
import * as der from './der.ts'

const oid = {
  commonName: '2.5.4.3',
  organization: '2.5.4.10',
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  sha256WithRsa: '1.2.840.113549.1.1.11',
  ed25519: '1.3.101.112',
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  authorityKeyIdentifier: '2.5.29.35',
  extKeyUsage: '2.5.29.37',
  serverAuth: '1.3.6.1.5.5.7.3.1',
}

/** Milliseconds since the epoch. */
export interface Validity {
  notBefore: number
  notAfter: number
}

/**
 * The certificate authority's own certificate, as PEM. It may sign server certificates and no further authority.
 * Name and key identifier follow from the key, so a certificate made again from the same key stands in for the old one
 * wherever that is trusted already.
 */
export function authorityCertificate(key: KeyObject, validity: Validity): string {
  const publicKey = createPublicKey(key)
  const name = distinguishedName(authorityName(publicKey))
  return certificate(key, name, name, publicKey, validity, [
    extension(oid.basicConstraints, der.sequence(der.boolean(true), der.integer(Buffer.from([0]))), true),
    // keyCertSign and cRLSign are bits 5 and 6 (RFC 5280 §4.2.1.3).
    extension(oid.keyUsage, der.bitString(Buffer.from([0b0000_0110]), 1), true),
    extension(oid.subjectKeyIdentifier, der.octetString(keyIdentifier(publicKey))),
  ])
}

/**
 * A server's certificate, as PEM.
 * @param names host names and IP addresses; the first one names the certificate
 */
export function serverCertificate(publicKey: KeyObject, names: string[], authorityKey: KeyObject, validity: Validity): string {
  const authority = createPublicKey(authorityKey)
  const [commonName = 'localhost'] = names
  // A common name has 64 characters at most (RFC 5280, ub-common-name); clients read the subjectAltName.
  const subject = distinguishedName(commonName.length <= 64 ? commonName : 'grantbox')
  return certificate(authorityKey, distinguishedName(authorityName(authority)), subject, publicKey, validity, [
    extension(oid.basicConstraints, der.sequence(), true),
    // digitalSignature is bit 0.
    extension(oid.keyUsage, der.bitString(Buffer.from([0b1000_0000]), 7), true),
    extension(oid.extKeyUsage, der.sequence(der.objectIdentifier(oid.serverAuth))),
    extension(oid.subjectAltName, der.sequence(...names.map(generalName))),
    extension(oid.subjectKeyIdentifier, der.octetString(keyIdentifier(publicKey))),
    extension(oid.authorityKeyIdentifier, der.sequence(der.implicit(0, keyIdentifier(authority)))),
  ])
}

/** A certificate that a key of RSA, EC or Ed25519 signed itself, as DER: of a hundred years, and the same each time where signatures are. */
export function selfSignedCertificate(key: KeyObject, commonName: string): Buffer {
  const publicKey = createPublicKey(key)
  const name = distinguishedName(commonName.slice(0, 64))
  const validity = { notBefore: Date.UTC(2000, 0, 1), notAfter: Date.UTC(2099, 11, 31) }
  const serial = createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest()
    .subarray(0, 16)
  return signedCertificate(key, name, name, publicKey, validity, positive(serial), [
    extension(oid.basicConstraints, der.sequence(), true),
    extension(oid.keyUsage, der.bitString(Buffer.from([0b1000_0000]), 7), true),
  ])
}

/** Each authority has a name of its own, so that a trust store may hold several (one for each data folder). */
export function authorityName(publicKey: KeyObject): string {
  return `grantbox CA ${keyIdentifier(publicKey).toString('hex').slice(0, 8)}`
}

function certificate(
  signer: KeyObject,
  issuer: Buffer,
  subject: Buffer,
  publicKey: KeyObject,
  validity: Validity,
  extensions: Buffer[],
): string {
  return der.pem('CERTIFICATE', signedCertificate(signer, issuer, subject, publicKey, validity, positive(randomBytes(16)), extensions))
}

function signedCertificate(
  signer: KeyObject,
  issuer: Buffer,
  subject: Buffer,
  publicKey: KeyObject,
  { notBefore, notAfter }: Validity,
  serialNumber: Buffer,
  extensions: Buffer[],
): Buffer {
  const algorithm = signatureAlgorithm(signer)
  const toBeSigned = der.sequence(
    der.explicit(0, der.integer(Buffer.from([2]))), // v3
    der.integer(serialNumber),
    algorithm,
    issuer,
    der.sequence(der.time(notBefore), der.time(notAfter)),
    subject,
    publicKey.export({ type: 'spki', format: 'der' }),
    der.explicit(3, der.sequence(...extensions)),
  )
  const signature = sign(signer.asymmetricKeyType === 'ed25519' ? null : 'sha256', toBeSigned, signer)
  return der.sequence(toBeSigned, algorithm, der.bitString(signature))
}

/** RFC 5758 §3.2, RFC 4055 §5 (whose parameters are NULL), RFC 8410 §3. */
function signatureAlgorithm({ asymmetricKeyType }: KeyObject): Buffer {
  if (asymmetricKeyType === 'rsa') return der.sequence(der.objectIdentifier(oid.sha256WithRsa), Buffer.from([0x05, 0]))
  return der.sequence(der.objectIdentifier(asymmetricKeyType === 'ed25519' ? oid.ed25519 : oid.ecdsaWithSha256))
}

/** A serial number of 16 bytes that is positive and never zero (RFC 5280 §4.1.2.2 allows 20 bytes). */
function positive(bytes: Buffer): Buffer {
  bytes.writeUInt8((bytes.readUInt8(0) & 0x7f) | 0x40, 0)
  return bytes
}

function distinguishedName(commonName: string): Buffer {
  const attribute = (type: string, value: string) => der.set(der.sequence(der.objectIdentifier(type), der.utf8String(value)))
  return der.sequence(attribute(oid.organization, 'grantbox'), attribute(oid.commonName, commonName))
}

/** `critical` is left out when false, its default (RFC 5280 §4.1). */
function extension(id: string, value: Buffer, critical = false): Buffer {
  const flag = critical ? [der.boolean(true)] : []
  return der.sequence(der.objectIdentifier(id), ...flag, der.octetString(value))
}

/** RFC 7093 §2 method 1: the first 160 bits of the SHA-256 of the key's bits. */
function keyIdentifier(publicKey: KeyObject): Buffer {
  // An uncompressed P-256 point is the last 65 bytes of its SubjectPublicKeyInfo (RFC 5480 §2.2).
  const point = publicKey.export({ type: 'spki', format: 'der' }).subarray(-65)
  return createHash('sha256').update(point).digest().subarray(0, 20)
}

/** dNSName is `[2]`, iPAddress is `[7]` (RFC 5280 §4.2.1.6). */
function generalName(name: string): Buffer {
  return isIP(name) ? der.implicit(7, addressBytes(name)) : der.implicit(2, Buffer.from(name, 'ascii'))
}

function addressBytes(address: string): Buffer {
  if (isIPv4(address)) return Buffer.from(address.split('.').map(Number))
  // The URL parser writes every form of an IPv6 address (RFC 4291 §2.2) as hexadecimal groups with one `::` at most.
  const [head = '', tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::')
  const groups = (part: string) => part.split(':').filter((group) => group !== '')
  const first = groups(head)
  const last = groups(tail ?? '')
  const zeros = Array<string>(8 - first.length - last.length).fill('0')
  return Buffer.from([...first, ...zeros, ...last].map((group) => group.padStart(4, '0')).join(''), 'hex')
}
