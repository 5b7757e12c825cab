import { viewEntry } from '../../control/views/journal.ts'
import type { Hint } from '../../exam/hints.ts'
import type { JournalEntry } from '../../sandbox/journal.ts'
import { worldOf } from '../../sandbox/spaces.ts'
import type { Visit } from '../frame/visit.ts'
import { clockTime, dateAndTime } from '../frame/words.ts'
import { mendsOf } from './mends.ts'
import { tokensIn } from './tokens-in.ts'

/** A request and its answer as the dashboard shows them; no secret can be read in it. */
export type RequestRow = ReturnType<typeof requestRow>

/**
 * @param flowHref where the flow is that it belongs to
 * @param hints those that it proves
 */
export function requestRow(
  entry: JournalEntry,
  { sandbox, base, root }: Pick<Visit, 'sandbox' | 'base' | 'root'>,
  flowHref: string | undefined,
  hints: readonly Hint[] = [],
) {
  const showSecrets = worldOf(entry, sandbox).settings.show_secrets
  const view = viewEntry(entry, showSecrets, sandbox.requests)
  const prefix = sandbox.provider.texts.usernamePrefix ?? ''
  return {
    id: entry.id,
    href: `${base}/requests/${entry.id}`,
    time: clockTime(entry.time),
    date: dateAndTime(entry.time),
    duration: entry.duration_ms < 10 ? `${entry.duration_ms.toFixed(1)} ms` : `${Math.round(entry.duration_ms)} ms`,
    method: view.method,
    /** Without the query. */
    path: view.url.split('?', 1)[0] ?? view.url,
    url: view.url,
    endpoint: view.endpoint,
    status: statusOf(entry),
    kind: isBad(entry) ? 'bad' : 'good',
    /** As far as they are known. */
    who: [view.space ?? null, view.grant_type, view.client_id, view.username === null ? null : prefix + view.username].filter(
      (part) => part !== null,
    ),
    /** The id of the request that it repeats. */
    againOf: view.again_of ?? undefined,
    error: view.error ?? undefined,
    reason: view.reason ?? undefined,
    explanation: view.explanation ?? undefined,
    notes: view.notes,
    mends: mendsOf(entry, sandbox, root),
    hints,
    flowHref,
    grantHref: /\/flows\/grant-\d+$/.test(flowHref ?? '') ? flowHref?.replace('/flows/grant-', '/grants/') : undefined,
    requestHeaders: headersOf(view.request_headers),
    requestBody: textOf(view.request_body),
    responseHeaders: headersOf(view.response_headers),
    responseBody: textOf(view.response_body),
    tokens: tokensIn(entry, sandbox.clock.now(), showSecrets),
  }
}

/** Whether it was refused, or no answer reached the client. */
export function isBad({ status }: Pick<JournalEntry, 'status'>): boolean {
  return status >= 400 || status === 0
}

/** What came of a request, in a word. */
export function statusOf({ status, aborted }: Pick<JournalEntry, 'status' | 'aborted'>): string {
  if (aborted === true) return 'gone'
  return status === 0 ? 'dropped' : String(status)
}

function headersOf(headers: Readonly<Record<string, unknown>>) {
  return Object.entries(headers).map(([name, value]) => ({ name, value: [value].flat().join(', ') }))
}

function textOf(body: unknown): string | undefined {
  if (body === null || body === undefined) return undefined
  return typeof body === 'string' ? body : JSON.stringify(body, null, 2)
}
