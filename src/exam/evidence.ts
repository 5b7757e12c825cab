import { isSecretName } from '../oauth/model/secret-names.ts'
import type { JournalEntry } from '../sandbox/journal.ts'
import type { Fingerprints } from './fingerprints.ts'
import type { Evidence } from './report.ts'
import { answerOf, bodyOf, headerOf, queryOf, tokenIn } from './traffic.ts'
import type { Exhibit } from './verdict.ts'

/** Shown as they came; no one else's value is. */
const plain = new Set([
  'response_type',
  'response_mode',
  'grant_type',
  'scope',
  'client_id',
  'code_challenge_method',
  'token_type',
  'expires_in',
  'error',
  'iss',
  'prompt',
  'resource',
  'interval',
])

/** Shown by their fingerprints, beside what is a secret by its name. */
const masked = new Set([
  'state',
  'nonce',
  'code',
  'code_challenge',
  'code_verifier',
  'id_token',
  'access_token',
  'refresh_token',
  'device_code',
])

/** The exhibits of a verdict as a report has them. */
export function evidenceOf(exhibits: readonly Exhibit[], prints: Fingerprints): Evidence[] {
  const first = Math.min(...exhibits.flatMap(({ role, entry }) => (role === 'control' ? [] : [entry.at_ms])))
  return exhibits.map(({ role, entry }) => ({
    entry: entry.id,
    role,
    method: entry.method,
    path: pathOf(entry),
    status: entry.status,
    at_ms: role === 'control' ? 0 : Math.round(entry.at_ms - first),
    asked: members({ ...queryOf(entry), ...bodyOf(entry), ...bearer(entry) }, prints),
    answered: members({ ...callback(entry), ...answerOf(entry) }, prints),
  }))
}

/** The control API's calls for a browser are shown as what they stand for. */
function pathOf({ url, driver }: JournalEntry): string {
  return driver === 'control' ? '/authorize' : url.replace(/\?.*$/s, '')
}

function bearer(entry: JournalEntry): Record<string, string> {
  const authorization = headerOf(entry, 'authorization')
  return /^(bearer|dpop) /i.test(authorization) ? { access_token: tokenIn(authorization) } : {}
}

function callback({ response_headers: { location } }: JournalEntry): Record<string, string> {
  return typeof location === 'string' ? Object.fromEntries(new URLSearchParams(location.replace(/^[^?#]*[?#]?/, '').replace('#', '&'))) : {}
}

function members(sent: Readonly<Record<string, unknown>>, prints: Fingerprints): Record<string, string> {
  return Object.fromEntries(
    Object.entries(sent).flatMap(([name, value]) => {
      if (value === undefined || value === null) return []
      const text = typeof value === 'string' ? value : JSON.stringify(value)
      if (masked.has(name) || isSecretName(name)) return [[name, prints.of(text)]]
      return plain.has(name) ? [[name, text.length > 120 ? `${text.slice(0, 120)}…` : text]] : []
    }),
  )
}
