import { sameSecret } from '../../basics/random.ts'
import { blankUser, TakenError } from '../../oauth/model/directory.ts'
import type { User } from '../../oauth/model/records.ts'
import type { AccountPage, AccountPages, AccountVisit } from '../account-pages.ts'
import type { NewUserErrors, NewUserField, NewUserValues } from '../new-user.ts'
import type { OwnSpace } from '../own-spaces.ts'
import { newUuid } from './ids.ts'
import { hasOtp } from './otp.ts'
import { configureTotp, otpPage, otpShown } from './otp-pages.ts'
import { RealmData } from './realm/data.ts'
import { enabledActions } from './realm/required-actions.ts'
import { registrationRefused } from './registration-refused.ts'
import { actionPage, cancel, form, pathOf, refused, todoIn } from './required-action.ts'
import { signOut } from './sessions.ts'
import { terms } from './terms.ts'
import { verifyProfile } from './todo.ts'
import { emailLink, verifyEmail } from './verify-email.ts'

const realm = '/realms/{realm}'
const specify = 'Please specify this field.'

const profileRows: NewUserField[][] = [
  [{ name: 'email', label: 'Email', autocomplete: 'email' }],
  [{ name: 'firstName', label: 'First name', autocomplete: 'given-name' }],
  [{ name: 'lastName', label: 'Last name', autocomplete: 'family-name' }],
]

const secret = (name: string, label: string): NewUserField => ({ name, label, kind: 'password', autocomplete: 'new-password' })

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

/** A page for one's profile. */
function profilePage(action: string, begin: AccountPage['begin']): AccountPage {
  const page = {
    heading: 'Update Account Information',
    rows: profileRows,
    first: 'email',
    form: form('kc-update-profile-form', { text: 'Submit' }, { cancel }),
    begin: (visit: AccountVisit) => {
      const { email = '', first_name = '', last_name = '' } = visit.user ?? {}
      return { values: { email: email ?? '', firstName: first_name, lastName: last_name }, ...begin?.(visit, {}) }
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

const actions: Readonly<Record<string, AccountPage>> = {
  TERMS_AND_CONDITIONS: terms,
  UPDATE_PROFILE: updateProfile,
  VERIFY_EMAIL: verifyEmail,
  CONFIGURE_TOTP: configureTotp,
  UPDATE_PASSWORD: updatePassword,
  [verifyProfile]: missingProfile,
}

/** What clients may ask users for. */
const askable: readonly string[] = ['UPDATE_PROFILE', 'CONFIGURE_TOTP', 'UPDATE_PASSWORD']

/** The vendor's pages beside its sign-in. */
export const keycloakAccountPages: AccountPages = {
  pages: [registration, otpPage, emailLink, ...Object.values(actions)],
  refused_status: 200,
  always: true,
  instead(user, world, { parameters = {} }, _space, is_signed_in) {
    const { kc_action = '', kc_action_status, second_factor } = parameters
    if (!is_signed_in && second_factor !== otpShown.second_factor && hasOtp(user, world)) return otpPage.path
    const asked = kc_action_status === undefined && askable.includes(kc_action) ? [kc_action] : []
    const wanted = [...todoIn(user, world), ...asked]
    const action = enabledActions(world).find((one) => wanted.includes(one) && one in actions)
    return action && pathOf(action)
  },
}
