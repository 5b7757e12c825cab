import { sameSecret } from '../../basics/random.ts'
import { blankUser, TakenError } from '../../oauth/model/directory.ts'
import type { User } from '../../oauth/model/records.ts'
import type { AccountForm, AccountOutcome, AccountPage, AccountPages, AccountVisit } from '../account-pages.ts'
import type { NewUserErrors, NewUserField, NewUserValues } from '../new-user.ts'
import type { OwnSpace } from '../own-spaces.ts'
import { newUuid } from './ids.ts'
import { RealmData } from './realm/data.ts'
import { registrationRefused } from './registration-refused.ts'
import { signOut } from './sessions.ts'
import { hasDone, todoOf, verifyProfile } from './todo.ts'

const realm = '/realms/{realm}'
const specify = 'Please specify this field.'

const profileRows: NewUserField[][] = [
  [{ name: 'email', label: 'Email', autocomplete: 'email' }],
  [{ name: 'firstName', label: 'First name', autocomplete: 'given-name' }],
  [{ name: 'lastName', label: 'Last name', autocomplete: 'family-name' }],
]

const secret = (name: string, label: string): NewUserField => ({ name, label, kind: 'password', autocomplete: 'new-password' })

const form = (id: string, submit: AccountForm['submit'], more: Partial<AccountForm> = {}): AccountForm => ({
  id,
  submit,
  error_id: 'input-error-',
  ...more,
})

const cancel = { text: 'Cancel', name: 'cancel-aia', value: 'true' }

/** A profile as it was typed. */
function typedProfile(values: NewUserValues) {
  const typed = (name: string) => values[name]?.trim() ?? ''
  return { email: (values.email ?? '').toLowerCase(), first_name: typed('firstName'), last_name: typed('lastName') }
}

/** What is wrong with a profile. @param own whose it is */
function profileErrors(values: NewUserValues, { store }: OwnSpace, own?: User): NewUserErrors {
  const { email, first_name, last_name } = typedProfile(values)
  const errors: NewUserErrors = {}
  const sharing = store.findUserByEmail(email)
  if (email === '') errors.email = own === undefined ? 'Please specify email.' : `Please specify email. ${specify}`
  else if (!/^[^@\s]+@[^@\s]+$/.test(email)) errors.email = 'Invalid email address.'
  else if (sharing !== undefined && sharing.row !== own?.row) errors.email = 'Email already exists.'
  if (first_name === '') errors.firstName = specify
  if (last_name === '') errors.lastName = specify
  return errors
}

function refused(errors: NewUserErrors): AccountOutcome | undefined {
  const all = Object.entries(errors).map(([field, problem]) => `${field}: ${problem}`)
  return all.length === 0 ? undefined : { errors, explanation: all.join(' ') }
}

