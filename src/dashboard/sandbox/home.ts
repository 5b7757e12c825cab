/**
 * In this room: pages about sandboxes as a whole: the list of them, settings, analytics, approvals, help.
 * Elsewhere: apps and users, which have rooms of their own.
 */

import type { FastifyRequest } from 'fastify'
import { addressesOf, baseUrlOf } from '../../control/addresses.ts'
import { avatar } from '../../http/pages/views.ts'
import { hasMadeUpName } from '../../sandbox/new-sandbox.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import { placeOf } from '../access/place.ts'
import type { DashboardDeps } from '../deps.ts'
import { Fields } from '../forms/fields.ts'
import { basePath } from '../frame/frame.ts'
import { page } from '../frame/page.ts'
import { hasSpaces, spaceWord } from '../frame/vendor.ts'

/** How many of the sandboxes are listed to which nobody gave a name. */
const shownUnnamed = 24

/**
 * All sandboxes, or those that are looked for: the vendors' that are there, the default one first; those that somebody named; the
 * vendors whose sandbox is made when it is first asked for; and those without a name of their own, which tests make by the hundred.
 */
export async function homeModel(request: FastifyRequest, deps: DashboardDeps) {
  const { sandboxes, version } = deps
  const { root } = placeOf(request.raw, deps)
  const search = new Fields(request.query).text('q')
  const isFound = (...texts: readonly string[]) => texts.some((text) => text.toLowerCase().includes(search.toLowerCase()))
  const href = (name: string) => `${basePath(name, root)}/apps`
  const card = (sandbox: Sandbox) => ({
    name: sandbox.name,
    company: sandbox.company,
    provider: sandbox.provider.name,
    href: href(sandbox.name),
    base_url: addressesOf(sandbox, request.raw, deps).base_url,
    apps: countOf(sandbox.directory.listApps().length, 'app'),
    users: countOf(sandbox.directory.countUsers(), 'user'),
    /** `2 realms`, where there are such worlds; apps and users are those of the first. */
    spaces: hasSpaces(sandbox.provider) ? countOf(sandbox.spaces.list().length, spaceWord(sandbox.provider)) : undefined,
    isDefault: sandbox.name === sandboxes.defaultName,
    avatar: avatar(isBuiltIn(sandbox) ? sandbox.provider.name : sandbox.company, sandbox.name),
  })

  const all = await sandboxes.all()
  const declared = new Set(sandboxes.declared.sandboxes.map(({ name }) => name))
  const declaredProviders = new Set(sandboxes.declared.providers.map(({ id }) => id))
  const isUnnamed = (one: Sandbox) => hasMadeUpName(one) && !declared.has(one.name)
  const isBuiltIn = ({ name, provider }: Sandbox) => name === provider.id && !declaredProviders.has(name)
  const first = ({ name }: Sandbox) => (name === sandboxes.defaultName ? 0 : 1)

  const found = all.filter(({ name, company, provider, hosts }) =>
    isFound(name, company, provider.name, ...hosts, ...(provider.hosts ?? [])),
  )
  const unnamed = found.filter(isUnnamed).reverse()
  return {
    title: 'Sandboxes',
    version,
    search,
    builtIn: found
      .filter(isBuiltIn)
      .sort((a, b) => first(a) - first(b))
      .map(card),
    own: found.filter((one) => !isBuiltIn(one) && !isUnnamed(one)).map(card),
    unmade: sandboxes
      .unmade()
      .filter(({ id, name, hosts }) => isFound(id, name, ...(hosts ?? [])))
      .sort((a, b) => a.name.localeCompare(b.name, 'en'))
      .map(({ id, name, hosts: [host, ...more] = [] }) => ({
        name,
        href: href(id),
        base_url: baseUrlOf(id, request.raw, deps),
        /** `login.acme.example and 4 more`; absent where each customer has an address of his own. */
        hosts: host === undefined || more.length === 0 ? host : `${host} and ${more.length} more`,
        avatar: avatar(name, id),
      })),
    /** The newest of them. */
    unnamed: unnamed.slice(0, shownUnnamed).map(({ name }) => ({ name, href: href(name) })),
    countUnnamed: unnamed.length,
  }
}

function countOf(count: number, word: string): string {
  return `${count.toLocaleString('en-US')} ${word}${count === 1 ? '' : 's'}`
}

export const homePage = page<Awaited<ReturnType<typeof homeModel>>>('home')
