/**
 * In this room: the routes of the control API, one file for each kind of thing, listed in `control/app.ts`.
 * Elsewhere: schemas that several need: those of answers are in `views/`, those of bodies in `input/`.
 */

import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import { commonSettings, settingsSchema } from '../../sandbox/settings-schema.ts'
import { addressesOf, baseUrlOf } from '../addresses.ts'
import type { ControlDeps, Resource } from '../deps.ts'
import { mistaken } from '../input/lookup.ts'
import { check } from '../input/validation.ts'
import { invalid, Problem } from '../problem.ts'
import { sandboxRoutes } from '../sandbox-routes.ts'
import { listOf, name, refusal } from '../schemas.ts'
import { sandboxView, unmadeView, viewSandbox } from '../views/sandbox.ts'

/** Not an address: at 127.0.0.1 and localhost all sandboxes are reached. */
const host = z.string().regex(/^(?!localhost$)(?=.*[a-z])[a-z0-9_]([a-z0-9_.-]{0,252}[a-z0-9])?$/i, {
  error: 'a host name without a port, such as sandbox.example.com or t42.localhost',
})

const settings = commonSettings.describe("The provider's own settings stand beside these; null goes back to what the provider says.")

const port = z.int().min(0).max(65_535).nullable().describe('A port to itself, at which it is alone; 0 takes a free one, null is none.')

const change = z.strictObject({
  company: name.optional(),
  hosts: z.array(host).optional(),
  port: port.optional(),
  settings: settings.optional(),
})

const draft = change.extend({
  name: z.string().optional().describe('Made up when absent.'),
  provider: z.string(),
  seed: z.boolean().optional().describe("Whether it starts with the provider's preloaded apps and users; true when absent."),
})

/** @param sandbox as it is after the request, which may have moved it */
export function view(sandbox: Sandbox, { raw }: FastifyRequest, deps: ControlDeps): z.output<typeof sandboxView> {
  return viewSandbox(sandbox, addressesOf(sandbox, raw, deps), deps.sandboxes.defaultName)
}

/** Does what may give a sandbox a port or take it, and shows the sandbox as it is then. */
async function atPort(port: number | null | undefined, work: () => Sandbox, request: FastifyRequest, deps: ControlDeps) {
  const sandbox = port === undefined ? work() : await deps.ports.change([port], work)
  return view(deps.sandboxes.find(sandbox.name) ?? sandbox, request, deps)
}

function unmade(name: string, { raw }: FastifyRequest, deps: ControlDeps): z.output<typeof unmadeView> {
  return { made: false, name, provider: name, base_url: baseUrlOf(name, raw, deps) }
}

/** All sandboxes: list, create. */
export const sandboxes: Resource = (app, deps) => {
  app.get(
    '/sandboxes',
    {
      schema: {
        tags: ['sandboxes'],
        summary: 'All sandboxes, and those that are made when they are first asked for',
        response: { 200: listOf(z.union([sandboxView, unmadeView])), default: refusal },
      },
    },
    async (request) => ({
      items: [
        ...(await deps.sandboxes.all()).map((sandbox) => view(sandbox, request, deps)),
        ...deps.sandboxes.unmade().map(({ id }) => unmade(id, request, deps)),
      ],
    }),
  )

  app.post(
    '/sandboxes',
    {
      schema: { tags: ['sandboxes'], summary: 'Create a sandbox', body: draft, response: { 201: sandboxView, default: refusal } },
    },
    async (request, reply) => {
      const checked = await checkDraft(request.body, deps)
      reply.code(201)
      return atPort(checked.port, () => deps.sandboxes.create(checked), request, deps)
    },
  )

  app.put(
    '/sandboxes/:sandbox',
    {
      schema: {
        tags: ['sandboxes'],
        summary: 'Create a sandbox of this name, if there is none',
        description: '409 when there is one that was created with something else, whatever has changed since.',
        params: z.object({ sandbox: z.string() }),
        body: draft,
        response: { 200: sandboxView.describe('It was there.'), 201: sandboxView.describe('It was made.'), default: refusal },
      },
    },
    async (request, reply) => {
      const { sandbox: named } = request.params
      const { name = named } = request.body
      if (name !== named) throw invalid({ field: 'name', expected: `the name in the path, ${JSON.stringify(named)}, or none`, came: name })
      const checked = await checkDraft({ ...request.body, name }, deps)
      const ensured = () => {
        const { sandbox, created } = deps.sandboxes.ensure({ ...checked, name })
        reply.code(created ? 201 : 200)
        return sandbox
      }
      return atPort(deps.sandboxes.isThere(name) ? undefined : checked.port, ensured, request, deps)
    },
  )
}

/**
 * What a body says of a new sandbox.
 * @throws Problem 400
 */
async function checkDraft({ provider: providerName, settings = {}, ...rest }: z.output<typeof draft>, { sandboxes }: ControlDeps) {
  const provider = await sandboxes.provider(providerName)
  if (provider === undefined) throw mistaken('provider', providerName, sandboxes.providerNames())
  const { name } = rest
  // Whoever has the name already may have it.
  const problem = name === undefined || sandboxes.isThere(name) ? undefined : sandboxes.nameProblem(name)
  if (problem !== undefined) throw invalid({ field: 'name', expected: `a name that may be one (${problem})`, came: rest.name })
  return { ...rest, provider, settings: check(settingsSchema(provider), settings, 'settings') }
}

/** One sandbox: read, change, delete. */
export const sandbox = sandboxRoutes('sandboxes', ({ get, patch, remove }, deps) => {
  const { sandboxes } = deps
  get('', 'One sandbox', { answer: sandboxView }, ({ sandbox, request }) => view(sandbox, request, deps))

  const changed = { body: change, answer: sandboxView }
  patch('', 'Change a sandbox; its settings are merged', changed, ({ sandbox, body, request }) => {
    const { settings = {}, ...rest } = body
    const checked = check(settingsSchema(sandbox.provider), settings, 'settings')
    return atPort(body.port, () => sandboxes.update(sandbox, { ...rest, settings: checked }), request, deps)
  })

  remove('', 'Delete a sandbox with all that belongs to it', ({ sandbox }) => {
    if (sandbox.name === sandboxes.defaultName) throw new Problem(409, `'${sandbox.name}' is the default sandbox and stays`)
    return deps.ports.change([], () => sandboxes.delete(sandbox))
  })
})
