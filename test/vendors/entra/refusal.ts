import { expect } from 'vitest'
import type { Answer } from '../../support/vendor-client.ts'

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
  expect(trace_id).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
  expect(timestamp).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ$/)
  expect(explanation).not.toBe('')
}
