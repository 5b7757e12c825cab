import { z } from 'zod'
import type { OwnSpaces } from '../../providers/own-spaces.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import { settingsSchema } from '../../sandbox/settings-schema.ts'
import { spaceName } from '../../sandbox/space-name.ts'
import { isBeside } from '../../sandbox/spaces.ts'
import { addressesOf } from '../addresses.ts'
import { spaceNamed } from '../input/lookup.ts'
import { check } from '../input/validation.ts'
import { Problem } from '../problem.ts'
import { sandboxRoutes } from '../sandbox-routes.ts'
import { listOf, rfc3339, time } from '../schemas.ts'

const settings = z
  .record(z.string(), z.unknown())
  .optional()
  .describe("Where they differ from the sandbox's; null goes back to what the sandbox says.")

const draft = z.strictObject({
  id: spaceName,
  settings,
})

const spaceView = z
  .object({
    id: z.string().describe('As the path has it.'),
    default: z.boolean().describe("Whether it is the sandbox's own, which is meant where none is named."),
    issuer: z.string(),
    settings: z.record(z.string(), z.unknown()).describe('What holds, whoever said it.'),
    created_at: time,
  })
  .meta({ id: 'Space' })

/** The spaces of a sandbox that are worlds of their own: realms, user pools, tenants. */
export const spaces = sandboxRoutes('spaces', ({ get, create, patch, remove }, deps) => {
  const view = (space: Sandbox, request: Parameters<typeof addressesOf>[1]): z.output<typeof spaceView> => ({
    id: space.space,
    default: !isBeside(space),
    issuer: addressesOf(space, request, deps).issuer,
    settings: { ...space.settings },
    created_at: rfc3339(space.created_at),
  })

  get('/spaces', 'The spaces of a sandbox, its own first', { answer: listOf(spaceView) }, ({ sandbox, request }) => ({
    items: sandbox.provider.own_spaces === undefined ? [] : sandbox.spaces.list().map((one) => view(one, request.raw)),
  }))

  create('/spaces', 'Make an empty space', { body: draft, answer: spaceView }, ({ sandbox, body, request }) => {
    const made = spacesIn(sandbox).create(body.id, checked(body.settings, sandbox))
    return view(spaceNamed(made.space, sandbox), request.raw)
  })

  get('/spaces/:space', 'One space', { answer: spaceView }, ({ sandbox, params, request }) =>
    view(spaceNamed(params.space, sandbox), request.raw),
  )

  const changed = { body: z.strictObject({ settings }), answer: spaceView }
  patch('/spaces/:space', 'Change a space; its settings are merged', changed, ({ sandbox, params, body, request }) => {
    const { space } = spaceNamed(params.space, sandbox)
    const said = checked(body.settings, sandbox)
    if (space === sandbox.space) return view(deps.sandboxes.update(sandbox, { settings: said }), request.raw)
    sandbox.spaces.change(space, said)
    return view(spaceNamed(space, sandbox), request.raw)
  })

  remove('/spaces/:space', 'Delete a space with all that belongs to it', ({ sandbox, params }) =>
    sandbox.spaces.delete(spaceNamed(params.space, sandbox).space),
  )
})

function checked(settings: Record<string, unknown> = {}, { provider }: Sandbox): Record<string, unknown> {
  return check(settingsSchema(provider), settings, 'settings')
}

/** @throws Problem 409 where the vendor has no spaces with worlds of their own */
function spacesIn({ provider, spaces }: Sandbox): OwnSpaces {
  if (provider.own_spaces !== undefined) return spaces
  throw new Problem(409, `${provider.name} has no spaces (realms, pools, tenants) with users and clients of their own`)
}
