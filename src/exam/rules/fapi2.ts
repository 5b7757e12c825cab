import type { JournalEntry } from '../../sandbox/journal.ts'
import { finding, type Rule } from '../rule.ts'
import { type Asked, answeredTo, answerOf, claimsOf, headerOf, queryOf, text } from '../traffic.ts'
import { without, withoutSignIn } from '../unseen.ts'

const profiles = ['fapi2'] as const

/** What stands beside a pushed request (RFC 9126 §4). */
const besidePushed = ['client_id', 'request_uri']

function isNotPushed(entry: JournalEntry): boolean {
  const query = queryOf(entry)
  if (entry.endpoint !== 'authorize' || entry.method !== 'GET') return false
  if (query.request_uri === undefined) return query.response_type !== undefined
  return Object.keys(query).some((name) => !besidePushed.includes(name))
}

/** The uses of one request_uri, the answered one first. */
function usedAgain(entries: readonly JournalEntry[]): JournalEntry[] {
  const groups = Map.groupBy(entries, (entry) => (entry.endpoint === 'authorize' ? text(queryOf(entry), 'request_uri') : undefined))
  groups.delete(undefined)
  return [...groups.values()].flatMap((uses) => {
    const answered = uses.findIndex((entry) => answeredTo(entry) !== undefined)
    return answered < 0 || answered === uses.length - 1 ? [] : uses.slice(answered)
  })
}

const par: Rule = {
  id: 'fapi-par',
  level: 'must',
  source: 'FAPI 2.0 Security Profile §5.3.3, RFC 9126 §4',
  why: 'What goes by way of the browser can be read and changed there.',
  mend: 'Push the request, send the browser with `client_id` and `request_uri` alone, and use each request_uri once.',
  profiles,
  profilesOnly: true,
  unseen: withoutSignIn,
  find: ({ entries }) =>
    finding(entries.filter(isNotPushed), 'An authorization request was not pushed, or has more than its request_uri.') ??
    finding(usedAgain(entries), 'A request_uri was used more than once.'),
}

const isBearer = ({ entry }: Asked) => {
  const { token_type, access_token } = answerOf(entry)
  return typeof token_type === 'string' && token_type.toLowerCase() === 'bearer' && claimsOf(access_token)?.cnf === undefined
}

const boundTokens: Rule = {
  id: 'fapi-bound-tokens',
  level: 'must',
  source: 'FAPI 2.0 Security Profile §5.3.3, RFC 9449, RFC 8705',
  why: 'A bearer token works for whoever has it.',
  mend: 'Use DPoP with a key for each session, or a certificate.',
  profiles,
  profilesOnly: true,
  unseen: without('No token was asked for.', ({ exchanges }) => exchanges),
  find: ({ exchanges, client }) => {
    if (client?.metadata.tls_client_certificate_bound_access_tokens === true) return undefined
    const bearers = exchanges.filter(isBearer).map(({ entry }) => entry)
    return finding(bearers, 'A token was asked for that is bound to no key.')
  },
}

const strongAuth: Rule = {
  id: 'fapi-strong-auth',
  level: 'must',
  source: 'FAPI 2.0 Security Profile §5.3.3',
  why: 'A secret is sent with each request, and lies on both sides.',
  mend: 'Authenticate by a key, with a signed assertion, or by a certificate.',
  profiles,
  profilesOnly: true,
  unseen: without('No token was asked for.', ({ exchanges }) => exchanges),
  find: ({ exchanges }) => {
    const bySecret = ({ entry, sent }: Asked) =>
      text(sent, 'client_secret') !== undefined || /^basic /i.test(headerOf(entry, 'authorization'))
    return finding(
      exchanges.filter(bySecret).map(({ entry }) => entry),
      'The client authenticates by a secret.',
    )
  },
}

/** What the FAPI 2.0 Security Profile asks of clients beyond the rest. */
export const fapi2: readonly Rule[] = [par, boundTokens, strongAuth]
