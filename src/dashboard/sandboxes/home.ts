/**
 * In this room: pages about sandboxes as wholes: the list of them, and what one would do first.
 * Elsewhere: what is in a sandbox, which has rooms of its own.
 */

import { baseUrlOf } from '../../control/addresses.ts'
import { avatar } from '../../http/pages/views.ts'
import type { ListedSandbox } from '../../sandbox/reached.ts'
import type { SandboxSize } from '../../sandbox/table.ts'
import type { DashboardDeps } from '../deps.ts'
import type { Fields } from '../forms/fields.ts'
import { confirm } from '../frame/confirm.ts'
import { basePath } from '../frame/frame.ts'
import { noticesOf } from '../frame/notices.ts'
import type { OutsidePart } from '../frame/outside.ts'
import { page } from '../frame/page.ts'
import { type Pager, pagerOf } from '../frame/pager.ts'
import { hasSpaces, spaceWord } from '../frame/vendor.ts'
import type { PageVisit } from '../frame/visit.ts'
import { contentWords, countOf } from './contents.ts'
import { type FirstMinute, firstMinute, trySignIn } from './first-minute.ts'

/** How many sandboxes a page of a group has. */
export const perPage = 24

type Card = ReturnType<typeof cardOf>

/** Some of many sandboxes. */
interface Group {
  total: number
  cards: readonly Card[]
  pager: Pager
}

const homePage = page<{
  version: string
  search: string
  first: FirstMinute | undefined
  builtIn: readonly Card[]
  own: Group
  unmade: readonly ReturnType<typeof vendorTile>[]
  unnamed: Group
}>('home')

/** Also of what is done in a sandbox that is no more. */
export const homeNotices = noticesOf({
  'sandbox-deleted': 'The sandbox was deleted.',
  'unnamed-deleted': (n: string) =>
    n === '0' ? 'There is none any more that a test made.' : n === '1' ? 'One sandbox was deleted.' : `${n} sandboxes were deleted.`,
})

/** The first page: all sandboxes, or those that are looked for, in their groups, and what one would do first. */
export const homePages: OutsidePart = {
  notices: homeNotices,
  routes({ get, post, deps }) {
    const { sandboxes, ports } = deps
    get('', async (visit) => {
      // Its sandbox may be made by this, and is to be in the list.
      const first = visit.query.text('q') === '' ? await firstMinute(visit, deps) : undefined
      return visit.show(homePage, { title: 'Sandboxes', version: deps.version, first, ...groupsOf(visit, deps) })
    })

    post('/-/try', (visit) => trySignIn(visit, deps))

    get('/-/sandboxes/delete-unnamed', (visit) => {
      const count = sandboxes.listed().filter(({ isUnnamed }) => isUnnamed).length
      // Somebody else deleted them, or the page was open for long.
      if (count === 0) return visit.go('', homeNotices['unnamed-deleted'], 0)
      return confirm(visit, {
        heading:
          count === 1 ? 'Delete the sandbox that a test made?' : `Delete all ${count.toLocaleString('en-US')} sandboxes that tests made?`,
        lines: [
          'Nobody gave them a name when they were made: tests do so, to have a world each.',
          'Their apps, users, tokens and requests go with them. A test that runs now loses its own.',
        ],
        path: '/-/sandboxes/delete-unnamed',
        button: 'Delete all of these',
        back: '',
      })
    })
    post('/-/sandboxes/delete-unnamed', async (visit) => {
      const count = await ports.change([], () => sandboxes.deleteUnnamed())
      return visit.go('', homeNotices['unnamed-deleted'], count)
    })
  },
}

