import { z } from 'zod'
import { registrationProblem } from '../../oauth/clients/redirect-pattern.ts'
import { TakenError } from '../../oauth/model/directory.ts'
import type { App } from '../../oauth/model/records.ts'
import { scopeToken } from '../../oauth/model/scope.ts'
import { addClient, newApp } from '../../sandbox/new-app.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import { draftedClient, withClient } from '../input/client-draft.ts'
import { appNamed } from '../input/lookup.ts'
import { invalidAll } from '../problem.ts'
import { sandboxRoutes } from '../sandbox-routes.ts'
import { listOf, name } from '../schemas.ts'
import { appView, viewApp } from '../views/app.ts'

const redirectUri = z.string().describe('Absolute, without a fragment (RFC 6749 §3.1.2); schemes of mobile apps are welcome.')

const members = {
  name: name.optional(),
  description: z.string().max(2000).optional(),
  scopes: z
    .array(z.string().regex(scopeToken, { error: 'a scope: printable ASCII without blank, quote and backslash (RFC 6749 §3.3)' }))
    .optional()
    .describe("What the app may be allowed to do: the provider's scopes, and any of its own. All of the provider's when absent."),
  redirect_uris: z.array(redirectUri).max(100).optional(),
}

const change = z.strictObject(members)
const draft = withClient({ ...members, name })

/** A sandbox's apps, each created with a client. */
export const apps = sandboxRoutes('apps', ({ inSpace: { get, create, patch, remove } }) => {
  const view = (listed: App, sandbox: Sandbox) => viewApp(listed, sandbox.directory.listClients(listed), sandbox)

  get('/apps', 'All apps of a sandbox', { answer: listOf(appView) }, ({ sandbox }) => {
    const { directory } = sandbox
    const clients = Map.groupBy(directory.listClients(), (client) => client.app.row)
    return { items: directory.listApps().map((listed) => viewApp(listed, clients.get(listed.row) ?? [], sandbox)) }
  })

  create('/apps', 'Create an app and its first client', { body: draft, answer: appView }, ({ sandbox, body }) => {
    const { name, description = '', scopes, redirect_uris = [], ...client } = body
    const first = draftedClient(client, sandbox)
    checkRedirectUris(redirect_uris, sandbox)
    checkFree(name, sandbox)
    const app = newApp(sandbox, { name, description, scopes, redirect_uris })
    addClient(sandbox, app, first)
    return view(app, sandbox)
  })

  get('/apps/:app', 'One app', { answer: appView }, ({ sandbox, params }) => view(appNamed(params.app, sandbox), sandbox))

  patch('/apps/:app', 'Change an app', { body: change, answer: appView }, ({ sandbox, params, body }) => {
    const before = appNamed(params.app, sandbox)
    const { name = before.name, description = before.description, scopes, redirect_uris } = body
    if (name !== before.name) checkFree(name, sandbox)
    checkRedirectUris(redirect_uris ?? [], sandbox)
    const app: App = {
      ...before,
      name,
      description,
      scopes: distinct(scopes ?? before.scopes),
      redirect_uris: distinct(redirect_uris ?? before.redirect_uris),
    }
    sandbox.directory.updateApp(app)
    return view(app, sandbox)
  })

  remove('/apps/:app', 'Delete an app with its clients, their grants and what it stored', ({ sandbox, params }) =>
    sandbox.directory.deleteApp(appNamed(params.app, sandbox)),
  )
})

/** @throws TakenError because an app is also found by its name */
function checkFree(name: string, { directory }: Sandbox): void {
  if (directory.listApps().some((app) => app.name === name)) throw new TakenError('name', name)
}

function distinct(names: readonly string[]): string[] {
  return [...new Set(names)]
}

/** @throws Problem 400 about each that may not be registered */
function checkRedirectUris(redirect_uris: readonly string[], { settings, redirects }: Sandbox): void {
  const problems = redirect_uris.flatMap((came, index) => {
    const problem = registrationProblem(came, settings, redirects)
    return problem === undefined
      ? []
      : [{ field: `redirect_uris[${index}]`, expected: `a redirect URI that may be registered (${problem})`, came }]
  })
  if (problems.length > 0) throw invalidAll(problems)
}
