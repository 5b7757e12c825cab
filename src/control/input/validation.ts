/**
 * In this room: how what comes in is checked and looked up: bodies and paths to users, clients and faults, or a problem that says
 * what was expected.
 * Elsewhere: what goes out (`views/`).
 */

import type { FastifySchemaCompiler } from 'fastify'
import type { z } from 'zod'
import { pathText } from '../../basics/data-path.ts'
import { readBySchema } from '../../basics/read-by-schema.ts'
import { invalidAll } from '../problem.ts'

/**
 * The value as the schema reads it.
 * @param name what the value is to the client, before its members: `settings`
 * @throws Problem that names every wrong member
 */
export function check<T>(schema: z.ZodType<T>, value: unknown, name = ''): T {
  const read = readBySchema(schema, value)
  if (read.problems === undefined) return read.data
  throw invalidAll(
    read.problems.map(({ path, came, ...problem }) => ({
      // `settings.rotation`, `redirect_uris[0]`; the whole body when nothing names a part of it.
      field: pathText(path, name) || 'body',
      ...problem,
      ...(came !== undefined && { came: shortened(came) }),
    })),
  )
}

/** Checks a request by its route's schema. Fastify says null for a body that did not come. */
export const validatorCompiler: FastifySchemaCompiler<z.ZodType> = ({ schema }) => {
  return (data) => {
    try {
      return { value: check(schema, data ?? undefined) }
    } catch (error) {
      return { error: error instanceof Error ? error : new Error(String(error)) }
    }
  }
}

/** As it came, unless it is so long that it would hide the rest. */
function shortened(came: unknown): unknown {
  const text = JSON.stringify(came) ?? ''
  return text.length <= 200 ? came : `${text.slice(0, 200)}…`
}
