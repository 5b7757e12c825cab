import type { Directory } from '../../../oauth/model/directory.ts'
import { blankUser } from '../../../oauth/model/directory.ts'
import type { Documents } from '../../../oauth/model/documents.ts'
import type { App, User } from '../../../oauth/model/records.ts'
import type { World } from '../../provider.ts'
import { RealmData } from './data.ts'
import { appsOf, type RealmPlan } from './read-realm.ts'

/** The clients and users of a plan, as a sandbox is filled with them. */
export function worldOf(plan: RealmPlan): World {
  const apps = appsOf(plan)
  return { company: plan.realm, apps, users: plan.users.map(({ user }) => ({ ...user, apps: apps.map(({ app_id }) => app_id) })) }
}

/** What the realm knows beyond them. */
export function fillData(
  { realm, settings, roles, scopes, groups, clients, users }: RealmPlan,
  documents: Documents,
  made: { apps: readonly App[]; users: readonly User[] },
  now: number,
): void {
  const data = new RealmData(realm, documents)
  data.settings = settings
  data.roles = roles
  data.scopes = scopes
  data.groups = groups
  for (const { record, data: client } of clients) {
    const app = made.apps.find(({ app_id }) => app_id === record.id)
    if (app !== undefined) data.saveClient({ app }, client)
  }
  for (const { user, data: known } of users) {
    const there = made.users.find(({ user_id }) => user_id === user.user_id)
    const { password } = known
    if (there !== undefined)
      data.saveUser(there, password === undefined ? known : { ...known, password: { ...password, createdDate: now } })
  }
}

/** Fills an empty realm. @throws TakenError when two users or clients have the same name */
export function fillRealm(plan: RealmPlan, { directory, documents }: { directory: Directory; documents: Documents }, now: number): void {
  const apps = appsOf(plan).map(({ clients, ...draft }) => {
    const app = directory.createApp({ ...draft, mobile_store_links: {}, created_at: now })
    for (const client of clients) directory.createClient(app, { ...client, created_at: now })
    return app
  })
  const users = directory.createUsers(plan.users.map(({ user }) => ({ ...blankUser, created_at: now, ...user, apps })))
  fillData(plan, documents, { apps, users }, now)
}
