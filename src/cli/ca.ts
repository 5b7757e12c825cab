import { loadConfig } from '../config/config.ts'
import type { Flags } from '../config/flags.ts'
import type { Command } from './command.ts'

const flags: Flags = {
  bundle: { description: "print where a file lies that has the system's authorities as well, for programs that take one file alone" },
}

/** `grantbox ca`: where the certificate authority's PEM lies, made now if it never was. */
export const ca: Command = {
  flags,
  async run({ argv, env, cwd, stdout }) {
    const { data } = await loadConfig({ argv, env, cwd, commandFlags: flags })
    const [{ createCertificates }, { systemClock }, { writeAuthorities }] = await Promise.all([
      import('../http/certificates/certificates.ts'),
      import('../basics/clock.ts'),
      import('../proxy/clients/authorities.ts'),
    ])
    const certificates = createCertificates({ dataDir: data, clock: systemClock })
    const ours = await certificates.ca()
    const wanted = argv.includes('--bundle') ? writeAuthorities(data, ours, env).bundle : certificates.caPath
    stdout.write(`${wanted}\n`)
    return 0
  },
}
