import { registrationProblem } from '../../oauth/clients/redirect-pattern.ts'
import type { Reason } from '../../oauth/model/reasons.ts'
import type { App, Client } from '../../oauth/model/records.ts'
import { scopes, scopeToken } from '../../oauth/model/scope.ts'
import type { JournalEntry } from '../../sandbox/journal.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import { worldOf } from '../../sandbox/spaces.ts'
import { appPath } from '../apps/app-card.ts'
import { basePathOf } from '../frame/frame.ts'
import { userPath } from '../users/user-card.ts'
import { membersOf, queryOf } from './tokens-in.ts'

/** Where the cause of a refusal is mended. */
export interface Mend {
  text: string
  href: string
}

/** What a refused request asked for and its app does not have; whoever is asked once may give it. */
export interface Offer {
  kind: 'redirect-uri' | 'scopes'
  value: string
  app: App
}

interface Refused {
  world: Sandbox
  client: Client | undefined
  /** A parameter of the request, empty when it did not come once. */
  sent: (name: string) => string
  username: string
}

type Way = (refused: Refused) => readonly (readonly [text: string, path: string])[]

const toApp =
  (text: string, section: string): Way =>
  ({ client }) =>
    client === undefined ? [] : [[`${text} of ${client.app.name}`, `${appPath(client.app)}?open=${section}#${section}`]]

const toClient: Way = ({ client }) =>
  client === undefined
    ? []
    : [[`How ${client.client_id} authenticates`, `${appPath(client.app)}/clients/${encodeURIComponent(client.client_id)}`]]

const toUser: Way = ({ world, username }) =>
  world.directory.findUser(username) === undefined ? [] : [[`Edit ${username}`, `${userPath({ username })}/edit`]]

const toSettings =
  (text: string, search: string): Way =>
  () => [[text, `/settings?q=${search}`]]

const lives: Way = (refused) => [['Move the clock', '/time'], ...toSettings('How long codes and tokens live', 'ttl')(refused)]

const redirects = toApp('Registered redirect URIs', 'redirect-uris')
const scopesOfApp = toApp('Permission scopes', 'scopes')
const strictness: Way = ({ world: { settings } }) =>
  settings.strictness === 'rfc' ? [['This sandbox asks for more than its vendor: strictness', '/settings?q=strictness']] : []

/** Where one goes, by the reason. What only the client's own code can mend has no line. */
const ways: Readonly<Partial<Record<Reason, Way>>> = {
  redirect_unregistered: redirects,
  redirect_missing: redirects,
  scope_not_allowed: scopesOfApp,
  scope_unknown: scopesOfApp,
  scope_missing: scopesOfApp,
  client_unknown: () => [['The apps and their client IDs', '/apps']],
  secret_wrong: toClient,
  credentials_missing: toClient,
  credentials_unexpected: toClient,
  auth_method_not_allowed: toClient,
  client_public: toClient,
  grant_type_not_allowed: () => [['Create an app that may use this grant type', '/apps/new']],
  user_unknown: ({ username }) => [[`Create ${username}`, `/sandbox/users/new?username=${encodeURIComponent(username)}`]],
  password_wrong: toUser,
  user_disabled: toUser,
  user_locked: toUser,
  app_missing: ({ username }) => [[`Give ${username} the app`, `${userPath({ username })}/add/app`]],
  code_expired: lives,
  refresh_expired: lives,
  token_expired: lives,
  assertion_expired: lives,
  challenge_missing: strictness,
  challenge_method_not_allowed: strictness,
  target_unknown: toSettings('Which resources there are', 'resources'),
  space_unknown: () => [['Those that are there', '/spaces']],
}

/** Where the cause of a refusal is mended in the dashboard; empty where the client alone can mend it. */
export function mendsOf(entry: JournalEntry, sandbox: Sandbox, root: string): Mend[] {
  if (entry.status !== 0 && entry.error === undefined && entry.fault === undefined) return []
  const refused = refusedOf(entry, sandbox)
  const base = basePathOf(refused.world, root)
  const found = (entry.reason && ways[entry.reason]?.(refused)) ?? []
  const isAboutNobody = refused.username === '' && /^(user|app|password)_/.test(entry.reason ?? '')
  const offer = offerOf(entry, sandbox)
  return [
    ...(offer === undefined ? [] : [{ text: offerText(offer), href: `${base}/requests/${entry.id}/mend` }]),
    ...(isAboutNobody ? [] : found.map(([text, path]) => ({ text, href: base + path }))),
    ...(entry.fault === undefined ? [] : [{ text: 'The faults of this sandbox', href: `${base}/faults` }]),
  ]
}

/** What may be given to the app at once, because the app's own page would take it, too. */
export function offerOf(entry: JournalEntry, sandbox: Sandbox): Offer | undefined {
  const { world, client, sent } = refusedOf(entry, sandbox)
  if (client === undefined) return undefined
  const { app } = client
  if (entry.reason === 'redirect_unregistered') {
    const value = sent('redirect_uri')
    const isFree = value !== '' && !app.redirect_uris.includes(value)
    return isFree && registrationProblem(value, world.settings, world.redirects) === undefined
      ? { kind: 'redirect-uri', value, app }
      : undefined
  }
  if (entry.reason !== 'scope_not_allowed' && entry.reason !== 'scope_unknown') return undefined
  const lacking = scopes(sent('scope')).filter((one) => !app.scopes.includes(one) && scopeToken.test(one))
  return lacking.length === 0 ? undefined : { kind: 'scopes', value: lacking.join(' '), app }
}

function offerText({ kind, value, app }: Offer): string {
  return kind === 'redirect-uri' ? `Add ${value} to ${app.name}` : `Allow ${app.name} ${value}`
}

function refusedOf(entry: JournalEntry, sandbox: Sandbox): Refused {
  const world = worldOf(entry, sandbox)
  const members = { ...queryOf(entry.url), ...membersOf(entry.request_body) }
  const sent = (name: string) => {
    const value = members[name]
    return typeof value === 'string' ? value : ''
  }
  const client_id = entry.client_id ?? sent('client_id')
  return {
    world,
    client: client_id === '' ? undefined : world.store.findClient(client_id),
    sent,
    username: entry.username ?? sent('username').replace(/^@/, ''),
  }
}
