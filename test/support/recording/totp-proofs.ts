import { totp } from '../../../src/providers/totp.ts'
import type { Proofs } from './proofs.ts'

/** Codes of authenticator apps, as `{{totp 3.secret}}`. @param member the name under which an answer gives a secret */
export function totpProofs(member: string): Proofs {
  return {
    mark(body, given, now) {
      const secrets = given.filter(([mark]) => mark.endsWith(`.${member}}}`))
      return secrets.reduce((one, [mark, secret]) => {
        const codes = [-30, 0, 30].map((seconds) => totp(secret, (now + seconds) * 1000))
        // As a whole value, of JSON or of a form.
        return codes.reduce((text, code) => text.replaceAll(new RegExp(`(["=])${code}(?=["&]|$)`, 'g'), `$1{{totp ${mark.slice(2)}`), one)
      }, body)
    },
    fill: (body, answers, now) =>
      body.replace(/\{\{totp (\d+)\.(\w+)\}\}/g, (_, at: string, name: string) => totp(answers[Number(at)]?.[name] ?? '', now * 1000)),
  }
}
