import { z } from 'zod'
import { given } from '../../basics/given.ts'
import type { User } from '../../oauth/model/records.ts'
import { suggestUsername } from '../../sandbox/generation.ts'
import { userNamed } from '../input/lookup.ts'
import { appsNamed, checkPeople, checkType, splitName, tie, userChange, userDraft } from '../input/user-draft.ts'
import { sandboxRoutes } from '../sandbox-routes.ts'
import { cursor, limit, page, pageOf } from '../schemas.ts'
import { userView, viewStoredUser } from '../views/user.ts'

const query = z.strictObject({
  limit,
  after: cursor,
  search: z.string().optional().describe('The start of a username, a first or a last name.'),
})

/** A sandbox's users. */
export const users = sandboxRoutes('users', ({ inSpace: { get, create, patch, remove } }) => {
  get('/users', 'The users of a sandbox, in the order of their creation', { query, answer: pageOf(userView) }, ({ sandbox, query }) => {
    const { limit, after, search } = query
    const from = after === undefined ? undefined : Number(after)
    const found = sandbox.directory.listUsers({ limit: limit + 1, ...given({ after: from, search }) })
    const { shown, next_cursor } = page(found, limit, ({ row }) => row)
    return { items: shown.map((user) => viewStoredUser(user, sandbox)), next_cursor }
  })

  create('/users', 'Create a user', { body: userDraft, answer: userView }, ({ sandbox, body }) => {
    const { directory, provider, clock } = sandbox
    const { name = '', password = null, email = null, type, age = null, claims = {}, disabled = false, ...rest } = body
    const { id = provider.ids.user_id(), friends = [], parents = [] } = rest
    checkPeople('friends', friends, sandbox)
    checkPeople('parents', parents, sandbox)
    const [user] = directory.createUsers([
      {
        user_id: id,
        username: rest.username ?? suggestUsername(sandbox),
        password,
        ...splitName(name),
        email,
        type: checkType(type, provider) ?? null,
        age,
        claims,
        disabled,
        created_at: clock.now(),
        apps: appsNamed(rest.apps, sandbox) ?? directory.listApps(),
        friends,
        parents,
      },
    ])
    if (user === undefined) throw new Error('the user was not stored')
    return viewStoredUser(user, sandbox)
  })

  get('/users/:username', 'One user', { answer: userView }, ({ sandbox, params }) =>
    viewStoredUser(userNamed(params.username, sandbox), sandbox),
  )

  const changed = { body: userChange, answer: userView }
  patch('/users/:username', 'Change a user: what is not named stays', changed, ({ sandbox, params, body }) => {
    const before = userNamed(params.username, sandbox)
    const { name, type, id, apps, friends, parents, ...rest } = body
    checkType(type, sandbox.provider)
    checkPeople('friends', friends, sandbox)
    checkPeople('parents', parents, sandbox)
    const user: User = {
      ...before,
      ...given({ ...rest, type, user_id: id }),
      ...(name !== undefined && splitName(name)),
    }
    const ties = { apps: appsNamed(apps, sandbox), friends, parents }
    sandbox.directory.updateUser(user)
    tie(user, ties, sandbox)
    return viewStoredUser(user, sandbox)
  })

  remove('/users/:username', 'Delete a user with what he granted', ({ sandbox, params }) =>
    sandbox.directory.deleteUser(userNamed(params.username, sandbox)),
  )
})
