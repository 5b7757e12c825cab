import { z } from 'zod'
import { draftUsers } from '../../sandbox/generation.ts'
import type { Resource } from '../deps.ts'
import { sandboxNamed } from '../input/lookup.ts'
import { inSandbox, refusal } from '../schemas.ts'
import { userView, viewUser } from '../views/user.ts'

const generation = z.strictObject({
  count: z.int().min(1).max(10_000).describe('How many users; of families how many families, each of four.'),
  type: z.enum(['parent', 'kid', 'family']).optional().describe('`parent` when absent.'),
  seed: z.int().min(0).optional().describe('The same seed gives the same users, but for usernames that are taken.'),
})

/** Users by the hundred. */
export const userGeneration: Resource = (app, { sandboxes }) => {
  app.post(
    '/sandboxes/:sandbox/users/generate',
    {
      schema: {
        tags: ['users'],
        summary: 'Generate users as the vendor would',
        params: inSandbox,
        body: generation,
        response: { 201: z.array(userView), default: refusal },
      },
    },
    async (request, reply) => {
      const sandbox = sandboxNamed(request.params.sandbox, sandboxes)
      const drafts = await draftUsers(request.body, sandbox)
      const users = sandbox.directory.createUsers(drafts)
      return reply.code(201).send(
        users.map((user, index) => {
          const { apps = [], friends = [], parents = [] } = drafts[index] ?? {}
          return viewUser(user, { apps: apps.map((app) => app.app_id), friends, parents }, sandbox.company)
        }),
      )
    },
  )
}
