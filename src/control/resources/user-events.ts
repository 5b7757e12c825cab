import { z } from 'zod'
import { anyOf } from '../../basics/any-of.ts'
import { tell } from '../../providers/user-events.ts'
import { contextOf } from '../addresses.ts'
import { clientMentioned, userNamed } from '../input/lookup.ts'
import { invalid, Problem } from '../problem.ts'
import { sandboxRoutes } from '../sandbox-routes.ts'

const draft = z.strictObject({
  client_id: z.string(),
  event: z.string().describe("What happens, in the vendor's words, as `consent-revoked`."),
})

const told = z
  .object({
    url: z.string(),
    status: z.number().optional().describe('What the app answered.'),
    problem: z.string().optional().describe('Why it did not.'),
  })
  .nullable()

const outcome = z.object({ told: told.describe('How the app was told; null where it has no address for that.') })

/** What users do about apps at the vendor, of which apps are told. */
export const userEvents = sandboxRoutes('users', ({ inSpace: { post } }) => {
  const spec = { body: draft, answer: outcome }
  post('/users/:username/events', 'Let a user leave an app, or do what else the vendor tells apps of', spec, async (call) => {
    const { sandbox, params, body, addresses } = call
    const { user_events: known } = sandbox.provider
    if (known === undefined) throw new Problem(409, `${sandbox.provider.name} tells apps of nothing that users do`)
    const names = Object.keys(known.events)
    if (!names.includes(body.event)) throw invalid({ field: 'event', expected: anyOf(names), came: body.event })
    const user = userNamed(params.username, sandbox)
    const client = clientMentioned(body.client_id, sandbox)
    const notice = await known.happen(body.event, user, client, contextOf(sandbox, addresses))
    return { told: notice === undefined ? null : await tell(notice, sandbox.settings) }
  })
})
