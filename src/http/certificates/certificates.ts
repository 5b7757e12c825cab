/**
 * In this room: grantbox's own certificate authority and the certificates that it makes.
 * Elsewhere: certificates of clients (`oauth/clients/`).
 */

import { constants, createPublicKey, type KeyObject, X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'
import type { SecureContext } from 'node:tls'
import type { Clock } from '../../basics/clock.ts'
import { authorityCertificate, serverCertificate, type Validity } from '../../basics/x509.ts'
import { makeKey } from '../../oauth/jose/keys.ts'
import { authorityPaths, type CertifiedKey, keepLocalhost, keyPem, loadAuthority, loadLocalhost } from './files.ts'
import { isNamedForCertificates } from './host.ts'

export interface Certificates {
  /** Where the authority's certificate lies, for clients to trust; nothing when it lives in memory only. */
  readonly caPath: string | undefined
  /**
   * The authority's certificate as PEM, made on first need.
   * @throws CertificateFileError when its files are broken
   */
  ca(): Promise<string>
  /**
   * What a TLS server needs to answer as `host`: a host name (SNI) or one of this machine's addresses. Without one, or
   * with one that is no host name, it answers as localhost.
   * @param asks whether the client is asked for a certificate, when the name does not tell it
   * @throws CertificateFileError when the authority's files are broken
   */
  secureContext(host: string | undefined, asks?: boolean): Promise<SecureContext>
}

const hour = 3_600_000
const day = 24 * hour
/** Remade this long before the end, so that a certificate that is handed out lasts a while. */
const renewBefore = 30 * day
const authorityLifetime = 3650 * day
/** Chrome and Apple refuse server certificates of more than 398 days. */
const leafLifetime = 397 * day
/** Host names come from outside: the cache must not grow with each one. */
const keptLeaves = 200

const localhostNames = ['localhost', '*.localhost', '127.0.0.1', '::1']

export interface CertificatesOptions {
  /** The data folder; without it, authority and certificates live in memory only. */
  dataDir?: string | undefined
  clock: Clock
  /** Whether clients are asked for a certificate at every host, and not only at those that are named for it. */
  asking?: 'mtls' | 'always' | undefined
}

export function createCertificates({ dataDir, clock, asking }: CertificatesOptions): Certificates {
  const authority = renewing(clock, async () => {
    const validity = validityFrom(clock, authorityLifetime)
    const made = dataDir === undefined ? await authorityInMemory(validity) : await loadAuthority(dataDir, validity, usable)
    return { value: made, renewAt: renewalTime(made.certificate) }
  })
  const leaves = new Map<string, () => Promise<SecureContext>>()

  function usable(certificate: X509Certificate): boolean {
    return certificate.validFromDate.getTime() <= clock.now() && renewalTime(certificate) > clock.now()
  }

  async function leafFor(name: string): Promise<CertifiedKey> {
    const ca = await authority()
    const keep = name === 'localhost' ? dataDir : undefined
    const kept = keep === undefined ? undefined : await loadLocalhost(keep)
    if (kept !== undefined && usable(kept.certificate) && isIssuedBy(kept, ca)) return kept
    const key = await makeKey('ES256')
    const validity = validityFrom(clock, leafLifetime)
    validity.notAfter = Math.min(validity.notAfter, ca.certificate.validToDate.getTime())
    const pem = serverCertificate(createPublicKey(key), namesOf(name), ca.key, validity)
    const leaf = { key, certificate: new X509Certificate(pem) }
    if (keep !== undefined) await keepLocalhost(keep, leaf)
    return leaf
  }

  function leafContext(name: string, asks: boolean): () => Promise<SecureContext> {
    return renewing(clock, async () => {
      const { key, certificate } = await leafFor(name)
      // A resumed session no longer has the chain that the client showed: where one is asked for, each connection begins anew.
      const secureOptions = asking === 'always' || asks ? constants.SSL_OP_NO_TICKET : 0
      const { createSecureContext } = await import('node:tls')
      const context = createSecureContext({ key: keyPem(key), cert: certificate.toString(), secureOptions, sessionIdContext: 'grantbox' })
      return { value: context, renewAt: renewalTime(certificate) }
    })
  }

  return {
    caPath: dataDir === undefined ? undefined : authorityPaths(dataDir).certificate,
    ca: async () => (await authority()).certificate.toString(),
    secureContext(host, asks = host !== undefined && isNamedForCertificates(host)) {
      const name = certificateName(host)
      const key = asks ? `${name} asks` : name
      const leaf = leaves.get(key) ?? leafContext(name, asks)
      // Set anew, so that the map's first entry is the one that was asked for longest ago.
      leaves.delete(key)
      leaves.set(key, leaf)
      for (const [oldest] of leaves) if (leaves.size > keptLeaves) leaves.delete(oldest)
      return leaf()
    },
  }
}

/** Makes a value on first need and again when its time is over. A failure is not kept: mending the files is enough. */
function renewing<T>(clock: Clock, make: () => Promise<{ value: T; renewAt: number }>): () => Promise<T> {
  let latest: ReturnType<typeof make> | undefined
  return async () => {
    if (latest !== undefined) {
      const { value, renewAt } = await latest
      if (clock.now() < renewAt) return value
    }
    const next = make()
    latest = next
    next.catch(() => {
      if (latest === next) latest = undefined
    })
    return (await next).value
  }
}

async function authorityInMemory(validity: Validity): Promise<CertifiedKey> {
  const key = await makeKey('ES256')
  return { key, certificate: new X509Certificate(authorityCertificate(key, validity)) }
}

/** Begins an hour ago: clients' clocks, in containers above all, lag a little. */
function validityFrom(clock: Clock, lifetime: number): Validity {
  const notBefore = clock.now() - hour
  return { notBefore, notAfter: notBefore + lifetime }
}

function renewalTime(certificate: X509Certificate): number {
  return certificate.validToDate.getTime() - renewBefore
}

function isIssuedBy(leaf: CertifiedKey, ca: { certificate: X509Certificate; key: KeyObject }): boolean {
  return (
    leaf.certificate.checkIssued(ca.certificate) &&
    leaf.certificate.verify(createPublicKey(ca.key)) &&
    leaf.certificate.checkPrivateKey(leaf.key)
  )
}

/** Under which name a host's certificate is made and kept. */
function certificateName(host: string | undefined): string {
  const name = (host ?? '')
    .toLowerCase()
    .replace(/^::ffff:(?=\d+\.)/, '') // an IPv4 client of an IPv6 socket
    .replace(/[.]$|%.*$/, '') // the root's dot; an IPv6 zone
  if (isIP(name)) return localhostNames.includes(name) ? 'localhost' : name
  return isHostName(name) ? name : 'localhost'
}

/** RFC 1123 §2.1, and underscores, which names of containers may have. */
function isHostName(name: string): boolean {
  return name.length <= 253 && name.split('.').every((label) => /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/.test(label))
}

/**
 * An address also gets localhost's names: a connection to 127.0.0.1 that is forwarded into a container arrives at the
 * container's own address, and without SNI nothing else tells what the client called.
 */
function namesOf(name: string): string[] {
  if (name === 'localhost') return localhostNames
  return isIP(name) ? [name, ...localhostNames] : [name]
}
