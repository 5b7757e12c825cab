import { z } from 'zod'
import type { GrantEntry } from '../../oauth/model/grant-book.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import { Problem } from '../problem.ts'
import { sandboxRoutes } from '../sandbox-routes.ts'
import { cursor, limit, page, pageOf } from '../schemas.ts'
import { grantView, lineageView, viewGrant, viewLineage } from '../views/grant.ts'

const query = z.strictObject({
  client_id: z.string().optional(),
  username: z.string().optional(),
  active: z
    .enum(['true', 'false'])
    .transform((text) => text === 'true')
    .optional()
    .describe('Only those that were not revoked, or only those that were.'),
  after: cursor,
  limit,
})

/** What users, and clients by themselves, granted. */
export const grants = sandboxRoutes('grants', ({ inSpace: { get, remove } }) => {
  get('/grants', 'The grants of a sandbox, oldest first', { query, answer: pageOf(grantView) }, ({ sandbox, query }) => {
    const { limit, after = '0', ...wanted } = query
    const found = sandbox.grants.list({ ...wanted, after: Number(after), limit: limit + 1 })
    const { shown, next_cursor } = page(found, limit, ({ grant }) => grant.id)
    return { items: shown.map(viewGrant), next_cursor }
  })

  const tree = 'A grant with its code and its tokens as a tree, and who used which when'
  get('/grants/:id', tree, { answer: lineageView }, ({ sandbox, params }) => {
    const entry = grantNumbered(params.id, sandbox)
    return viewLineage(entry, sandbox.grants.lineageOf(entry.grant), sandbox)
  })

  const revoke = 'Revoke a grant with all its tokens, as when the user removes the app'
  remove('/grants/:id', revoke, ({ sandbox, params }) => revokeGrant(grantNumbered(params.id, sandbox), sandbox), 'It is revoked.')
})

/** Revokes a grant with all its tokens, as when the user removes the app. */
export function revokeGrant({ grant }: GrantEntry, { store, clock }: Sandbox): void {
  store.revokeGrant(grant.id, 'the user removed the app', clock.now())
}

/** The grant that a path names. @throws Problem 404 */
export function grantNumbered(id: string, { name, grants }: Sandbox): GrantEntry {
  const entry = /^\d{1,15}$/.test(id) ? grants.find(Number(id)) : undefined
  if (entry === undefined) throw new Problem(404, `There is no grant '${id}' in sandbox '${name}'`)
  return entry
}
