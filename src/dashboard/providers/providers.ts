/**
 * In this room: providers: which there are, one's own as they were declared, and what other servers' documents make.
 * Elsewhere: how a declaration is read (`config/`), and what is done with one (`control/input/`).
 */

import { avatar } from '../../http/pages/views.ts'
import type { OutsidePart } from '../frame/outside.ts'
import { page } from '../frame/page.ts'
import { countOf } from '../sandboxes/contents.ts'

const providersPage = page<{
  own: readonly { id: string; title: string; href: string; says: string }[]
  builtIn: readonly { title: string; href: string; says: string; avatar: ReturnType<typeof avatar> }[]
}>('providers')

/** Whom sandboxes can speak as. */
export const providersPages: OutsidePart = {
  routes({ get, deps }) {
    get('/-/providers', (visit) => {
      const { sandboxes, declarations } = deps
      const declared = new Set(sandboxes.declared.providers.map(({ id }) => id))
      const all = sandboxes.vendorNames()
      const speaking = Map.groupBy(sandboxes.listed(), ({ provider }) => provider)
      const count = (id: string) => countOf(speaking.get(id)?.length ?? 0, 'sandbox')
      const own = all.filter(({ id }) => declared.has(id))
      return visit.show(providersPage, {
        title: 'Providers',
        own: own.map(({ id, name }) => ({
          id,
          title: name,
          href: `${visit.base}/-/providers/${id}`,
          says: `${count(id)} · ${declarations.isConfigured(id) ? 'from the config file' : 'until grantbox ends'}`,
        })),
        builtIn: all
          .filter(({ id }) => !declared.has(id))
          .map(({ id, name }) => ({
            title: name,
            href: `${visit.base}/-/sandboxes/new?provider=${id}`,
            says: count(id),
            avatar: avatar(name, id),
          })),
      })
    })
  },
}
