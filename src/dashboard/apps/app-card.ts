import { iconOf } from '../../http/pages/pages.ts'
import { avatar } from '../../http/pages/views.ts'
import { authMethods } from '../../oauth/clients/methods/registry.ts'
import type { App, Client } from '../../oauth/model/records.ts'
import { usualClient } from '../../providers/clients.ts'
import { secretOf } from '../../sandbox/client-secret.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import type { Choice, Refused } from '../forms/form.ts'
import { bannerOf, brandsOf } from '../frame/vendor.ts'
import type { AppHints } from './app-hints.ts'

/** The sections of an app's card, by which an address can name the one to open. */
export type AppSection = 'clients' | 'hints' | 'scopes' | 'redirect-uris' | 'stores'

/** An app as the dashboard shows it. */
export type AppCard = ReturnType<typeof appCard>

const stores = { apple: 'Apple App Store', google: 'Google Play', amazon: 'Amazon Appstore' }

/** An app as a link to its page. */
export type AppLink = ReturnType<typeof appLink>

export function appLink(app: App, sandbox: Sandbox, base: string) {
  return { name: app.name, href: `${base}${appPath(app)}`, icon: iconOf(sandbox, app), avatar: avatar(app.name) }
}

/** Path of an app's page. */
export function appPath(app: Pick<App, 'app_id'>): string {
  return `/apps/${encodeURIComponent(app.app_id)}`
}

export interface CardOptions {
  callback?: string | undefined
  open?: AppSection | undefined
  refusedUri?: Refused | undefined
  refusedScopes?: Refused | undefined
  refusedStores?: Readonly<Record<string, Refused>> | undefined
  hints?: AppHints | undefined
}

/** An app with its clients, filled from its sandbox. */
export function appCard(app: App, clients: readonly Client[], sandbox: Sandbox, base: string, options: CardOptions = {}) {
  const { provider, directory } = sandbox
  const brands = brandsOf(sandbox)
  const href = `${base}${appPath(app)}`
  return {
    id: app.app_id,
    name: app.name,
    description: app.description,
    icon: iconOf(sandbox, app),
    avatar: avatar(app.name),
    brand: brands && (brands.of(app)?.name ?? sandbox.company),
    href,
    banner: bannerOf(provider),
    clients: clients.map((client) => ({
      client_id: client.client_id,
      /** Undefined for a public client. */
      client_secret: secretOf(client, sandbox) ?? undefined,
      authentication: client.token_endpoint_auth_method,
      grant_types: client.grant_types,
      /** Where its secrets are made, for a vendor whose clients make them. */
      secretHref: provider.client_secrets && `${href}/clients/${encodeURIComponent(client.client_id)}/secret`,
      useHref: `${href}/clients/${encodeURIComponent(client.client_id)}`,
      examHref: `${base}/exam?client=${encodeURIComponent(client.client_id)}`,
      grantsHref: `${base}/grants?client=${encodeURIComponent(client.client_id)}`,
      deleteHref: `${href}/clients/${encodeURIComponent(client.client_id)}/delete`,
    })),
    authMethods: authChoices(sandbox),
    scopes: scopeChoices(sandbox, app.scopes),
    redirect_uris: app.redirect_uris,
    /** The dashboard's own callback, where it is not registered yet. */
    ownCallback: options.callback !== undefined && app.redirect_uris.includes(options.callback) ? undefined : options.callback,
    stores: brands && storeLinks(app, options.refusedStores),
    users: directory.countUsers(app),
    usersHref: `${base}/sandbox?app=${encodeURIComponent(app.app_id)}`,
    /** Where the app stands alone: they are read from the whole journal. */
    hints: options.hints,
    open: options.open,
    refusedUri: options.refusedUri,
    refusedScopes: options.refusedScopes,
  }
}

/** What a provider's apps may be allowed to do; what an app has beyond it stays to be seen. */
export function scopeChoices({ provider }: Sandbox, chosen: readonly string[]): Choice[] {
  const offered = provider.scopes.map(({ name, description }) => ({ value: name, label: name, help: description }))
  const others = chosen
    .filter((name) => !offered.some(({ value }) => value === name))
    .map((name) => ({ value: name, label: name, help: '' }))
  return [...offered, ...others].map((scope) => ({ ...scope, chosen: chosen.includes(scope.value) }))
}

/** The ways in which a client may authenticate that need no more than a form asks for, the vendor's own chosen. */
export function authChoices({ provider, auth_methods }: Sandbox): Choice[] {
  const usual = usualClient(provider).auth_method
  return authMethods
    .filter(({ name, needs_keys, by_certificate }) => auth_methods.includes(name) && !needs_keys && !by_certificate)
    .map(({ name, label }) => ({ value: name, label, chosen: name === usual }))
}

function storeLinks(app: App, refused: Readonly<Record<string, Refused>> = {}) {
  return Object.entries(stores).map(([name, label]) => ({
    name,
    label,
    value: refused[name]?.value ?? app.mobile_store_links[name] ?? '',
    error: refused[name]?.error,
  }))
}

/** The names of the stores that an app may link to. */
export const storeNames = Object.keys(stores)
