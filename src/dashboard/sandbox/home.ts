/**
 * In this room: pages about sandboxes as a whole: the list of them, settings, analytics, approvals, help.
 * Elsewhere: apps and users, which have rooms of their own.
 */

import type { FastifyRequest } from 'fastify'
import { addressesOf, baseUrlOf } from '../../control/addresses.ts'
import { avatar } from '../../http/pages/views.ts'
import { placeOf } from '../access/place.ts'
import type { DashboardDeps } from '../deps.ts'
import { basePath } from '../frame/frame.ts'
import { page } from '../frame/page.ts'
import { hasSpaces, spaceWord } from '../frame/vendor.ts'

/** All sandboxes, the default one first, and the vendors whose sandbox is made when it is first asked for. */
export async function homeModel(request: FastifyRequest, deps: DashboardDeps) {
  const { sandboxes, version } = deps
  const { root } = placeOf(request.raw, deps)
  const first = (name: string) => (name === sandboxes.defaultName ? 0 : 1)
  const list = (await sandboxes.all()).sort((a, b) => first(a.name) - first(b.name))
  return {
    title: 'Sandboxes',
    version,
    sandboxes: list.map((sandbox) => ({
      name: sandbox.name,
      company: sandbox.company,
      provider: sandbox.provider.name,
      href: `${basePath(sandbox.name, root)}/apps`,
      base_url: addressesOf(sandbox, request.raw, deps).base_url,
      apps: sandbox.directory.listApps().length,
      users: sandbox.directory.countUsers(),
      /** `2 realms`, where there are such worlds; apps and users are those of the first. */
      spaces: hasSpaces(sandbox.provider) ? countOf(sandbox.spaces.list().length, spaceWord(sandbox.provider)) : undefined,
      isDefault: sandbox.name === sandboxes.defaultName,
      avatar: avatar(sandbox.company, sandbox.name),
    })),
    unmade: sandboxes.unmade().map(({ id, name }) => ({
      name,
      href: `${basePath(id, root)}/apps`,
      base_url: baseUrlOf(id, request.raw, deps),
    })),
  }
}

function countOf(count: number, word: string): string {
  return `${count.toLocaleString('en-US')} ${word}${count === 1 ? '' : 's'}`
}

export const homePage = page<Awaited<ReturnType<typeof homeModel>>>('home')
