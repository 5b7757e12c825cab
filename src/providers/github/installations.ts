import type { Documents } from '../../oauth/model/documents.ts'
import { PageError } from '../../oauth/model/errors.ts'
import type { App, Client, Grant, User } from '../../oauth/model/records.ts'
import type { ConsentQuestions } from '../consent-questions.ts'
import type { ApiRequest, Reply, Route } from '../provider.ts'
import { apiRoute, tagged } from './api.ts'
import { apiError } from './api-errors.ts'
import { isGitHubApp, isInstalling } from './app-kind.ts'
import { membershipsOf, numberOf, organization } from './orgs.ts'
import { simpleUser, timeOf } from './profile.ts'
import { type Addresses, addressesOf } from './urls.ts'

/** Where GitHub Apps are installed: at all organizations of their users, and at users who chose themselves. */

const installed = (documents: Documents) => documents.kind<true>('github-installation')
const page = '/apps/installations#list-app-installations-accessible-to-the-user-access-token'

function idOf({ app_id }: App, login: string): number {
  return numberOf(`${app_id}/${login}`)
}

/** On which account the user installs the app. */
export const installationMenu: ConsentQuestions = {
  kept: true,
  of({ user, client, parameters }) {
    if (!isInstalling(client, parameters)) return []
    const logins = [user.username, ...membershipsOf(user).map(({ login }) => login)]
    const choices = logins.map((login) => ({ value: login, label: login }))
    return [{ name: 'installation_target', label: 'Where do you want to install it?', value: user.username, choices }]
  },
  answered({ installation_target }, { user, client, parameters, realm }) {
    const isOwn = installation_target === undefined || installation_target === user.username
    if (isOwn && isInstalling(client, parameters)) installed(realm.documents).put('own', true, { app: client.app, user })
  },
}

/** What the callback is told of the installation that a grant came of; undefined of any other. */
export function installationOf({ details: { parameters } }: Grant, client: Client, user: User) {
  if (!isInstalling(client, parameters)) return undefined
  const login = parameters?.installation_target ?? user.username
  return { installation_id: String(idOf(client.app, login)), setup_action: 'install' }
}

/** Leads who installs an app to the page on which he lets it in. */
function install({ params, query, directory, base_url }: ApiRequest): Reply {
  const slugOf = (name: string) => name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')
  const client = directory.listClients().find((one) => isGitHubApp(one) && slugOf(one.app.name) === params.slug)
  if (client === undefined) throw new PageError('client_unknown', 'Page not found', `No GitHub App's name gives '${params.slug}'`)
  const { state } = query
  const asked = new URLSearchParams({ client_id: client.client_id, setup_action: 'install', ...(state !== undefined && { state }) })
  return { status: 302, headers: { Location: `${addressesOf(base_url, '').site}/login/oauth/authorize?${asked}` } }
}

function installation(app: App, account: Record<string, unknown>, target_type: 'User' | 'Organization', at: Addresses) {
  const login = String(account.login)
  const id = idOf(app, login)
  const url = `${at.api}/app/installations/${id}`
  const settings = target_type === 'User' ? 'settings' : `organizations/${login}/settings`
  return {
    id,
    account,
    repository_selection: 'all',
    access_tokens_url: `${url}/access_tokens`,
    repositories_url: `${at.api}/installation/repositories`,
    html_url: `${at.site}/${settings}/installations/${id}`,
    app_id: Number(app.app_id),
    target_id: account.id,
    target_type,
    permissions: {},
    events: [],
    created_at: timeOf(app.created_at),
    updated_at: timeOf(app.created_at),
    single_file_name: null,
  }
}

export const installationRoutes: readonly Route[] = [
  { method: 'GET', path: '/apps/:slug/installations/new', endpoint: 'authorize', query: ['state'], handle: install },
  ...apiRoute('/user/installations', { page }, ({ user, token, at, context: { realm } }) => {
    const { app } = token.client
    if (!isGitHubApp(token.client)) {
      const message = 'You must authenticate with an access token authorized to a GitHub App in order to list installations'
      throw apiError(403, message, `The token is of client '${token.client.client_id}', an OAuth app`, page)
    }
    const own = installed(realm.documents).get('own', { app, user }) === true
    const installations = [
      ...membershipsOf(user).map(({ login }) => installation(app, organization(login, at), 'Organization', at)),
      ...(own ? [installation(app, simpleUser(user, at), 'User', at)] : []),
    ]
    return tagged({ total_count: installations.length, installations })
  }),
]
