/**
 * In this room: the pages of brands, apps and their client ids, and how to use them.
 * Elsewhere: what a client may be, which the protocol decides (`oauth/clients/`).
 */

import { appNamed } from '../../control/input/lookup.ts'
import { MetadataError } from '../../oauth/clients/metadata.ts'
import { registrationProblem } from '../../oauth/clients/redirect-pattern.ts'
import type { NewClient } from '../../oauth/clients/rulebook.ts'
import type { App } from '../../oauth/model/records.ts'
import { scopes, scopeToken } from '../../oauth/model/scope.ts'
import { addClient, newApp, newClient } from '../../sandbox/new-app.ts'
import { type Choice, type Errors, type FormState, linkProblem, nameProblem, problemsIn } from '../forms/form.ts'
import { confirm } from '../frame/confirm.ts'
import { noticesOf } from '../frame/notices.ts'
import { page } from '../frame/page.ts'
import { brandsOf, developerOf } from '../frame/vendor.ts'
import { part, type Visit } from '../frame/visit.ts'
import { type AppCard, type AppSection, appCard, appPath, authChoices, type CardOptions, scopeChoices, storeNames } from './app-card.ts'
import { appHints } from './app-hints.ts'
import { brandChoices } from './brands.ts'
import { callbackUri } from './callback.ts'

const appsPage = page<{ apps: readonly AppCard[]; newHref: string; brand?: string | undefined }>('apps')

const appPage = page<{ app: AppCard }>('app')

const appFormPage = page<
  FormState & {
    heading: string
    action: string
    button: string
    back: string
    brands: readonly Choice[]
    scopes: readonly Choice[]
    grantTypes: readonly Choice[]
    authMethods: readonly Choice[]
    /** Whether the app is new: then its first client and its redirect URIs are asked for too. */
    isNew: boolean
    developer: string
  }
>('app-form')

const notices = noticesOf({
  'app-deleted': 'The app was deleted, and all that its clients were given.',
  'scopes-saved': 'The permission scopes were saved.',
  'uri-removed': 'The redirect URI was removed.',
  'uri-added': 'The redirect URI was added.',
  'stores-saved': 'The store links were saved.',
  'app-created': 'The app was created, with its first client.',
  'app-saved': 'The app was saved.',
})

const icon =
  '<rect x="4" y="4" width="7" height="7" rx="1.6"/><rect x="13" y="4" width="7" height="7" rx="1.6"/><rect x="4" y="13" width="7" height="7" rx="1.6"/><rect x="13" y="13" width="7" height="7" rx="1.6"/>'

