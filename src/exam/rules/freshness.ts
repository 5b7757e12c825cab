import type { JournalEntry } from '../../sandbox/journal.ts'
import { finding, type Rule } from '../rule.ts'
import { type Asked, answeredTo, sharing, type Traffic, text } from '../traffic.ts'
import { without } from '../unseen.ts'

/** Requests that repeat a value after a request with it was answered; a page that is loaded again before that is one sign-in. */
function reused({ authorizations, entries }: Traffic, name: string): JournalEntry[] {
  const groups = sharing(authorizations, ({ sent }) => text(sent, name))
  if (groups.length === 0) return []
  const answers = entries.flatMap((entry) => {
    const answer = answeredTo(entry)
    return answer === undefined ? [] : [{ id: entry.id, state: answer.get('state') ?? undefined }]
  })
  return groups.flatMap(([first, ...later]) => {
    if (first === undefined) return []
    const state = text(first.sent, 'state')
    const answered = answers.find((answer) => answer.id >= first.entry.id && answer.state === state)
    const again = later.filter(({ entry }) => answered !== undefined && answered.id < entry.id)
    return again.length === 0 ? [] : [first.entry, ...again.map(({ entry }) => entry)]
  })
}

/** The least that a value must have for nobody to guess it (RFC 6749 §10.10 asks for twice as much), in bits. */
const leastBits = 64

const alphabets: readonly [RegExp, number][] = [
  [/^\d+$/, 10],
  [/^([\da-f]+|[\dA-F]+)$/, 16],
  [/^([a-z]+|[A-Z]+)$/, 26],
  [/^[\da-zA-Z]+$/, 62],
]

/** What a value has at most, by its length and alphabet. */
function bitsOf(value: string): number {
  const [, size] = alphabets.find(([alphabet]) => alphabet.test(value)) ?? [undefined, 64]
  return value.length * Math.log2(size)
}

const hasPkce = ({ sent }: Asked) => text(sent, 'code_challenge') !== undefined

/** Requests that rest on a value that can be guessed; PKCE does not (RFC 9700 §2.1.1). */
function guessable({ authorizations }: Traffic, name: string): JournalEntry[] {
  return authorizations.flatMap((one) => {
    const value = text(one.sent, name)
    return value !== undefined && bitsOf(value) < leastBits && !hasPkce(one) ? [one.entry] : []
  })
}

function fresh(name: string, rule: Pick<Rule, 'id' | 'source' | 'why' | 'mend'>): Rule {
  const once = without(`No two sign-ins had a ${name}.`, ({ authorizations }) => authorizations.filter(({ sent }) => text(sent, name)), 2)
  return {
    ...rule,
    level: 'must',
    unseen: (traffic) => (guessable(traffic, name).length > 0 ? undefined : once(traffic)),
    find: (traffic) =>
      // A state that only says where to go on may be the same, where PKCE binds the answer to the browser.
      finding(
        reused(traffic, name),
        `Two sign-ins have the same ${name}.`,
        name === 'state' && traffic.authorizations.every(hasPkce) ? 'hint' : undefined,
      ) ?? finding(guessable(traffic, name), `A ${name} is so short that it can be guessed.`),
  }
}

/** What must be new at each sign-in. */
export const freshness: readonly Rule[] = [
  fresh('state', {
    id: 'request-state-fresh',
    source: 'RFC 6749 §10.12, RFC 9700 §4.7.1',
    why: 'A state that is known beforehand protects nobody from a foreign answer.',
    mend: 'Make 128 random bits at each sign-in, keep them in the session, and delete them when the answer comes.',
  }),
  fresh('code_challenge', {
    id: 'request-pkce-fresh',
    source: 'RFC 7636 §7.1',
    why: 'A verifier that is used again can be used by whoever saw it once.',
    mend: 'Make the verifier where the sign-in begins, not where the program does.',
  }),
  fresh('nonce', {
    id: 'request-nonce-fresh',
    source: 'OpenID Connect Core §15.5.2',
    why: 'An ID token of a former sign-in is taken for one of this.',
    mend: 'Make a nonce at each sign-in, keep it in the session, and delete it when the ID token was checked.',
  }),
]
