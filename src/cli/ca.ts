import { loadConfig } from '../config/config.ts'
import type { Command } from './command.ts'

/** `grantbox ca`: where the certificate authority's PEM lies, made now if it never was. */
export const ca: Command = {
  flags: {},
  async run({ argv, env, cwd, stdout }) {
    const { data } = await loadConfig({ argv, env, cwd })
    const [{ createCertificates }, { systemClock }] = await Promise.all([
      import('../http/certificates/certificates.ts'),
      import('../basics/clock.ts'),
    ])
    const certificates = createCertificates({ dataDir: data, clock: systemClock })
    await certificates.ca()
    stdout.write(`${certificates.caPath}\n`)
    return 0
  },
}
