import { seconds } from '../../basics/clock.ts'
import { given } from '../../basics/given.ts'
import { findToken } from '../../oauth/endpoints/introspection.ts'
import { readClaims } from '../../oauth/jose/jwt.ts'
import { OAuthError } from '../../oauth/model/errors.ts'
import { type Context, note, type RequestDialect } from '../../oauth/realm/context.ts'
import { readExchanged } from '../../oauth/tokens/exchanged-token.ts'
import { readOwnJwt } from '../../oauth/tokens/own-jwt.ts'
import { serviceAccountId, serviceAccountUser } from './realm/data.ts'
import { furtherClaims, mappedClaims } from './tokens/claims.ts'
import { mapperInput, type Subject } from './tokens/mapper-input.ts'

const hints = ['access_token', 'refresh_token', 'requesting_party_token']

type Answer = Readonly<Record<string, unknown>>

/** What is known of a token that is none of access: as much as of an access token of its grant. */
function described(token: string, subject: Omit<Subject, 'space'>, { realm, space }: Context): Answer {
  const { exp, iat, jti, iss, aud, sub, typ, azp, sid, scope } = readClaims(token) ?? {}
  const { client } = subject
  const { username } = subject.user ?? serviceAccountUser(client)
  const mapped = mappedClaims(mapperInput({ ...subject, space }, realm), 'introspection')
  return given({
    ...{ exp, iat, auth_time: mapped.auth_time, jti, iss, aud: [...new Set([mapped.aud ?? [], aud ?? []].flat())], sub, typ, azp, sid },
    ...{ acr: mapped.acr, amr: mapped.amr, 'allowed-origins': mapped['allowed-origins'] },
    ...{ realm_access: mapped.realm_access, resource_access: mapped.resource_access, scope },
    ...furtherClaims(mapped),
    ...{ client_id: client.client_id, username, token_type: typ, active: true },
  })
}

function inactive(why: string, context: Context): Answer {
  note(context, `The token is not active: ${why}`)
  return { active: false }
}

/** What a client has by itself, as far as mappers look at it. */
const ownGrant = { id: 0, grant_type: 'client_credentials', scope: '', details: {}, created_at: 0, revoked_at: null, revoked_reason: null }

/** A token that says to be an ID token of ours. */
async function idToken(token: string, { azp, sub, exp }: Answer, context: Context): Promise<Answer> {
  const { realm } = context
  const client = typeof azp === 'string' ? realm.store.findClient(azp) : undefined
  if (client === undefined) return inactive('its azp is no client', context)
  if (sub === serviceAccountId(client)) {
    const own = await readOwnJwt(token, realm)
    const holds = !('problem' in own) && Number(exp) > seconds(realm.clock.now())
    if (holds) return described(token, { client, user: undefined, grant: ownGrant, scope: '' }, context)
    return inactive('problem' in own ? own.problem : 'it has expired', context)
  }
  const found = await readExchanged(token, 'id_token', client, context)
  return typeof found === 'string' ? inactive(found, context) : described(token, { ...found, client }, context)
}

/** It knows ID tokens, too, and refresh tokens if it is told that it is one. */
export const introspects: NonNullable<RequestDialect['introspects']> = ({ token = '', token_type_hint: hint }, caller, context) => {
  if (hint !== undefined && !hints.includes(hint)) {
    const why = `token_type_hint is '${hint}'; the vendor knows ${hints.join(', ')}`
    throw new OAuthError('invalid_request', 'Unsupported token type.', why)
  }
  const claims = readClaims(token) ?? {}
  switch (claims.typ) {
    case 'ID':
      if (![claims.aud].flat().includes(caller.client_id)) return inactive(`it is not for client '${caller.client_id}'`, context)
      return idToken(token, claims, context)
    case 'Refresh':
    case 'Offline': {
      if (hint !== 'refresh_token') return inactive('a refresh token wants token_type_hint=refresh_token', context)
      const found = findToken(token, context)
      if (found?.token.client.row !== caller.row) return inactive('it does not hold, or is of another client', context)
      return described(token, found.token, context)
    }
    default:
      return hint === 'refresh_token' ? inactive('token_type_hint is refresh_token, and it is none', context) : undefined
  }
}
