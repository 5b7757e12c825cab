import { z } from 'zod'
import { type Form, keptName, type Member, type Members } from '../../oauth/faults/form.ts'
import { type FaultDraft, type FaultEffects, type FaultView, faultKinds } from '../../oauth/faults/registry.ts'
import { endpoints } from '../../oauth/model/endpoint.ts'
import { duration } from '../../sandbox/duration.ts'
import type { Fault } from '../../sandbox/faults.ts'

/** RFC 9110 §5.1 and §5.5. */
const headerName = z.string().regex(/^[\w!#$%&'*+.^`|~-]+$/, { error: 'the name of a header' })
const headerValue = z.string().regex(/^[\t\x20-\x7e]*$/, { error: 'the value of a header: ASCII, no line break' })

/** The schema of a member as it is asked for. */
function asked(form: Form): z.ZodType {
  switch (form.is) {
    case 'text':
      return form.pattern === undefined ? z.string() : z.string().regex(form.pattern, { error: form.expected })
    case 'number':
      return z.int().min(form.from).max(form.to)
    case 'choice':
      return z.literal([...form.of])
    case 'duration':
      return duration.refine((milliseconds) => milliseconds >= 0 && milliseconds <= form.to, { error: form.expected })
    case 'headers':
      return z.record(headerName, headerValue)
    case 'anything':
      return z.unknown()
    case 'user':
      return z.string().min(1)
  }
}

const kept = (form: Form) => (form.is === 'duration' ? z.number() : asked(form))
const shown = (form: Form) => (form.is === 'duration' ? z.string() : asked(form))

const members: readonly (readonly [name: string, member: Member])[] = faultKinds.flatMap(({ members }) =>
  Object.entries<Member>(members satisfies Members),
)
const durations = members.filter(([, { is }]) => is === 'duration').map(([name]) => name)

/** The optional members of a schema whose values are of the type `T`. */
type Shape<T> = { [N in keyof T]-?: z.ZodOptional<z.ZodType<Exclude<T[N], undefined>, Exclude<T[N], undefined>>> }

function shape<T>(schemaOf: (form: Form) => z.ZodType, nameOf: (name: string, form: Form) => string = (name) => name): Shape<T> {
  const entries = members.map(([name, member]) => [nameOf(name, member), schemaOf(member).optional().describe(member.says)])
  return Object.fromEntries(entries) as Shape<T>
}

const when = {
  endpoint: z.enum([...endpoints, '*']).describe('Which requests meet it; `*` means all.'),
  grant_type: z.string().min(1).optional().describe('Only token requests of this grant type.'),
  client_id: z.string().min(1).optional(),
  username: z.string().min(1).optional().describe('Only requests about this user.'),
}

/** A fault as it is asked for; what it does is one or more of the catalogue's members. */
export const faultDraft = z
  .strictObject({
    ...when,
    after: z.int().min(0).default(0).describe('So many requests that match are let through first.'),
    times: z.int().min(0).default(1).describe('How often; 0 means until it is removed.'),
    ...shape<FaultDraft>(asked),
  })
  .superRefine((fault, context) => {
    const given = new Set(Object.entries(fault).flatMap(([name, value]) => (value === undefined ? [] : [name])))
    const wrong = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message })
    if (!members.some(([name]) => given.has(name))) {
      const names = members.flatMap(([name, { beside }]) => (beside === undefined ? [name] : []))
      context.addIssue({ code: 'custom', message: `one or more of: ${names.join(', ')}` })
    }
    const isElsewhere = (endpoint: string) => fault.endpoint !== '*' && fault.endpoint !== endpoint
    for (const { name, only } of faultKinds) {
      if (only !== undefined && given.has(name) && isElsewhere(only.endpoint)) wrong(name, `nothing: ${only.has}`)
    }
    if (fault.grant_type !== undefined && isElsewhere('token')) {
      wrong('grant_type', 'nothing: only requests to the token endpoint have one')
    }
    for (const [name, { beside }] of members) {
      if (beside !== undefined && given.has(name) && !given.has(beside)) wrong(name, `${article(beside)} ${beside} beside it`)
    }
  })

const article = (word: string) => (/^[aeiou]/.test(word) ? 'an' : 'a')

const counts = { id: z.string(), after: z.number(), times: z.number() }

/** A fault in a snapshot. */
export const storedFault = z.strictObject({
  ...counts,
  ...when,
  ...shape<FaultEffects>(kept, keptName),
  hits: z.number(),
  seen: z.number(),
})

/** A fault as the API shows it. */
export const faultView = z
  .object({
    ...counts,
    ...when,
    ...shape<FaultView>(shown),
    hits: z.number().describe('How often it has struck.'),
  })
  .meta({ id: 'Fault' })

/** With other names and values for the durations. */
function renamed(fault: object, rename: (name: string, value: unknown) => readonly [string, unknown] | undefined): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fault).map(([name, value]) => rename(name, value) ?? [name, value]))
}

/** The users whom a fault names beside who meets it, by the members that do. */
export function usersIn(draft: z.output<typeof faultDraft>): [member: string, username: string][] {
  const given: Record<string, unknown> = draft
  return members.flatMap(([name, { is }]) => (is === 'user' && given[name] !== undefined ? [[name, String(given[name])]] : []))
}

export function toFault(draft: z.output<typeof faultDraft>): Omit<Fault, 'id' | 'hits'> {
  const fault = renamed(draft, (name, milliseconds) => (durations.includes(name) ? [`${name}_ms`, milliseconds] : undefined))
  return fault as unknown as Omit<Fault, 'id' | 'hits'>
}

export function viewFault(fault: Fault): z.output<typeof faultView> {
  const view = renamed(fault, (name, milliseconds) => {
    const shownAs = durations.find((one) => `${one}_ms` === name)
    return shownAs === undefined ? undefined : [shownAs, `${milliseconds}ms`]
  })
  return view as z.output<typeof faultView>
}
