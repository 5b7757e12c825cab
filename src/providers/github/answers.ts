import { replier } from '../data/answers.ts'
import type { Provider, Reply } from '../provider.ts'

const reply = replier({}, 'form_unless_json')

/** A form, its members in alphabetical order, unless JSON or XML is asked for. */
export function encoded(members: Record<string, unknown>, accept = '', status: number, headers = {}): Reply {
  if (/\bjson\b/i.test(accept)) return reply(status, members, accept, headers)
  const sorted = Object.entries(members).sort(([a], [b]) => (a < b ? -1 : 1))
  if (!/^\s*application\/xml\b/i.test(accept)) return reply(status, Object.fromEntries(sorted), accept, headers)
  const lines = sorted.toReversed().map(([name, value]) => `  <${name}>${escaped(String(value))}</${name}>\n`)
  const body = `<OAuth>\n${lines.join('')}</OAuth>\n`
  return { status, headers: { ...headers, 'Content-Type': 'application/xml; charset=utf-8' }, body }
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

/** An answer of the token and device endpoints; clients count lifetimes from its date. */
export const githubReply: NonNullable<Provider['tokenReply']> = (members, accept, now) =>
  encoded(members, accept, 200, { Date: new Date(now).toUTCString() })

/** What a device is told, without an address that has the code in it. */
export function githubDevice({ device_code, user_code, verification_uri, expires_in, interval }: Readonly<Record<string, unknown>>) {
  return { device_code, user_code, verification_uri, expires_in, interval }
}
