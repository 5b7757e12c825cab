/**
 * In this room: the routes of the control API, one file for each kind of thing, listed in `control/app.ts`.
 * Elsewhere: schemas that several need: those of answers are in `views/`, those of bodies in `input/`.
 */

import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import { addressesOf, baseUrlOf } from '../addresses.ts'
import type { ControlDeps, Resource } from '../deps.ts'
import { checkSandboxChange, checkSandboxDraft, deleteSandbox, sandboxAtPort, sandboxChange, sandboxDraft } from '../input/sandbox-draft.ts'
import { invalid } from '../problem.ts'
import { sandboxRoutes } from '../sandbox-routes.ts'
import { listOf, refusal } from '../schemas.ts'
import { sandboxView, unmadeView, viewSandbox } from '../views/sandbox.ts'

/** @param sandbox as it is after the request, which may have moved it */
export function view(sandbox: Sandbox, { raw }: FastifyRequest, deps: ControlDeps): z.output<typeof sandboxView> {
  return viewSandbox(sandbox, addressesOf(sandbox, raw, deps), deps.sandboxes.defaultName)
}

/** Does what may give a sandbox a port or take it, and shows the sandbox as it is then. */
async function atPort(port: number | null | undefined, work: () => Sandbox, request: FastifyRequest, deps: ControlDeps) {
  return view(await sandboxAtPort(port, work, deps), request, deps)
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
      schema: { tags: ['sandboxes'], summary: 'Create a sandbox', body: sandboxDraft, response: { 201: sandboxView, default: refusal } },
    },
    async (request, reply) => {
      const checked = await checkSandboxDraft(request.body, deps)
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
        body: sandboxDraft,
        response: { 200: sandboxView.describe('It was there.'), 201: sandboxView.describe('It was made.'), default: refusal },
      },
    },
    async (request, reply) => {
      const { sandbox: named } = request.params
      const { name = named } = request.body
      if (name !== named) throw invalid({ field: 'name', expected: `the name in the path, ${JSON.stringify(named)}, or none`, came: name })
      const checked = await checkSandboxDraft({ ...request.body, name }, deps)
      const ensured = () => {
        const { sandbox, created } = deps.sandboxes.ensure({ ...checked, name })
        reply.code(created ? 201 : 200)
        return sandbox
      }
      return atPort(deps.sandboxes.isThere(name) ? undefined : checked.port, ensured, request, deps)
    },
  )
}

/** One sandbox: read, change, delete. */
export const sandbox = sandboxRoutes('sandboxes', ({ get, patch, remove }, deps) => {
  const { sandboxes } = deps
  get('', 'One sandbox', { answer: sandboxView }, ({ sandbox, request }) => view(sandbox, request, deps))

  const changed = { body: sandboxChange, answer: sandboxView }
  patch('', 'Change a sandbox; its settings are merged', changed, ({ sandbox, body, request }) =>
    atPort(body.port, () => sandboxes.update(sandbox, checkSandboxChange(body, sandbox)), request, deps),
  )

  remove('', 'Delete a sandbox with all that belongs to it', ({ sandbox }) => deleteSandbox(sandbox, deps))
})
