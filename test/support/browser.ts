import { createHash, X509Certificate } from 'node:crypto'
import { connect } from 'node:tls'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { afterAll, onTestFinished } from 'vitest'
import { findChromium } from './chromium.ts'

const flags = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // Whatever a page asks for, nothing leaves this machine.
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE *.localhost, EXCLUDE 127.0.0.1',
]

/** How a browser is launched. */
export interface BrowserOptions {
  /** An https address whose certificate it accepts, and what makes that certificate one to trust. */
  trust?: { url: string; ca: string }
}

/** A browser with an empty profile of its own. Whoever calls it closes it. */
export async function launchBrowser({ trust }: BrowserOptions = {}): Promise<Browser> {
  const { executablePath, env } = await findChromium()
  return chromium.launch({
    executablePath,
    env: { ...(process.env as Record<string, string>), ...env },
    args: trust === undefined ? flags : [...flags, `--ignore-certificate-errors-spki-list=${await publicKeyHash(trust.url, trust.ca)}`],
  })
}

/**
 * One browser for a file of tests; call it at the top level. It is launched on first use and closed when the file is done.
 * @returns opens a page in a profile of its own, which is closed when the test ends
 */
export function browser(options: () => Promise<BrowserOptions> = async () => ({})): (context?: BrowserContextOptions) => Promise<Page> {
  let launched: Promise<Browser> | undefined
  afterAll(async () => (await launched)?.close())
  return async (contextOptions) => {
    launched ??= options().then(launchBrowser)
    const context = await (await launched).newContext(contextOptions)
    onTestFinished(() => context.close())
    context.setDefaultTimeout(10_000)
    return context.newPage()
  }
}

/**
 * The SHA-256 of the public key of a server's certificate, by which Chromium's command line can name it. It has no other way to
 * trust a certificate for one run, so the certificate is verified here, against the authority alone.
 */
async function publicKeyHash(url: string, ca: string): Promise<string> {
  const { hostname, port } = new URL(url)
  const certificate = await new Promise<Buffer>((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port), servername: hostname, ca }, () => {
      resolve(socket.getPeerCertificate().raw)
      socket.destroy()
    }).on('error', reject)
  })
  const key = new X509Certificate(certificate).publicKey.export({ type: 'spki', format: 'der' })
  return createHash('sha256').update(key).digest('base64')
}
