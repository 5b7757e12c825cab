import { PageError } from '../../oauth/model/errors.ts'
import type { Context } from '../../oauth/realm/context.ts'
import { realmDataOf } from './realm-data-of.ts'

/** Why users may not register themselves; undefined where they may. */
export function registrationRefused(context: Context): PageError | undefined {
  if (realmDataOf(context).settings.registrationAllowed === true) return undefined
  return new PageError('access_denied', 'Registration not allowed', 'registrationAllowed of the realm is false')
}
