import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as tls from 'node:tls'
import { makeFolder } from '../../basics/folder.ts'
import { authorityVariables, type Variables } from './environment.ts'
import { trustStore } from './trust-store.ts'

/** Where Linux distributions keep all that they trust in one file; to ask Node.js for it takes a hundred times as long. */
const systemFiles = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/ssl/cert.pem',
]

/** The files that programs read authorities from. */
export interface AuthorityFiles {
  /** PEM: the system's authorities, those that were named before, and ours. */
  bundle: string
  /** What wget read before, and the bundle. */
  wgetrc: string
  /** A folder with a file that names the bundle to PHP. */
  phpSettings: string
  /** PKCS #12: the same. */
  trustStore?: string
}

/**
 * Writes the files whole, in a folder that is made when it is missing.
 * @param ours the certificate of grantbox's authority, as PEM
 * @param before variables that may name files of further authorities
 */
export function writeAuthorities(folder: string, ours: string, before: Variables, java = false): AuthorityFiles {
  makeFolder(folder)
  const bundle = join(folder, 'ca-bundle.pem')
  const named = authorityVariables.map((name) => before[name]).filter((path) => path && path !== bundle)
  const all = [systemAuthorities(), ...[...new Set(named)].map(readIfThere), ours].flatMap(certificatesIn)
  const trusted = [...new Set(all)]
  replace(bundle, `${trusted.join('\n')}\n`)
  const wgetrc = join(folder, 'wgetrc')
  const wgetBefore = before.WGETRC === wgetrc ? undefined : (before.WGETRC ?? join(before.HOME ?? '', '.wgetrc'))
  replace(wgetrc, `${readIfThere(wgetBefore)}\nca_certificate = ${bundle}\n`)
  const phpSettings = join(folder, 'php')
  makeFolder(phpSettings)
  replace(join(phpSettings, 'grantbox.ini'), `curl.cainfo = "${bundle}"\nopenssl.cafile = "${bundle}"\n`)
  const files = { bundle, wgetrc, phpSettings }
  if (!java) return files
  const store = join(folder, 'ca-bundle.p12')
  replace(store, trustStore(trusted))
  return { ...files, trustStore: store }
}

function systemAuthorities(): string {
  const inOneFile = process.platform === 'linux' ? systemFiles.map(readIfThere).find((text) => text !== '') : undefined
  // Node.js can tell since 22.15.
  const { getCACertificates, rootCertificates }: Partial<typeof tls> = tls
  return inOneFile || getCACertificates?.('system').join('\n') || rootCertificates?.join('\n') || ''
}

/** A file that is not there was of no use before either. */
function readIfThere(path: string | undefined): string {
  try {
    return path === undefined ? '' : readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

function certificatesIn(text: string): string[] {
  return text.replaceAll('\r', '').match(/-----BEGIN CERTIFICATE-----\n[^-]+-----END CERTIFICATE-----/g) ?? []
}

/** Whoever reads the file meanwhile has the old one or the new one. */
function replace(path: string, content: string | Uint8Array): void {
  const temporary = `${path}.${process.pid}.tmp`
  writeFileSync(temporary, content, { mode: 0o644 })
  renameSync(temporary, path)
}
