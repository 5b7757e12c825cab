import { given } from '../../basics/given.ts'
import { findToken } from '../../oauth/endpoints/introspection.ts'
import { readClaims } from '../../oauth/jose/jwt.ts'
import { OAuthError } from '../../oauth/model/errors.ts'
import { type Context, note, type RequestDialect } from '../../oauth/realm/context.ts'
import { readExchanged } from '../../oauth/tokens/exchanged-token.ts'
import { furtherClaims, mappedClaims } from './tokens/claims.ts'
import { mapperInput, type Subject } from './tokens/mapper-input.ts'

const hints = ['access_token', 'refresh_token', 'requesting_party_token']

type Answer = Readonly<Record<string, unknown>>

/** What is known of a token that is none of access: as much as of an access token of its grant. */
function described(token: string, subject: Omit<Subject, 'space'>, { realm, space }: Context): Answer {
  const { exp, iat, jti, iss, aud, sub, typ, azp, sid, scope } = readClaims(token) ?? {}
  const { client, user } = subject
  const mapped = mappedClaims(mapperInput({ ...subject, space }, realm), 'introspection')
  return given({
    ...{ exp, iat, auth_time: mapped.auth_time, jti, iss, aud: [...new Set([mapped.aud ?? [], aud ?? []].flat())], sub, typ, azp, sid },
    ...{ acr: mapped.acr, amr: mapped.amr, 'allowed-origins': mapped['allowed-origins'] },
    ...{ realm_access: mapped.realm_access, resource_access: mapped.resource_access, scope },
    ...furtherClaims(mapped),
    ...{ client_id: client.client_id, username: user?.username, token_type: typ, active: true },
  })
}

/** A token that says to be an ID token of ours. */
async function idToken(token: string, azp: unknown, context: Context): Promise<Answer | undefined> {
  const client = typeof azp === 'string' ? context.realm.store.findClient(azp) : undefined
  const found = client === undefined ? 'its azp is no client' : await readExchanged(token, 'id_token', client, context)
  if (client !== undefined && typeof found !== 'string') return described(token, { ...found, client }, context)
  note(context, `The ID token is not active: ${String(found)}`)
  return { active: false }
}

/** It knows ID tokens, too, and refresh tokens if it is told that it is one. */
export const introspects: NonNullable<RequestDialect['introspects']> = ({ token = '', token_type_hint: hint }, caller, context) => {
  if (hint !== undefined && !hints.includes(hint)) {
    const why = `token_type_hint is '${hint}'; the vendor knows ${hints.join(', ')}`
    throw new OAuthError('invalid_request', 'Unsupported token type.', why)
  }
  const { typ, azp, aud } = readClaims(token) ?? {}
  switch (typ) {
    case 'ID':
      return [aud].flat().includes(caller.client_id) ? idToken(token, azp, context) : { active: false }
    case 'Refresh':
    case 'Offline': {
      const found = hint === 'refresh_token' ? findToken(token, context) : undefined
      return found === undefined ? { active: false } : described(token, found.token, context)
    }
    default:
      return undefined
  }
}