/** The apps: cards, and the forms on them. */
export const appPages = part({ icon, notices }, ({ get, post }) => {
  get('', ({ go }) => go('/apps'))

  get('/apps', (visit) => {
    const { sandbox, base } = visit
    const clients = Map.groupBy(sandbox.directory.listClients(), (client) => client.app.row)
    const apps = sandbox.directory.listApps()
    const cards = apps.map((app, index) =>
      appCard(app, clients.get(app.row) ?? [], sandbox, base, {
        callback: callbackUri(visit),
        open: index === 0 ? 'clients' : undefined,
      }),
    )
    return visit.show(appsPage, { title: 'Apps', apps: cards, newHref: `${base}/apps/new` })
  })

  get('/apps/new', (visit) => newAppForm(visit))
  post('/apps', createApp)

  get('/apps/:app', (visit) => {
    const open = visit.query.text('open') as AppSection
    return showApp(visit, appOf(visit), { open: open || 'clients' })
  })
  get('/apps/:app/edit', (visit) => {
    const app = appOf(visit)
    const brand = brandsOf(visit.sandbox)?.of(app)?.name ?? ''
    return editAppForm(visit, app, { name: app.name, description: app.description, brand })
  })
  post('/apps/:app/edit', saveApp)

  get('/apps/:app/delete', (visit) => {
    const app = appOf(visit)
    const clients = visit.sandbox.directory.listClients(app)
    return confirm(visit, {
      heading: `Delete ${app.name}?`,
      lines: [
        clients.length === 1 ? 'Its client ID stops working.' : `Its ${clients.length} client IDs stop working.`,
        'Tokens that its clients were given are refused from then on.',
        'Messages and data that it stored about users go with it.',
      ],
      path: `${appPath(app)}/delete`,
      button: 'Delete App',
      back: appPath(app),
    })
  })
  post('/apps/:app/delete', (visit) => {
    visit.sandbox.directory.deleteApp(appOf(visit))
    return visit.go('/apps', notices['app-deleted'])
  })

  post('/apps/:app/scopes', (visit) => {
    const app = appOf(visit)
    const offered = scopeChoices(visit.sandbox, app.scopes).map((choice) => choice.value)
    const ticked = visit.form.all('scope').filter((scope) => offered.includes(scope))
    const value = visit.form.text('own_scopes')
    const error = scopesProblem(value)
    if (error !== undefined) return showApp(visit, app, { open: 'scopes', refusedScopes: { value, error } }, 400)
    visit.sandbox.directory.updateApp({ ...app, scopes: [...new Set([...ticked, ...scopes(value)])] })
    return visit.go(`${appPath(app)}?open=scopes#scopes`, notices['scopes-saved'])
  })

  post('/apps/:app/redirect-uris', (visit) => {
    const app = appOf(visit)
    const uri = visit.form.text('uri')
    if (visit.form.has('remove')) {
      const redirect_uris = app.redirect_uris.filter((registered) => registered !== visit.form.raw('remove'))
      visit.sandbox.directory.updateApp({ ...app, redirect_uris })
      return visit.go(`${appPath(app)}?open=redirect-uris#redirect-uris`, notices['uri-removed'])
    }
    const error =
      registrationProblem(uri, visit.sandbox.settings, visit.sandbox.redirects) ??
      (app.redirect_uris.includes(uri) ? 'This redirect URI is registered already' : undefined)
    if (error !== undefined) return showApp(visit, app, { open: 'redirect-uris', refusedUri: { value: uri, error } }, 400)
    visit.sandbox.directory.updateApp({ ...app, redirect_uris: [...app.redirect_uris, uri] })
    return visit.go(`${appPath(app)}?open=redirect-uris#redirect-uris`, notices['uri-added'])
  })

  post('/apps/:app/stores', (visit) => {
    const app = appOf(visit)
    const links = Object.fromEntries(storeNames.map((name) => [name, visit.form.text(name)]))
    const wrong = Object.entries(links).flatMap(([name, value]) => {
      const error = value === '' ? undefined : linkProblem(value)
      return error === undefined ? [] : [[name, { value, error }]]
    })
    if (wrong.length > 0) return showApp(visit, app, { open: 'stores', refusedStores: Object.fromEntries(wrong) }, 400)
    const mobile_store_links = Object.fromEntries(Object.entries(links).filter(([, value]) => value !== ''))
    visit.sandbox.directory.updateApp({ ...app, mobile_store_links })
    return visit.go(`${appPath(app)}?open=stores#stores`, notices['stores-saved'])
  })
})

/** The app that an address names. @throws Problem 404 */
export function appOf({ params, sandbox }: Visit): App {
  return appNamed(params.app ?? '', sandbox)
}

/** Shows the page of an app. */
export function showApp(visit: Visit, app: App, options: CardOptions, status?: number) {
  const { sandbox, base } = visit
  const clients = sandbox.directory.listClients(app)
  const card = appCard(app, clients, sandbox, base, { callback: callbackUri(visit), hints: appHints(clients, visit), ...options })
  return visit.show(appPage, { title: app.name, app: card }, status)
}

function createApp(visit: Visit) {
  const { sandbox, form } = visit
  const [name, uris] = [form.text('name'), linesOf(form.raw('redirect_uris') ?? '')]
  const wrongUri = uris
    .map((uri) => ({ uri, problem: registrationProblem(uri, sandbox.settings, sandbox.redirects) }))
    .find(({ problem }) => problem !== undefined)
  const client = clientOf(visit)
  const errors = problemsIn({
    name: nameProblem(name) ?? takenName(visit, name),
    own_scopes: scopesProblem(form.text('own_scopes')),
    redirect_uris: wrongUri && `${wrongUri.uri}: ${wrongUri.problem}`,
    ...('problem' in client ? client.problem : {}),
  })
  if ('problem' in client || Object.keys(errors).length > 0) return newAppForm(visit, errors)
  const wanted = [...form.all('scope'), ...scopes(form.text('own_scopes'))]
  const app = newApp(sandbox, { name, description: form.text('description'), scopes: wanted, redirect_uris: uris })
  addClient(sandbox, app, client)
  assignBrand(visit, app)
  return visit.go(`${appPath(app)}?open=clients`, notices['app-created'])
}

