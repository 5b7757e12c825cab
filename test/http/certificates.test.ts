import { createPrivateKey, X509Certificate } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect, createServer as createTlsServer, TLSSocket } from 'node:tls'
import { expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../src/basics/clock.ts'
import { type Certificates, createCertificates } from '../../src/http/certificates/certificates.ts'
import { CertificateFileError } from '../../src/http/certificates/files.ts'

const day = 86_400_000

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'grantbox-certificates-'))
  onTestFinished(() => rm(path, { recursive: true, force: true }))
  return path
}

function pushedClock(): { now(): number; advance(ms: number): void } {
  let offset = 0
  return {
    now: () => systemClock.now() + offset,
    advance: (ms) => {
      offset += ms
    },
  }
}

/** The certificate that a client is shown, through a real handshake. */
async function leafOf(certificates: Certificates, host: string | undefined): Promise<X509Certificate> {
  const secureContext = await certificates.secureContext(host)
  const server = createServer((socket) => new TLSSocket(socket, { isServer: true, secureContext }).on('error', () => {}))
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const { port } = server.address() as AddressInfo
  try {
    return await new Promise((resolve, reject) => {
      const client = connect({ host: '127.0.0.1', port, rejectUnauthorized: false }, () => {
        const certificate = client.getPeerX509Certificate()
        client.destroy()
        if (certificate === undefined) reject(new Error('no certificate was shown'))
        else resolve(certificate)
      })
      client.on('error', reject)
    })
  } finally {
    server.close()
  }
}

test('makes a certificate authority that may sign servers and nothing else (RFC 5280 §4.2.1.9)', async () => {
  const dataDir = await folder()
  const certificates = createCertificates({ dataDir, clock: systemClock })
  const ca = new X509Certificate(await certificates.ca())
  expect(ca.ca).toBe(true)
  expect(ca.verify(ca.publicKey)).toBe(true)
  expect(ca.subject).toMatch(/^O=grantbox\nCN=grantbox CA [0-9a-f]{8}$/)
  expect(ca.validToDate.getTime() - ca.validFromDate.getTime()).toBe(3650 * day)
  expect(certificates.caPath).toBe(join(dataDir, 'ca.pem'))
  expect(await readFile(join(dataDir, 'ca.pem'), 'utf8')).toBe(await certificates.ca())
})

test("keeps the authority's key for its owner alone", async () => {
  const dataDir = await folder()
  const certificates = createCertificates({ dataDir, clock: systemClock })
  await certificates.secureContext(undefined)
  expect((await stat(join(dataDir, 'ca-key.pem'))).mode & 0o777).toBe(0o600)
  expect((await stat(join(dataDir, 'localhost.pem'))).mode & 0o777).toBe(0o600)
  expect((await readdir(dataDir)).sort()).toEqual(['ca-key.pem', 'ca.pem', 'localhost.pem'])
})

