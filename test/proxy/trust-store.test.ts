import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../src/basics/clock.ts'
import { createCertificates } from '../../src/http/certificates/certificates.ts'
import { trustStore } from '../../src/proxy/clients/trust-store.ts'
import { commandExists, runProgram } from '../support/child.ts'

test('a JDK finds trusted certificates in a trust store', async ({ skip }) => {
  if (!commandExists('keytool')) skip('there is no JDK with its keytool')
  const folder = await mkdtemp(join(tmpdir(), 'grantbox-trust-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const store = join(folder, 'store.p12')
  const authorities = await Promise.all([1, 2].map(() => createCertificates({ clock: systemClock }).ca()))
  await writeFile(store, trustStore(authorities))
  const listed = await runProgram('keytool', ['-list', '-rfc', '-keystore', store, '-storetype', 'PKCS12', '-storepass', 'unused'])
  expect(listed.match(/trustedCertEntry/g)).toHaveLength(2)
  for (const pem of authorities) expect(listed.replaceAll(/\s/g, '')).toContain(pem.replaceAll(/\s/g, ''))
})
