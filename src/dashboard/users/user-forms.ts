import { closest } from '../../basics/closest.ts'
import { Problem } from '../../control/problem.ts'
import { typesOf } from '../../control/views/user.ts'
import { TakenError } from '../../oauth/model/directory.ts'
import type { User } from '../../oauth/model/records.ts'
import { suggestUsername } from '../../sandbox/generation.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import type { Fields } from '../forms/fields.ts'
import { problemsIn } from '../forms/form-check.ts'
import type { Choice } from '../frame/choice.ts'
import { hasKids } from '../frame/vendor.ts'
import type { Part, Visit } from '../frame/visit.ts'
import { kindLabel, nameOf, userPath } from './user-card.ts'
import { userOf } from './users.ts'

const section = 'Sandbox'

const fields = ['username', 'first_name', 'last_name', 'email', 'type', 'age', 'password', 'claims'] as const
type Values = Record<(typeof fields)[number], string>
type Errors = Readonly<Record<string, string>>

/** The forms on which a user is made, changed and tied to others. */
export const userFormPages: Part = ({ get, post }) => {
  get('/sandbox/users/new', async (visit) => newForm(visit, emptyValues(visit.sandbox)))
  post('/sandbox/users', async (visit) => {
    const { sandbox, form } = visit
    const values = valuesOf(form)
    const checked = check(values, sandbox)
    if ('errors' in checked) return newForm(visit, values, checked.errors)
    const { directory, provider, clock } = sandbox
    const apps = (await directory.listApps()).filter((app) => form.all('app').includes(app.app_id))
    try {
      const username = values.username || (await suggestUsername(sandbox))
      const draft = { ...checked.user, username, user_id: provider.ids.user_id(), created_at: clock.now(), apps, friends: [], parents: [] }
      await directory.createUsers([draft])
      return visit.go(userPath({ username }), 'user-saved')
    } catch (error) {
      if (error instanceof TakenError) return newForm(visit, values, { username: takenText(values.username) })
      throw error
    }
  })

  get('/sandbox/users/:username/edit', async (visit) => {
    const user = await userOf(visit)
    return editForm(visit, user, valuesFrom(user))
  })
  post('/sandbox/users/:username/edit', async (visit) => {
    const user = await userOf(visit)
    const values = valuesOf(visit.form)
    const checked = check(values, visit.sandbox)
    const errors = 'errors' in checked ? checked.errors : values.username === '' ? { username: 'A username is needed.' } : undefined
    if (errors !== undefined || 'errors' in checked) return editForm(visit, user, values, errors)
    try {
      const changed = { ...user, ...checked.user, username: values.username, disabled: visit.form.has('disabled') }
      await visit.sandbox.directory.updateUser(changed)
      return visit.go(userPath(changed), 'user-saved')
    } catch (error) {
      if (error instanceof TakenError) return editForm(visit, user, values, { username: takenText(values.username) })
      throw error
    }
  })

  get('/sandbox/users/:username/add/friend', async (visit) => friendForm(visit, await userOf(visit)))
  post('/sandbox/users/:username/add/friend', async (visit) => {
    const { sandbox, form } = visit
    const user = await userOf(visit)
    const name = form.text('friend').replace(/^@/, '')
    const friend = await sandbox.directory.findUser(name)
    const error = friend === undefined ? await nobodyText(name, sandbox) : friendProblem(user, friend)
    if (friend === undefined || error !== undefined) return friendForm(visit, user, { value: name, error: error ?? '' })
    await sandbox.directory.addFriend(user, friend)
    return visit.go(userPath(user), 'friend-added')
  })

  get('/sandbox/users/:username/add/app', async (visit) => {
    const { sandbox, base } = visit
    const user = await userOf(visit)
    const had = (await sandbox.directory.appsOf(user)).map((app) => app.row)
    const others = (await sandbox.directory.listApps()).filter((app) => !had.includes(app.row))
    return visit.page('add-app', {
      title: 'Add an app',
      section,
      username: user.username,
      action: `${base}${userPath(user)}/add/app`,
      back: `${base}${userPath(user)}`,
      apps: others.map((app, index) => ({ value: app.app_id, label: app.name, chosen: index === 0 })),
    })
  })
  post('/sandbox/users/:username/add/app', async (visit) => {
    const user = await userOf(visit)
    const app = await visit.sandbox.directory.findApp(visit.form.text('app'))
    if (app === undefined) throw new Problem(404, 'There is no such app')
    await visit.sandbox.directory.addApp(user, app)
    return visit.go(userPath(user), 'user-app-added')
  })

  get('/sandbox/users/:username/add/kid', async (visit) => {
    const user = await userOf(visit)
    return kidForm(visit, user, { username: '', first_name: '', last_name: user.last_name, age: '' })
  })
  post('/sandbox/users/:username/add/kid', addKid)
}

