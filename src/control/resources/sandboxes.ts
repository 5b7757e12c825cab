/**
 * In this room: the routes of the control API, one file for each kind of thing, listed in `control/app.ts`.
 * Elsewhere: schemas that several need: those of answers are in `views/`, those of bodies in `input/`.
 */

import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { anyOf } from '../../basics/any-of.ts'
import { closest } from '../../basics/closest.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import { commonSettings, settingsSchema } from '../../sandbox/settings-schema.ts'
import { addressesOf } from '../addresses.ts'
import type { Resource } from '../deps.ts'
import { sandboxNamed } from '../input/lookup.ts'
import { check } from '../input/validation.ts'
import { invalid, Problem } from '../problem.ts'
import { inSandbox, name, refusal } from '../schemas.ts'
import { sandboxView, viewSandbox } from '../views/sandbox.ts'

/** Not an address: at 127.0.0.1 and localhost all sandboxes are reached. */
const host = z.string().regex(/^(?!localhost$)(?=.*[a-z])[a-z0-9_]([a-z0-9_.-]{0,252}[a-z0-9])?$/i, {
  error: 'a host name without a port, such as sandbox.example.com or t42.localhost',
})

const settings = commonSettings.describe("The provider's own settings stand beside these; null goes back to what the provider says.")

const change = z.strictObject({ company: name.optional(), hosts: z.array(host).optional(), settings: settings.optional() })

/** The sandboxes: list, create, read, change, delete. */
export const sandboxes: Resource = (app, deps) => {
  const view = (sandbox: Sandbox, request: FastifyRequest) =>
    viewSandbox(sandbox, addressesOf(sandbox, request.raw, deps), deps.sandboxes.defaultName)

  app.get(
    '/sandboxes',
    {
      schema: {
        tags: ['sandboxes'],
        summary: 'All sandboxes',
        response: { 200: z.object({ items: z.array(sandboxView) }), default: refusal },
      },
    },
    (request) => ({ items: deps.sandboxes.list().map((sandbox) => view(sandbox, request)) }),
  )

  app.post(
    '/sandboxes',
    {
      schema: {
        tags: ['sandboxes'],
        summary: 'Create a sandbox',
        body: change.extend({
          name: z.string().optional().describe('Made up when absent.'),
          provider: z.string(),
          seed: z.boolean().optional().describe("Whether it starts with the provider's preloaded apps and users; true when absent."),
        }),
        response: { 201: sandboxView, default: refusal },
      },
    },
    (request, reply) => {
      const { provider: providerName, settings = {}, ...draft } = request.body
      const provider = deps.sandboxes.providers.get(providerName)
      if (provider === undefined) throw unknownProvider(providerName, [...deps.sandboxes.providers.keys()])
      const problem = draft.name === undefined ? undefined : deps.sandboxes.nameProblem(draft.name)
      if (problem !== undefined) throw invalid({ field: 'name', expected: `a name that may be one (${problem})`, came: draft.name })
      const checked = check(settingsSchema(provider), settings, 'settings')
      const sandbox = deps.sandboxes.create({ ...draft, provider, settings: checked })
      reply.code(201).send(view(sandbox, request))
    },
  )

  const path = '/sandboxes/:sandbox'
  app.get(
    path,
    { schema: { tags: ['sandboxes'], summary: 'One sandbox', params: inSandbox, response: { 200: sandboxView, default: refusal } } },
    (request) => view(sandboxNamed(request.params.sandbox, deps.sandboxes), request),
  )

  app.patch(
    path,
    {
      schema: {
        tags: ['sandboxes'],
        summary: 'Change a sandbox; its settings are merged',
        params: inSandbox,
        body: change,
        response: { 200: sandboxView, default: refusal },
      },
    },
    (request) => {
      const sandbox = sandboxNamed(request.params.sandbox, deps.sandboxes)
      const { settings = {}, ...rest } = request.body
      const checked = check(settingsSchema(sandbox.provider), settings, 'settings')
      return view(deps.sandboxes.update(sandbox, { ...rest, settings: checked }), request)
    },
  )

  app.delete(
    path,
    {
      schema: {
        tags: ['sandboxes'],
        summary: 'Delete a sandbox with all that belongs to it',
        params: inSandbox,
        response: { 204: z.undefined().describe('It is gone.'), default: refusal },
      },
    },
    (request, reply) => {
      const sandbox = sandboxNamed(request.params.sandbox, deps.sandboxes)
      if (sandbox.name === deps.sandboxes.defaultName) throw new Problem(409, `'${sandbox.name}' is the default sandbox and stays`)
      deps.sandboxes.delete(sandbox)
      reply.code(204).send()
    },
  )
}

function unknownProvider(came: string, names: readonly string[]): Problem {
  const suggestion = closest(came, names)
  return invalid({ field: 'provider', expected: anyOf(names), came, ...(suggestion !== undefined && { suggestion }) })
}
