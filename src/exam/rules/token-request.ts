import type { JournalEntry } from '../../sandbox/journal.ts'
import { finding, type Rule } from '../rule.ts'
import { type Asked, answeredTo, headerOf, queryOf, sharing, text } from '../traffic.ts'
import { without, withoutCode } from '../unseen.ts'

const isBasic = ({ entry }: Asked) => /^basic /i.test(headerOf(entry, 'authorization'))
const secretOf = ({ sent }: Asked) => text(sent, 'client_secret')
const entriesOf = (asked: readonly Asked[], wrong: (one: Asked) => boolean) => asked.filter(wrong).map(({ entry }) => entry)

/** No answer, or one that says nothing about the request. */
const isOutage = ({ status }: JournalEntry) => status === 0 || status >= 500

const codeOnce: Rule = {
  id: 'token-code-once',
  level: 'must',
  source: 'RFC 6749 §4.1.2',
  why: 'The second use of a code costs the tokens of the first.',
  mend: 'Delete the pending sign-in before the exchange; in React, exchange outside an effect. Put no retry layer around this request.',
  unseen: withoutCode,
  find: ({ exchanges }) => {
    // A proof is sent again with the nonce that the refusal brought (RFC 9449 §8).
    const wanted = exchanges.filter(({ entry }) => entry.error !== 'use_dpop_nonce')
    const groups = sharing(wanted, ({ sent }) => text(sent, 'code'))
    const wasLost = groups.every(([first]) => first !== undefined && isOutage(first.entry))
    return finding(
      groups.flat().map(({ entry }) => entry),
      'A code was sent to the token endpoint more than once.',
      wasLost ? 'hint' : 'must',
    )
  },
}

const redirectUriSame: Rule = {
  id: 'token-redirect-uri-same',
  level: 'must',
  source: 'RFC 6749 §4.1.3',
  why: 'The server refuses the code: it cannot know that it was meant for this client’s address.',
  mend: 'Keep the redirect URI in one place, and repeat it byte for byte.',
  unseen: withoutCode,
  find: ({ entries }) =>
    finding(
      entries.filter(({ endpoint, reason }) => endpoint === 'token' && reason === 'redirect_mismatch'),
      'The redirect_uri of the token request is not that of the authorization request.',
    ),
}

const inQuery = ['code', 'code_verifier', 'client_secret', 'client_assertion', 'refresh_token', 'password']

const inBody: Rule = {
  id: 'token-in-body',
  level: 'must',
  source: 'RFC 6749 §3.2 and §2.3.1',
  why: 'Queries are kept in logs, with the secrets in them.',
  mend: 'POST the parameters as `application/x-www-form-urlencoded`, with nothing in the query.',
  unseen: without('No token was asked for.', ({ exchanges }) => exchanges),
  find: ({ exchanges, isByTheBook }) => {
    const isMisplaced = ({ entry }: Asked) => {
      const query = queryOf(entry)
      return entry.method === 'GET' || inQuery.some((name) => query[name] !== undefined) || /json/i.test(headerOf(entry, 'content-type'))
    }
    return isByTheBook ? finding(entriesOf(exchanges, isMisplaced), 'A token request is no POST of a form.') : undefined
  },
}

const secretMethods = ['client_secret_basic', 'client_secret_post']

const clientAuth: Rule = {
  id: 'token-client-auth',
  level: 'must',
  source: 'RFC 6749 §2.3',
  why: 'A server that keeps to the RFC refuses it.',
  mend: 'Set the method by its name, the registered one: the default differs between libraries.',
  unseen: without('The client has no secret to show.', ({ exchanges }) =>
    exchanges.filter((one) => isBasic(one) || secretOf(one) !== undefined),
  ),
  find: ({ exchanges, client, isByTheBook }) => {
    const twice = entriesOf(exchanges, (one) => isBasic(one) && secretOf(one) !== undefined)
    if (twice.length > 0) return finding(twice, 'The client authenticates in the header and in the body at once.')
    const registered = client?.token_endpoint_auth_method ?? ''
    if (!isByTheBook || !secretMethods.includes(registered)) return undefined
    const isOther = registered === 'client_secret_basic' ? (one: Asked) => secretOf(one) !== undefined : isBasic
    const place = registered === 'client_secret_basic' ? 'body' : 'header'
    return finding(
      entriesOf(exchanges, isOther),
      `The client is registered for ${registered} and sends its secret in the ${place}; this sandbox lets it pass.`,
      'should',
    )
  },
}

const basicEncoded: Rule = {
  id: 'token-basic-encoded',
  level: 'must',
  source: 'RFC 6749 §2.3.1 and §B',
  why: 'A server that decodes as the RFC says reads another secret.',
  mend: 'Form-encode id and secret before they are joined by the colon, or use a secret of letters and digits.',
  unseen: without('No Basic credentials came that can be read in two ways.', ({ entries }) => entries.filter(({ basic }) => basic)),
  find: ({ entries, isByTheBook }) => {
    if (!isByTheBook) return undefined
    const raw = entries.filter(({ basic }) => basic === 'as_sent')
    return finding(raw, 'The Basic credentials have characters that were not form-encoded.')
  },
}

