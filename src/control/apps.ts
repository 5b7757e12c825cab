import { z } from 'zod'
import { TakenError } from '../oauth/directory.ts'
import type { App } from '../oauth/records.ts'
import { redirectUriProblem } from '../oauth/redirect-uri.ts'
import type { Provider } from '../providers/provider.ts'
import type { Sandbox } from '../sandbox/sandbox.ts'
import { appView, viewApp } from './app-view.ts'
import type { Resource } from './deps.ts'
import { appNamed, sandboxNamed } from './lookup.ts'
import { inSandbox, name, refusal } from './schemas.ts'
import { anyOf, check } from './validation.ts'

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

const draft = change.extend({
  name,
  grant_types: z.array(z.string()).min(1).optional().describe('Of its client; all that the provider serves when absent.'),
  token_endpoint_auth_method: z.enum(['client_secret_post', 'client_secret_basic', 'none']).optional(),
})

const inApp = inSandbox.extend({ app: z.string().describe('Its id or its exact name.') })

/** A sandbox's apps, each created with a client. */
export const apps: Resource = async (app, { sandboxes }) => {
  const list = '/sandboxes/:sandbox/apps'
  const one = `${list}/:app`
  const view = async (one: App, { directory }: Sandbox) => viewApp(one, await directory.listClients(one))

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
    async (request) => {
      const { directory } = sandboxNamed(request.params.sandbox, sandboxes)
      const clients = Map.groupBy(await directory.listClients(), (client) => client.app.row)
      return { items: (await directory.listApps()).map((one) => viewApp(one, clients.get(one.row) ?? [])) }
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
    async (request, reply) => {
      const sandbox = sandboxNamed(request.params.sandbox, sandboxes)
      const { provider, directory, clock } = sandbox
      const { name, description = '', scopes = scopesOf(provider), redirect_uris = [], ...client } = request.body
      checkNames(provider, { scopes, grant_types: client.grant_types })
      await checkFree(name, sandbox)
      const created_at = clock.now()
      const app = await directory.createApp({
        app_id: provider.ids.app_id(),
        name,
        description,
        icon: null,
        scopes: distinct(scopes),
        redirect_uris: distinct(redirect_uris),
        mobile_store_links: {},
        created_at,
      })
      const { grant_types = provider.grant_types, token_endpoint_auth_method = usualAuthentication(provider) } = client
      await directory.createClient(app, {
        client_id: provider.ids.client_id(),
        client_secret: token_endpoint_auth_method === 'none' ? null : provider.ids.client_secret(),
        token_endpoint_auth_method,
        grant_types: distinct(grant_types),
        created_at,
      })
      return reply.code(201).send(await view(app, sandbox))
    },
  )

  app.get(
    one,
    { schema: { tags: ['apps'], summary: 'One app', params: inApp, response: { 200: appView, default: refusal } } },
    async (request) => {
      const sandbox = sandboxNamed(request.params.sandbox, sandboxes)
      return view(await appNamed(request.params.app, sandbox), sandbox)
    },
  )

  app.patch(
    one,
    {
      schema: { tags: ['apps'], summary: 'Change an app', params: inApp, body: change, response: { 200: appView, default: refusal } },
    },
    async (request) => {
      const sandbox = sandboxNamed(request.params.sandbox, sandboxes)
      const before = await appNamed(request.params.app, sandbox)
      const { name = before.name, description = before.description, scopes, redirect_uris } = request.body
      checkNames(sandbox.provider, { scopes })
      if (name !== before.name) await checkFree(name, sandbox)
      const app: App = {
        ...before,
        name,
        description,
        scopes: distinct(scopes ?? before.scopes),
        redirect_uris: distinct(redirect_uris ?? before.redirect_uris),
      }
      await sandbox.directory.updateApp(app)
      return view(app, sandbox)
    },
  )
}

/** @throws Problem when a scope or grant type is none of the provider's */
function checkNames(
  provider: Provider,
  names: { scopes?: readonly string[] | undefined; grant_types?: readonly string[] | undefined },
): void {
  const among = (known: readonly string[]) => z.array(z.string().refine((one) => known.includes(one), { error: anyOf(known) })).optional()
  // A provider that lists no scopes knows none that would be wrong.
  const scopes = provider.scopes.length === 0 ? z.unknown() : among(scopesOf(provider))
  check(z.object({ scopes, grant_types: among(provider.grant_types) }), names)
}

/** @throws TakenError because an app is also found by its name */
async function checkFree(name: string, { directory }: Sandbox): Promise<void> {
  if ((await directory.listApps()).some((app) => app.name === name)) throw new TakenError('name', name)
}

function scopesOf(provider: Provider): string[] {
  return provider.scopes.map((scope) => scope.name)
}

/** As the vendor's own client does it. */
function usualAuthentication(provider: Provider): string {
  const offered = provider.auth_methods ?? ['client_secret_basic']
  const fallback = offered.includes('client_secret_basic') ? 'client_secret_basic' : (offered[0] ?? 'none')
  return provider.world.apps[0]?.clients[0]?.token_endpoint_auth_method ?? fallback
}

function distinct(names: readonly string[]): string[] {
  return [...new Set(names)]
}
