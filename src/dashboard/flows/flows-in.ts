import type { JournalEntry } from '../../sandbox/journal.ts'
import { foundIn, membersOf, queryOf } from '../requests/tokens-in.ts'

/** The requests that belong to one grant, or to an attempt that got none; oldest first. */
export interface Flow {
  /** Its name in addresses: `grant-7`, or `request-12` after its first request. */
  key: string
  grant_id?: number
  entries: JournalEntry[]
}

/** What one request may hand on to the next: a name for each is what ties requests together. */
const carried = ['transaction', 'code', 'device_code', 'user_code', 'auth_req_id', 'request_uri'] as const

/** A request with which a flow may begin; others only go on with one. */
const beginnings = ['authorize', 'token', 'device_authorization', 'par']

/**
 * Groups a journal by grant. A request tells its grant once there is one; those before are found by what they hand on, and those
 * that were refused by the code or token that they carried.
 * @param entries oldest first
 */
export function flowsIn(entries: readonly JournalEntry[]): Flow[] {
  const flows: Flow[] = []
  const byKey = new Map<string, Flow>()
  for (const entry of entries) {
    const keys = keysOf(entry)
    const flow = flowOf(entry, keys, byKey) ?? begin(entry, flows)
    if (flow === undefined) continue
    flow.entries.push(entry)
    if (entry.grant_id !== undefined && flow.grant_id === undefined) {
      flow.grant_id = entry.grant_id
      flow.key = `grant-${entry.grant_id}`
      byKey.set(`grant ${entry.grant_id}`, flow)
    }
    for (const key of keys) byKey.set(key, flow)
  }
  return flows
}

/** The flow that a request goes on with. One that has a grant takes no requests of another. */
function flowOf(entry: JournalEntry, keys: readonly string[], byKey: ReadonlyMap<string, Flow>): Flow | undefined {
  const { grant_id } = entry
  const ofGrant = grant_id === undefined ? undefined : byKey.get(`grant ${grant_id}`)
  if (ofGrant !== undefined) return ofGrant
  const tied = keys.flatMap((key) => byKey.get(key) ?? [])
  return grant_id === undefined ? tied[0] : tied.find((flow) => flow.grant_id === undefined)
}

function begin(entry: JournalEntry, flows: Flow[]): Flow | undefined {
  if (entry.grant_id === undefined && !beginnings.includes(entry.endpoint)) return undefined
  const flow: Flow = { key: `request-${entry.id}`, entries: [] }
  flows.push(flow)
  return flow
}

/** Every look at a list of requests asks for those of the whole journal. */
const known = new WeakMap<JournalEntry, readonly string[]>()

function keysOf(entry: JournalEntry): readonly string[] {
  const keys = known.get(entry) ?? keysIn(entry)
  known.set(entry, keys)
  return keys
}

function keysIn(entry: JournalEntry): string[] {
  const { request_body, response_body, response_headers, url } = entry
  const location = typeof response_headers.location === 'string' ? queryOf(response_headers.location) : {}
  const isPage = typeof response_body === 'string' && response_body.startsWith('<')
  const sources = [membersOf(request_body), queryOf(url), isPage ? hiddenFields(response_body) : membersOf(response_body), location]
  const handed = sources.flatMap((members) =>
    carried.flatMap((name) => {
      const value = members[name]
      return typeof value === 'string' && value !== '' ? [`${name} ${name === 'user_code' ? plain(value) : value}`] : []
    }),
  )
  return [...handed, ...foundIn(entry).map(({ token }) => `token ${token}`)]
}

/** The fields of a page's form that a browser sends on: the transaction, or what a form-post answer carries. */
function hiddenFields(page: string): Record<string, string> {
  const fields = page.matchAll(/<input type="hidden" name="(transaction|code)" value="([^"&]+)"/g)
  return Object.fromEntries([...fields].map(([, name, value]) => [name, value]))
}

/** RFC 8628 §6.1: users type codes in any letter case, with or without the dash. */
function plain(user_code: string): string {
  return user_code.toUpperCase().replaceAll(/[^A-Z0-9]/g, '')
}
