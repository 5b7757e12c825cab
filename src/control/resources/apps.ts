import { z } from 'zod'
import { anyOf } from '../../basics/any-of.ts'
import { redirectUriProblem } from '../../oauth/clients/redirect-uri.ts'
import { TakenError } from '../../oauth/model/directory.ts'
import type { App } from '../../oauth/model/records.ts'
import type { Provider } from '../../providers/provider.ts'
import { addClient, newApp } from '../../sandbox/new-app.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import type { Resource } from '../deps.ts'
import { clientDraft, draftedClient } from '../input/client-draft.ts'
import { appNamed, sandboxNamed } from '../input/lookup.ts'
import { check } from '../input/validation.ts'
import { inApp, inSandbox, name, refusal } from '../schemas.ts'
import { appView, viewApp } from '../views/app.ts'

const redirectUri = z
  .string()
  .superRefine((uri, context) => {
    const problem = redirectUriProblem(uri)
    if (problem !== undefined) context.addIssue({ code: 'custom', message: `a redirect URI that may be registered (${problem})` })
  })
  .describe('Absolute, without a fragment (RFC 6749 §3.1.2); schemes of mobile apps are welcome.')

const change = z.strictObject({
  name: name.optional(),
  description: z.string().max(2000).optional(),
  scopes: z.array(z.string()).optional().describe("What the app may be allowed to do: names of the provider's scopes."),
  redirect_uris: z.array(redirectUri).max(100).optional(),
})

const draft = change.extend({ ...clientDraft.shape, name })

/** A sandbox's apps, each created with a client. */
export const apps: Resource = (app, { sandboxes }) => {
  const list = '/sandboxes/:sandbox/apps'
  const path = `${list}/:app`
  const view = (listed: App, { directory }: Sandbox) => viewApp(listed, directory.listClients(listed))

  app.get(
    list,
    {
      schema: {
        tags: ['apps'],
        summary: 'All apps of a sandbox',
        params: inSandbox,
        response: { 200: z.object({ items: z.array(appView) }), default: refusal },
      },
    },
    (request) => {
      const { directory } = sandboxNamed(request.params.sandbox, sandboxes)
      const clients = Map.groupBy(directory.listClients(), (client) => client.app.row)
      return { items: directory.listApps().map((listed) => viewApp(listed, clients.get(listed.row) ?? [])) }
    },
  )

  app.post(
    list,
    {
      schema: {
        tags: ['apps'],
        summary: 'Create an app and its first client',
        params: inSandbox,
        body: draft,
        response: { 201: appView, default: refusal },
      },
    },
    (request, reply) => {
      const sandbox = sandboxNamed(request.params.sandbox, sandboxes)
      const { provider } = sandbox
      const { name, description = '', scopes = scopesOf(provider), redirect_uris = [], ...client } = request.body
      checkScopes(provider, scopes)
      const first = draftedClient(client, sandbox)
      checkFree(name, sandbox)
      const app = newApp(sandbox, { name, description, scopes, redirect_uris })
      addClient(sandbox, app, first)
      reply.code(201).send(view(app, sandbox))
    },
  )

  app.get(
    path,
    { schema: { tags: ['apps'], summary: 'One app', params: inApp, response: { 200: appView, default: refusal } } },
    (request) => {
      const sandbox = sandboxNamed(request.params.sandbox, sandboxes)
      return view(appNamed(request.params.app, sandbox), sandbox)
    },
  )

  app.patch(
    path,
    {
      schema: { tags: ['apps'], summary: 'Change an app', params: inApp, body: change, response: { 200: appView, default: refusal } },
    },
    (request) => {
      const sandbox = sandboxNamed(request.params.sandbox, sandboxes)
      const before = appNamed(request.params.app, sandbox)
      const { name = before.name, description = before.description, scopes, redirect_uris } = request.body
      checkScopes(sandbox.provider, scopes)
      if (name !== before.name) checkFree(name, sandbox)
      const app: App = {
        ...before,
        name,
        description,
        scopes: distinct(scopes ?? before.scopes),
        redirect_uris: distinct(redirect_uris ?? before.redirect_uris),
      }
      sandbox.directory.updateApp(app)
      return view(app, sandbox)
    },
  )

  app.delete(
    path,
    {
      schema: {
        tags: ['apps'],
        summary: 'Delete an app with its clients, their grants and what it stored',
        params: inApp,
        response: { 204: z.undefined().describe('It is gone.'), default: refusal },
      },
    },
    (request, reply) => {
      const sandbox = sandboxNamed(request.params.sandbox, sandboxes)
      sandbox.directory.deleteApp(appNamed(request.params.app, sandbox))
      reply.code(204).send()
    },
  )
}

/** @throws Problem when a scope is none of the provider's */
function checkScopes(provider: Provider, scopes: readonly string[] | undefined): void {
  const offered = scopesOf(provider)
  // A provider that lists no scopes knows none that would be wrong.
  if (offered.length === 0) return
  check(z.object({ scopes: z.array(z.string().refine((scope) => offered.includes(scope), { error: anyOf(offered) })).optional() }), {
    scopes,
  })
}

/** @throws TakenError because an app is also found by its name */
function checkFree(name: string, { directory }: Sandbox): void {
  if (directory.listApps().some((app) => app.name === name)) throw new TakenError('name', name)
}

function scopesOf(provider: Provider): string[] {
  return provider.scopes.map((scope) => scope.name)
}

function distinct(names: readonly string[]): string[] {
  return [...new Set(names)]
}
