/**
 * In this room: the users of a sandbox: the list, a user's card, the forms, the making of many.
 * Elsewhere: which users a vendor has (`providers/`) and how they are stored (`store/`).
 */

import { userNamed } from '../../control/input/lookup.ts'
import type { App, User } from '../../oauth/model/records.ts'
import { type AppLink, appLink } from '../apps/app-card.ts'
import { callbackUri } from '../apps/callback.ts'
import { signInLinks } from '../apps/sign-in-links.ts'
import type { Choice } from '../forms/form.ts'
import { confirm } from '../frame/confirm.ts'
import { noticesOf } from '../frame/notices.ts'
import { page } from '../frame/page.ts'
import { type Pager, pagerOf } from '../frame/pager.ts'
import { hasKids } from '../frame/vendor.ts'
import { part, type Visit } from '../frame/visit.ts'
import { type MagicName, magicNames } from './magic-names.ts'
import { nameOf, type UserCard, userCard, userPath } from './user-card.ts'

/** How many users a page of the list has. */
export const usersPerPage = 24

const usersPage = page<{
  heading: string
  apps: readonly AppLink[]
  appChoices: readonly Choice[]
  users: readonly UserCard[]
  search: string
  /** Whether a search or an app narrows the list. */
  filtered: boolean
  total: number
  found: number
  /** The number of the first user shown. */
  first: number
  /** Stands before every username: `@`. */
  prefix: string
  families: boolean
  pager: Pager
  /** Names that mean something to every sandbox, with what. */
  magicUsers: readonly MagicName[]
}>('users')

const userPage = page<{
  user: UserCard
  prefix: string
  grantsHref: string
  tokensHref: string
  /** What the user can do about apps at the vendor, where apps are told of it. */
  events: { action: string; clients: readonly string[]; choices: readonly { name: string; label: string }[] } | undefined
}>('user')

const notices = noticesOf({
  'user-deleted': 'The user was deleted, and all that was allowed in its name.',
})

const icon =
  '<circle cx="9" cy="8.5" r="3.5"/><path d="M3 19.500c.6-3.4 3-5 6-5s5.400 1.600 6 5M16 5.400a3.500 3.500 0 0 1 0 6.200M18 15c1.700.700 2.700 2.200 3 4.500"/>'

/** The sandbox: its company, its apps, and its users as cards. */
export const userPages = part({ icon, notices }, ({ get, post }) => {
  get('/sandbox', (visit) => {
    const { sandbox, base, query } = visit
    const { directory, provider } = sandbox
    const apps = directory.listApps()
    const [search, app] = [query.text('q').replace(/^@/, ''), apps.find(({ app_id }) => app_id === query.text('app'))]
    const found = directory.countUsers(app, search)
    const pager = pagerOf(query.whole('page', 1, 1e9), found, usersPerPage, (number) => listAddress(base, { search, app, page: number }))
    const { page } = pager
    const users = directory.listUsers({
      limit: usersPerPage,
      offset: (page - 1) * usersPerPage,
      search,
      ...(app !== undefined && { app }),
    })
    const links = linksOf(visit)
    return visit.show(usersPage, {
      title: `${sandbox.company} Sandbox`,
      heading: `${sandbox.company} Sandbox`,
      apps: apps.map((listed) => appLink(listed, sandbox, base)),
      appChoices: apps.map((listed) => ({ value: listed.app_id, label: listed.name, chosen: listed === app })),
      users: users.map((user) => userCard(user, sandbox, base, links)),
      search,
      filtered: search !== '' || app !== undefined,
      total: directory.countUsers(),
      found,
      first: (page - 1) * usersPerPage + 1,
      prefix: provider.texts.usernamePrefix ?? '',
      families: hasKids(provider),
      magicUsers: magicNames,
      pager,
    })
  })

  get('/sandbox/users/:username', (visit) => {
    const { sandbox, base } = visit
    const user = userOf(visit)
    return visit.show(userPage, {
      title: `@${user.username}`,
      user: userCard(user, sandbox, base, linksOf(visit)),
      prefix: sandbox.provider.texts.usernamePrefix ?? '',
      grantsHref: `${base}/grants?user=${encodeURIComponent(user.username)}`,
      tokensHref: `${base}/tokens?user=${encodeURIComponent(user.username)}`,
      events: eventsOf(user, visit),
    })
  })

  get('/sandbox/users/:username/delete', (visit) => {
    const user = userOf(visit)
    return confirm(visit, {
      heading: `Delete @${user.username}?`,
      lines: [
        nameOf(user) || user.username,
        'What it allowed to apps ends, and their tokens are refused from then on.',
        'Its messages and data go with it.',
      ],
      path: `${userPath(user)}/delete`,
      button: 'Delete',
      back: userPath(user),
    })
  })
  post('/sandbox/users/:username/delete', (visit) => {
    visit.sandbox.directory.deleteUser(userOf(visit))
    return visit.go('/sandbox', notices['user-deleted'])
  })
})

/** The user that an address names. @throws Problem 404 */
export function userOf({ params, sandbox }: Visit): User {
  return userNamed(params.username ?? '', sandbox)
}

function linksOf(visit: Visit) {
  return signInLinks(visit.sandbox, visit.addresses.base_url, callbackUri(visit))
}

/** The list's address; what is as usual is left out. */
function listAddress(base: string, { search = '', app, page = 1 }: { search?: string; app?: App | undefined; page?: number }): string {
  const query = new URLSearchParams({
    ...(search !== '' && { q: search }),
    ...(app !== undefined && { app: app.app_id }),
    ...(page > 1 && { page: String(page) }),
  })
  return `${base}/sandbox${query.size === 0 ? '' : `?${query}`}`
}

function eventsOf(user: User, { sandbox, base }: Visit) {
  const { user_events: known } = sandbox.provider
  return (
    known && {
      action: `${base}${userPath(user)}/events`,
      clients: sandbox.directory.listClients().map(({ client_id }) => client_id),
      choices: Object.entries(known.events).map(([name, label]) => ({ name, label })),
    }
  )
}
