import { closest } from '../../basics/closest.ts'
import { contextOf } from '../../control/addresses.ts'
import { userNamed } from '../../control/input/lookup.ts'
import { Problem } from '../../control/problem.ts'
import { TakenError } from '../../oauth/model/directory.ts'
import type { User } from '../../oauth/model/records.ts'
import { tell } from '../../providers/user-events.ts'
import { suggestUsername } from '../../sandbox/generation.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import type { Choice, Errors, FormState, Refused } from '../forms/form.ts'
import { noticesOf } from '../frame/notices.ts'
import { page } from '../frame/page.ts'
import { part, type Visit } from '../frame/visit.ts'
import { nameOf, userPath } from './user-card.ts'
import { check, emptyValues, takenText, valuesOf } from './user-fields.ts'
import { userOf } from './users.ts'

const addFriendPage = page<{ username: string; action: string; back: string; refused?: Refused | undefined }>('add-friend')

const addAppPage = page<{ username: string; action: string; back: string; apps: readonly Choice[] }>('add-app')

const addKidPage = page<FormState & { username: string; action: string; back: string }>('add-kid')

const notices = noticesOf({
  'friend-added': 'They are friends now.',
  'friend-removed': 'They are friends no more.',
  'user-app-added': 'The user may sign in to the app now.',
  'user-app-removed': 'The user removed the app: what it was given works no more.',
  'kid-added': 'The kid was added to the family.',
  'event-told': 'It happened, and the app was told.',
  'event-untold': 'It happened. The app has no address at which it is told; see the settings.',
  'event-unheard': 'It happened, and the app could not be told, or did not take it.',
})

/** What a user is tied to: friends, apps, kids. */
export const tiePages = part({ notices }, ({ get, post }) => {
  get('/sandbox/users/:username/add/friend', (visit) => friendForm(visit, userOf(visit)))
  post('/sandbox/users/:username/add/friend', (visit) => {
    const { sandbox, form } = visit
    const user = userOf(visit)
    const name = form.text('friend').replace(/^@/, '')
    const friend = sandbox.directory.findUser(name)
    const error = friend === undefined ? nobodyText(name, sandbox) : friendProblem(user, friend)
    if (friend === undefined || error !== undefined) return friendForm(visit, user, { value: name, error: error ?? '' })
    sandbox.directory.addFriend(user, friend)
    return visit.go(userPath(user), notices['friend-added'])
  })

  get('/sandbox/users/:username/add/app', (visit) => {
    const { sandbox, base } = visit
    const user = userOf(visit)
    const had = sandbox.directory.appsOf(user).map((app) => app.row)
    const others = sandbox.directory.listApps().filter((app) => !had.includes(app.row))
    return visit.show(addAppPage, {
      title: 'Add an app',
      username: user.username,
      action: `${base}${userPath(user)}/add/app`,
      back: `${base}${userPath(user)}`,
      apps: others.map((app, index) => ({ value: app.app_id, label: app.name, chosen: index === 0 })),
    })
  })
  post('/sandbox/users/:username/add/app', (visit) => {
    const user = userOf(visit)
    const app = visit.sandbox.directory.findApp(visit.form.text('app'))
    if (app === undefined) throw new Problem(404, 'There is no such app')
    visit.sandbox.directory.addApp(user, app)
    return visit.go(userPath(user), notices['user-app-added'])
  })

  get('/sandbox/users/:username/add/kid', (visit) => {
    const user = userOf(visit)
    return kidForm(visit, user, { username: '', first_name: '', last_name: user.last_name, age: '' })
  })
  post('/sandbox/users/:username/add/kid', addKid)

  post('/sandbox/users/:username/events', async (visit) => {
    const { sandbox, form, addresses } = visit
    const user = userOf(visit)
    const { user_events: known } = sandbox.provider
    const client = sandbox.store.findClient(form.text('client'))
    if (client === undefined || known?.events[form.text('event')] === undefined) throw new Problem(404, 'There is no such event')
    const notice = await known.happen(form.text('event'), user, client, contextOf(sandbox, addresses))
    const told = notice && (await tell(notice, sandbox.settings))
    const heard = told !== undefined && 'status' in told && told.status < 300
    const path = sandbox.directory.findUser(user.username) === undefined ? '/sandbox' : userPath(user)
    return visit.go(path, notices[told === undefined ? 'event-untold' : heard ? 'event-told' : 'event-unheard'])
  })

  post('/sandbox/users/:username/remove', (visit) => {
    const { sandbox, form } = visit
    const user = userOf(visit)
    if (form.has('friend')) {
      sandbox.directory.removeFriend(user, userNamed(form.text('friend'), sandbox))
      return visit.go(`${userPath(user)}/edit`, notices['friend-removed'])
    }
    const app = sandbox.directory.findApp(form.text('app'))
    if (app === undefined) throw new Problem(404, 'There is no such app')
    sandbox.directory.removeApp(user, app, sandbox.clock.now())
    return visit.go(`${userPath(user)}/edit`, notices['user-app-removed'])
  })
})

function addKid(visit: Visit) {
  const { sandbox, form } = visit
  const { directory, provider, clock } = sandbox
  const parent = userOf(visit)
  const values = { ...emptyValues(sandbox), ...valuesOf(form), type: 'kid' }
  const checked = check(values, sandbox)
  const errors = {
    ...('errors' in checked ? checked.errors : {}),
    ...(values.first_name === '' && { first_name: 'A first name is needed.' }),
    ...(!/^\d+$/.test(values.age) || Number(values.age) > 17 ? { age: 'A kid is 0 to 17 years old.' } : {}),
  }
  if ('errors' in checked || Object.keys(errors).length > 0) return kidForm(visit, parent, values, errors)
  try {
    directory.createUsers([
      {
        ...checked.user,
        username: values.username || suggestUsername(sandbox),
        user_id: provider.ids.user_id(),
        email: `${lettersOf(values.first_name)}.${lettersOf(values.last_name)}@example.com`,
        created_at: clock.now(),
        apps: directory.appsOf(parent),
        friends: [],
        parents: [parent.username],
      },
    ])
  } catch (error) {
    if (error instanceof TakenError) return kidForm(visit, parent, values, { username: takenText(values.username) })
    throw error
  }
  return visit.go(userPath(parent), notices['kid-added'])
}

function friendForm(visit: Visit, user: User, refused?: Refused) {
  const { base } = visit
  const model = { username: user.username, action: `${base}${userPath(user)}/add/friend`, back: `${base}${userPath(user)}`, refused }
  return visit.show(addFriendPage, { title: 'Add a friend', ...model }, refused === undefined ? 200 : 400)
}

function kidForm(visit: Visit, parent: User, values: FormState['values'], errors: Errors = {}) {
  if (parent.type === 'kid') throw new Problem(400, `@${parent.username} is a kid; only parents have kids`)
  const { base } = visit
  const model = {
    username: parent.username,
    action: `${base}${userPath(parent)}/add/kid`,
    back: `${base}${userPath(parent)}`,
    values,
    errors,
  }
  return visit.show(addKidPage, { title: 'Add a kid', ...model }, Object.keys(errors).length > 0 ? 400 : 200)
}

function nobodyText(name: string, { directory }: Sandbox): string {
  if (name === '') return 'A username is needed.'
  const near = closest(
    name,
    directory.listUsers({ limit: 200 }).map((user) => user.username),
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
