import { userNamed } from '../../control/input/lookup.ts'
import { Problem } from '../../control/problem.ts'
import { avatar } from '../../http/pages/views.ts'
import type { App, User } from '../../oauth/model/records.ts'
import { appPath, iconOf } from '../apps/app-card.ts'
import { callbackUri } from '../apps/callback.ts'
import { signInLinks } from '../apps/sign-in-links.ts'
import { hasKids } from '../frame/vendor.ts'
import type { Pager } from '../frame/views.ts'
import type { Part, Visit } from '../frame/visit.ts'
import { nameOf, userCard, userPath } from './user-card.ts'

const section = 'Sandbox'

/** How many users a page of the list has. */
export const usersPerPage = 24

/** The sandbox: its company, its apps, and its users as cards. */
export const userPages: Part = ({ get, post }) => {
  get('/sandbox', async (visit) => {
    const { sandbox, base, query } = visit
    const { directory, provider } = sandbox
    const apps = await directory.listApps()
    const [search, app] = [query.text('q').replace(/^@/, ''), apps.find((one) => one.app_id === query.text('app'))]
    const found = await directory.countUsers(app, search)
    const pages = Math.max(1, Math.ceil(found / usersPerPage))
    const page = Math.min(query.whole('page', 1, 1e9) ?? 1, pages)
    const users = await directory.listUsers({
      limit: usersPerPage,
      offset: (page - 1) * usersPerPage,
      search,
      ...(app !== undefined && { app }),
    })
    const links = await linksOf(visit)
    return visit.page('users', {
      title: `${sandbox.company} Sandbox`,
      section,
      heading: `${sandbox.company} Sandbox`,
      apps: apps.map((one) => ({ name: one.name, href: `${base}${appPath(one)}`, icon: iconOf(sandbox, one), avatar: avatar(one.name) })),
      appChoices: apps.map((one) => ({ value: one.app_id, label: one.name, chosen: one === app })),
      users: await Promise.all(users.map((user) => userCard(user, sandbox, base, links))),
      search,
      filtered: search !== '' || app !== undefined,
      total: await directory.countUsers(),
      found,
      first: (page - 1) * usersPerPage + 1,
      prefix: provider.texts.usernamePrefix ?? '',
      families: hasKids(provider),
      pager: pagerOf(page, pages, (number) => listAddress(base, { search, app, page: number })),
    })
  })

  get('/sandbox/users/:username', async (visit) => {
    const { sandbox, base } = visit
    const user = await userOf(visit)
    return visit.page('user', {
      title: `@${user.username}`,
      section,
      user: await userCard(user, sandbox, base, await linksOf(visit)),
      prefix: sandbox.provider.texts.usernamePrefix ?? '',
    })
  })

  get('/sandbox/users/:username/delete', async (visit) => {
    const user = await userOf(visit)
    return visit.page('confirm', {
      title: `Delete @${user.username}`,
      section,
      heading: `Delete @${user.username}?`,
      lines: [
        nameOf(user) || user.username,
        'What it allowed to apps ends, and their tokens are refused from then on.',
        'Its messages and data go with it.',
      ],
      action: `${visit.base}${userPath(user)}/delete`,
      fields: {},
      button: 'Delete',
      back: `${visit.base}${userPath(user)}`,
    })
  })
  post('/sandbox/users/:username/delete', async (visit) => {
    await visit.sandbox.directory.deleteUser(await userOf(visit))
    return visit.go('/sandbox', 'user-deleted')
  })

  post('/sandbox/users/:username/remove', async (visit) => {
    const { sandbox, form } = visit
    const user = await userOf(visit)
    if (form.has('friend')) {
      await sandbox.directory.removeFriend(user, await userNamed(form.text('friend'), sandbox))
      return visit.go(`${userPath(user)}/edit`, 'friend-removed')
    }
    const app = await sandbox.directory.findApp(form.text('app'))
    if (app === undefined) throw new Problem(404, 'There is no such app')
    await sandbox.directory.removeApp(user, app, sandbox.clock.now())
    return visit.go(`${userPath(user)}/edit`, 'user-app-removed')
  })
}

/** The user that an address names. @throws Problem 404 */
export function userOf({ params, sandbox }: Visit): Promise<User> {
  return userNamed(params.username ?? '', sandbox)
}

function linksOf(visit: Visit) {
  return signInLinks(visit.sandbox, visit.addresses.base_url, callbackUri(visit))
}

/** The list's address; what is as usual is left out. */
export function listAddress(
  base: string,
  { search = '', app, page = 1 }: { search?: string; app?: App | undefined; page?: number },
): string {
  const query = new URLSearchParams({
    ...(search !== '' && { q: search }),
    ...(app !== undefined && { app: app.app_id }),
    ...(page > 1 && { page: String(page) }),
  })
  return `${base}/sandbox${query.size === 0 ? '' : `?${query}`}`
}

function pagerOf(page: number, pages: number, address: (page: number) => string): Pager {
  const to = (number: number, isThere: boolean) => (isThere ? address(number) : undefined)
  return {
    page,
    pages,
    first: to(1, page > 2),
    previous: to(page - 1, page > 1),
    next: to(page + 1, page < pages),
    last: to(pages, page < pages - 1),
  }
}
