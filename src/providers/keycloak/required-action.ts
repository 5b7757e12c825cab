import type { User } from '../../oauth/model/records.ts'
import type { AccountForm, AccountOutcome, AccountPage, AccountVisit } from '../account-pages.ts'
import type { NewUserErrors, NewUserValues } from '../new-user.ts'
import type { OwnSpace } from '../own-spaces.ts'
import { RealmData } from './realm/data.ts'
import { hasDone, todoOf } from './todo.ts'

/** A form of the vendor's. */
export const form = (id: string | undefined, submit: AccountForm['submit'], more: Partial<AccountForm> = {}): AccountForm => ({
  id,
  submit,
  error_id: 'input-error-',
  ...more,
})

/** Leaves what a client asked for undone. */
export const cancel = { text: 'Cancel', name: 'cancel-aia', value: 'true' }

/** What was wrong with a form; undefined when nothing was. */
export function refused(errors: NewUserErrors): AccountOutcome | undefined {
  const all = Object.entries(errors).map(([field, problem]) => `${field}: ${problem}`)
  return all.length === 0 ? undefined : { errors, explanation: all.join(' ') }
}

/** A page for something that a user has to do, or that a client asks him to (`kc_action`). */
export function actionPage(
  action: string,
  page: Omit<AccountPage, 'path' | 'submit' | 'after_password'>,
  submit: (values: NewUserValues, user: User, visit: AccountVisit) => AccountOutcome,
): AccountPage {
  const asked = ({ request, user, world }: AccountVisit) =>
    request.parameters?.kc_action === action && !(user !== undefined && todoIn(user, world).includes(action))
  return {
    ...page,
    path: pathOf(action),
    after_password: true,
    begin(visit) {
      const begun = page.begin?.(visit, {}) ?? {}
      if ('user' in begun) return begun
      const { note = '', ...beginning } = begun
      return { ...beginning, ...(asked(visit) ? { optional: true } : { note }) }
    },
    submit(values, visit) {
      const { user, request, world } = visit
      if (user === undefined) throw new Error('nobody gave a password')
      if (asked(visit) && values[cancel.name] !== undefined) return { user, noted: { kc_action_status: 'cancelled' } }
      const outcome = submit(values, user, visit)
      if (!('user' in outcome)) return outcome
      hasDone(outcome.user, action, new RealmData(world.space, world.documents))
      return request.parameters?.kc_action === action ? { ...outcome, noted: { kc_action_status: 'success' } } : outcome
    },
  }
}

/** Where the page of an action is. */
export const pathOf = (action: string) => `/realms/{realm}/login-actions/required-action?execution=${action}`
/** What a user has to do. */
export const todoIn = (user: User, { space, documents, settings }: OwnSpace) => todoOf(user, new RealmData(space, documents), settings)
