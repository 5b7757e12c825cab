import { type Context, noteTo } from '../oauth/realm/context.ts'

/** Of a vendor they concern its own host; on localhost they would outlast grantbox and harm a developer's other apps. */
const neverSent = /^(strict-transport-security|clear-site-data|alt-svc)$/i
const domain = /;\s*domain=[^;]*/gi

/** Headers that a vendor's answer or a fault has, without what is never sent: those above, and the domain of a cookie. */
export function harmless<T>(headers: Readonly<Record<string, T>>, context: Context): Record<string, T | string> {
  const sent = Object.entries(headers).flatMap(([name, value]): [string, T | string][] => {
    if (neverSent.test(name)) {
      noteTo(context, `The header ${name} was not sent: on this machine it would harm other apps`)
      return []
    }
    if (!/^set-cookie$/i.test(name) || !String(value).match(domain)) return [[name, value]]
    noteTo(context, 'The Domain of a cookie was not sent: on this machine it would harm other apps')
    return [[name, String(value).replace(domain, '')]]
  })
  return Object.fromEntries(sent)
}
