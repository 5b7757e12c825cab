import { createHash } from 'node:crypto'
import type { Documents } from '../../oauth/model/documents.ts'
import type { App, User } from '../../oauth/model/records.ts'
import { scopes } from '../../oauth/model/scope.ts'
import type { ConsentQuestions } from '../consent-questions.ts'
import { appleSettings } from './settings.ts'

/** What a user chose to tell an app when he first signed in to it. */
interface Account {
  first_name: string
  last_name: string
  /** The app knows a relay address in place of the user's own. */
  hides_email: boolean
  /** The app was told, which it is once. */
  told?: true
}

const kindIn = (documents: Documents) => documents.kind<Account>('account')
const key = 'account'

/** A user's account with an app; one who was not asked shares what he has, unless his claim `hides_email` is true. */
export function accountOf(user: User, app: App, documents: Documents): Account {
  const { first_name, last_name, claims } = user
  return kindIn(documents).get(key, { app, user }) ?? { first_name, last_name, hides_email: claims.hides_email === true }
}

/** Gives whether the app was told for the first time now. */
export function tellOnce(user: User, app: App, documents: Documents): boolean {
  const account = accountOf(user, app, documents)
  if (account.told === true) return false
  kindIn(documents).put(key, { ...account, told: true }, { app, user })
  return true
}

/** The user leaves the app: the next sign-in is the first one again. */
export function forget(user: User, app: App, documents: Documents): void {
  kindIn(documents).delete(key, { app, user })
}

/** The address at which a user hides from all apps of a team. */
export function relayAddress({ user_id }: User, team_id: string): string {
  const hash = createHash('sha256').update(`${team_id} ${user_id}`).digest()
  const characters = 'abcdefghijklmnopqrstuvwxyz0123456789'
  return `${[...hash.subarray(0, 10)].map((byte) => characters[byte % characters.length]).join('')}@privaterelay.appleid.com`
}

/** The address that an app knows; undefined for a user who has none. */
export function emailFor(
  user: User,
  app: App,
  { documents, settings }: Parameters<ConsentQuestions['of']>[0]['realm'],
): string | undefined {
  if (user.email === null) return undefined
  return accountOf(user, app, documents).hides_email ? relayAddress(user, appleSettings.of(settings).team_id) : user.email
}

const share = 'share'
const hide = 'hide'

/** At the first sign-in the user may edit his name, and hides his address or does not. */
export const appleQuestions: ConsentQuestions = {
  of({ user, client: { app }, scope, realm }) {
    const account = accountOf(user, app, realm.documents)
    if (account.told === true) return []
    const asked = scopes(scope)
    const name = [
      { name: 'firstName', label: 'First name', value: account.first_name },
      { name: 'lastName', label: 'Last name', value: account.last_name },
    ]
    const email = {
      name: 'email',
      label: 'Email',
      value: account.hides_email ? hide : share,
      choices: [
        { value: share, label: 'Share My Email' },
        { value: hide, label: 'Hide My Email' },
      ],
    }
    return [...(asked.includes('name') ? name : []), ...(asked.includes('email') && user.email !== null ? [email] : [])]
  },
  answered({ firstName, lastName, email }, { user, client: { app }, realm }) {
    const account = accountOf(user, app, realm.documents)
    const { first_name, last_name, hides_email } = account
    const answered = {
      first_name: firstName ?? first_name,
      last_name: lastName ?? last_name,
      hides_email: email === undefined ? hides_email : email === hide,
    }
    kindIn(realm.documents).put(key, { ...account, ...answered }, { app, user })
  },
}
