import { type Examined, lackingFor } from '../../exam/attestation/attestation.ts'
import { capital } from '../frame/vendor.ts'
import type { Visit } from '../frame/visit.ts'

/** What stands on the page about the badge. */
export type BadgeView = ReturnType<typeof badgeView>

/** The badge with how to use it, or why there is none. */
export function badgeView(examined: Examined, { base, sandbox }: Pick<Visit, 'base' | 'sandbox'>) {
  const at = `${base}/exam`
  const file = (ending: string) => fileOf(sandbox, ending)
  return {
    lacking: lackingFor(examined).map((reason) => `${capital(reason)}.`),
    picture: `${at}/badge.svg`,
    files: [
      { label: 'Badge', href: `${at}/badge.svg` },
      { label: 'Attestation', href: `${at}/attestation` },
      { label: 'Public keys', href: `${at}/jwks` },
    ],
    markdown: `[![grantbox exam](${file('.svg')})](${file('.jwt')})`,
    verify: `npx grantbox exam verify ${file('.jwt')} --jwks ${file('-keys.json')}`,
  }
}

/** What a file about the exam of a sandbox is called. */
export function fileOf({ name }: Visit['sandbox'], ending: string): string {
  return `${name}-exam${ending}`
}
