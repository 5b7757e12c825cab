import type { FastifyReply } from 'fastify'
import { addressesOf } from '../../control/addresses.ts'
import { sandboxNamed } from '../../control/input/lookup.ts'
import { sameRedirectUri } from '../../oauth/clients/redirect-uri.ts'
import type { App, Client } from '../../oauth/model/records.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import { callbackUri } from '../apps/callback.ts'
import { exportsOf } from '../apps/exports.ts'
import { signInLinks } from '../apps/sign-in-links.ts'
import type { DashboardDeps } from '../deps.ts'
import type { Choice } from '../forms/form.ts'
import { basePathOf } from '../frame/frame.ts'
import { type PageVisit, seeOther } from '../frame/visit.ts'
import { envFile } from './env-file.ts'

/** How many sandboxes of one's own can be chosen from; whoever has more opens one of them. */
const offered = 20

/** What one would do first, with a sandbox that can be chosen. */
export type FirstMinute = Awaited<ReturnType<typeof firstMinute>>

/** Undefined when the default sandbox was deleted and no other is wanted. */
export async function firstMinute(visit: PageVisit, deps: DashboardDeps) {
  const { sandboxes } = deps
  const wanted = visit.query.text('for')
  const sandbox = (await sandboxes.reach(wanted || sandboxes.defaultName)) ?? sandboxes.default
  if (sandbox === undefined) return undefined
  const { name, provider } = sandbox
  const { app, client, base_url, callback } = startingPoint(sandbox, visit, deps)
  const base = basePathOf(sandbox, visit.root)
  const user = sandbox.directory.listUsers({ limit: 1 })[0]
  const api = `${visit.origin}${visit.root}/_grantbox/sandboxes/${name}/postman`
  const isReady = app?.redirect_uris.some((uri) => sameRedirectUri(uri, callback)) === true
  return {
    sandbox: name,
    provider: provider.name,
    choices: choicesOf(name, deps),
    usersHref: `${base}/sandbox`,
    appsHref: `${base}/apps`,
    signIn: app &&
      user && {
        username: user.username,
        password: user.password ?? sandbox.company,
        app: app.name,
        /** Absent where the dashboard's own callback has to be registered first. */
        href: isReady ? signInLinks(sandbox, base_url, callback).of(app, user) : undefined,
      },
    postman: {
      /** Where Postman itself fetches them; it has no token to show. */
      addresses:
        deps.adminToken === undefined ? { collection: `${api}/collection.json`, environment: `${api}/environment.json` } : undefined,
      files: exportsOf(base, client),
    },
    env: client && envFile(sandbox, client, addressesOf(sandbox, visit.request.raw, deps)),
  }
}

/** Begins a sign-in whose answer this dashboard shows; for that its own callback is registered with the app. */
export async function trySignIn(visit: PageVisit, deps: DashboardDeps): Promise<FastifyReply> {
  const { root, origin, reply, form } = visit
  const sandbox = await sandboxNamed(form.text('sandbox'), deps.sandboxes)
  const { directory } = sandbox
  const { app, base_url, callback } = startingPoint(sandbox, visit, deps)
  const [user] = directory.listUsers({ limit: 1 })
  if (app === undefined || user === undefined) return seeOther(reply, `${root}/dashboard?for=${sandbox.name}#first`)
  if (!app.redirect_uris.some((uri) => sameRedirectUri(uri, callback))) {
    directory.updateApp({ ...app, redirect_uris: [...app.redirect_uris, callback] })
  }
  const href = signInLinks(sandbox, base_url, callback).of(app, user)
  // A form may not lead to another origin, such as a sandbox's own port; a link may.
  return seeOther(reply, href?.startsWith(`${origin}/`) ? href : `${root}/dashboard?for=${sandbox.name}#first`)
}

/** The app that is signed in to, and where its answer is shown. */
function startingPoint(sandbox: Sandbox, { origin, root, request }: PageVisit, deps: DashboardDeps) {
  const clients = sandbox.directory.listClients()
  const client: Client | undefined =
    clients.find(({ grant_types, app }) => grant_types.includes('authorization_code') && app.redirect_uris.length > 0) ?? clients[0]
  const app: App | undefined =
    client?.grant_types.includes('authorization_code') && client.app.redirect_uris.length > 0 ? client.app : undefined
  const { base_url } = addressesOf(sandbox, request.raw, deps)
  return { client, app, base_url, callback: callbackUri({ origin, base: basePathOf(sandbox, root) }) }
}

/** The vendors, and some of one's own sandboxes. */
function choicesOf(chosen: string, { sandboxes }: DashboardDeps): Choice[] {
  const listed = sandboxes.listed()
  const isVendors = ({ name, provider }: { name: string; provider: string }) => name === provider
  const vendors = [
    ...listed.filter(isVendors).map(({ name, vendor }) => ({ value: name, label: vendor })),
    ...sandboxes.unmade().map(({ id, name }) => ({ value: id, label: name })),
  ].sort((a, b) => a.label.localeCompare(b.label, 'en'))
  const own = listed
    .filter((one) => !isVendors(one) && (!one.isUnnamed || one.name === chosen))
    .map(({ name, vendor }) => ({ value: name, label: `${name} (${vendor})` }))
  const shown = own.filter(({ value }, index) => index < offered || value === chosen)
  return [...vendors, ...shown].map((choice) => ({ ...choice, chosen: choice.value === chosen }))
}
