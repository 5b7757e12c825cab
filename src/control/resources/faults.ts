import type { z } from 'zod'
import type { Fault } from '../../sandbox/faults.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import { faultDraft, faultView, toFault, usersIn, viewFault } from '../input/fault-schema.ts'
import { missing, userMentioned } from '../input/lookup.ts'
import { sandboxRoutes } from '../sandbox-routes.ts'
import { listOf } from '../schemas.ts'

/** A sandbox's faults. */
export const faults = sandboxRoutes('faults', ({ get, create, remove }) => {
  get('/faults', 'The faults that may still strike, in the order in which they are looked at', { answer: listOf(faultView) }, (call) => ({
    items: call.sandbox.faults.list().map(viewFault),
  }))

  create('/faults', 'Add a fault', { body: faultDraft, answer: faultView }, ({ sandbox, body }) => viewFault(armFault(body, sandbox)))

  remove('/faults', 'Remove all faults', ({ sandbox }) => sandbox.faults.clear())

  remove('/faults/:id', 'Remove a fault', ({ sandbox, params: { id } }) => disarmFault(id, sandbox))
})

/** Adds a fault. @throws Problem for a user whom it names and nobody has */
export function armFault(draft: z.output<typeof faultDraft>, sandbox: Sandbox): Fault {
  for (const [member, username] of usersIn(draft)) {
    if (!sandbox.spaces.list().some(({ directory }) => directory.findUser(username))) userMentioned(username, sandbox, member)
  }
  return sandbox.faults.add(toFault(draft))
}

/** @throws Problem 404 */
export function disarmFault(id: string, { faults }: Sandbox): void {
  const ids = faults.list().map((fault) => fault.id)
  if (!faults.delete(id)) throw missing('fault', id, ids)
}
