import { kindLabel } from '../../http/pages/pages.ts'
import { avatar } from '../../http/pages/views.ts'
import type { User } from '../../oauth/model/records.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import { appLink } from '../apps/app-card.ts'
import type { SignInLinks } from '../apps/sign-in-links.ts'
import { hasKids } from '../frame/vendor.ts'

/** A user as the dashboard shows one. */
export type UserCard = ReturnType<typeof userCard>

/** Path of a user's page. */
export function userPath({ username }: Pick<User, 'username'>): string {
  return `/sandbox/users/${encodeURIComponent(username)}`
}

/** A user with those and that which it is tied to. */
export function userCard(user: User, sandbox: Sandbox, base: string, links: SignInLinks) {
  const { directory, provider } = sandbox
  const [friends, kids, parents, apps] = [
    directory.friendsOf(user),
    directory.kidsOf(user),
    directory.parentsOf(user),
    directory.appsOf(user),
  ]
  const linked = (others: readonly User[]) => others.map(({ username }) => ({ username, href: `${base}${userPath({ username })}` }))
  const path = `${base}${userPath(user)}`
  const social = hasKids(provider)
  return {
    username: user.username,
    name: nameOf(user),
    picture: social ? picturePath(base, user) : undefined,
    avatar: avatar(nameOf(user) || user.username, user.username),
    rows: rowsOf(user, sandbox),
    disabled: user.disabled,
    friends: linked(friends),
    kids: linked(kids),
    parents: linked(parents),
    apps: apps.map((app) => ({ ...appLink(app, sandbox, base), signInHref: links.of(app, user) })),
    editHref: `${path}/edit`,
    deleteHref: `${path}/delete`,
    addFriendHref: social ? `${path}/add/friend` : undefined,
    addKidHref: social && user.type !== 'kid' ? `${path}/add/kid` : undefined,
    addAppHref: `${path}/add/app`,
  }
}

export function nameOf({ first_name, last_name }: User): string {
  return `${first_name} ${last_name}`.trim()
}

/** Address of a user's picture. */
function picturePath(base: string, { user_id }: Pick<User, 'user_id'>): string {
  return `${base}/pictures/${encodeURIComponent(user_id)}.svg`
}

/** The vendor's rows in the vendor's order. */
function rowsOf(user: User, { company }: Sandbox) {
  const rows = {
    Type: user.type === null ? undefined : kindLabel(user.type),
    Email: user.email ?? undefined,
    Age: user.age === null ? undefined : String(user.age),
    Created: createdAt(user.created_at),
    Password: user.password ?? company,
  }
  return Object.entries(rows).flatMap(([label, value]) => (value === undefined ? [] : { label, value }))
}

const created = new Intl.DateTimeFormat('en-US', {
  timeZone: 'UTC',
  year: 'numeric',
  month: 'numeric',
  day: 'numeric',
  hour: 'numeric',
  minute: '2-digit',
})

/** `1/2/2018, 2:34 PM`, with an ordinary blank: newer ICU data has a narrow one. */
function createdAt(milliseconds: number): string {
  return created.format(milliseconds).replaceAll('\u202f', ' ')
}
