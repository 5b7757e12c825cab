import { z } from 'zod'
import type { User } from '../../oauth/model/records.ts'
import { suggestUsername } from '../../sandbox/generation.ts'
import type { Resource } from '../deps.ts'
import { sandboxNamed, userNamed } from '../input/lookup.ts'
import { appsNamed, checkPeople, checkType, splitName, tie, userChange, userDraft } from '../input/user-draft.ts'
import { inSandbox, limit, refusal } from '../schemas.ts'
import { userView, viewStoredUser } from '../views/user.ts'

const inUser = inSandbox.extend({ username: z.string() })

/** A sandbox's users. */
export const users: Resource = (app, { sandboxes }) => {
  const list = '/sandboxes/:sandbox/users'

  app.get(
    list,
    {
      schema: {
        tags: ['users'],
        summary: 'The users of a sandbox, in the order of their creation',
        params: inSandbox,
        querystring: z.strictObject({
          limit,
          after: z
            .string()
            .regex(/^\d{1,15}$/, { error: 'the next_cursor of a page' })
            .optional(),
          search: z.string().optional().describe('The start of a username, a first or a last name.'),
        }),
        response: {
          200: z.object({
            items: z.array(userView),
            next_cursor: z.string().nullable().describe('What to send as `after` for the next page; null on the last one.'),
          }),
          default: refusal,
        },
      },
    },
    (request) => {
      const sandbox = sandboxNamed(request.params.sandbox, sandboxes)
      const { limit, after, search } = request.query
      const found = sandbox.directory.listUsers({
        limit: limit + 1,
        ...(after !== undefined && { after: Number(after) }),
        ...(search !== undefined && { search }),
      })
      const page = found.slice(0, limit)
      const last = found.length > limit ? page.at(-1) : undefined
      return {
        items: page.map((user) => viewStoredUser(user, sandbox)),
        next_cursor: last === undefined ? null : String(last.row),
      }
    },
  )

  app.post(
    list,
    {
      schema: {
        tags: ['users'],
        summary: 'Create a user',
        params: inSandbox,
        body: userDraft,
        response: { 201: userView, default: refusal },
      },
    },
    (request, reply) => {
      const sandbox = sandboxNamed(request.params.sandbox, sandboxes)
      const { directory, provider, clock } = sandbox
      const { name = '', password = null, email = null, type, age = null, claims = {}, disabled = false, ...given } = request.body
      const { id = provider.ids.user_id(), friends = [], parents = [] } = given
      checkPeople('friends', friends, sandbox)
      checkPeople('parents', parents, sandbox)
      const users = directory.createUsers([
        {
          user_id: id,
          username: given.username ?? suggestUsername(sandbox),
          password,
          ...splitName(name),
          email,
          type: checkType(type, provider) ?? null,
          age,
          claims,
          disabled,
          created_at: clock.now(),
          apps: appsNamed(given.apps, sandbox) ?? directory.listApps(),
          friends,
          parents,
        },
      ])
      const [user] = users
      if (user === undefined) throw new Error('the user was not stored')
      reply.code(201).send(viewStoredUser(user, sandbox))
    },
  )

  app.get(
    `${list}/:username`,
    {
      schema: {
        tags: ['users'],
        summary: 'One user',
        params: inUser,
        response: { 200: userView, default: refusal },
      },
    },
    (request) => {
      const sandbox = sandboxNamed(request.params.sandbox, sandboxes)
      return viewStoredUser(userNamed(request.params.username, sandbox), sandbox)
    },
  )

  app.patch(
    `${list}/:username`,
    {
      schema: {
        tags: ['users'],
        summary: 'Change a user: what is not named stays',
        params: inUser,
        body: userChange,
        response: { 200: userView, default: refusal },
      },
    },
    (request) => {
      const sandbox = sandboxNamed(request.params.sandbox, sandboxes)
      const { directory, provider } = sandbox
      const before = userNamed(request.params.username, sandbox)
      const { name, type, id, apps, friends, parents, ...rest } = request.body
      checkType(type, provider)
      checkPeople('friends', friends, sandbox)
      checkPeople('parents', parents, sandbox)
      const user: User = {
        ...before,
        ...named({ ...rest, type, user_id: id }),
        ...(name !== undefined && splitName(name)),
      }
      const ties = { apps: appsNamed(apps, sandbox), friends, parents }
      directory.updateUser(user)
      tie(user, ties, sandbox)
      return viewStoredUser(user, sandbox)
    },
  )

  app.delete(
    `${list}/:username`,
    {
      schema: {
        tags: ['users'],
        summary: 'Delete a user with what he granted',
        params: inUser,
        response: { 204: z.undefined().describe('It is gone.'), default: refusal },
      },
    },
    (request, reply) => {
      const sandbox = sandboxNamed(request.params.sandbox, sandboxes)
      sandbox.directory.deleteUser(userNamed(request.params.username, sandbox))
      reply.code(204).send()
    },
  )
}

/** The members that were named. */
function named<T extends object>(members: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>
  }
}
