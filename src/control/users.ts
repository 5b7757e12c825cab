import { z } from 'zod'
import type { App } from '../oauth/records.ts'
import type { Provider } from '../providers/provider.ts'
import type { Sandbox } from '../sandbox/sandbox.ts'
import { suggestUsername } from '../sandbox/usernames.ts'
import type { Resource } from './deps.ts'
import { sandboxNamed, userNamed } from './lookup.ts'
import { invalid } from './problem.ts'
import { inSandbox, limit, refusal } from './schemas.ts'
import { typesOf, userView, viewStoredUser } from './user-view.ts'
import { anyOf } from './validation.ts'

// The sign-in page drops the "@" that vendors print before a username.
const username = z
  .string()
  .regex(/^(?!@)[^\s/\p{Cc}]{1,200}$/u, { error: 'a username: 1 to 200 characters, no blank, no slash, no "@" before it' })

const draft = z
  .strictObject({
    username: username.optional().describe('Made up when absent.'),
    password: z.string().min(1).nullable().optional().describe('The name of the company when absent or null.'),
    name: z.string().max(200).optional().describe('First and last name.'),
    email: z
      .string()
      .regex(/^[^\s@]+@[^\s@]+$/, { error: 'an e-mail address' })
      .nullable()
      .optional(),
    type: z.string().optional(),
    age: z.int().min(0).max(150).nullable().optional(),
    claims: z.record(z.string(), z.unknown()).optional(),
    apps: z.array(z.string()).optional().describe('Ids or names; all apps of the sandbox when absent.'),
  })
  .prefault({})

/** A sandbox's users. */
export const users: Resource = async (app, { sandboxes }) => {
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
    async (request) => {
      const sandbox = sandboxNamed(request.params.sandbox, sandboxes)
      const { limit, after, search } = request.query
      const found = await sandbox.directory.listUsers({
        limit: limit + 1,
        ...(after !== undefined && { after: Number(after) }),
        ...(search !== undefined && { search }),
      })
      const page = found.slice(0, limit)
      const last = found.length > limit ? page.at(-1) : undefined
      return {
        items: await Promise.all(page.map((user) => viewStoredUser(user, sandbox))),
        next_cursor: last === undefined ? null : String(last.row),
      }
    },
  )

  app.post(
    list,
    {
      schema: { tags: ['users'], summary: 'Create a user', params: inSandbox, body: draft, response: { 201: userView, default: refusal } },
    },
    async (request, reply) => {
      const sandbox = sandboxNamed(request.params.sandbox, sandboxes)
      const { directory, provider, clock } = sandbox
      const { name = '', password = null, email = null, type, age = null, claims = {}, ...given } = request.body
      const [first_name = '', ...rest] = name.trim().split(/\s+/)
      const users = await directory.createUsers([
        {
          user_id: provider.ids.user_id(),
          username: given.username ?? (await suggestUsername(async (one) => (await directory.findUser(one)) !== undefined)),
          password,
          first_name,
          last_name: rest.join(' '),
          email,
          type: checkType(type, provider) ?? null,
          age,
          claims,
          disabled: false,
          created_at: clock.now(),
          apps: await appsNamed(given.apps, sandbox),
          friends: [],
          parents: [],
        },
      ])
      const [user] = await Promise.all(users.map((one) => viewStoredUser(one, sandbox)))
      if (user === undefined) throw new Error('the user was not stored')
      return reply.code(201).send(user)
    },
  )

  app.get(
    `${list}/:username`,
    {
      schema: {
        tags: ['users'],
        summary: 'One user',
        params: inSandbox.extend({ username: z.string() }),
        response: { 200: userView, default: refusal },
      },
    },
    async (request) => {
      const sandbox = sandboxNamed(request.params.sandbox, sandboxes)
      return viewStoredUser(await userNamed(request.params.username, sandbox), sandbox)
    },
  )
}

/** @throws Problem that names the app that is none of the sandbox's, and those that are */
async function appsNamed(wanted: readonly string[] | undefined, { directory }: Sandbox): Promise<App[]> {
  const apps = await directory.listApps()
  if (wanted === undefined) return apps
  return wanted.map((name, index) => {
    const app = apps.find((one) => one.app_id === name) ?? apps.find((one) => one.name === name)
    if (app === undefined) {
      throw invalid({
        field: `apps[${index}]`,
        expected: anyOf(apps.map((one) => one.name)) || 'nothing, for the sandbox has no apps',
        came: name,
      })
    }
    return app
  })
}

/** The type of a new user: the vendor's first kind when none is said. @throws Problem for one that the vendor does not have */
function checkType(type: string | undefined, provider: Provider): string | undefined {
  const types = typesOf(provider)
  if (type === undefined || types.length === 0 || types.includes(type)) return type ?? types[0]
  throw invalid({ field: 'type', expected: anyOf(types), came: type })
}
