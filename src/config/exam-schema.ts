import { z } from 'zod'
import { levels } from '../exam/level.ts'
import { type Profile, profiles } from '../exam/profiles.ts'
import { endpoints } from '../oauth/model/endpoint.ts'
import { limits, type VendorExam } from '../providers/vendor-exam.ts'
import { duration } from '../sandbox/duration.ts'
import { commonSettings } from '../sandbox/settings-schema.ts'

const text = z.string().min(1).max(500)
const parameters = z.array(z.string().min(1)).min(1)
const count = z.int().min(0).max(1000)

const request = z.strictObject({
  endpoint: z.enum(endpoints).describe("`api` for paths of the vendor's own."),
  method: z
    .string()
    .regex(/^[A-Z]+$/, { error: 'a method in capitals' })
    .optional(),
  path: z.string().startsWith('/').optional(),
  grant_type: z.string().min(1).optional(),
  status: z.int().min(100).max(599).optional().describe('As it was answered.'),
})

const moment = z.strictObject({
  settings: commonSettings.optional().describe('Of the sandbox, meanwhile.'),
  advance: duration.optional().describe('How far the clock of the sandbox moves.'),
  expire: z.enum(['access', 'refresh', 'all']).optional().describe('What tokens end, wherever their answer said that they would.'),
  calls: z.int().min(0).max(100).optional().describe('How many calls of the API each time; 1 when absent.'),
})

const rule = z
  .strictObject({
    id: z.string().regex(/^[a-z][a-z0-9-]{1,62}$/, { error: 'a name of a-z, 0-9 and "-", 2 to 63 characters' }),
    level: z.enum(levels).optional().describe('must when absent.'),
    source: text.optional().describe('Where the vendor says so.'),
    why: text.describe('What happens to those who break it.'),
    mend: text,
    when: moment.optional().describe('A client logs in and calls the API; then this happens, and it calls again.'),
    request: request.describe('The requests that it is about.'),
    at_most: count.optional(),
    within: duration.optional().describe("The time by the sandbox's clock in which at_most counts; all of it when absent."),
    per: z.enum(['user', 'sign_in']).optional().describe('sign_in counts for each apart.'),
    having: parameters.optional().describe('Parameters that each such request has.'),
    never: parameters.optional().describe('Parameters that none has.'),
    followed_by: z.array(request).min(1).optional().describe('What comes after the first such request, in this order.'),
  })
  .refine(({ at_most, having, never, followed_by }) => [at_most, having, never, followed_by].some((one) => one !== undefined), {
    error: 'something that is asked of these requests: at_most, having, never or followed_by',
  })

/** What a declared provider asks of clients that are examined at it. */
export const examSchema = z.strictObject({
  profile: z
    .array(z.enum(Object.keys(profiles) as [Profile, ...Profile[]]))
    .min(1)
    .optional()
    .describe('What its clients are; guessed when absent.'),
  must: z.array(z.string()).optional().describe("Rules of grantbox's that must hold here, whatever they weigh elsewhere."),
  waive: z.record(z.string(), text).optional().describe('Rules that are not held against its clients, each with the reason.'),
  limits: z
    .strictObject(Object.fromEntries(Object.keys(limits).map((name) => [name, z.int().min(1).max(99).optional()])))
    .optional()
    .describe('How often a client may ask.'),
  rules: z.array(rule).optional().describe("Rules of the vendor's own."),
}) satisfies z.ZodType<VendorExam>
