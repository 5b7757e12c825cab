import { digest } from '../../basics/random.ts'
import type { GrantEntry } from '../../oauth/model/grant-book.ts'
import type { Grant } from '../../oauth/model/records.ts'
import { keyOfCode } from '../../oauth/tokens/formats.ts'
import type { DashboardDeps } from '../deps.ts'
import { basePath } from '../frame/frame.ts'
import type { Visit } from '../frame/visit.ts'
import { agoInWords, dateAndTime } from '../frame/words.ts'
import { userPath } from '../users/user-card.ts'
import type { Finding } from './finding.ts'
import { type GrantFact, grantFacts } from './grant-facts.ts'

/** What is known of a token from the sandbox's store. */
export interface StoredToken {
  /** Undefined for what the sandbox did not issue as a token or code. */
  kind?: 'Access token' | 'Refresh token' | 'Authorization code'
  findings: readonly Finding[]
  /** Whether it is known and has expired, which is not among the findings. */
  expired?: boolean
  facts: readonly GrantFact[]
}

const access = 'Access token'
const refresh = 'Refresh token'

/** Looks a token up. */
export function storedToken(token: string, visit: Visit, deps: DashboardDeps): StoredToken {
  const { store, tokens, clock } = visit.sandbox
  const now = clock.now()
  const hash = digest(token)
  const accessKey = tokens.access.keyOf(token)
  const found = accessKey === undefined ? 'unknown' : store.findAccessToken(accessKey, hash, now)
  if (accessKey !== undefined && found !== 'unknown') return held(access, accessKey, found, visit)
  const refreshKey = tokens.refresh.keyOf(token)
  const other = refreshKey === undefined ? 'unknown' : store.findRefreshToken(refreshKey, hash, now)
  if (refreshKey !== undefined && other !== 'unknown') return held(refresh, refreshKey, other, visit)
  return codeOf(token, visit) ?? unknownHere(token, hash, accessKey ?? refreshKey, visit, deps)
}

type Found = Exclude<ReturnType<Visit['sandbox']['store']['findAccessToken' | 'findRefreshToken']>, 'unknown'>

/** A token that is there, and whether it holds. */
function held(kind: typeof access | typeof refresh, key: number, found: Found, visit: Visit): StoredToken {
  const { sandbox } = visit
  const id = sandbox.store.grantOfToken(key)
  const entry = id === undefined ? undefined : sandbox.grants.find(id)
  const holds = typeof found !== 'string'
  const times: GrantFact[] = holds
    ? [
        { label: 'Issued', value: when(found.issued_at, visit) },
        { label: 'Expires', value: found.expires_at === null ? 'never' : when(found.expires_at, visit) },
      ]
    : []
  const findings = [
    ...(holds ? [taken(kind)] : found === 'expired' ? [] : [refused(kind, entry, visit)]),
    ...(kind === refresh ? used(key, visit) : []),
    ...(holds && 'details' in found && found.details.cnf !== undefined ? [bound] : []),
  ]
  return {
    kind,
    findings,
    expired: found === 'expired',
    facts: entry === undefined ? [] : [grantLink(entry.grant, visit), ...grantFacts(entry, visit), ...times],
  }
}

const bound: Finding = {
  look: 'warn',
  text: 'It is bound to a key: alone it is refused',
  mend: 'Send it with a DPoP proof or over the connection with the certificate whose key it names (cnf).',
}

function taken(kind: string): Finding {
  return {
    look: 'good',
    text: kind === access ? 'This sandbox issued it, and takes it' : 'This sandbox issued it, and it can be refreshed with',
  }
}

function grantLink({ id }: Grant, { base }: Visit): GrantFact {
  return { label: 'Grant', value: `Grant ${id}, with its other tokens and requests`, href: `${base}/grants/${id}` }
}

