/**
 * In this room: the rules, a file for each group.
 * Elsewhere: how the journal is read for them (`traffic.ts`).
 */

import { isLoopbackName } from '../../basics/loopback.ts'
import { finding, type Rule } from '../rule.ts'
import { type Asked, queryOf, type Sent, type Traffic, text } from '../traffic.ts'
import { without, withoutSignIn } from '../unseen.ts'

/** A value that should be new at each sign-in, or a word. */
const words = (sent: Sent, name: string) => (text(sent, name) ?? '').split(/\s+/)
const usesCode = ({ sent }: Asked) => words(sent, 'response_type').includes('code')
const isOpenId = ({ sent }: Asked) => words(sent, 'scope').includes('openid')
const entriesOf = (asked: readonly Asked[], wrong: (one: Asked) => boolean) => asked.filter(wrong).map(({ entry }) => entry)

const csrfProtection: Rule = {
  id: 'request-csrf-protection',
  level: 'must',
  source: 'RFC 9700 §2.1.1 and §4.7, RFC 6749 §10.12',
  why: "Nothing ties the answer to the browser that asked: an attacker's code signs the user in to the attacker's account.",
  mend: 'Send a fresh `state` and check it at the callback, and use PKCE.',
  unseen: withoutSignIn,
  find: ({ authorizations }) => {
    const bare = entriesOf(
      authorizations,
      (one) =>
        ['state', 'code_challenge'].every((name) => text(one.sent, name) === undefined) && !(isOpenId(one) && text(one.sent, 'nonce')),
    )
    return finding(bare, 'An authorization request has neither state nor PKCE nor, with openid, a nonce.')
  },
}

const pkce: Rule = {
  id: 'request-pkce',
  level: 'must',
  source: 'RFC 7636, RFC 9700 §2.1.1',
  why: 'Whoever gets hold of the code can use it; confidential clients are open to injected codes.',
  mend: 'Switch PKCE on: most libraries have one option for it (`pkce: true`, `usePkce`).',
  unseen: without('No code was asked for.', ({ authorizations }) => authorizations.filter(usesCode)),
  find: ({ authorizations, isByTheBook }) => {
    const bare = authorizations.filter((one) => usesCode(one) && text(one.sent, 'code_challenge') === undefined)
    const level = isByTheBook || bare.some(isOpenId) ? 'must' : 'should'
    return finding(
      bare.map(({ entry }) => entry),
      'The code flow was begun without a code_challenge.',
      level,
    )
  },
}

const pkceS256: Rule = {
  id: 'request-pkce-s256',
  level: 'must',
  source: 'RFC 7636 §4.2, RFC 9700 §2.1.1',
  why: 'A plain challenge is the verifier itself: whoever sees the request can use the code.',
  mend: 'Send `code_challenge_method=S256` and the SHA-256 of the verifier; without a method it means plain.',
  unseen: without('PKCE was not used.', ({ authorizations }) => authorizations.filter(({ sent }) => text(sent, 'code_challenge'))),
  find: ({ authorizations }) => {
    const isPlain = ({ sent }: Asked) => text(sent, 'code_challenge') !== undefined && text(sent, 'code_challenge_method') !== 'S256'
    return finding(entriesOf(authorizations, isPlain), 'The code_challenge is not made with S256.')
  },
}

const nonce: Rule = {
  id: 'request-nonce',
  level: 'should',
  source: 'OpenID Connect Core §3.1.2.1 and §15.5.2, RFC 9700 §2.1.1',
  why: 'An ID token of another sign-in cannot be told from that of this one.',
  mend: 'Send a fresh `nonce` and compare it with the claim of the ID token.',
  unseen: without('No ID token was asked for.', ({ authorizations }) => authorizations.filter(isOpenId)),
  find: ({ authorizations }) => {
    const bare = authorizations.filter((one) => isOpenId(one) && text(one.sent, 'nonce') === undefined)
    const inFront = bare.some(({ sent }) => words(sent, 'response_type').includes('id_token'))
    const hasPkce = bare.every(({ sent }) => text(sent, 'code_challenge') !== undefined)
    const level = inFront ? 'must' : hasPkce ? 'hint' : 'should'
    return finding(
      bare.map(({ entry }) => entry),
      'An ID token was asked for without a nonce.',
      level,
    )
  },
}

