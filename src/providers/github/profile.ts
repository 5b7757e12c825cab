import type { User } from '../../oauth/model/records.ts'
import { nodeId } from './ids.ts'
import type { Addresses } from './urls.ts'

/** An e-mail address of a user. */
export interface Email {
  email: string
  primary: boolean
  verified: boolean
  visibility: 'public' | 'private' | null
}

/** The number of a user. */
export function numberOf({ user_id, row }: Pick<User, 'user_id' | 'row'>): number {
  return /^\d{1,10}$/.test(user_id) ? Number(user_id) : row
}

/**
 * A user's addresses: those of the claim `emails`, else his own, which is private and verified unless the claims `email_visibility` and
 * `email_verified` say otherwise, and the one that hides it.
 */
export function emailsOf(user: User): Email[] {
  const { email, username, claims } = user
  if (Array.isArray(claims.emails)) return claims.emails as Email[]
  const hidden = { email: `${numberOf(user)}+${username}@users.noreply.github.com`, primary: false, verified: true, visibility: null }
  if (email === null) return [{ ...hidden, primary: true }]
  const visibility = claims.email_visibility === 'public' ? 'public' : 'private'
  return [{ email, primary: true, verified: claims.email_verified !== false, visibility }, hidden]
}

/** What everybody's API object begins with. */
export function simpleUser(user: User, { api, site, avatar }: Addresses): Record<string, unknown> {
  const id = numberOf(user)
  const url = `${api}/users/${user.username}`
  return {
    login: user.username,
    id,
    node_id: nodeId('U', id),
    avatar_url: avatar(id),
    gravatar_id: '',
    url,
    html_url: `${site}/${user.username}`,
    followers_url: `${url}/followers`,
    following_url: `${url}/following{/other_user}`,
    gists_url: `${url}/gists{/gist_id}`,
    starred_url: `${url}/starred{/owner}{/repo}`,
    subscriptions_url: `${url}/subscriptions`,
    organizations_url: `${url}/orgs`,
    repos_url: `${url}/repos`,
    events_url: `${url}/events{/privacy}`,
    received_events_url: `${url}/received_events`,
    type: 'User',
    user_view_type: 'public',
    site_admin: false,
  }
}

/** As the API writes a time. */
export const timeOf = (milliseconds: number) => `${new Date(milliseconds).toISOString().slice(0, 19)}Z`

/** What everybody may know of a user; claims of the members' names stand in their places. */
export function publicProfile(user: User, at: Addresses): Record<string, unknown> {
  const { claims, first_name, last_name, created_at } = user
  const shown = emailsOf(user).find(({ visibility }) => visibility === 'public')
  const profile = {
    name: `${first_name} ${last_name}`.trim() || null,
    company: null,
    blog: '',
    location: null,
    email: shown?.email ?? null,
    hireable: null,
    bio: null,
    twitter_username: null,
    public_repos: 0,
    public_gists: 0,
    followers: 0,
    following: 0,
  }
  const own = Object.entries(profile).map(([name, value]) => [name, name === 'email' ? value : (claims[name] ?? value)])
  return { ...simpleUser(user, at), ...Object.fromEntries(own), created_at: timeOf(created_at), updated_at: timeOf(created_at) }
}

/** What a user lets those know who may see his data. */
export const privateProfile = {
  private_gists: 0,
  total_private_repos: 0,
  owned_private_repos: 0,
  disk_usage: 0,
  collaborators: 0,
  two_factor_authentication: false,
  plan: { name: 'free', space: 976_562_499, collaborators: 0, private_repos: 10_000 },
} as const
