import { given } from '../../../basics/given.ts'
import { parseJson } from '../../../basics/json.ts'
import { readClaims } from '../../../oauth/jose/jwt.ts'
import type { GrantEntry } from '../../../oauth/model/grant-book.ts'
import type { Reason } from '../../../oauth/model/reasons.ts'
import type { PastRequest } from '../../past-request.ts'
import { type Members, members, text } from '../realm/members.ts'

const codeWrong = 'invalid_code'
const tokenWrong = 'invalid_token'
const clientWrong = 'invalid_client_credentials'

/** What the vendor calls what went wrong. */
const errors: { readonly [reason in Reason]?: string } = {
  password_wrong: 'invalid_user_credentials',
  user_unknown: 'user_not_found',
  user_disabled: 'user_disabled',
  secret_wrong: clientWrong,
  credentials_missing: clientWrong,
  client_unknown: 'client_not_found',
  client_missing: 'client_not_found',
  code_unknown: codeWrong,
  code_used: codeWrong,
  code_expired: codeWrong,
  code_foreign: codeWrong,
  refresh_unknown: tokenWrong,
  refresh_used: tokenWrong,
  refresh_expired: tokenWrong,
  refresh_revoked: tokenWrong,
  refresh_foreign: tokenWrong,
  token_unknown: tokenWrong,
  token_expired: tokenWrong,
  token_revoked: tokenWrong,
  redirect_unregistered: 'invalid_redirect_uri',
  redirect_mismatch: codeWrong,
  grant_type_not_allowed: 'not_allowed',
  verifier_missing: 'code_verifier_missing',
  verifier_invalid: 'invalid_code_verifier',
  pkce_mismatch: 'pkce_verification_failed',
  consent_denied: 'rejected_by_user',
}

/** The vendor's name of a request's error. */
export function errorOf({ error, reason }: PastRequest): string | undefined {
  return (reason === undefined ? undefined : errors[reason]) ?? error
}

/** What the answer gave. */
function tokensIn({ endpoint, response_body: body = '' }: PastRequest): Members {
  if (endpoint !== 'token' || !body.startsWith('{')) return {}
  try {
    return members(parseJson(body))
  } catch {
    // It was cut where the journal keeps no more.
    return {}
  }
}

/** Whom and what a request was about, as far as the journal tells. */
export interface Circumstances {
  type: string
  past: PastRequest
  /** The grant of its tokens, with its client and user. */
  entry: GrantEntry | undefined
}

const claimsOf = (token: unknown) => (typeof token === 'string' ? (readClaims(token) ?? {}) : {})

/** What a sign-in at a page was answered. */
function callback({ response_headers: headers = {} }: PastRequest): { uri: string; mode: string; parameters: URLSearchParams } {
  const [uri = '', mark = '', rest = ''] = (text(headers.location) ?? '').split(/([?#])/, 3)
  return { uri, mode: mark === '#' ? 'fragment' : 'query', parameters: new URLSearchParams(rest) }
}

function signInDetails(past: PastRequest): Members {
  const { uri, mode, parameters } = callback(past)
  const types = Object.entries({ code: 'code', id_token: 'id_token', access_token: 'token' })
  const response_type = types.flatMap(([name, type]) => (parameters.has(name) ? [type] : [])).join(' ')
  return {
    auth_method: 'openid-connect',
    ...(past.error === undefined ? { auth_type: 'code', response_type, redirect_uri: uri, consent: 'no_consent_required' } : {}),
    code_id: parameters.get('session_state') ?? undefined,
    username: past.username,
    response_mode: past.error === undefined ? mode : undefined,
  }
}

function tokenDetails({ past, entry }: Circumstances): Members {
  const { grant_type = '', error, reason, username, request_body } = past
  const form = members(request_body)
  const { access_token, refresh_token, scope, error_description } = tokensIn(past)
  const [access, refresh, used] = [claimsOf(access_token), claimsOf(refresh_token), claimsOf(form.refresh_token)]
  const isRefresh = grant_type === 'refresh_token'
  const isKnown = reason === undefined || errors[reason] !== clientWrong
  const names = { password: username ?? text(form.username), client_credentials: entry && `service-account-${entry.client.client_id}` }
  return {
    auth_method: grant_type === 'password' ? 'openid-connect' : undefined,
    reason: isRefresh && error !== undefined ? error_description : undefined,
    token_id: access.jti,
    grant_type,
    refresh_token_type: refresh.typ,
    access_token_expiration_time: isRefresh && access.exp !== undefined ? String(Number(access.exp) - Number(access.iat)) : undefined,
    updated_refresh_token_id: isRefresh ? refresh.jti : undefined,
    scope,
    age_of_refresh_token: isRefresh && refresh.iat !== undefined ? String(Number(refresh.iat) - Number(used.iat)) : undefined,
    refresh_token_id: isRefresh ? (error === undefined ? used.jti : undefined) : refresh.jti,
    refresh_token_sub: isRefresh && error === undefined ? used.sub : undefined,
    code_id: grant_type === 'authorization_code' ? entry?.grant.details.sid : undefined,
    client_auth_method: isKnown && errorOf(past) !== 'client_not_found' ? 'client-secret' : undefined,
    username: Object.entries(names).find(([name]) => name === grant_type)?.[1],
  }
}

function revocationDetails({ past, entry }: Circumstances): Members {
  const { typ, jti } = claimsOf(members(past.request_body).token)
  const isRefresh = typ === 'Refresh' || typ === 'Offline'
  return {
    refresh_token_type: isRefresh ? typ : undefined,
    revoked_client: entry?.client.client_id,
    refresh_token_id: isRefresh ? jti : undefined,
    token_id: isRefresh ? undefined : jti,
    client_auth_method: 'client-secret',
  }
}

/** The details of an event, in the vendor's order. */
export function detailsOf(about: Circumstances): Members {
  const { type, past } = about
  if (past.endpoint === 'authorize') return given(signInDetails(past))
  if (past.endpoint === 'token') return given(tokenDetails(about))
  if (type === 'REVOKE_GRANT') return given(revocationDetails(about))
  if (type === 'LOGOUT') return { client_auth_method: 'client-secret' }
  const username = about.entry?.user?.username ?? past.username
  if (type !== 'USER_INFO_REQUEST') return given({ username })
  return given({ auth_method: 'validate_access_token', signature_required: 'false', username })
}

/** The session that a request was about. */
export function sessionOf({ past, entry }: Circumstances): string | undefined {
  return text(tokensIn(past).session_state) ?? entry?.grant.details.sid ?? callback(past).parameters.get('session_state') ?? undefined
}
