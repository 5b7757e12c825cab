import { z } from 'zod'
import { draftUsers } from '../../sandbox/generation.ts'
import { sandboxRoutes } from '../sandbox-routes.ts'
import { userView, viewUser } from '../views/user.ts'

const generation = z.strictObject({
  count: z.int().min(1).max(10_000).describe('How many users; of families how many families, each of four.'),
  type: z.enum(['parent', 'kid', 'family']).optional().describe('`parent` when absent.'),
  seed: z.int().min(0).optional().describe('The same seed gives the same users, but for usernames that are taken.'),
})

/** Users by the hundred. */
export const userGeneration = sandboxRoutes('users', ({ inSpace: { create } }) => {
  const made = { body: generation, answer: z.array(userView) }
  create('/users/generate', 'Generate users as the vendor would', made, async ({ sandbox, body }) => {
    const drafts = await draftUsers(body, sandbox)
    return sandbox.directory.createUsers(drafts).map((user, index) => {
      const { apps = [], friends = [], parents = [] } = drafts[index] ?? {}
      return viewUser(user, { apps: apps.map((app) => app.app_id), friends, parents }, sandbox.company)
    })
  })
})
