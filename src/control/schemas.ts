import { z } from 'zod'
import { problemSchema, problemType } from './problem.ts'

/** Every route's answer when it refuses. */
export const refusal = {
  description: 'The request was refused; the body says why.',
  content: { [problemType]: { schema: problemSchema } },
}

/** RFC 3339, UTC. */
export const time = z.iso.datetime()

/** Milliseconds since the epoch as the API says them. */
export function rfc3339(milliseconds: number): string {
  return new Date(milliseconds).toISOString()
}

/** The sandbox in a path. */
export const inSandbox = z.object({ sandbox: z.string() })

/** The app in a path. */
export const inApp = inSandbox.extend({ app: z.string().describe('Its id or its exact name.') })

/** What people call things: some text, no control characters. */
export const name = z.string().regex(/^(?=.*\S)[^\p{Cc}]{1,200}$/u, { error: 'a name of 1 to 200 characters' })

/** How many things a page of a list has. */
export const limit = z.coerce.number().int().min(1).max(1000).default(100)
