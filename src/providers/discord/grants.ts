import { after } from '../../basics/maybe-promise.ts'
import { clientCredentials } from '../../oauth/grants/client-credentials.ts'
import { refreshToken } from '../../oauth/grants/refresh-token.ts'
import { OAuthError } from '../../oauth/model/errors.ts'
import type { Client, User } from '../../oauth/model/records.ts'
import { scopes } from '../../oauth/model/scope.ts'
import type { Context, GrantType } from '../../oauth/realm/context.ts'

/** What an app may have that a team owns. */
const ofTeams = ['identify', 'applications.commands.update']

/** Whose an app is: the user whom its client names, or the first of the sandbox. */
export function ownerOf({ metadata }: Client, { realm }: Pick<Context, 'realm'>): User | undefined {
  const { owner } = metadata
  return (typeof owner === 'string' ? realm.store.findUser(owner) : undefined) ?? realm.directory.listUsers({ limit: 1 })[0]
}

/** A token of the app's owner, with which the app may try things out. */
const ofOwner: GrantType = {
  ...clientCredentials,
  redeem: (parameters, client, context) => {
    const asked = scopes(parameters.scope)
    const beyond = client.metadata.owned_by_team === true ? asked.filter((one) => !ofTeams.includes(one)) : []
    if (asked.length === 0 || beyond.length > 0) {
      const why = asked.length === 0 ? 'No scope was asked for' : `A team owns the app, which may have no ${beyond.join(', ')} then`
      throw new OAuthError('scope_invalid', 'The requested scope is invalid, unknown, or malformed.', why)
    }
    return after(clientCredentials.redeem(parameters, client, context), (issue) => {
      const user = ownerOf(client, context)
      if (user === undefined) return issue
      const { realm, trace } = context
      const { grant_type, scope } = issue.grant
      const grant = realm.store.saveGrant({ client, user, grant_type, scope, created_at: realm.clock.now() })
      trace.grant_id = grant.id
      return { ...issue, grant, user }
    })
  },
}

/** All of a grant's scope again, whatever is asked for. */
const refreshed: GrantType = {
  ...refreshToken,
  redeem: ({ scope: _, ...parameters }, client, context) => refreshToken.redeem(parameters, client, context),
}

export const discordGrants: ReadonlyMap<string, GrantType> = new Map([ofOwner, refreshed].map((one) => [one.grant_type, one]))
