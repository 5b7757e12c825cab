import type { Route } from '../../provider.ts'
import { requiredActions } from '../realm/required-actions.ts'
import { type AdminCall, adminRoute, json, notFound } from './call.ts'

const path = '/authentication/required-actions'

function actionOf(call: AdminCall) {
  const alias = call.part('alias')
  const found = requiredActions(call.realm).find((one) => one.alias === alias)
  if (found === undefined) throw notFound('Failed to find required action', `There is no required action '${alias}'`)
  return found
}

/** What users can be made to do. */
export const requiredActionRoutes: readonly Route[] = [
  adminRoute('GET', path, ['view-realm', 'manage-realm'], ({ realm }) => json(requiredActions(realm))),
  adminRoute('GET', `${path}/:alias`, ['view-realm', 'manage-realm'], (call) => json(actionOf(call))),
  adminRoute('PUT', `${path}/:alias`, ['manage-realm'], (call) => {
    const { alias } = actionOf(call)
    const { realm, body } = call
    const changed = requiredActions(realm).map((one) => (one.alias === alias ? { ...one, ...body, alias } : one))
    realm.settings = { ...realm.settings, requiredActions: changed }
    return undefined
  }),
]
