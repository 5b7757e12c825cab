import { expect } from 'vitest'
import type { Visit } from '../../support/browser-jar.ts'
import type { Answer } from '../../support/vendor-client.ts'

const guid = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}'
const time = String.raw`\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ`

/** One of the vendor's refusals, as it is told in JSON. */
export interface Refusal {
  error: string
  number: number
  text: string
  suberror?: string | undefined
  status?: number | undefined
  claims?: string | undefined
}

/** Holds an answer to a refusal byte for byte, but for ids and the time, which it says twice; and to an explanation. */
export function expectRefusal({ status, text: body, body: told, headers, explanation }: Answer, refusal: Refusal): void {
  const { error, number, text, suberror, claims, status: expected = error === 'invalid_client' ? 401 : 400 } = refusal
  const { timestamp, trace_id, correlation_id } = told
  const ids = `Trace ID: ${trace_id} Correlation ID: ${correlation_id} Timestamp: ${timestamp}`
  const whole = {
    error,
    error_description: `AADSTS${number}: ${text} ${ids}`,
    error_codes: [number],
    timestamp,
    trace_id,
    correlation_id,
    error_uri: `https://login.microsoftonline.com/error?code=${number}`,
    suberror,
    claims,
  }
  expect([status, body]).toEqual([expected, JSON.stringify(whole)])
  expect([headers.get('content-type'), headers.get('x-ms-request-id')]).toEqual(['application/json; charset=utf-8', trace_id])
  expect([trace_id, correlation_id]).toEqual(Array(2).fill(expect.stringMatching(new RegExp(`^${guid}$`))))
  expect(timestamp).toMatch(new RegExp(`^${time}$`))
  expect(explanation).not.toBe('')
}

/** Holds what a client is told at its redirect URI, in the query or the fragment, to a refusal, member by member. */
export function expectTold(location: URL | undefined, { error, number, text }: Refusal, more: Record<string, string> = {}): void {
  const told = Object.fromEntries(new URLSearchParams(location?.hash === '' ? location.search : location?.hash.slice(1)))
  const [said, ids] = told.error_description?.split(' Trace ID: ') ?? []
  expect(Object.keys(told)).toEqual(['error', 'error_description', 'error_uri', ...Object.keys(more), 'state'])
  expect({ ...told, error_description: said }).toEqual({
    error,
    error_description: `AADSTS${number}: ${text}`,
    error_uri: `https://login.microsoftonline.com/error?code=${number}`,
    ...more,
    state: 'xyz',
  })
  expect(ids).toMatch(new RegExp(`^${guid} Correlation ID: ${guid} Timestamp: ${time}$`))
}

/** Holds a page to what the vendor's says of an error that cannot go to the client: title, sentence, number with text, ids and time. */
export function expectPage({ status, location, html }: Visit, { number, text }: Pick<Refusal, 'number' | 'text'>): void {
  expect([status, location]).toEqual([400, undefined])
  expect(html).toContain('<title>Sign in to your account</title>')
  const words = html
    .replace(/<head>.*?<\/head>/s, '')
    .replace(/<[^>]+>/g, '\n')
    .replaceAll('&#39;', "'")
    .split('\n')
    .filter((line) => line.trim() !== '')
  const at = words.indexOf("Sorry, but we're having trouble signing you in.")
  const [description = '', request, correlation, timestamp] = words.slice(at + 1)
  const [said, ids] = description.split(' Trace ID: ')
  expect(said).toBe(`AADSTS${number}: ${text}`)
  const [, trace_id, correlation_id, moment] =
    new RegExp(`^(${guid}) Correlation ID: (${guid}) Timestamp: (${time})$`).exec(ids ?? '') ?? []
  expect([request, correlation, timestamp]).toEqual([
    `Request Id: ${trace_id}`,
    `Correlation Id: ${correlation_id}`,
    `Timestamp: ${moment}`,
  ])
}