test('signs a localhost certificate for both loopback addresses and sub-domains', async () => {
  const certificates = createCertificates({ clock: systemClock })
  const ca = new X509Certificate(await certificates.ca())
  const leaf = await leafOf(certificates, undefined)
  expect(leaf.subjectAltName).toBe('DNS:localhost, DNS:*.localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1')
  expect(leaf.ca).toBe(false)
  expect(leaf.verify(ca.publicKey)).toBe(true)
  expect(leaf.checkIssued(ca)).toBe(true)
  expect(leaf.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1'])
  expect(leaf.validToDate.getTime() - leaf.validFromDate.getTime()).toBe(397 * day)
})

test('signs one certificate for each host name and keeps it', async () => {
  const certificates = createCertificates({ clock: systemClock })
  const leaf = await leafOf(certificates, 'Sandbox.iokids.net.')
  expect(leaf.subjectAltName).toBe('DNS:sandbox.iokids.net')
  expect(leaf.subject).toBe('O=grantbox\nCN=sandbox.iokids.net')
  expect((await leafOf(certificates, 'sandbox.iokids.net')).serialNumber).toBe(leaf.serialNumber)
  expect((await leafOf(certificates, 'api.iokids.net')).serialNumber).not.toBe(leaf.serialNumber)
})

test('signs a host name that is too long for a common name', async () => {
  const host = `${'a'.repeat(60)}.${'b'.repeat(60)}.example`
  const leaf = await leafOf(createCertificates({ clock: systemClock }), host)
  expect(leaf.checkHost(host)).toBe(host)
})

test.each([
  ['192.168.1.5', '192.168.1.5'],
  ['::ffff:192.168.1.5', '192.168.1.5'],
  ['2001:db8::7', '2001:db8::7'],
  ['fe80::1:2%eth0', 'fe80::1:2'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2:3:4:5:6'],
])('signs the address %s, and localhost beside it', async (host, address) => {
  const leaf = await leafOf(createCertificates({ clock: systemClock }), host)
  expect(leaf.checkIP(address)).toBe(address)
  expect(leaf.checkIP('127.0.0.1')).toBe('127.0.0.1')
  expect(leaf.checkHost('localhost')).toBe('localhost')
})

test.each([
  '',
  '127.0.0.1',
  '::1',
  '::ffff:127.0.0.1',
  'not a host',
  'a..b',
  '-a.example',
  '../../etc',
  `${'a'.repeat(64)}.example`,
  'a.'.repeat(130),
])('answers as localhost for %j', async (host) => {
  const certificates = createCertificates({ clock: systemClock })
  expect(await certificates.secureContext(host)).toBe(await certificates.secureContext('localhost'))
})

test('forgets the host names that were asked for longest ago', async () => {
  const certificates = createCertificates({ clock: systemClock })
  const localhost = await certificates.secureContext('localhost')
  const first = await certificates.secureContext('host-0.example')
  for (let n = 1; n < 200; n++) {
    await certificates.secureContext(`host-${n}.example`)
    await certificates.secureContext('localhost')
  }
  expect(await certificates.secureContext('localhost')).toBe(localhost)
  expect(await certificates.secureContext('host-0.example')).not.toBe(first)
})

test('has the same authority and the same localhost certificate after a restart', async () => {
  const dataDir = await folder()
  const before = createCertificates({ dataDir, clock: systemClock })
  const after = createCertificates({ dataDir, clock: systemClock })
  const leaf = await leafOf(before, undefined)
  expect((await leafOf(after, undefined)).serialNumber).toBe(leaf.serialNumber)
  expect(await after.ca()).toBe(await before.ca())
})

test('gives processes that start at once one authority', async () => {
  const dataDir = await folder()
  const authorities = await Promise.all(Array.from({ length: 12 }, () => createCertificates({ dataDir, clock: systemClock }).ca()))
  expect(new Set(authorities).size).toBe(1)
  const ca = new X509Certificate(await readFile(join(dataDir, 'ca.pem')))
  expect(ca.checkPrivateKey(createPrivateKey(await readFile(join(dataDir, 'ca-key.pem'), 'utf8')))).toBe(true)
})

test('renews a server certificate within the last 30 days of its life, in memory and on disk', async () => {
  const clock = pushedClock()
  const dataDir = await folder()
  const certificates = createCertificates({ dataDir, clock })
  const first = await leafOf(certificates, undefined)
  clock.advance(366 * day)
  expect((await leafOf(certificates, undefined)).serialNumber).toBe(first.serialNumber)
  clock.advance(day)
  const second = await leafOf(certificates, undefined)
  expect(second.serialNumber).not.toBe(first.serialNumber)
  expect((await leafOf(createCertificates({ dataDir, clock }), undefined)).serialNumber).toBe(second.serialNumber)
})

test('renews the authority from the same key, so that those who trust the old one trust the new one', async () => {
  const clock = pushedClock()
  const dataDir = await folder()
  const certificates = createCertificates({ dataDir, clock })
  const before = new X509Certificate(await certificates.ca())
  clock.advance(3640 * day)
  const after = new X509Certificate(await certificates.ca())
  expect(after.serialNumber).not.toBe(before.serialNumber)
  expect(after.verify(before.publicKey)).toBe(true)
  expect(await readFile(join(dataDir, 'ca.pem'), 'utf8')).toBe(after.toString())
  expect((await leafOf(certificates, undefined)).checkIssued(before)).toBe(true)
})

test('never signs past the end of the authority', async () => {
  const clock = pushedClock()
  const certificates = createCertificates({ clock })
  const ca = new X509Certificate(await certificates.ca())
  clock.advance(3500 * day)
  expect((await leafOf(certificates, 'late.example')).validTo).toBe(ca.validTo)
})

test('makes a localhost certificate anew when the authority has changed or the file is broken', async () => {
  const dataDir = await folder()
  const first = await leafOf(createCertificates({ dataDir, clock: systemClock }), undefined)
  await rm(join(dataDir, 'ca.pem'))
  await rm(join(dataDir, 'ca-key.pem'))
  const certificates = createCertificates({ dataDir, clock: systemClock })
  const second = await leafOf(certificates, undefined)
  expect(second.checkIssued(new X509Certificate(await certificates.ca()))).toBe(true)
  expect(second.serialNumber).not.toBe(first.serialNumber)
  await writeFile(join(dataDir, 'localhost.pem'), 'half a fi')
  expect((await leafOf(createCertificates({ dataDir, clock: systemClock }), undefined)).serialNumber).not.toBe(second.serialNumber)
})

test('makes a lost ca.pem again from its key', async () => {
  const dataDir = await folder()
  const before = new X509Certificate(await createCertificates({ dataDir, clock: systemClock }).ca())
  await rm(join(dataDir, 'ca.pem'))
  const after = new X509Certificate(await createCertificates({ dataDir, clock: systemClock }).ca())
  expect(after.checkIssued(before) && after.verify(before.publicKey)).toBe(true)
})

test.each([
  ['ca.pem', 'broken', /ca\.pem is not a certificate\. Delete it/],
  ['ca-key.pem', 'broken', /ca-key\.pem is not a private key .* Delete it and .*ca\.pem/],
  ['ca-key.pem', 'gone', /ca-key\.pem is missing.* delete .*ca\.pem/],
  ['ca-key.pem', "another authority's", /ca\.pem does not belong to .*ca-key\.pem\. Delete both/],
])('names %s when it is %s and says how to mend it; no restart is needed', async (file, state, message) => {
  const dataDir = await folder()
  const path = join(dataDir, file)
  const good = createCertificates({ dataDir, clock: systemClock })
  await good.ca()
  const content = await readFile(path, 'utf8')
  if (state === 'broken') await writeFile(path, content.slice(0, 80))
  if (state === 'gone') await rm(path)
  if (state === "another authority's") {
    const other = await folder()
    await createCertificates({ dataDir: other, clock: systemClock }).ca()
    await writeFile(path, await readFile(join(other, file)))
  }
  const certificates = createCertificates({ dataDir, clock: systemClock })
  const failure = await certificates.ca().catch((error: unknown) => error)
  expect(failure).toBeInstanceOf(CertificateFileError)
  expect(failure).toHaveProperty('message', expect.stringMatching(message))
  await expect(certificates.secureContext('sandbox.iokids.net')).rejects.toThrow(CertificateFileError)
  await writeFile(path, content)
  expect(await certificates.ca()).toBe(await good.ca())
})

test('keeps everything in memory without a data folder', async () => {
  const certificates = createCertificates({ clock: systemClock })
  expect(certificates.caPath).toBeUndefined()
  expect(await certificates.ca()).toBe(await certificates.ca())
  expect(await certificates.ca()).not.toBe(await createCertificates({ clock: systemClock }).ca())
})

test('names the certificate to clients that verify it by host name (RFC 9525)', async () => {
  const certificates = createCertificates({ clock: systemClock })
  const server = createTlsServer({
    SNICallback: (name, done) => void certificates.secureContext(name).then((context) => done(null, context), done),
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  onTestFinished(() => void server.close())
  const { port } = server.address() as AddressInfo
  const ca = await certificates.ca()
  const authorized = await new Promise<boolean>((resolve, reject) => {
    const client = connect({ host: '127.0.0.1', port, servername: 't42.localhost', ca }, () => {
      client.destroy()
      resolve(client.authorized)
    })
    client.on('error', reject)
  })
  expect(authorized).toBe(true)
})
