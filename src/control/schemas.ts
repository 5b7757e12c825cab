import { z } from 'zod'
import { problemSchema, problemType } from './problem.ts'

/** Every route's answer when it refuses. */
export const refusal = {
  description: 'The request was refused; the body says why.',
  content: { [problemType]: { schema: problemSchema } },
}

/** RFC 3339, UTC. */
export const time = z.iso.datetime()

/** Where a thing is, in sandboxes whose vendor has such spaces. */
export const shownSpace = z.string().exactOptional().describe("Which of the vendor's spaces it is in.")

/** Milliseconds since the epoch as the API says them. */
export function rfc3339(milliseconds: number): string {
  return new Date(milliseconds).toISOString()
}

/** What people call things: some text, no control characters. */
export const name = z.string().regex(/^(?=.*\S)[^\p{Cc}]{1,200}$/u, { error: 'a name of 1 to 200 characters' })

/** How many things a page of a list has. */
export const limit = z.coerce.number().int().min(1).max(1000).default(100)

/** Where the next page of a list begins, as the page before said. */
export const cursor = z
  .string()
  .regex(/^\d{1,15}$/, { error: 'the next_cursor of a page' })
  .optional()

/** A list as a whole. */
export const listOf = <T extends z.ZodType>(item: T) => z.object({ items: z.array(item) })

/** A page of a list. */
export const pageOf = <T extends z.ZodType>(item: T) =>
  listOf(item).extend({ next_cursor: z.string().nullable().describe('What to send as `after` for the next page; null on the last one.') })

/** The first of what was found, one more than a page holds if there are more. @param cursorOf where the page after that thing begins */
export function page<T>(found: readonly T[], limit: number, cursorOf: (last: T) => number): { shown: T[]; next_cursor: string | null } {
  const shown = found.slice(0, limit)
  const last = found.length > limit ? shown.at(-1) : undefined
  return { shown, next_cursor: last === undefined ? null : String(cursorOf(last)) }
}