async function addKid(visit: Visit) {
  const { sandbox, form } = visit
  const { directory, provider, clock } = sandbox
  const parent = await userOf(visit)
  const values = { ...emptyValues(sandbox), ...valuesOf(form), type: 'kid' }
  const checked = check(values, sandbox)
  const errors = {
    ...('errors' in checked ? checked.errors : {}),
    ...(values.first_name === '' && { first_name: 'A first name is needed.' }),
    ...(!/^\d+$/.test(values.age) || Number(values.age) > 17 ? { age: 'A kid is 0 to 17 years old.' } : {}),
  }
  if ('errors' in checked || Object.keys(errors).length > 0) return kidForm(visit, parent, values, errors)
  try {
    await directory.createUsers([
      {
        ...checked.user,
        username: values.username || (await suggestUsername(sandbox)),
        user_id: provider.ids.user_id(),
        email: `${lettersOf(values.first_name)}.${lettersOf(values.last_name)}@example.com`,
        created_at: clock.now(),
        apps: await directory.appsOf(parent),
        friends: [],
        parents: [parent.username],
      },
    ])
  } catch (error) {
    if (error instanceof TakenError) return kidForm(visit, parent, values, { username: takenText(values.username) })
    throw error
  }
  return visit.go(userPath(parent), 'kid-added')
}

function newForm(visit: Visit, values: Values, errors: Errors = {}) {
  return userForm(visit, values, errors, { heading: 'New User', action: '/sandbox/users', back: '/sandbox', user: undefined })
}

function editForm(visit: Visit, user: User, values: Values, errors: Errors = {}) {
  const heading = `Edit @${user.username}`
  return userForm(visit, values, errors, { heading, action: `${userPath(user)}/edit`, back: userPath(user), user })
}

