import { replier } from '../data/answers.ts'
import type { Provider, Reply } from '../provider.ts'

const reply = replier({}, 'form_unless_json')

/** A form, its members in alphabetical order, unless JSON is asked for. */
export function encoded(members: Record<string, unknown>, accept: string | undefined, status: number, headers = {}): Reply {
  if (/\bjson\b/i.test(accept ?? '')) return reply(status, members, accept, headers)
  const sorted = Object.entries(members).sort(([a], [b]) => (a < b ? -1 : 1))
  return reply(status, Object.fromEntries(sorted), accept, headers)
}

/** An answer of the token and device endpoints; clients count lifetimes from its date. */
export const githubReply: NonNullable<Provider['tokenReply']> = (members, accept, now) =>
  encoded(members, accept, 200, { Date: new Date(now).toUTCString() })

/** What a device is told, without an address that has the code in it. */
export function githubDevice({ device_code, user_code, verification_uri, expires_in, interval }: Readonly<Record<string, unknown>>) {
  return { device_code, user_code, verification_uri, expires_in, interval }
}
