import { OAuthError } from '../../oauth/model/errors.ts'
import type { Client, User } from '../../oauth/model/records.ts'
import type { Context, GrantType } from '../../oauth/realm/context.ts'
import type { Issue } from '../../oauth/realm/issue.ts'

/** A user token for a user who was found by other means than his password. */
function userToken(user: User, client: Client, grant_type: string, { realm, trace }: Context): Issue {
  trace.username = user.username
  const scope = client.app.scopes.join(' ')
  const grant = realm.store.saveGrant({ client, user, grant_type, scope, created_at: realm.clock.now() })
  trace.grant_id = grant.id
  return { grant, user, scope, refresh: 'first' }
}

/** `user_id`: a server names the user. */
export const userIdGrant: GrantType = {
  grant_type: 'user_id',
  parameters: ['user_id'],
  redeem({ user_id }, client, context) {
    if (user_id === undefined) throw new OAuthError('invalid_request', 'Parameter user_id is missing')
    const user = context.realm.store.findUserById(user_id)
    if (user === undefined || user.disabled) {
      const explanation = `There is no active user with user_id '${user_id}' in this sandbox`
      throw new OAuthError('invalid_request', 'The user id is not valid', explanation)
    }
    return userToken(user, client, 'user_id', context)
  },
}

/** What each social network hands out that proves a user. */
const proofs: Readonly<Record<string, readonly string[]>> = {
  facebook: ['access_token'],
  gplus: ['access_token', 'id_token'],
  twitter: ['access_token'],
  linkedin: ['access_token'],
  instagram: ['access_token'],
  apple: ['id_token'],
}

/**
 * `provider_credentials`: a social network's token. No network is asked: the token is a sandbox user's username, or what stands
 * in the user's claim `identities` under the network's name.
 */
export const providerCredentialsGrant: GrantType = {
  grant_type: 'provider_credentials',
  parameters: ['provider', 'access_token', 'id_token', 'access_secret'],
  redeem(parameters, client, context) {
    const { provider } = parameters
    const accepted = proofs[knownNetwork(provider, Object.keys(proofs))] ?? []
    const name = accepted.find((one) => parameters[one] !== undefined)
    if (name === undefined) throw new OAuthError('invalid_request', `Parameter ${accepted.join(' or ')} is missing`)
    if (provider === 'twitter' && parameters.access_secret === undefined) {
      throw new OAuthError('invalid_request', 'Parameter access_secret is missing')
    }
    return userToken(socialUser(String(provider), parameters[name] ?? '', context), client, 'provider_credentials', context)
  },
}

/** `provider_authorization_code`, which the vendor has for Google alone; the code says who it is as a token does. */
export const providerCodeGrant: GrantType = {
  grant_type: 'provider_authorization_code',
  parameters: ['provider', 'authorization_code'],
  redeem({ provider, authorization_code }, client, context) {
    const network = knownNetwork(provider, ['gplus'])
    if (authorization_code === undefined) throw new OAuthError('invalid_request', 'Parameter authorization_code is missing')
    return userToken(socialUser(network, authorization_code, context), client, 'provider_authorization_code', context)
  },
}

function knownNetwork(provider: string | undefined, known: readonly string[]): string {
  if (provider === undefined) throw new OAuthError('invalid_request', 'Parameter provider is missing')
  if (known.includes(provider)) return provider
  throw new OAuthError('invalid_request', 'The provider is not supported', `provider '${provider}' is none of: ${known.join(', ')}`)
}

function socialUser(network: string, proof: string, { realm }: Context): User {
  const named = realm.store.findUser(proof)
  if (named !== undefined && !named.disabled) return named
  for (const user of realm.directory.listUsers({ limit: 1000 })) {
    const { identities } = user.claims as { identities?: Record<string, unknown> }
    if (identities?.[network] === proof && !user.disabled) return user
  }
  throw new OAuthError(
    'invalid_grant',
    'The social credentials are not valid',
    `No network is asked: send a sandbox user's username, or give a user the claim identities.${network}; '${proof}' is neither`,
  )
}