/** The client of a new app, or the field that is wrong and why. */
function clientOf({ sandbox, form }: Visit): NewClient | { problem: Record<string, string> } {
  const token_endpoint_auth_method = form.text('auth_method') || undefined
  try {
    return newClient(sandbox, { grant_types: form.all('grant_type'), token_endpoint_auth_method })
  } catch (error) {
    if (!(error instanceof MetadataError)) throw error
    return { problem: { [error.field.startsWith('grant_types') ? 'grant_type' : 'auth_method']: error.explanation } }
  }
}

function saveApp(visit: Visit) {
  const { sandbox, form } = visit
  const app = appOf(visit)
  const [name, description] = [form.text('name'), form.text('description')]
  const errors = problemsIn({ name: nameProblem(name) ?? (name === app.name ? undefined : takenName(visit, name)) })
  if (Object.keys(errors).length > 0) return editAppForm(visit, app, { name, description, brand: form.text('brand') }, errors)
  sandbox.directory.updateApp({ ...app, name, description })
  assignBrand(visit, app)
  return visit.go(appPath(app), notices['app-saved'])
}

function assignBrand({ sandbox, form }: Visit, app: App): void {
  const brands = brandsOf(sandbox)
  const chosen = brands?.list().find(({ name }) => name === form.text('brand'))
  brands?.assign(app, chosen)
}

/** An app is also found by its name. */
function takenName({ sandbox }: Visit, name: string): string | undefined {
  return sandbox.directory.listApps().some((app) => app.name === name) ? `There is an app named ${name} already.` : undefined
}

function newAppForm(visit: Visit, errors: Errors = {}) {
  const { sandbox, base, form } = visit
  const { provider } = sandbox
  const again = Object.keys(errors).length > 0
  const chosen = (field: string, all: readonly string[]) => (again ? form.all(field) : all)
  const usual = authChoices(sandbox).find((choice) => choice.chosen)?.value
  const model = {
    title: 'New App',
    heading: 'New App',
    action: `${base}/apps`,
    button: 'Create App',
    back: `${base}/apps`,
    values: {
      name: form.text('name'),
      description: form.text('description'),
      redirect_uris: form.raw('redirect_uris') ?? '',
      own_scopes: form.text('own_scopes'),
    },
    errors,
    brands: brandChoices(sandbox, form.text('brand')),
    scopes: scopeChoices(
      sandbox,
      chosen(
        'scope',
        provider.scopes.map((scope) => scope.name),
      ),
    ),
    grantTypes: provider.grant_types.map((value) => ({
      value,
      label: value,
      chosen: chosen('grant_type', provider.grant_types).includes(value),
    })),
    authMethods: authChoices(sandbox).map((choice) => ({ ...choice, chosen: choice.value === (form.text('auth_method') || usual) })),
    isNew: true,
    developer: developerOf(sandbox),
  }
  return visit.show(appFormPage, model, again ? 400 : 200)
}

function editAppForm(visit: Visit, app: App, values: Record<'name' | 'description' | 'brand', string>, errors: Errors = {}) {
  const { sandbox, base } = visit
  const path = `${base}${appPath(app)}`
  const model = {
    title: `Edit ${app.name}`,
    heading: `Edit ${app.name}`,
    action: `${path}/edit`,
    button: 'Save',
    back: path,
    values,
    errors,
    brands: brandChoices(sandbox, values.brand),
    scopes: [],
    grantTypes: [],
    authMethods: [],
    isNew: false,
    developer: developerOf(sandbox),
  }
  return visit.show(appFormPage, model, Object.keys(errors).length > 0 ? 400 : 200)
}

function scopesProblem(typed: string): string | undefined {
  const wrong = scopes(typed).find((scope) => !scopeToken.test(scope))
  return wrong && `${wrong}: a scope is printable ASCII without quotes and backslashes.`
}

function linesOf(text: string): string[] {
  return text.split('\n').flatMap((line) => line.trim() || [])
}