/** The vendors' sandboxes that are there, the default one first; those that somebody named; the vendors to come; those of tests. */
function groupsOf(visit: PageVisit, deps: DashboardDeps) {
  const { sandboxes } = deps
  const { query, base } = visit
  const search = query.text('q')
  const isFound = (...texts: readonly string[]) => texts.some((text) => text.toLowerCase().includes(search.toLowerCase()))
  const declared = new Set(sandboxes.declared.providers.map(({ id }) => id))
  const isBuiltIn = ({ name, provider }: ListedSandbox) => name === provider && !declared.has(name)
  const first = ({ name }: ListedSandbox) => (name === sandboxes.defaultName ? 0 : 1)

  const found = sandboxes
    .listed()
    .filter(({ name, company, vendor, hosts, vendorHosts }) => isFound(name, company, vendor, ...hosts, ...vendorHosts))
  const builtIn = found.filter(isBuiltIn).sort((a, b) => first(a) - first(b))
  const others = found.filter((one) => !isBuiltIn(one))
  const named = others.filter(({ isUnnamed }) => !isUnnamed)
  // The newest of those that tests made are looked for, if any.
  const unnamed = others.filter(({ isUnnamed }) => isUnnamed).reverse()
  const [own, tests] = [part(named, 'own'), part(unnamed, 'tests')]
  const sizes = sandboxes.sizes([...builtIn, ...own.shown, ...tests.shown].map(({ id }) => id))
  const card = (one: ListedSandbox) => cardOf(one, sizes.get(one.id), isBuiltIn(one), visit, deps)
  return {
    search,
    builtIn: builtIn.map(card),
    own: { total: named.length, cards: own.shown.map(card), pager: own.pager },
    unmade: sandboxes
      .unmade()
      .filter(({ id, name, hosts }) => isFound(id, name, ...(hosts ?? [])))
      .sort((a, b) => a.name.localeCompare(b.name, 'en'))
      .map((vendor) => vendorTile(vendor, visit, deps)),
    unnamed: { total: unnamed.length, cards: tests.shown.map(card), pager: tests.pager },
  }

  function part(all: readonly ListedSandbox[], group: 'own' | 'tests') {
    const heading = group === 'own' ? 'own' : 'unnamed'
    const pager = pagerOf(query.whole(group, 1, 1e9), all.length, perPage, (number) => `${base}${listed(query, group, number)}#${heading}`)
    return { shown: all.slice((pager.page - 1) * perPage, pager.page * perPage), pager }
  }
}

/** The query of this page with another page of a group. */
function listed(query: Fields, group: string, number: number): string {
  const kept = ['q', 'own', 'tests'].flatMap((name) => (query.text(name) === '' ? [] : [[name, query.text(name)]]))
  return `?${new URLSearchParams({ ...Object.fromEntries(kept), [group]: String(number) })}`
}

function cardOf(
  { name, company, vendor, provider, space }: ListedSandbox,
  size: SandboxSize | undefined,
  isBuiltIn: boolean,
  { root, request }: PageVisit,
  deps: DashboardDeps,
) {
  const { sandboxes } = deps
  const known = sandboxes.providers.get(provider)
  // A vendor that nobody needed since the start has no requests either.
  const requests = known === undefined ? 0 : (sandboxes.find(name)?.journal.size.entries ?? 0)
  const worlds = (size?.spaces ?? 0) + (space === '' ? 0 : 1)
  return {
    name,
    company,
    provider: vendor,
    href: `${basePath(name, root)}/apps`,
    base_url: baseUrlOf(name, request.raw, deps),
    contents: contentWords(size, requests).join(' · '),
    manageHref: `${basePath(name, root)}/manage`,
    hintsHref: `${basePath(name, root)}/hints`,
    examHref: `${basePath(name, root)}/exam`,
    /** `2 realms`, where there are such worlds. */
    spaces: known !== undefined && hasSpaces(known) ? countOf(worlds, spaceWord(known)) : undefined,
    isDefault: name === sandboxes.defaultName,
    avatar: avatar(isBuiltIn ? vendor : company, name),
  }
}

function vendorTile(
  { id, name, hosts: [host, ...more] = [] }: { id: string; name: string; hosts?: readonly string[] },
  { root, request }: PageVisit,
  deps: DashboardDeps,
) {
  return {
    name,
    href: `${basePath(id, root)}/apps`,
    base_url: baseUrlOf(id, request.raw, deps),
    /** `login.acme.example and 4 more`; absent where each customer has an address of his own. */
    hosts: host === undefined || more.length === 0 ? host : `${host} and ${more.length} more`,
    avatar: avatar(name, id),
  }
}
