import { z } from 'zod'
import { endpoints } from '../../oauth/model/endpoint.ts'
import { duration } from '../../sandbox/duration.ts'
import type { Fault } from '../../sandbox/faults.ts'

const tokenFlaws = ['bad_signature', 'expired', 'not_yet_valid', 'wrong_audience', 'wrong_issuer', 'alg_none', 'unknown_kid'] as const
const callbackFlaws = ['wrong_state', 'missing_state', 'wrong_iss', 'missing_code', 'code_and_error', 'twice'] as const
const malformations = ['invalid_json', 'html', 'empty', 'wrong_content_type', 'truncated'] as const

const deeds = ['error', 'status', 'headers', 'body', 'delay', 'drop', 'malformed', 'patch', 'token', 'granted_scope', 'callback'] as const

const delay = duration.refine((milliseconds) => milliseconds >= 0 && milliseconds <= 600_000, { error: 'a duration of up to ten minutes' })

/** RFC 6749 §A.7 and §A.8. */
const errorCode = z.string().regex(/^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/, { error: 'an error code such as invalid_grant' })
const description = z.string().regex(/^[\x20-\x21\x23-\x5b\x5d-\x7e]*$/, { error: 'ASCII without quotation mark and backslash' })
const headerName = z.string().regex(/^[\w!#$%&'*+.^`|~-]+$/, { error: 'the name of a header' })
const headerValue = z.string().regex(/^[\t\x20-\x7e]*$/, { error: 'the value of a header: ASCII, no line break' })

const members = {
  endpoint: z.enum([...endpoints, '*']).describe('Which requests meet it; `*` means all.'),
  grant_type: z.string().min(1).optional().describe('Only token requests of this grant type.'),
  client_id: z.string().min(1).optional(),
  username: z.string().min(1).optional().describe('Only requests about this user.'),
  error: errorCode.optional().describe("Said in the provider's own dialect."),
  error_description: description.optional(),
  status: z.int().min(200).max(599).optional().describe('Said as given, with headers and body; with `error` the status of that error.'),
  headers: z.record(headerName, headerValue).optional(),
  body: z.unknown().optional().describe('Text as it is, anything else as JSON.'),
  drop: z.boolean().optional().describe('The connection ends without an answer.'),
  malformed: z.enum(malformations).optional(),
  patch: z.unknown().optional().describe('A JSON merge patch on the answer (RFC 7396).'),
  token: z.enum(tokenFlaws).optional().describe('What is wrong with the tokens that the answer brings.'),
  granted_scope: z.string().optional().describe('The scope that is granted, whatever was asked for.'),
  callback: z.enum(callbackFlaws).optional().describe('What is wrong with the answer at the redirect URI; for authorize alone.'),
}

/** A fault as it is asked for; what it does is one or more of its members. */
export const faultDraft = z
  .strictObject({
    ...members,
    after: z.int().min(0).default(0).describe('So many requests that match are let through first.'),
    times: z.int().min(0).default(1).describe('How often; 0 means until it is removed.'),
    delay: delay.optional().describe('Waits before whatever follows; alone, before the usual answer. Such as "2s".'),
  })
  .superRefine((fault, context) => {
    const wrong = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message })
    if (deeds.every((deed) => fault[deed] === undefined))
      context.addIssue({ code: 'custom', message: `one or more of: ${deeds.join(', ')}` })
    const everywhere = fault.endpoint === '*'
    if (fault.callback !== undefined && !everywhere && fault.endpoint !== 'authorize') {
      wrong('callback', 'nothing: only what the authorize endpoint answers has a callback')
    }
    if (fault.grant_type !== undefined && !everywhere && fault.endpoint !== 'token') {
      wrong('grant_type', 'nothing: only requests to the token endpoint have one')
    }
    if (fault.error_description !== undefined && fault.error === undefined) wrong('error_description', 'an error beside it')
    if (fault.body !== undefined && fault.status === undefined) wrong('body', 'a status beside it')
  })

/** A fault in a snapshot. */
export const storedFault = z.strictObject({
  id: z.string(),
  ...members,
  after: z.number(),
  times: z.number(),
  delay_ms: z.number().optional(),
  hits: z.number(),
  seen: z.number(),
})

/** A fault as the API shows it. */
export const faultView = z
  .object({
    id: z.string(),
    ...members,
    after: z.number(),
    times: z.number(),
    delay: z.string().optional(),
    hits: z.number().describe('How often it has struck.'),
  })
  .meta({ id: 'Fault' })

export function toFault({ delay, ...fault }: z.output<typeof faultDraft>): Omit<Fault, 'id' | 'hits'> {
  return { ...fault, ...(delay !== undefined && { delay_ms: delay }) }
}

export function viewFault({ delay_ms, ...fault }: Fault): z.output<typeof faultView> {
  return {
    ...fault,
    ...(fault.headers !== undefined && { headers: { ...fault.headers } }),
    ...(delay_ms !== undefined && { delay: `${delay_ms}ms` }),
  } as z.output<typeof faultView>
}
