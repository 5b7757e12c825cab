import { z } from 'zod'
import { endpoints } from '../oauth/model/endpoint.ts'
import { errorCodes } from '../oauth/model/error-codes.ts'
import { reasonNames } from '../oauth/model/reasons.ts'
import { answerNames, callbackErrorNames, errorNames } from '../providers/data/answers.ts'
import type { ErrorWording } from '../providers/data/declaration.ts'
import { members, templateText } from './members-schema.ts'

/** How a declared provider answers: tokens and errors. */

const headers = z.record(
  z.string().regex(/^[A-Za-z0-9-]+$/, { error: "a header's name" }),
  z.string().regex(/^[\t\x20-\x7e\x80-\xff]*$/, { error: "a header's value in one line" }),
)
const encoding = z.enum(['json', 'form', 'form_unless_json'])

/** The body, headers and encoding of token answers. */
export const answer = z.strictObject({
  body: members(answerNames)
    .refine((body) => /\{access_token[|}]/.test(JSON.stringify(body)), { error: 'expected {access_token} somewhere in the body' })
    .optional()
    .describe('Members keep their order.'),
  headers: headers.optional(),
  encoding: encoding.optional(),
})

const byCode = <T extends z.ZodType>(value: T) => z.partialRecord(z.enum([...errorCodes, 'default']), value)
const statusError = { error: 'a status from 200 to 599' }
const status = z.int(statusError).min(200, statusError).max(599, statusError)
const wording = {
  status: z
    .union([status, z.string().regex(/^\{settings\.\w+\}$/)], { error: 'a status from 200 to 599, or {settings.…}' })
    .optional()
    .describe('One for all errors of the protocol, as 200.'),
  statuses: byCode(status).optional(),
  names: byCode(z.string()).optional().describe('What the vendor calls them: {error}.'),
  numbers: byCode(z.union([z.number(), z.string()]))
    .optional()
    .describe("The vendor's numbers: {number}."),
  descriptions: byCode(z.string()).optional(),
  body: members(errorNames).optional(),
  bodies: byCode(members(errorNames)).optional(),
  headers: headers.optional(),
  encoding: encoding.optional(),
}
/** What is said of one reason, with bodies that may name what `known` has. */
const byReason = (id: string, known: readonly string[], beside: z.ZodRawShape = {}) =>
  z
    .partialRecord(
      z.enum(reasonNames),
      z
        .strictObject({
          name: z.string().optional().describe('What the vendor calls it: {error}.'),
          number: z.union([z.number(), z.string()]).optional(),
          description: templateText(known).optional(),
          body: members(known).optional(),
          ...beside,
        })
        .meta({ id: id.slice(0, -1) }),
    )
    .describe('Where a code has several situations that the vendor tells apart.')
    .meta({ id })
    .optional()
const reasons = byReason('Reasons', errorNames, { status: status.optional(), headers: headers.optional() })
const wordingSchema = z.strictObject({ ...wording, reasons }) as unknown as z.ZodType<ErrorWording>
/** An error of the authorization endpoint is a redirect, which has no status, headers or encoding; signing out shows a page. */
const wordedEndpoints = endpoints.filter((name) => name !== 'authorize' && name !== 'end_session')
const redirectedErrors = z.strictObject({
  names: wording.names,
  numbers: wording.numbers,
  descriptions: wording.descriptions,
  body: members(callbackErrorNames).optional(),
  bodies: byCode(members(callbackErrorNames)).optional(),
  reasons: byReason('RedirectReasons', callbackErrorNames),
}) as unknown as z.ZodType<ErrorWording>
/** How errors are said. */
export const errors = z
  .strictObject({
    ...wording,
    reasons,
    endpoints: z
      .strictObject({
        ...Object.fromEntries(wordedEndpoints.map((name) => [name, wordingSchema.optional()])),
        authorize: redirectedErrors.optional().describe('What a redirect carries.'),
      })
      .optional()
      .describe('Where an endpoint says them otherwise.'),
    grant_types: z.record(z.string(), wordingSchema).optional().describe('Where a grant type says them otherwise.'),
  })
  .meta({ id: 'Errors' })
