import { randomInt } from 'node:crypto'
import { z } from 'zod'
import type { UserDraft } from '../oauth/directory.ts'
import { generatePeople, type PersonDraft } from '../sandbox/people.ts'
import type { Sandbox } from '../sandbox/sandbox.ts'
import type { Resource } from './deps.ts'
import { sandboxNamed } from './lookup.ts'
import { inSandbox, refusal } from './schemas.ts'
import { typesOf, userView, viewUser } from './user-view.ts'

const generation = z.strictObject({
  count: z.int().min(1).max(10_000).describe('How many users; of families how many families, each of four.'),
  type: z.enum(['parent', 'kid', 'family']).optional().describe('`parent` when absent.'),
  seed: z.int().min(0).optional().describe('The same seed gives the same users, but for usernames that are taken.'),
})

/** Users by the hundred. */
export const userGeneration: Resource = async (app, { sandboxes }) => {
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
      const { directory, provider, clock, company } = sandbox
      const people = await newPeople(request.body, sandbox)
      const apps = await directory.listApps()
      const typed = request.body.type !== undefined || typesOf(provider).length > 0
      const drafts = people.map(
        (person): UserDraft => ({
          ...person,
          type: typed ? person.type : null,
          user_id: provider.ids.user_id(),
          claims: {},
          disabled: false,
          created_at: clock.now(),
          apps,
        }),
      )
      const users = await directory.createUsers(drafts)
      const ids = apps.map((app) => app.app_id)
      return reply.code(201).send(
        users.map((user, index) => {
          const { friends = [], parents = [] } = drafts[index] ?? {}
          return viewUser(user, { apps: ids, friends, parents }, company)
        }),
      )
    },
  )
}

/** People whose usernames are free: made again, around those that turned out to be taken. */
async function newPeople(wanted: z.output<typeof generation>, { directory, clock }: Sandbox): Promise<PersonDraft[]> {
  const { seed = randomInt(2 ** 32) } = wanted
  const taken = new Set<string>()
  for (;;) {
    const people = await generatePeople({ ...wanted, seed, now: clock.now(), taken: (name) => taken.has(name) })
    const before = taken.size
    for (const { username } of people) if ((await directory.findUser(username)) !== undefined) taken.add(username)
    if (taken.size === before) return people
  }
}
