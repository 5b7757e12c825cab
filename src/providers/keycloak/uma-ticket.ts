import { digest } from '../../basics/random.ts'
import { authenticateClient } from '../../oauth/clients/authentication.ts'
import { OAuthError } from '../../oauth/model/errors.ts'
import type { Parameters } from '../../oauth/model/parameters.ts'
import type { Context, GrantType } from '../../oauth/realm/context.ts'

/** User-Managed Access 2.0 §3.3.1. */
export const umaTicketType = 'urn:ietf:params:oauth:grant-type:uma-ticket'

function invalid(says: string, why: string): OAuthError {
  return new OAuthError('invalid_request', says, why)
}

/** Why nobody's permissions can be told; no client here has any. */
function refusal({ audience }: Parameters, { realm }: Context): OAuthError {
  if (audience === undefined) return invalid('You must provide the issuedFor', 'audience did not come, and no ticket that names a client')
  if (realm.store.findClient(audience) === undefined)
    return invalid(`Unknown resource server id: [${audience}]`, `There is no client '${audience}'`)
  return invalid('Client does not support permissions', `client '${audience}' has no authorization services: they are not built`)
}

/** Permissions of a bearer or a client: what is refused of them, for there are none. */
export const umaTicket: GrantType = {
  grant_type: umaTicketType,
  parameters: ['audience'],
  async authenticate(authorization, parameters, context) {
    const text = /^bearer +(\S+)$/i.exec(authorization ?? '')?.[1]
    if (text === undefined) await authenticateClient(authorization, parameters, context)
    else {
      const { tokens, store, clock } = context.realm
      const key = tokens.access.keyOf(text)
      const found = key === undefined ? 'unknown' : store.findAccessToken(key, digest(text), clock.now())
      if (typeof found === 'string') throw new OAuthError('invalid_grant', 'Invalid bearer token', `The bearer is ${found}`)
    }
    throw refusal(parameters, context)
  },
  redeem(parameters, _client, context) {
    throw refusal(parameters, context)
  },
}
