import { readJwt } from '../../oauth/jose/check.ts'
import { readHeader } from '../../oauth/jose/jwt.ts'
import type { DashboardDeps } from '../deps.ts'
import type { Visit } from '../frame/visit.ts'
import { type ClaimRow, claimRows, headerRows } from './claim-words.ts'
import type { Finding } from './finding.ts'
import type { GrantFact } from './grant-facts.ts'
import { audienceFinding, isPast, issuerFinding, timeFindings } from './jwt-claims.ts'
import { signatureFinding } from './jwt-signature.ts'
import { type StoredToken, storedToken } from './stored-token.ts'

/** A token that somebody wants explained. */
export interface ReadToken {
  /** What it is: `Access token, a signed JWT`. */
  kind: string
  verdict: { look: Finding['look']; text: string }
  findings: readonly Finding[]
  header: readonly ClaimRow[]
  claims: readonly ClaimRow[]
  /** What is kept of it here. */
  facts: readonly GrantFact[]
}

/**
 * Reads a token, and checks it against the sandbox's keys, clock and store.
 * @param pasted the token, maybe with what stood around it
 * @param audience whom it should be for; not asked when empty
 */
export async function readToken(pasted: string, audience: string, visit: Visit, deps: DashboardDeps): Promise<ReadToken> {
  const { token, findings } = bare(pasted)
  const stored = storedToken(token, visit, deps)
  const parts = token.split('.')
  const jwt = readJwt(token)
  const header = parts.length === 5 ? readHeader(`${parts[0]}.e30.`) : jwt?.header
  const now = visit.sandbox.clock.now()
  if (jwt !== undefined) {
    const kind = stored.kind ?? kindOf(jwt.header, jwt.claims, visit)
    const signature = await signatureFinding(jwt, kind === 'ID token', visit)
    const isOurs = signature.look !== 'bad'
    findings.push(
      signature,
      ...issuerFinding(jwt.claims.iss, isOurs, visit, deps),
      ...timeFindings(jwt.claims, now, stored.kind === 'Refresh token'),
      ...audienceFinding(jwt.claims, audience, kind, visit),
    )
    if (stored.kind !== undefined || (isOurs && (kind === 'Access token' || kind === 'Token'))) {
      findings.push(...stored.findings)
    }
    if (stored.expired === true && !isPast(jwt.claims.exp, now)) findings.push(expiredBefore)
    return {
      ...told(`${kind}, a signed JWT`, findings),
      header: headerRows(jwt.header),
      claims: claimRows(jwt.claims, now),
      facts: stored.facts,
    }
  }
  if (parts.length === 5 && header !== undefined) {
    findings.push(...encrypted(stored))
    return { ...told(`${stored.kind ?? 'Token'}, encrypted (JWE)`, findings), header: headerRows(header), claims: [], facts: stored.facts }
  }
  findings.push(...broken(parts, stored), ...stored.findings, ...(stored.expired === true ? [expired] : []))
  return { ...told(`${stored.kind ?? 'Token'}, opaque`, findings), header: [], claims: [], facts: stored.facts }
}

const mendExpired = 'Refresh it or sign in again, or put the clock back.'
const expired: Finding = { look: 'bad', text: 'It has expired', mend: mendExpired }
const expiredBefore: Finding = { look: 'bad', text: 'Here it expired before the time that stands in it', mend: mendExpired }

function told(kind: string, findings: readonly Finding[]): Pick<ReadToken, 'kind' | 'verdict' | 'findings'> {
  const look = findings.some((one) => one.look === 'bad') ? 'bad' : findings.some((one) => one.look === 'warn') ? 'warn' : 'good'
  const text = { bad: 'does not hold', warn: 'holds, but look', good: 'holds' }[look]
  return { kind, verdict: { look, text }, findings }
}

/** A token without what is often copied along with it. */
function bare(pasted: string): { token: string; findings: Finding[] } {
  const inner = pasted
    .trim()
    .replace(/^(?:authorization: *)?(?:bearer|dpop) +/i, '')
    .replace(/^(["'])(.*)\1$/s, '$2')
  const token = inner.replaceAll(/\s/g, '')
  if (!/\s/.test(inner)) return { token, findings: [] }
  const text = 'There are blanks or line breaks in it, which were left out here'
  return { token, findings: [{ look: 'warn', text, mend: 'A client that sends them with it is refused.' }] }
}

function kindOf(header: Readonly<Record<string, unknown>>, claims: Readonly<Record<string, unknown>>, { sandbox }: Visit): string {
  const typ = String(header.typ ?? '').toLowerCase()
  if (typ.startsWith('at+')) return 'Access token'
  if (typ.startsWith('logout+') || claims.events !== undefined) return 'Logout token'
  if (typ.startsWith('dpop+')) return 'DPoP proof'
  if (typ.startsWith('oauth-authz-req+')) return 'Request object'
  if (claims.nonce !== undefined || claims.at_hash !== undefined) return 'ID token'
  const [aud] = [claims.aud].flat()
  const isForClient = typeof aud === 'string' && sandbox.store.findClient(aud) !== undefined
  return isForClient && claims.scope === undefined ? 'ID token' : 'Token'
}

function encrypted({ kind, findings, expired: isOver }: StoredToken): Finding[] {
  if (kind !== undefined) {
    const text = 'It is encrypted for the vendor itself: a client passes it on, and reads nothing of it'
    return [{ look: 'good', text }, ...findings, ...(isOver === true ? [expired] : [])]
  }
  const text = 'It is encrypted: what stands in it can be read by the client alone that has the private key'
  const mend = 'To see it, take id_token_encrypted_response_alg (or what encrypts it) off the client’s metadata, and get another one.'
  return [{ look: 'warn', text, mend }]
}

/** What is said of something that has the dots of a JWT and is none. */
function broken(parts: readonly string[], { kind }: StoredToken): Finding[] {
  if (kind !== undefined || parts.length < 2 || !parts[0]?.startsWith('ey')) return []
  const mend = 'Copy it again as a whole, from the first “ey” to the last character.'
  if (parts.length !== 3) {
    return [
      {
        look: 'bad',
        text: `It begins like a JWT and has ${parts.length} parts between dots; a signed one has 3, an encrypted one 5`,
        mend,
      },
    ]
  }
  return [{ look: 'bad', text: 'It begins like a JWT, and its header or its claims are no base64url of JSON', mend }]
}