async function userForm(
  visit: Visit,
  values: Values,
  errors: Errors,
  { heading, action, back, user }: { heading: string; action: string; back: string; user: User | undefined },
) {
  const { sandbox, base, form } = visit
  const again = Object.keys(errors).length > 0
  const apps = await sandbox.directory.listApps()
  const isChosen = (app_id: string) => !again || form.all('app').includes(app_id)
  const owned = user === undefined ? [] : await sandbox.directory.appsOf(user)
  const friends = user === undefined ? [] : await sandbox.directory.friendsOf(user)
  return visit.page(
    'user-form',
    {
      title: heading,
      section,
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

function friendForm(visit: Visit, user: User, refused?: { value: string; error: string }) {
  const { base } = visit
  const model = { username: user.username, action: `${base}${userPath(user)}/add/friend`, back: `${base}${userPath(user)}`, refused }
  return visit.page('add-friend', { title: 'Add a friend', section, ...model }, refused === undefined ? 200 : 400)
}

function kidForm(visit: Visit, parent: User, values: Readonly<Record<string, string>>, errors: Errors = {}) {
  if (parent.type === 'kid') throw new Problem(400, `@${parent.username} is a kid; only parents have kids`)
  const { base } = visit
  const model = {
    username: parent.username,
    action: `${base}${userPath(parent)}/add/kid`,
    back: `${base}${userPath(parent)}`,
    values,
    errors,
  }
  return visit.page('add-kid', { title: 'Add a kid', section, ...model }, Object.keys(errors).length > 0 ? 400 : 200)
}

function valuesOf(form: Fields): Values {
  const values = Object.fromEntries(fields.map((field) => [field, form.text(field)])) as Values
  return { ...values, username: values.username.replace(/^@/, ''), password: form.raw('password') ?? '' }
}

function emptyValues({ provider }: Sandbox): Values {
  return { username: '', first_name: '', last_name: '', email: '', type: typesOf(provider)[0] ?? '', age: '', password: '', claims: '' }
}

function valuesFrom(user: User): Values {
  const { username, first_name, last_name, email, type, age, password, claims } = user
  const shown = Object.keys(claims).length === 0 ? '' : JSON.stringify(claims, null, 2)
  return {
    username,
    first_name,
    last_name,
    email: email ?? '',
    type: type ?? '',
    age: String(age ?? ''),
    password: password ?? '',
    claims: shown,
  }
}

type Checked = Omit<User, 'row' | 'user_id' | 'username' | 'created_at'>

/** The user that a form describes, or the fields that broke a rule. */
function check(values: Values, { provider }: Sandbox): { user: Checked } | { errors: Errors } {
  const { username, first_name, last_name, email, type, age, password } = values
  const claims = claimsOf(values.claims)
  const kinds = typesOf(provider)
  const errors = problemsIn({
    // The sign-in page drops the "@" that vendors print before a username.
    username: /^[^\s/\p{Cc}]{0,200}$/u.test(username) ? undefined : 'A username has at most 200 characters, no blank and no slash.',
    first_name: first_name.length > 200 ? 'A name has at most 200 characters.' : undefined,
    last_name: last_name.length > 200 ? 'A name has at most 200 characters.' : undefined,
    email: email === '' || /^[^\s@]+@[^\s@]+$/.test(email) ? undefined : 'This is no e-mail address.',
    type: kinds.length === 0 || kinds.includes(type) ? undefined : `A user is a ${kinds.join(' or a ')}.`,
    age: age === '' || (/^\d{1,3}$/.test(age) && Number(age) <= 150) ? undefined : 'An age is a number from 0 to 150.',
    claims: claims === undefined ? 'Claims are a JSON object, such as {"nickname": "Fluffy"}.' : undefined,
  })
  if (claims === undefined || Object.keys(errors).length > 0) return { errors }
  return {
    user: {
      first_name,
      last_name,
      email: email || null,
      type: kinds.length === 0 ? null : type,
      age: age === '' ? null : Number(age),
      password: password === '' ? null : password,
      claims,
      disabled: false,
    },
  }
}

function claimsOf(text: string): Record<string, unknown> | undefined {
  if (text === '') return {}
  try {
    const claims: unknown = JSON.parse(text)
    return typeof claims === 'object' && claims !== null && !Array.isArray(claims) ? (claims as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

function takenText(username: string): string {
  return `@${username} is taken.`
}

async function nobodyText(name: string, { directory }: Sandbox): Promise<string> {
  if (name === '') return 'A username is needed.'
  const near = closest(
    name,
    (await directory.listUsers({ limit: 200 })).map((user) => user.username),
  )
  return `There is no user @${name}.${near === undefined ? '' : ` Did you mean @${near}?`}`
}

function friendProblem(user: User, friend: User): string | undefined {
  if (friend.row === user.row) return `@${user.username} cannot be a friend of its own.`
  const ofOneKind = (user.type === 'kid') === (friend.type === 'kid')
  return ofOneKind
    ? undefined
    : `Parents are friends with parents and kids with kids: @${friend.username} is ${nameOf(friend)}, a ${friend.type}.`
}

function lettersOf(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z]/g, '') || 'kid'
}
