import { createHash } from 'node:crypto'
import type { User } from '../../oauth/model/records.ts'
import type { Route } from '../provider.ts'
import { apiRoute, type Needs, tagged } from './api.ts'
import { apiError } from './api-errors.ts'
import { nodeId } from './ids.ts'
import { simpleUser } from './profile.ts'
import type { Addresses } from './urls.ts'

/** A user's place in an organization, as his claim `orgs` says: a name, or `{login, role}`. */
interface Membership {
  login: string
  role: 'admin' | 'member'
}

/** The organizations that a user is in. */
export function membershipsOf({ claims }: Pick<User, 'claims'>): Membership[] {
  const listed = Array.isArray(claims.orgs) ? (claims.orgs as (string | Partial<Membership>)[]) : []
  return listed.map((one) =>
    typeof one === 'string' ? { login: one, role: 'member' } : { login: String(one.login), role: one.role ?? 'member' },
  )
}

function membershipIn(user: User, org = ''): Membership | undefined {
  return membershipsOf(user).find(({ login }) => login.toLowerCase() === org.toLowerCase())
}

/** The same number for the same name. */
export function numberOf(name: string): number {
  return 10_000_000 + (createHash('sha256').update(name.toLowerCase()).digest().readUInt32BE() % 90_000_000)
}

/** An organization as the API tells it in lists. */
export function organization(login: string, { api, avatar }: Addresses): Record<string, unknown> {
  const id = numberOf(login)
  const url = `${api}/orgs/${login}`
  return {
    login,
    id,
    node_id: nodeId('O', id),
    url,
    repos_url: `${url}/repos`,
    events_url: `${url}/events`,
    hooks_url: `${url}/hooks`,
    issues_url: `${url}/issues`,
    members_url: `${url}/members{/member}`,
    public_members_url: `${url}/public_members{/member}`,
    avatar_url: avatar(id),
    description: '',
  }
}

function membership({ login, role }: Membership, user: User, at: Addresses): Record<string, unknown> {
  const organization_url = `${at.api}/orgs/${login}`
  return {
    url: `${organization_url}/memberships/${user.username}`,
    state: 'active',
    role,
    organization_url,
    user: simpleUser(user, at),
    organization: organization(login, at),
  }
}

/** The teams of the claim `teams`, which has them as `org/team`. */
function teamsOf({ claims }: Pick<User, 'claims'>): string[] {
  return Array.isArray(claims.teams) ? claims.teams.map(String) : []
}

function team(path: string, at: Addresses): Record<string, unknown> {
  const [org = '', slug = ''] = path.split('/')
  const id = numberOf(path)
  const url = `${at.api}/organizations/${numberOf(org)}/team/${id}`
  return {
    name: slug,
    id,
    node_id: nodeId('T', id),
    slug,
    description: '',
    privacy: 'closed',
    notification_setting: 'notifications_enabled',
    url,
    html_url: `${at.site}/orgs/${org}/teams/${slug}`,
    members_url: `${url}/members{/member}`,
    repositories_url: `${url}/repos`,
    permission: 'pull',
    parent: null,
    organization: organization(org, at),
  }
}

/** What a token that was narrowed to an account's installation tells of it. */
export function scopedInstallation(login: string, at: Addresses): Record<string, unknown> {
  return {
    permissions: {},
    repository_selection: 'all',
    single_file_name: null,
    repositories_url: `${at.api}/user/repos`,
    account: organization(login, at),
  }
}

const scopes = ['read:org', 'user', 'repo'] as const

function needs(page: string, status: 403 | 404, message: string): Needs {
  return { scopes, refused: { status, message }, page }
}

const listing = needs(
  '/orgs/orgs#list-organizations-for-the-authenticated-user',
  403,
  'You need at least read:org scope or user scope to list your organizations.',
)
const memberships = needs(
  '/orgs/members#list-organization-memberships-for-the-authenticated-user',
  403,
  'You need at least read:org scope or user scope to list your organization memberships.',
)
const teams = needs('/teams/teams#list-teams-for-the-authenticated-user', 404, 'Not Found')
const checking = '/orgs/members#check-organization-membership-for-a-user'
const teamChecking = '/teams/members#get-team-member-legacy'

/** Organizations and teams, as far as users' claims name them. */
export const orgRoutes: readonly Route[] = [
  ...apiRoute('/user/orgs', listing, ({ user, at }) => tagged(membershipsOf(user).map(({ login }) => organization(login, at)))),
  ...apiRoute('/user/memberships/orgs', memberships, ({ user, at }) => tagged(membershipsOf(user).map((one) => membership(one, user, at)))),
  ...apiRoute('/user/memberships/orgs/:org', memberships, ({ user, at, params }) => {
    const found = membershipIn(user, params.org)
    if (found !== undefined) return tagged(membership(found, user, at))
    throw apiError(404, 'Not Found', `The claim orgs of user '${user.username}' has no ${params.org}`, memberships.page)
  }),
  ...apiRoute('/user/teams', teams, ({ user, at }) => tagged(teamsOf(user).map((path) => team(path, at)))),
  ...apiRoute('/teams/:id/members/:username', { page: teamChecking }, ({ params, directory }) => {
    const asked = directory.findUser(params.username ?? '')
    if (asked !== undefined && teamsOf(asked).some((path) => String(numberOf(path)) === params.id)) return { status: 204 }
    throw apiError(404, 'Not Found', `'${params.username}' is no user whose claim teams has team ${params.id}`, teamChecking)
  }),
  ...apiRoute('/orgs/:org/members/:username', { page: checking }, ({ user, params, directory, at }) => {
    const { org = '', username = '' } = params
    if (membershipIn(user, org) === undefined) {
      return { status: 302, headers: { Location: `${at.api}/orgs/${org}/public_members/${username}` } }
    }
    const asked = directory.findUser(username)
    if (asked !== undefined && membershipIn(asked, org) !== undefined) return { status: 204 }
    throw apiError(404, 'Not Found', `'${username}' is no user whose claim orgs has ${org}`, checking)
  }),
]
