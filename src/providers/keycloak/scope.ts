import { OAuthError } from '../../oauth/model/errors.ts'
import type { Client } from '../../oauth/model/records.ts'
import { scopes } from '../../oauth/model/scope.ts'
import type { Context } from '../../oauth/realm/context.ts'
import { realmDataOf } from './realm-data-of.ts'

/**
 * What a grant begins with: `openid` if it was asked for, the client's default scopes that tell of themselves, and the optional ones
 * that were asked for.
 * @throws OAuthError `invalid_scope` for one that the client has not
 */
export function keycloakScope(requested: string | undefined, client: Client, context: Context): string {
  const { defaultClientScopes, optionalClientScopes } = realmDataOf(context).client(client)
  const beyond = scopes(requested).filter((one) => one !== 'openid' && ![...defaultClientScopes, ...optionalClientScopes].includes(one))
  if (beyond.length > 0) {
    const has = [...defaultClientScopes, ...optionalClientScopes].join(', ')
    const explanation = `scope has ${beyond.join(', ')}; client '${client.client_id}' has the client scopes ${has}, and openid`
    throw new OAuthError('scope_unknown', 'The requested scope is not allowed', explanation).naming({ requested: requested ?? '' })
  }
  return knownScope(requested, client, context)
}

/** The same where an unknown one asks for nothing. */
export function knownScope(requested: string | undefined, client: Client, context: Context): string {
  const data = realmDataOf(context)
  const { defaultClientScopes, optionalClientScopes } = data.client(client)
  const wanted = scopes(requested)
  const told = data.scopes.filter(
    ({ name, attributes }) => defaultClientScopes.includes(name) && attributes['include.in.token.scope'] !== 'false',
  )
  const optional = wanted.filter((one) => optionalClientScopes.includes(one))
  return [...(wanted.includes('openid') ? ['openid'] : []), ...told.map(({ name }) => name), ...optional].join(' ')
}