/** A page for something that a user has to do, or that a client asks him to (`kc_action`). */
function actionPage(
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
      const { note = '', ...beginning } = page.begin?.(visit) ?? {}
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

const pathOf = (action: string) => `${realm}/login-actions/required-action?execution=${action}`
const todoIn = (user: User, { space, documents, settings }: OwnSpace) => todoOf(user, new RealmData(space, documents), settings)

/** A page for one's profile. */
function profilePage(action: string, begin: AccountPage['begin']): AccountPage {
  const page = {
    heading: 'Update Account Information',
    rows: profileRows,
    first: 'email',
    form: form('kc-update-profile-form', { text: 'Submit' }, { cancel }),
    begin: (visit: AccountVisit) => {
      const { email = '', first_name = '', last_name = '' } = visit.user ?? {}
      return { values: { email: email ?? '', firstName: first_name, lastName: last_name }, ...begin?.(visit) }
    },
  }
  return actionPage(action, page, (values, user, { world }) => {
    const problem = refused(profileErrors(values, world, user))
    if (problem !== undefined) return problem
    const changed = { ...user, ...typedProfile(values) }
    world.directory.updateUser(changed)
    const data = new RealmData(world.space, world.documents)
    if (changed.email !== user.email) data.saveUser(changed, { ...data.user(changed), emailVerified: false })
    return { user: changed }
  })
}

const updateProfile = profilePage('UPDATE_PROFILE', () => ({ note: 'You need to update your user profile to activate your account.' }))

const missingProfile = profilePage(verifyProfile, ({ user }) => {
  const lacks = { email: user?.email, firstName: user?.first_name, lastName: user?.last_name }
  const missing = Object.entries(lacks).flatMap(([name, value]) => (value ? [] : [[name, specify]]))
  return { errors: Object.fromEntries(missing) }
})

const updatePassword = actionPage(
  'UPDATE_PASSWORD',
  {
    heading: 'Update password',
    rows: [[secret('password-new', 'New Password')], [secret('password-confirm', 'Confirm password')]],
    first: 'password-new',
    form: form(
      'kc-passwd-update-form',
      { text: 'Submit', id: 'kc-submit', name: 'login', value: 'Submit' },
      { box: { name: 'logout-sessions', label: 'Sign out from other devices' }, cancel: { ...cancel, id: 'kc-cancel' } },
    ),
    begin: () => ({ note: 'You need to change your password to activate your account.' }),
  },
  (values, user, { world, session }) => {
    const { 'password-new': password = '', 'password-confirm': again } = values
    const errors = { ...(password === '' ? { 'password-new': 'Please specify password.' } : {}) }
    const problem = refused(
      password === '' || sameSecret(password, again ?? '') ? errors : { 'password-confirm': "Passwords don't match." },
    )
    if (problem !== undefined) return problem
    const changed = { ...user, password }
    world.directory.updateUser(changed)
    const data = new RealmData(world.space, world.documents)
    data.saveUser(changed, { ...data.user(changed), password: { id: newUuid(), createdDate: world.clock.now() } })
    if (values['logout-sessions'] !== undefined) signOut(world, changed, session?.sid)
    return { user: changed }
  },
)

/** Where users register themselves, by a link of the sign-in page or one of the client's. */
const registration: AccountPage = {
  path: `${realm}/protocol/openid-connect/registrations`,
  link: 'Register',
  joins: true,
  heading: 'Register',
  rows: [
    [{ name: 'username', label: 'Username', is_username: true, autocomplete: 'username' }],
    [secret('password', 'Password')],
    [secret('password-confirm', 'Confirm password')],
    ...profileRows,
  ],
  first: 'username',
  form: form('kc-register-form', { text: 'Register' }),
  refuses: registrationRefused,
  submit(values, { world }) {
    const username = values.username?.toLowerCase() ?? ''
    const { password = '', 'password-confirm': again } = values
    const errors = profileErrors(values, world)
    if (username === '') errors.username = 'Please specify username.'
    else if (username.length < 3 || username.length > 255) errors.username = 'Length must be between 3 and 255.'
    else if (world.store.findUser(username) !== undefined) errors.username = 'Username already exists.'
    if (password === '') errors.password = 'Please specify password.'
    else if (!sameSecret(password, again ?? '')) errors['password-confirm'] = "Password confirmation doesn't match."
    const problem = refused(errors)
    if (problem !== undefined) return problem
    const made = { user_id: newUuid(), username, password, created_at: world.clock.now(), apps: world.directory.listApps() }
    try {
      const [user] = world.directory.createUsers([{ ...blankUser, ...typedProfile(values), ...made }])
      if (user === undefined) throw new Error('the user was not made')
      const data = new RealmData(world.space, world.documents)
      data.saveUser(user, { ...data.user(user), emailVerified: false, password: { id: newUuid(), createdDate: made.created_at } })
      return { user }
    } catch (error) {
      if (!(error instanceof TakenError)) throw error
      return { errors: { username: 'Username already exists.' }, explanation: error.message }
    }
  },
}

const actions = { UPDATE_PROFILE: updateProfile, UPDATE_PASSWORD: updatePassword, [verifyProfile]: missingProfile }

/** The vendor's pages beside its sign-in. */
export const keycloakAccountPages: AccountPages = {
  pages: [registration, ...Object.values(actions)],
  refused_status: 200,
  always: true,
  instead(user, world, { parameters = {} }) {
    const { kc_action = '', kc_action_status } = parameters
    const asked = kc_action_status === undefined && kc_action !== verifyProfile ? [kc_action] : []
    const action = [...todoIn(user, world), ...asked].find((one) => one in actions)
    return action && pathOf(action)
  },
}
