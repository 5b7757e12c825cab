import { createHash } from 'node:crypto'
import type { JournalEntry } from '../../sandbox/journal.ts'
import { type Finding, finding, type Rule } from '../rule.ts'
import { bodyOf, claimsOf, headerOf, type Sent, type Traffic, text, tokenIn } from '../traffic.ts'

/** A request that proves who sends it by a JWT. */
interface Proven {
  readonly entry: JournalEntry
  readonly claims: Sent
}

const provenBy = (entries: readonly JournalEntry[], jwtOf: (entry: JournalEntry) => string | undefined): Proven[] =>
  entries.flatMap((entry) => {
    const jwt = jwtOf(entry)
    const claims = jwt === undefined ? undefined : claimsOf(jwt)
    return claims === undefined ? [] : [{ entry, claims }]
  })

/** Those whose `jti` came before, where that was answered. */
function again(proven: readonly Proven[]): JournalEntry[] {
  const groups = Map.groupBy(proven, ({ claims }) => text(claims, 'jti'))
  groups.delete(undefined)
  return [...groups.values()].flatMap((group) => (group.length > 1 && group[0]?.entry.status !== 0 ? group.map(({ entry }) => entry) : []))
}

const assertionsOf = ({ entries }: Traffic) => provenBy(entries, (entry) => text(bodyOf(entry), 'client_assertion'))

/** Seconds that an assertion may live (FAPI 2.0 Security Profile §5.3.3). */
const longest = 300

function isLoose({ claims: { exp, iat, nbf, aud }, entry }: Proven): boolean {
  const from = [iat, nbf].find((time) => typeof time === 'number') ?? entry.time / 1000
  return (typeof exp === 'number' && exp - Number(from) > longest) || (Array.isArray(aud) && aud.length > 1)
}

const tokenAssertion: Rule = {
  id: 'token-assertion',
  level: 'must',
  source: 'RFC 7523 §3, FAPI 2.0 Security Profile §5.3.3',
  why: 'Whoever gets hold of an assertion is the client, for as long as it lives and wherever it is meant for.',
  mend: 'Make an assertion for each request: a fresh `jti`, the issuer as its only audience, and an end within five minutes.',
  unseen: (traffic) => (assertionsOf(traffic).length === 0 ? 'No client assertion was sent.' : undefined),
  find: (traffic): Finding | undefined => {
    const assertions = assertionsOf(traffic)
    const loose = assertions.filter(isLoose).map(({ entry }) => entry)
    return (
      finding(again(assertions), 'A client assertion was sent in more than one request.') ??
      finding(loose, 'A client assertion lives longer than five minutes, or has several audiences.', 'should')
    )
  },
}

const dpopOf = ({ entries }: Traffic) => provenBy(entries, (entry) => headerOf(entry, 'dpop') || undefined)

function isForAnother({ entry, claims: { htm, htu, ath } }: Proven): boolean {
  const at = typeof htu === 'string' && URL.canParse(htu) ? new URL(htu) : undefined
  const authorization = headerOf(entry, 'authorization')
  const hash = () => createHash('sha256').update(tokenIn(authorization)).digest('base64url')
  // Behind a proxy the address may be another, and the server knows which.
  if (entry.status < 400) return false
  return htm !== entry.method || at?.pathname !== entry.url.split('?', 1)[0] || (/^dpop /i.test(authorization) && ath !== hash())
}

const fapiDpopProof: Rule = {
  id: 'fapi-dpop-proof',
  level: 'must',
  source: 'RFC 9449 §4.2, §4.3 and §7',
  why: 'A proof that fits another request can be used by whoever saw it.',
  mend: 'Make a proof for each request: its method and address, a fresh `jti`, and `ath` beside an access token.',
  profiles: ['mcp', 'fapi2'],
  unseen: (traffic) => (dpopOf(traffic).length === 0 ? 'No DPoP proof was sent.' : undefined),
  find: (traffic) => {
    const proofs = dpopOf(traffic)
    return (
      finding(again(proofs), 'A DPoP proof was sent in more than one request.') ??
      finding(
        proofs.filter(isForAnother).map(({ entry }) => entry),
        'A DPoP proof is for another method, address or access token.',
      )
    )
  },
}

/** How a client proves who it is, and what it holds. */
export const proofs: readonly Rule[] = [tokenAssertion, fapiDpopProof]