/** Why a token does not hold that has not expired. */
function refused(kind: string, entry: GrantEntry | undefined, { sandbox, base }: Visit): Finding {
  const again = 'The user has to sign in again.'
  if (entry?.user?.disabled === true) {
    const href = `${base}${userPath(entry.user)}`
    return { look: 'bad', text: `Its user ${entry.user.username} is disabled`, mend: 'Let the user in again.', href }
  }
  const { revoked_at = null, revoked_reason = null } = entry?.grant ?? {}
  if (revoked_at !== null) {
    const ago = agoInWords(revoked_at, sandbox.clock.now())
    return { look: 'bad', text: `Its grant was revoked ${ago}: ${revoked_reason ?? 'no reason was given'}`, mend: again }
  }
  if (kind === access) return { look: 'bad', text: 'It was revoked', mend: 'Refresh it or sign in again.' }
  if (revoked_reason !== null) return { look: 'bad', text: `The refresh tokens of its grant ended: ${revoked_reason}`, mend: again }
  return { look: 'bad', text: 'The token that it brought was used, and it is worth nothing since then' }
}

function used(key: number, { sandbox }: Visit): Finding[] {
  const { uses } = sandbox.store.usageOf(key)
  if (uses === 0) return []
  const { rotation } = sandbox.settings
  const times = `It was used ${uses === 1 ? 'once' : `${uses} times`} already`
  if (rotation === 'off' || rotation === 'keep') return [{ look: 'good', text: `${times}; here it may be used again` }]
  const mend = 'A client keeps the newest refresh token that it was given. An old one ends the whole grant.'
  return [{ look: rotation === 'strict' ? 'bad' : 'warn', text: `${times}; each brings another one`, mend }]
}

function codeOf(token: string, visit: Visit): StoredToken | undefined {
  const { sandbox } = visit
  const key = keyOfCode(token, sandbox)
  const owner = key === undefined ? undefined : sandbox.store.ownerOfCode(key)
  const entry = owner === undefined ? undefined : sandbox.grants.find(owner.grant_id)
  if (entry === undefined) return undefined
  const code = sandbox.grants.lineageOf(entry.grant).codes.at(-1)
  const now = sandbox.clock.now()
  const state: Finding =
    code?.used_at != null
      ? { look: 'bad', text: `It was redeemed ${agoInWords(code.used_at, now)}; twice, it ends the grant`, mend: 'Sign in again.' }
      : code !== undefined && code.expires_at <= now
        ? { look: 'bad', text: `It expired ${agoInWords(code.expires_at, now)}`, mend: 'Sign in again.' }
        : { look: 'good', text: 'It waits to be redeemed at the token endpoint' }
  return { kind: 'Authorization code', findings: [state], facts: [grantLink(entry.grant, visit), ...grantFacts(entry, visit)] }
}

/** What this sandbox did not issue: maybe another one did. */
function unknownHere(
  token: string,
  hash: Buffer,
  key: number | undefined,
  { sandbox, root }: Visit,
  { sandboxes }: DashboardDeps,
): StoredToken {
  const keys = [...sandboxes.providers.values()].flatMap(({ tokens }) => [tokens.access.keyOf(token), tokens.refresh.keyOf(token)])
  const issuers = [...new Set(keys)].map((one) => (one === undefined ? undefined : sandbox.grants.issuerOf(one, hash)))
  const issuer = issuers.find((name) => name !== undefined)
  const facts: GrantFact[] = []
  if (issuer !== undefined && issuer !== sandbox.name) {
    const finding: Finding = {
      look: 'bad',
      text: `The sandbox ${issuer} issued it, not this one`,
      mend: `Read it there: ${issuer}.`,
      href: `${basePath(issuer, root)}/tokens`,
    }
    return { findings: [finding], facts }
  }
  if (issuer !== undefined) return { findings: [{ look: 'bad', text: 'Another space of this sandbox issued it, not this one' }], facts }
  const text = key === undefined ? 'No token of this sandbox looks like it' : 'It looks like a token of this sandbox, and is not known here'
  const mend = 'It was altered or cut off, or its sandbox was reset since then, or it expired so long ago that it was cleared away.'
  return { findings: [{ look: 'bad', text, mend }], facts }
}

function when(time: number, { sandbox }: Visit): string {
  return `${dateAndTime(time)}, ${agoInWords(time, sandbox.clock.now())}`
}
