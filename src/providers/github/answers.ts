import { replier } from '../data/answers.ts'
import type { Reply } from '../provider.ts'

const reply = replier({}, 'form_unless_json')

/** An answer of the token and device endpoints: a form, its members in alphabetical order, unless JSON is asked for. */
export function githubReply(members: Record<string, unknown>, accept: string | undefined, status = 200): Reply {
  if (/\bjson\b/i.test(accept ?? '')) return reply(status, members, accept)
  const sorted = Object.entries(members).sort(([a], [b]) => (a < b ? -1 : 1))
  return reply(status, Object.fromEntries(sorted), accept)
}

/** What a device is told, without an address that has the code in it. */
export function githubDevice({ device_code, user_code, verification_uri, expires_in, interval }: Readonly<Record<string, unknown>>) {
  return { device_code, user_code, verification_uri, expires_in, interval }
}
