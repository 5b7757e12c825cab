import { scopes } from '../../oauth/model/scope.ts'
import { noteTo, type RequestDialect } from '../../oauth/realm/context.ts'
import { listed } from '../../oauth/realm/unread.ts'
import { isGitHubApp, isInstalling } from './app-kind.ts'

/** What OAuth apps may ask for, with what the page says of it. */
export const githubScopes: Readonly<Record<string, string>> = {
  user: 'Personal user data: profile and e-mail addresses',
  'read:user': 'Personal user data (read-only)',
  'user:email': 'Email addresses (read-only)',
  'user:follow': 'Follow and unfollow users',
  repo: 'Repositories: public and private',
  public_repo: 'Repositories: public ones',
  'repo:status': 'Commit statuses',
  repo_deployment: 'Deployments',
  'repo:invite': 'Repository invitations',
  gist: 'Gists',
  workflow: 'Workflows',
  notifications: 'Notifications',
  'admin:org': 'Organizations and teams: full access',
  'write:org': 'Organizations and teams: membership',
  'read:org': 'Organizations and teams (read-only)',
  delete_repo: 'Delete repositories',
}

/** What stands in which scope. */
const children: Readonly<Record<string, readonly string[]>> = {
  user: ['read:user', 'user:email', 'user:follow'],
  repo: ['repo:status', 'repo_deployment', 'public_repo', 'repo:invite'],
  'admin:org': ['write:org', 'read:org'],
  'write:org': ['read:org'],
}

/** Whether a scope is among those that were given, by itself or in another one. */
export function covers(given: readonly string[], scope: string): boolean {
  return given.includes(scope) || given.some((one) => children[one]?.includes(scope) === true)
}

/** The scopes without those that others of them have in themselves. */
export function normalized(wanted: readonly string[]): string[] {
  const once = [...new Set(wanted)]
  return once.filter(
    (one) =>
      !covers(
        once.filter((other) => other !== one),
        one,
      ),
  )
}

/** Of scopes between blanks or commas those that there are; a GitHub App has permissions and no scope. */
export const scope: NonNullable<RequestDialect['scope']> = (requested, client, context) => {
  const asked = scopes(requested?.replaceAll(',', ' '))
  if (isGitHubApp(client)) {
    if (asked.length > 0) noteTo(context, 'The request has scope: without effect, because a GitHub App has permissions in its place')
    return ''
  }
  const known = asked.filter((one) => Object.hasOwn(githubScopes, one) || client.app.scopes.includes(one))
  const unknown = asked.filter((one) => !known.includes(one))
  if (unknown.length > 0) noteTo(context, `The scopes ${listed(unknown)} are none, and left out`)
  return normalized(known).join(' ')
}

/** A user is asked the first time, and then for what is more than he allowed. */
export const consent: NonNullable<RequestDialect['consent']> = ({ scope, parameters }, client, user, { realm }) => {
  if (isInstalling(client, parameters)) return `User '${user.username}' installs the app`
  const allowed = realm.store.findConsent(user, client)
  if (allowed === undefined) return `User '${user.username}' has not let client '${client.client_id}' in before`
  const missing = scopes(scope).filter((one) => !covers(scopes(allowed), one))
  if (missing.length === 0) return undefined
  return `User '${user.username}' has not allowed client '${client.client_id}' the scope ${missing.join(' ')}`
}

/** Who asks for nothing gets all that the user ever allowed the app. */
export const gives: NonNullable<RequestDialect['gives']> = (asked, allowed) =>
  asked === '' ? normalized(scopes(allowed)).join(' ') : asked