const noImplicit: Rule = {
  id: 'request-no-implicit',
  level: 'must',
  source: 'RFC 9700 §2.1.2',
  why: 'An access token in an address is seen by the history, by scripts and by logs, and may have been given to another app.',
  mend: 'Use `response_type=code` with PKCE, in a browser too.',
  unseen: withoutSignIn,
  find: ({ authorizations, isByTheBook }) => {
    const implicit = entriesOf(authorizations, ({ sent }) => words(sent, 'response_type').includes('token'))
    return finding(implicit, 'An access token was asked for through the browser.', isByTheBook ? 'must' : 'should')
  },
}

const noPassword: Rule = {
  id: 'request-no-password',
  level: 'must',
  source: 'RFC 9700 §2.4',
  why: "The client sees the user's password, and no second factor or other sign-in works.",
  mend: 'Use the code flow; for machines, client credentials.',
  unseen: without('No user signed in.', ({ authorizations, exchanges }) => [
    ...authorizations,
    ...exchanges.filter(({ sent }) => sent.grant_type === 'password'),
  ]),
  find: ({ exchanges, isByTheBook }) => {
    if (!isByTheBook) return undefined
    return finding(
      entriesOf(exchanges, ({ sent }) => sent.grant_type === 'password'),
      "A user's password was sent to the token endpoint.",
    )
  },
}

/** What stands in no address of a browser. */
const secrets = ['client_secret', 'code_verifier', 'access_token', 'refresh_token']

const noSecretInBrowser: Rule = {
  id: 'request-no-secret-in-browser',
  level: 'must',
  source: 'RFC 6749 §2.3.1, RFC 9700 §4.3',
  why: 'Addresses are kept by the history and by logs, and the user reads them.',
  mend: 'Secrets go to the token endpoint, in the body or a header.',
  unseen: withoutSignIn,
  find: ({ entries }) => {
    const leaks = entries.flatMap((entry) => {
      // Most have none of these names, and need not be read.
      if (entry.endpoint !== 'authorize' || !secrets.some((name) => entry.url.includes(name))) return []
      const query = queryOf(entry)
      return secrets.flatMap((name) => (query[name] === undefined ? [] : [{ name, entry }]))
    })
    const names = [...new Set(leaks.map(({ name }) => name))].join(', ')
    return finding(
      leaks.map(({ entry }) => entry),
      `In the query of an authorization request stands ${names}.`,
    )
  },
}

/** Names that lead to a machine nearby: containers and test networks. */
const nearby = /^[^.]+$|\.(local|internal|test|localhost)$|^(10|192\.168|172\.(1[6-9]|2\d|3[01]))\./

function isUnsafe({ sent }: Asked): boolean {
  const uri = text(sent, 'redirect_uri')
  if (uri === undefined || !URL.canParse(uri)) return false
  const { protocol, hostname } = new URL(uri)
  if (protocol === 'http:') return !isLoopbackName(hostname) && !nearby.test(hostname)
  return protocol !== 'https:' && !protocol.includes('.')
}

const redirectSafe: Rule = {
  id: 'request-redirect-safe',
  level: 'must',
  source: 'RFC 9700 §2.6, RFC 8252 §7',
  why: 'Over http the code can be read on its way; a scheme without a dot can be another app’s.',
  mend: 'Use https, `http://127.0.0.1:{port}` while developing, or a scheme of your domain (`com.example.app:/callback`).',
  unseen: withoutSignIn,
  find: ({ authorizations, isByTheBook }: Traffic) =>
    isByTheBook
      ? finding(entriesOf(authorizations, isUnsafe), 'The redirect_uri is http to another machine, or of a scheme without a dot.')
      : undefined,
}

/** Those that may come several times (RFC 8707 §2, RFC 8693 §2.1). */
const lists = ['resource', 'audience']

const wellFormed: Rule = {
  id: 'request-well-formed',
  level: 'should',
  source: 'RFC 6749 §3.1 and §3.3',
  why: 'Servers refuse such requests, or read them in different ways.',
  mend: 'Let the library or `URLSearchParams` build the query.',
  unseen: withoutSignIn,
  find: ({ authorizations }) => {
    const isOdd = ({ entry }: Asked) =>
      Object.entries(queryOf(entry)).some(([name, value]) => (Array.isArray(value) && !lists.includes(name)) || value === '') ||
      /[?&]scope=[^&]*%25(20|2B)/i.test(entry.url)
    return finding(entriesOf(authorizations, isOdd), 'A parameter of the authorization request is repeated, empty or encoded twice.')
  },
}

/** What an authorization request says (RFC 6749 §4.1.1). */
export const authorizationRequest: readonly Rule[] = [
  csrfProtection,
  pkce,
  pkceS256,
  nonce,
  noImplicit,
  noPassword,
  noSecretInBrowser,
  redirectSafe,
  wellFormed,
]
