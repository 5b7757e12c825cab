import { after } from '../../basics/maybe-promise.ts'
import { authorizationCode } from '../../oauth/grants/authorization-code.ts'
import { refreshToken } from '../../oauth/grants/refresh-token.ts'
import type { Documents } from '../../oauth/model/documents.ts'
import { OAuthError } from '../../oauth/model/errors.ts'
import type { Client, Grant } from '../../oauth/model/records.ts'
import type { Context, GrantType } from '../../oauth/realm/context.ts'
import type { Issue } from '../../oauth/realm/issue.ts'
import { slackError } from './errors.ts'
import { addScopes, isInstalledAt } from './installed.ts'
import { isIdentity, type Kind, kindOf, listed, scopeOf } from './scopes.ts'
import { rotates } from './settings.ts'
import { type Installation, installationOf } from './teams.ts'

/** The grant under which a token is issued: the code's, or one below it for the token that is not its own, or has more than it. */
function grantOf(kind: Kind, scope: readonly string[], { grant, user }: Issue, client: Client, { realm }: Context): Grant {
  if (kindOf(grant, user) === kind && scope.every((one) => scopeOf(kind, grant).includes(one))) return grant
  return realm.store.saveGrant({
    client,
    user,
    grant_type: grant.grant_type,
    scope: scope.join(' '),
    details: { ...grant.details, vendor: { kind } },
    parent_id: grant.id,
    created_at: realm.clock.now(),
  })
}

/** Who did not verify his address cannot sign in by it. */
function requireVerified({ user }: Issue): void {
  if (user?.claims.email_verified !== false) return
  throw slackError('user_email_unverified', `The e-mail address of user '${user.username}' is not verified (claim email_verified)`)
}

/** An app that a whole organization let in cannot be let in once more by one of its workspaces. */
function requireOwnInstallation({ app }: Client, installation: Installation, documents: Documents): void {
  const { enterprise, is_enterprise_install, team } = installation
  if (is_enterprise_install || enterprise === null || !isInstalledAt(enterprise.id, app, documents)) return
  throw slackError(
    'cannot_install_an_org_installed_app',
    `App ${app.name} is installed in all of ${enterprise.name}, and so in ${team.name}`,
  )
}

/** What a code brings: tokens of the bot, of the user, or of both. */
function installed(issue: Issue, client: Client, context: Context): Issue {
  const { edition } = context.space ?? {}
  const refresh = rotates(client, context.realm.settings) ? 'first' : 'none'
  const isSignIn = listed(issue.scope).includes('openid')
  if (isSignIn !== (edition === undefined)) {
    const asked = isSignIn ? 'openid.connect.token' : 'oauth.v2.access'
    throw new OAuthError('code_foreign', 'The code is for another method', `The code's scope is '${issue.scope}': ask ${asked}`).naming({
      error: 'oauth_authorization_url_mismatch',
    })
  }
  const of = (kind: Kind, scope: readonly string[]): Issue => ({
    ...issue,
    grant: grantOf(kind, scope, issue, client, context),
    scope: scope.join(' '),
    requested_scope: undefined,
    refresh,
  })
  const granted = listed(issue.scope)
  if (isSignIn) {
    requireVerified(issue)
    return { ...issue, refresh }
  }
  if (granted.every(isIdentity)) return of('user', granted)
  const { realm } = context
  const installation = installationOf(issue.grant, realm.documents, realm.settings)
  requireOwnInstallation(client, installation, realm.documents)
  const all = (kind: Kind, scope: readonly string[]) =>
    of(kind, addScopes(scope, { kind, app: client.app, user: issue.user }, installation, realm.documents))
  if (edition === 'user') return all('user', granted)
  if (edition === 'v1') return { ...of('user', granted), ...(granted.includes('bot') && { beside: of('bot', ['bot']) }) }
  const [bots, users] = [scopeOf('bot', issue.grant), scopeOf('user', issue.grant)]
  const { scope, user_scope } = issue.grant.details.parameters ?? {}
  if (user_scope === undefined) return all('bot', bots)
  return scope === undefined ? all('user', users) : { ...all('bot', bots), beside: all('user', users) }
}

const byCode: GrantType = {
  ...authorizationCode,
  redeem: (parameters, client, context) =>
    after(authorizationCode.redeem(parameters, client, context), (issue) => installed(issue, client, context)),
}

/** A refresh token is for one of the tokens of an installation, of which two at most live at a time. */
const byRefresh: GrantType = {
  ...refreshToken,
  redeem: (parameters, client, context) =>
    after(refreshToken.redeem(parameters, client, context), (issue) => {
      const { grant, user, refresh } = issue
      const { store, documents, clock } = context.realm
      const before = documents.kind<number>('slack_refreshed')
      const key = String(grant.id)
      const oldest = before.get(key, client)
      if (oldest !== undefined) store.revokeAccessToken(oldest, clock.now())
      if (typeof refresh === 'object') before.put(key, refresh.id, client)
      return { ...issue, scope: scopeOf(kindOf(grant, user), grant).join(' ') }
    }),
}

export const slackGrants: ReadonlyMap<string, GrantType> = new Map([byCode, byRefresh].map((one) => [one.grant_type, one]))
