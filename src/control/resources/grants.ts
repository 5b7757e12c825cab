import { z } from 'zod'
import type { GrantEntry } from '../../oauth/model/grant-book.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import type { Resource } from '../deps.ts'
import { sandboxNamed } from '../input/lookup.ts'
import { Problem } from '../problem.ts'
import { inSandbox, limit, refusal } from '../schemas.ts'
import { grantView, lineageView, viewGrant, viewLineage } from '../views/grant.ts'

const inGrant = inSandbox.extend({ id: z.string() })

/** What users, and clients by themselves, granted. */
export const grants: Resource = (app, { sandboxes }) => {
  const path = '/sandboxes/:sandbox/grants'

  app.get(
    path,
    {
      schema: {
        tags: ['grants'],
        summary: 'The grants of a sandbox, oldest first',
        params: inSandbox,
        querystring: z.strictObject({
          client_id: z.string().optional(),
          username: z.string().optional(),
          active: z
            .enum(['true', 'false'])
            .transform((text) => text === 'true')
            .optional()
            .describe('Only those that were not revoked, or only those that were.'),
          after: z
            .string()
            .regex(/^\d{1,15}$/, { error: 'the next_cursor of a page' })
            .optional(),
          limit,
        }),
        response: {
          200: z.object({
            items: z.array(grantView),
            next_cursor: z.string().nullable().describe('What to send as `after` for the next page; null on the last one.'),
          }),
          default: refusal,
        },
      },
    },
    (request) => {
      const { limit, after = '0', ...query } = request.query
      const { grants } = sandboxNamed(request.params.sandbox, sandboxes)
      const found = grants.list({ ...query, after: Number(after), limit: limit + 1 })
      const page = found.slice(0, limit)
      const last = found.length > limit ? page.at(-1) : undefined
      return { items: page.map(viewGrant), next_cursor: last === undefined ? null : String(last.grant.id) }
    },
  )

  app.get(
    `${path}/:id`,
    {
      schema: {
        tags: ['grants'],
        summary: 'A grant with its code and its tokens as a tree, and who used which when',
        params: inGrant,
        response: { 200: lineageView, default: refusal },
      },
    },
    (request) => {
      const sandbox = sandboxNamed(request.params.sandbox, sandboxes)
      const entry = grantNumbered(request.params.id, sandbox)
      return viewLineage(entry, sandbox.grants.lineageOf(entry.grant), sandbox)
    },
  )

  app.delete(
    `${path}/:id`,
    {
      schema: {
        tags: ['grants'],
        summary: 'Revoke a grant with all its tokens, as when the user removes the app',
        params: inGrant,
        response: { 204: z.undefined().describe('It is revoked.'), default: refusal },
      },
    },
    (request, reply) => {
      const sandbox = sandboxNamed(request.params.sandbox, sandboxes)
      const { grant } = grantNumbered(request.params.id, sandbox)
      sandbox.store.revokeGrant(grant.id, 'the user removed the app', sandbox.clock.now())
      reply.code(204).send()
    },
  )
}

/** @throws Problem 404 */
function grantNumbered(id: string, { name, grants }: Sandbox): GrantEntry {
  const entry = /^\d{1,15}$/.test(id) ? grants.find(Number(id)) : undefined
  if (entry === undefined) throw new Problem(404, `There is no grant '${id}' in sandbox '${name}'`)
  return entry
}
