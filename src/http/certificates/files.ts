/** Where the certificate authority and localhost's certificate lie in the data folder, and how they get there. */
import { createPrivateKey, createPublicKey, type KeyObject, randomUUID, X509Certificate } from 'node:crypto'
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { makeFolder } from '../../basics/folder.ts'
import { authorityCertificate, authorityName, type Validity } from '../../basics/x509.ts'
import { makeKey } from '../../oauth/jose/keys.ts'

/** A certificate file that cannot be used. The message names the file and says how to mend it. */
export class CertificateFileError extends Error {
  override readonly name = 'CertificateFileError'
  readonly path: string

  constructor(path: string, message: string, cause?: unknown) {
    super(message, { cause })
    this.path = path
  }
}

/** A certificate and its private key. */
export interface CertifiedKey {
  certificate: X509Certificate
  key: KeyObject
}

export function keyPem(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString()
}

/**
 * The authority of a data folder, made when there is none.
 * Two processes may start at once: each file is put in place whole and only if it is not there yet, the key before the
 * certificate, and what then lies on disk counts. So both end up with one authority.
 * @param usable whether a certificate is within its time; one that is not is made again from the same key
 * @throws CertificateFileError for a file that is broken or does not fit the other
 */
export async function loadAuthority(
  dataDir: string,
  validity: Validity,
  usable: (certificate: X509Certificate) => boolean,
): Promise<CertifiedKey> {
  const paths = authorityPaths(dataDir)
  makeFolder(dataDir)
  // Read in this order: a certificate that is there has its key beside it.
  const certificatePem = await readIfThere(paths.certificate)
  const key = await loadAuthorityKey(paths, certificatePem !== undefined)
  if (certificatePem === undefined) {
    await createFile(paths.certificate, authorityCertificate(key, validity), 0o644)
    return { key, certificate: parseAuthority(await readFile(paths.certificate, 'utf8'), key, paths) }
  }
  const certificate = parseAuthority(certificatePem, key, paths)
  if (usable(certificate)) return { key, certificate }
  const renewed = authorityCertificate(key, validity)
  await replaceFile(paths.certificate, renewed, 0o644)
  return { key, certificate: new X509Certificate(renewed) }
}

export function authorityPaths(dataDir: string): { certificate: string; key: string } {
  return { certificate: join(dataDir, 'ca.pem'), key: join(dataDir, 'ca-key.pem') }
}

async function loadAuthorityKey(paths: ReturnType<typeof authorityPaths>, certificateExists: boolean): Promise<KeyObject> {
  if (!certificateExists) await createFile(paths.key, keyPem(await makeKey('ES256')), 0o600)
  const pem = await readIfThere(paths.key)
  if (pem === undefined) {
    const message = `${paths.key} is missing, but ${paths.certificate} is there. Put the key back, or delete ${paths.certificate} to get a new certificate authority (clients then have to trust the new one).`
    throw new CertificateFileError(paths.key, message)
  }
  try {
    const key = createPrivateKey(pem)
    if (key.asymmetricKeyDetails?.namedCurve !== 'prime256v1') throw new Error('the key is not an EC P-256 key')
    return key
  } catch (cause) {
    const message = `${paths.key} is not a private key that grantbox can use. Delete it and ${paths.certificate}: grantbox then makes a new certificate authority (clients have to trust the new one).`
    throw new CertificateFileError(paths.key, message, cause)
  }
}

function parseAuthority(pem: string, key: KeyObject, paths: ReturnType<typeof authorityPaths>): X509Certificate {
  let certificate: X509Certificate
  try {
    certificate = new X509Certificate(pem)
  } catch (cause) {
    const message = `${paths.certificate} is not a certificate. Delete it: grantbox makes it again from ${paths.key}.`
    throw new CertificateFileError(paths.certificate, message, cause)
  }
  const ours = certificate.ca && certificate.subject.split('\n').includes(`CN=${authorityName(createPublicKey(key))}`)
  if (!ours || !certificate.checkPrivateKey(key)) {
    const message = `${paths.certificate} does not belong to ${paths.key}. Delete both: grantbox then makes a new certificate authority (clients have to trust the new one).`
    throw new CertificateFileError(paths.certificate, message)
  }
  return certificate
}

/** Localhost's certificate and key, in one file so that they cannot fall apart; nothing when absent or broken. */
export async function loadLocalhost(dataDir: string): Promise<CertifiedKey | undefined> {
  try {
    const pem = await readFile(join(dataDir, 'localhost.pem'), 'utf8')
    return { certificate: new X509Certificate(pem), key: createPrivateKey(pem) }
  } catch {
    return undefined
  }
}

/** Keeps localhost's certificate for the next start. It is only a copy: a folder that cannot be written to is no failure. */
export async function keepLocalhost(dataDir: string, leaf: CertifiedKey): Promise<void> {
  await replaceFile(join(dataDir, 'localhost.pem'), keyPem(leaf.key) + leaf.certificate.toString(), 0o600).catch(() => {})
}

function readIfThere(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch((error: unknown) => {
    if (!isCode(error, 'ENOENT')) throw error
    return undefined
  })
}

/** Puts a whole file in place of the one that is there. */
async function replaceFile(path: string, content: string, mode: number, place: typeof rename = rename): Promise<void> {
  const temporary = join(dirname(path), `.${randomUUID()}.tmp`)
  await writeFile(temporary, content, { mode, flag: 'wx', flush: true })
  try {
    await place(temporary, path)
  } finally {
    await rm(temporary, { force: true })
  }
}

/** Puts a whole file in place, unless one is there already: unlike rename, link refuses to replace, which decides the race. */
async function createFile(path: string, content: string, mode: number): Promise<void> {
  await replaceFile(path, content, mode, (temporary) =>
    link(temporary, path).catch((error: unknown) => {
      // A file system without hard links, such as exFAT.
      if (!isCode(error, 'EEXIST')) return rename(temporary, path)
    }),
  )
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
