import { typesOf } from '../../control/views/user.ts'
import { kindLabel } from '../../http/pages/pages.ts'
import { TakenError } from '../../oauth/model/directory.ts'
import type { User } from '../../oauth/model/records.ts'
import { suggestUsername } from '../../sandbox/generation.ts'
import type { Choice, Errors, FormState } from '../forms/form.ts'
import { noticesOf } from '../frame/notices.ts'
import { page } from '../frame/page.ts'
import { hasKids } from '../frame/vendor.ts'
import { part, type Visit } from '../frame/visit.ts'
import { userPath } from './user-card.ts'
import { check, emptyValues, takenText, type Values, valuesFrom, valuesOf } from './user-fields.ts'
import { userOf } from './users.ts'

const userFormPage = page<
  FormState & {
    heading: string
    action: string
    back: string
    isNew: boolean
    kinds: readonly Choice[]
    hasAge: boolean
    /** For a new user, whose apps are chosen at once. */
    apps: readonly Choice[]
    company: string
    disabled: boolean
    /** Where a friend or an app is taken away; absent for a new user. */
    removeAction?: string | undefined
    friends: readonly string[]
    ownedApps: readonly { id: string; name: string }[]
  }
>('user-form')

const notices = noticesOf({
  'user-saved': 'The user was saved.',
})

/** The form on which a user is made and changed. */
export const userFormPages = part({ notices }, ({ get, post }) => {
  get('/sandbox/users/new', (visit) => newForm(visit, { ...emptyValues(visit.sandbox), username: visit.query.text('username') }))
  post('/sandbox/users', (visit) => {
    const { sandbox, form } = visit
    const values = valuesOf(form)
    const checked = check(values, sandbox)
    if ('errors' in checked) return newForm(visit, values, checked.errors)
    const { directory, provider, clock } = sandbox
    const apps = directory.listApps().filter((app) => form.all('app').includes(app.app_id))
    try {
      const username = values.username || suggestUsername(sandbox)
      const draft = { ...checked.user, username, user_id: provider.ids.user_id(), created_at: clock.now(), apps, friends: [], parents: [] }
      directory.createUsers([draft])
      return visit.go(userPath({ username }), notices['user-saved'])
    } catch (error) {
      if (error instanceof TakenError) return newForm(visit, values, { username: takenText(values.username) })
      throw error
    }
  })

  get('/sandbox/users/:username/edit', (visit) => {
    const user = userOf(visit)
    return editForm(visit, user, valuesFrom(user))
  })
  post('/sandbox/users/:username/edit', (visit) => {
    const user = userOf(visit)
    const values = valuesOf(visit.form)
    const checked = check(values, visit.sandbox)
    const errors = 'errors' in checked ? checked.errors : values.username === '' ? { username: 'A username is needed.' } : undefined
    if (errors !== undefined || 'errors' in checked) return editForm(visit, user, values, errors)
    try {
      const changed = { ...user, ...checked.user, username: values.username, disabled: visit.form.has('disabled') }
      visit.sandbox.directory.updateUser(changed)
      return visit.go(userPath(changed), notices['user-saved'])
    } catch (error) {
      if (error instanceof TakenError) return editForm(visit, user, values, { username: takenText(values.username) })
      throw error
    }
  })
})

function newForm(visit: Visit, values: Values, errors: Errors = {}) {
  return userForm(visit, values, errors, { heading: 'New User', action: '/sandbox/users', back: '/sandbox', user: undefined })
}

function editForm(visit: Visit, user: User, values: Values, errors: Errors = {}) {
  const heading = `Edit @${user.username}`
  return userForm(visit, values, errors, { heading, action: `${userPath(user)}/edit`, back: userPath(user), user })
}

function userForm(
  visit: Visit,
  values: Values,
  errors: Errors,
  { heading, action, back, user }: { heading: string; action: string; back: string; user: User | undefined },
) {
  const { sandbox, base, form } = visit
  const again = Object.keys(errors).length > 0
  const apps = sandbox.directory.listApps()
  const isChosen = (app_id: string) => !again || form.all('app').includes(app_id)
  const owned = user === undefined ? [] : sandbox.directory.appsOf(user)
  const friends = user === undefined ? [] : sandbox.directory.friendsOf(user)
  return visit.show(
    userFormPage,
    {
      title: heading,
      heading,
      action: base + action,
      back: base + back,
      values,
      errors,
      isNew: user === undefined,
      kinds: typesOf(sandbox.provider).map((kind): Choice => ({ value: kind, label: kindLabel(kind), chosen: kind === values.type })),
      hasAge: hasKids(sandbox.provider),
      apps: user === undefined ? apps.map((app) => ({ value: app.app_id, label: app.name, chosen: isChosen(app.app_id) })) : [],
      company: sandbox.company,
      disabled: again ? form.has('disabled') : user?.disabled === true,
      removeAction: user && `${base}${userPath(user)}/remove`,
      friends: friends.map((friend) => friend.username),
      ownedApps: owned.map((app) => ({ id: app.app_id, name: app.name })),
    },
    again ? 400 : 200,
  )
}
