import { z } from 'zod'
import { isSecretIn } from '../../oauth/clients/dialect.ts'
import { reasonNames } from '../../oauth/model/reasons.ts'
import type { RequestDialect } from '../../oauth/realm/context.ts'
import type { JournalEntry } from '../../sandbox/journal.ts'
import { rfc3339, time } from '../schemas.ts'
import { mask, maskUrl } from './masking.ts'

const headers = z.record(z.string(), z.unknown())
const body = z.unknown().describe('Forms and JSON decoded, a parameter that came twice as a list; null when there was none.')

/** A request and what was answered, as the API shows them. */
export const entryView = z
  .object({
    id: z.number(),
    time: time.describe("By the sandbox's clock."),
    duration_ms: z.number(),
    aborted: z.boolean().describe('Whether its client closed the connection before all of the answer was written.'),
    waited_ms: z.number().nullable().describe('How long such a client waited; null otherwise.'),
    endpoint: z.string(),
    method: z.string(),
    url: z.string(),
    connection: z.number().nullable().describe('Requests that came by one connection have the same number.'),
    host: z.string().nullable().describe('The host and port that were called, when it came through the proxy.'),
    status: z.number().describe('0 when no answer reached the client: the connection was dropped, or the client went away.'),
    error: z.string().nullable(),
    reason: z.enum(reasonNames).nullable().describe('Why, where the error has several situations.'),
    explanation: z.string().nullable().describe('Which rule the request broke, what was expected and what came.'),
    notes: z.array(z.string()).describe('What of the request had no effect, a sentence each.'),
    client_id: z.string().nullable(),
    username: z.string().nullable(),
    grant_type: z.string().nullable(),
    grant_id: z.number().nullable(),
    space: z.string().exactOptional().describe('The realm, pool or tenant that was asked, where the vendor has such worlds.'),
    driver: z.literal('control').nullable().describe('`control` when the control API acted for a browser.'),
    again_of: z.number().nullable().describe('The id of the request that it repeats, when it was sent again from the dashboard.'),
    request_headers: headers,
    request_body: body,
    response_headers: headers,
    response_body: body,
  })
  .meta({ id: 'Request' })

/**
 * @param showSecrets the sandbox's setting `show_secrets`: otherwise no secret, code or token can be read in what is shown
 * @param dialect how its vendor calls secrets
 */
export function viewEntry(entry: JournalEntry, showSecrets: boolean, dialect?: RequestDialect): z.output<typeof entryView> {
  const isSecret = isSecretIn(dialect)
  const shown = (value: unknown, name: string) => (showSecrets ? value : mask(value, name, isSecret))
  const shownHeaders = (all: Readonly<Record<string, unknown>>) =>
    Object.fromEntries(
      Object.entries(all).flatMap(([name, value]) => {
        if (value === undefined) return []
        return [[name, typeof value === 'string' && holdsUrl(name) && !showSecrets ? maskUrl(value, isSecret) : shown(value, name)]]
      }),
    )
  return {
    id: entry.id,
    time: rfc3339(entry.time),
    duration_ms: thousandths(entry.duration_ms),
    aborted: entry.aborted === true,
    waited_ms: entry.waited_ms === undefined ? null : thousandths(entry.waited_ms),
    endpoint: entry.endpoint,
    method: entry.method,
    url: showSecrets ? entry.url : maskUrl(entry.url, isSecret),
    connection: entry.connection ?? null,
    host: entry.host ?? null,
    status: entry.status,
    error: entry.error ?? null,
    reason: entry.reason ?? null,
    explanation: entry.explanation ?? null,
    notes: entry.notes ?? [],
    client_id: entry.client_id ?? null,
    username: entry.username ?? null,
    grant_type: entry.grant_type ?? null,
    grant_id: entry.grant_id ?? null,
    ...(entry.space !== undefined && { space: entry.space }),
    driver: entry.driver ?? null,
    again_of: entry.again_of ?? null,
    request_headers: shownHeaders(entry.request_headers),
    request_body: viewBody(entry.request_body, contentType(entry.request_headers), showSecrets, isSecret),
    response_headers: shownHeaders(entry.response_headers),
    response_body: viewBody(entry.response_body, contentType(entry.response_headers), showSecrets, isSecret),
  }
}

function thousandths(value: number): number {
  return Math.round(value * 1000) / 1000
}

function holdsUrl(header: string): boolean {
  return /^(location|referer|content-location)$/i.test(header)
}

function contentType(all: Readonly<Record<string, unknown>>): string {
  const found = Object.entries(all).find(([name]) => name.toLowerCase() === 'content-type')?.[1]
  return typeof found === 'string' ? found : ''
}

function viewBody(body: unknown, type: string, showSecrets: boolean, isSecret: (name: string) => boolean): unknown {
  if (body === undefined || body === null || body === '') return null
  const decoded = typeof body === 'string' ? decode(body, type) : body
  if (showSecrets) return decoded ?? body
  // What cannot be decoded cannot be searched for secrets: a page that posts a code, JSON with a slip in it.
  return decoded === undefined ? `… (${String(body).length} characters of ${type.split(';')[0] || 'text'})` : mask(decoded, '', isSecret)
}

/** A form or JSON as it was meant; undefined for anything else. */
function decode(text: string, type: string): unknown {
  if (/^application\/x-www-form-urlencoded/i.test(type)) {
    const form = new URLSearchParams(text)
    return Object.fromEntries(
      [...new Set(form.keys())].map((name) => [name, form.getAll(name).length > 1 ? form.getAll(name) : form.get(name)]),
    )
  }
  if (!/json/i.test(type)) return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
