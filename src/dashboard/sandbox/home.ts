import type { FastifyRequest } from 'fastify'
import { addressesOf } from '../../control/addresses.ts'
import { avatar } from '../../http/pages/views.ts'
import type { DashboardDeps } from '../deps.ts'
import { basePath } from '../frame/frame.ts'
import type { DashboardViews } from '../frame/views.ts'

/** All sandboxes, the default one first. */
export async function homePage(request: FastifyRequest, deps: DashboardDeps): Promise<DashboardViews['home']> {
  const { sandboxes, version } = deps
  const first = (name: string) => (name === sandboxes.defaultName ? 0 : 1)
  const list = sandboxes.list().sort((a, b) => first(a.name) - first(b.name))
  return {
    version,
    sandboxes: await Promise.all(
      list.map(async (sandbox) => ({
        name: sandbox.name,
        company: sandbox.company,
        provider: sandbox.provider.name,
        href: `${basePath(sandbox)}/apps`,
        base_url: addressesOf(sandbox, request.raw, deps).base_url,
        apps: (await sandbox.directory.listApps()).length,
        users: await sandbox.directory.countUsers(),
        isDefault: sandbox.name === sandboxes.defaultName,
        avatar: avatar(sandbox.company, sandbox.name),
      })),
    ),
  }
}
