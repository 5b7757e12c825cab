import type { JournalEntry } from '../../sandbox/journal.ts'
import { finding, type Rule } from '../rule.ts'
import { answerOf, headerOf, queryOf, sharing, text, tokenIn } from '../traffic.ts'
import { without, withoutSignIn } from '../unseen.ts'

const isResource = ({ endpoint }: JournalEntry) => endpoint === 'userinfo' || endpoint === 'api'

const withoutCall = without('No API was called.', ({ entries }) => entries.filter(isResource))

const inHeader: Rule = {
  id: 'api-token-in-header',
  level: 'must',
  source: 'RFC 6750 §2.3, RFC 9700 §4.3.2',
  why: 'Queries are kept in logs, and the token with them.',
  mend: 'Send `Authorization: Bearer` and the token.',
  unseen: withoutCall,
  find: ({ entries, isByTheBook }) =>
    isByTheBook
      ? finding(
          entries.filter((entry) => isResource(entry) && queryOf(entry).access_token !== undefined),
          'An access token stands in the query of a call.',
        )
      : undefined,
}

const rightToken: Rule = {
  id: 'api-right-token',
  level: 'must',
  source: 'RFC 9068 §5, RFC 8725 §2.8',
  why: 'An ID token tells the client who signed in: an API that takes it takes those of other apps too.',
  mend: 'Send the access token; ID tokens and refresh tokens are for the client and for the token endpoint.',
  unseen: withoutCall,
  find: ({ entries, tokens }) => {
    const isOther = (entry: JournalEntry) =>
      (tokens.get(tokenIn(headerOf(entry, 'authorization')))?.is ?? 'access_token') !== 'access_token'
    return finding(
      entries.filter((entry) => isResource(entry) && isOther(entry)),
      'An ID token or a refresh token was sent to an API.',
    )
  },
}

/** RFC 8628 §3.2: when the answer names no interval; seconds. */
const usualInterval = 5

const deviceInterval: Rule = {
  id: 'device-interval',
  level: 'must',
  source: 'RFC 8628 §3.5',
  why: 'The server answers slow_down, and may end the sign-in.',
  mend: 'Sleep after the answer, not after the request, and five seconds where no interval was told.',
  unseen: without('No device asked twice.', ({ exchanges }) => sharing(exchanges, ({ sent }) => text(sent, 'device_code'))),
  find: ({ entries, exchanges }) => {
    const intervals = new Map(
      entries.flatMap((entry) => {
        if (entry.endpoint !== 'device_authorization') return []
        const { device_code, interval } = answerOf(entry)
        return [[device_code, typeof interval === 'number' ? interval : usualInterval] as const]
      }),
    )
    const early = sharing(exchanges, ({ sent }) => text(sent, 'device_code')).flatMap((polls) =>
      polls.flatMap(({ entry, sent }, index) => {
        const next = polls[index + 1]?.entry
        const least = (intervals.get(sent.device_code) ?? 0) * 900
        // A clock that was moved is no haste, so both have to say so.
        return next !== undefined && next.at_ms - entry.at_ms < least && next.time - entry.time < least ? [entry, next] : []
      }),
    )
    return finding(early, 'The token endpoint was polled faster than the interval allows.')
  },
}

const leaked = /[?&#](code|access_token|refresh_token|id_token)=/

const refererClean: Rule = {
  id: 'spa-referer-clean',
  level: 'must',
  source: 'RFC 9700 §4.2',
  why: 'Whoever is linked or embedded by the callback page reads the code.',
  mend: 'Send `Referrer-Policy: no-referrer` with the callback page, and replace the history entry.',
  unseen: withoutSignIn,
  find: ({ entries }) => {
    const isForeign = (entry: JournalEntry, referer: string) =>
      URL.canParse(referer) && new URL(referer).host !== (entry.host ?? headerOf(entry, 'host'))
    return finding(
      entries.filter((entry) => {
        const referer = headerOf(entry, 'referer')
        return leaked.test(referer) && isForeign(entry, referer)
      }),
      'A code or a token stands in the Referer of a request.',
    )
  },
}

/** Where tokens are sent, and how often is asked for them. */
export const tokenUse: readonly Rule[] = [inHeader, rightToken, deviceInterval, refererClean]
