import { z } from 'zod'
import { allHintsOf } from '../../exam/hints.ts'
import { levels } from '../../exam/level.ts'
import { type Profile, profiles } from '../../exam/profiles.ts'
import { sandboxRoutes } from '../sandbox-routes.ts'
import { listOf } from '../schemas.ts'

const hintView = z
  .object({
    rule: z.string(),
    level: z.enum(levels),
    client_id: z.string(),
    message: z.string().describe('What the client did.'),
    evidence: z.array(z.number()).readonly().describe('The requests that prove it, by their ids.'),
    source: z.string().describe('The paragraph that asks for it.'),
    mend: z.string(),
  })
  .meta({ id: 'Hint' })

const hintsView = listOf(hintView).extend({
  silenced: z.number().describe('How many are left out because they are silenced for their client.'),
})

const query = z.strictObject({
  profile: z
    .enum(Object.keys(profiles) as [Profile, ...Profile[]])
    .optional()
    .describe('Whose rules hold; those that hold for every client when absent.'),
})

/** What the journal proves about the clients; worked out when somebody asks. */
export const hints = sandboxRoutes('requests', ({ get }) => {
  get('/hints', 'What clients did that they should not, as the requests prove', { query, answer: hintsView }, ({ sandbox, query }) => {
    const { hints, silenced } = allHintsOf(sandbox, query.profile)
    return { items: hints, silenced: silenced.length }
  })
})