const verifier: Rule = {
  id: 'token-verifier',
  level: 'must',
  source: 'RFC 7636 §4.1 and §4.5',
  why: 'Without the right verifier the code is refused.',
  mend: 'Make it of 32 random bytes in base64url, keep it until the answer comes, and send it with the code.',
  unseen: withoutCode,
  find: ({ entries }) => {
    const reasons: readonly unknown[] = ['verifier_missing', 'verifier_invalid', 'pkce_mismatch']
    return finding(
      entries.filter(({ endpoint, reason }) => endpoint === 'token' && reasons.includes(reason)),
      'The code_verifier is missing, malformed, or not that of the code_challenge.',
    )
  },
}

/** Answers that will not change by asking again (RFC 6749 §5.2). */
const final: readonly unknown[] = ['invalid_grant', 'invalid_client', 'invalid_request']
const repeatedWithin = 60_000

const noRepeatRefused: Rule = {
  id: 'token-no-repeat-refused',
  level: 'must',
  source: 'RFC 6749 §5.2',
  why: 'It is refused again, and many servers lock out who goes on.',
  mend: 'Repeat what was not answered (5xx, 429, a lost connection), never what was refused.',
  unseen: without('No token request was refused.', ({ exchanges }) => exchanges.filter(({ entry }) => final.includes(entry.error))),
  find: ({ exchanges }) => {
    // People mistype their passwords, and a code has a rule of its own.
    const refusable = exchanges.filter(({ sent }) => sent.grant_type !== 'password' && sent.code === undefined)
    const groups = sharing(refusable, ({ entry, sent }) => JSON.stringify([sent, headerOf(entry, 'authorization')]))
    const repeats = groups.flatMap((group) =>
      group.flatMap(({ entry: before }, index) => {
        const next = group[index + 1]?.entry
        // What was sent beside it did not know yet.
        const answered_at = before.at_ms + before.duration_ms
        const isLater = next !== undefined && next.at_ms >= answered_at && next.at_ms - before.at_ms < repeatedWithin
        const again = isLater && final.includes(before.error)
        return again ? [before, next] : []
      }),
    )
    return finding(repeats, 'A token request that was refused was sent again unchanged.')
  },
}

/** Whether a page's script sent it. */
const isInBrowser = ({ entry }: Asked) => headerOf(entry, 'sec-fetch-mode') === 'cors' && headerOf(entry, 'origin') !== ''

const publicNoSecret: Rule = {
  id: 'public-no-secret',
  level: 'must',
  source: 'RFC 8252 §8.5, RFC 9700 §2.5',
  why: 'What is in an app that its user holds is no secret.',
  mend: 'Register a public client and use PKCE, or let a backend ask for the tokens.',
  unseen: ({ client, exchanges }) =>
    client?.token_endpoint_auth_method === 'none' || exchanges.some(isInBrowser) ? undefined : 'The client is not one that its user holds.',
  find: ({ exchanges, client, isByTheBook }) => {
    if (!isByTheBook) return undefined
    const isPublic = client?.token_endpoint_auth_method === 'none'
    const hasSecret = (one: Asked) => secretOf(one) !== undefined && (isPublic || isInBrowser(one))
    return finding(entriesOf(exchanges, hasSecret), 'A public client, or one that runs in a browser, sends a secret.')
  },
}

const asksJson: Rule = {
  id: 'token-asks-json',
  level: 'hint',
  source: 'RFC 9110 §12.5.1',
  why: 'Some vendors answer a form where JSON is not asked for.',
  mend: 'Send `Accept: application/json`.',
  profiles: ['oauth2'],
  unseen: ({ isByTheBook }) => (isByTheBook ? 'This server answers JSON whatever is asked for.' : undefined),
  find: ({ exchanges, isByTheBook }) => {
    if (isByTheBook) return undefined
    const isForm = ({ entry }: Asked) =>
      !/json/i.test(headerOf(entry, 'accept')) &&
      /^(application\/x-www-form-urlencoded|text\/)/i.test(String(entry.response_headers['content-type']))
    return finding(entriesOf(exchanges, isForm), 'A token request did not ask for JSON, and was answered with a form.')
  },
}

/** How long a code may lie about, milliseconds by the machine's clock. */
const promptly = 10_000

const codePromptly: Rule = {
  id: 'token-code-promptly',
  level: 'hint',
  source: 'RFC 6749 §4.1.2',
  why: 'Codes live for a minute or less: on a slow day the sign-in fails.',
  mend: 'Exchange the code in the callback.',
  unseen: withoutCode,
  find: ({ entries, exchanges }) => {
    const answered = new Map(entries.flatMap((entry) => [[answeredTo(entry)?.get('code') ?? undefined, entry] as const]))
    answered.delete(undefined)
    const late = exchanges.flatMap(({ entry, sent }) => {
      const answer = answered.get(text(sent, 'code'))
      return answer !== undefined && entry.at_ms - answer.at_ms - answer.duration_ms > promptly ? [answer, entry] : []
    })
    return finding(late, 'A code was exchanged more than ten seconds after the browser had it.')
  },
}

/** What a token request says and how it authenticates (RFC 6749 §4.1.3 and §2.3). */
export const tokenRequest: readonly Rule[] = [
  codeOnce,
  redirectUriSame,
  inBody,
  clientAuth,
  basicEncoded,
  verifier,
  noRepeatRefused,
  publicNoSecret,
  asksJson,
  codePromptly,
]
