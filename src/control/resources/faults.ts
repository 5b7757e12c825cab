import { faultDraft, faultView, toFault, usersIn, viewFault } from '../input/fault-schema.ts'
import { missing, userMentioned } from '../input/lookup.ts'
import { sandboxRoutes } from '../sandbox-routes.ts'
import { listOf } from '../schemas.ts'

/** A sandbox's faults. */
export const faults = sandboxRoutes('faults', ({ get, create, remove }) => {
  get('/faults', 'The faults that may still strike, in the order in which they are looked at', { answer: listOf(faultView) }, (call) => ({
    items: call.sandbox.faults.list().map(viewFault),
  }))

  create('/faults', 'Add a fault', { body: faultDraft, answer: faultView }, ({ sandbox, body }) => {
    for (const [member, username] of usersIn(body)) {
      if (!sandbox.spaces.list().some(({ directory }) => directory.findUser(username))) userMentioned(username, sandbox, member)
    }
    return viewFault(sandbox.faults.add(toFault(body)))
  })

  remove('/faults', 'Remove all faults', ({ sandbox }) => sandbox.faults.clear())

  remove('/faults/:id', 'Remove a fault', ({ sandbox: { faults }, params: { id } }) => {
    const ids = faults.list().map((fault) => fault.id)
    if (!faults.delete(id)) throw missing('fault', id, ids)
  })
})
