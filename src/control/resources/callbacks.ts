import { z } from 'zod'
import { given } from '../../basics/given.ts'
import { sandboxRoutes } from '../sandbox-routes.ts'
import { listOf, rfc3339, time } from '../schemas.ts'
import { deliveryShape, viewDelivery } from '../views/delivery.ts'

const heldCallback = z
  .object({
    id: z.string(),
    at: time.describe("By the sandbox's clock."),
    client_id: z.string(),
    username: z.string().optional(),
    ...deliveryShape,
  })
  .meta({ id: 'HeldCallback' })

/** Answers to clients that the fault `callback: held` kept from their browsers. */
export const callbacks = sandboxRoutes('faults', ({ get, remove }) => {
  get('/callbacks', 'The answers that a fault keeps from browsers, oldest first', { answer: listOf(heldCallback) }, ({ sandbox }) => ({
    items: sandbox.held.list().map(({ at, client_id, delivery, id, username }) => ({
      ...{ id, at: rfc3339(at), client_id, ...given({ username }) },
      ...viewDelivery(delivery),
    })),
  }))

  remove('/callbacks', 'Forget them', ({ sandbox }) => sandbox.held.clear())
})
