import { type Context, noteTo } from '../oauth/realm/context.ts'

/** Of a vendor they concern its own host; on localhost they would outlast grantbox and harm a developer's other apps. */
const neverSent = /^(strict-transport-security|clear-site-data|alt-svc)$/i
const domain = /;\s*domain=[^;]*/gi

/** Headers that a vendor's answer or a fault has, as they can be sent, without what never is: those above, and the domain of a cookie. */
export function harmless<T>(headers: Readonly<Record<string, T>>, context: Context): Record<string, T | string> {
  const sent = Object.entries(headers).flatMap(([name, value]): [string, T | string][] => {
    if (neverSent.test(name)) {
      noteTo(context, `The header ${name} was not sent: on this machine it would harm other apps`)
      return []
    }
    if (!/^set-cookie$/i.test(name) || !String(value).match(domain)) return [[name, typeof value === 'string' ? sendable(value) : value]]
    noteTo(context, 'The Domain of a cookie was not sent: on this machine it would harm other apps')
    return [[name, String(value).replace(domain, '')]]
  })
  return Object.fromEntries(sent)
}

/** What a client sent may stand in a vendor's header: characters that no header has are percent-encoded (RFC 9110 §5.5). */
function sendable(value: string): string {
  return value.toWellFormed().replace(/[^\t\x20-\x7e\x80-\xff]/gu, (character) => encodeURIComponent(character))
}
