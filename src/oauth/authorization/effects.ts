import type { Parameters } from '../model/parameters.ts'
import type { AuthorizationRequest } from '../model/records.ts'
import { scopes } from '../model/scope.ts'
import { type Context, noteTo } from '../realm/context.ts'
import { namedParameters } from '../realm/named-parameters.ts'
import { responseValues } from '../realm/response-type.ts'
import { listed, noteUnread, wireName } from '../realm/unread.ts'

/** The parameters of an authorization request that have an effect. */
export const authorizationParameters = [
  'client_id',
  'redirect_uri',
  'response_type',
  'response_mode',
  'scope',
  'state',
  'nonce',
  'prompt',
  'max_age',
  'login_hint',
  'id_token_hint',
  'acr_values',
  'claims',
  'resource',
  'audience',
  'code_challenge',
  'code_challenge_method',
  'dpop_jkt',
  // Refused wherever it comes.
  'registration',
  'request',
  'request_uri',
] as const

type Name = (typeof authorizationParameters)[number]

/** Notes what of a request is never looked at. */
export function noteUnreadParameters(outside: Parameters, parameters: Parameters, context: Context): void {
  noteUnread(
    parameters,
    [authorizationParameters, namedParameters(context.realm), context.realm.requests?.authorization?.parameters ?? []],
    'at the authorization endpoint',
    context,
  )
  if (outside === parameters) return
  const read = ['client_id', 'request', 'request_uri', ...Object.keys(parameters)]
  noteUnread(outside, [read], 'beside the request object or pushed request, which is what counts (RFC 9101 §6.3)', context)
}

/** What a request came to, as far as effects depend on it. */
interface Read {
  response_type: string
  scope: string
  acr: string | undefined
  sub: string | undefined
  claims: AuthorizationRequest['claims']
}

/** Notes the parameters that this request could have done without. */
export function noteIdleParameters(parameters: Parameters, { response_type, scope, acr, sub, claims }: Read, context: Context): void {
  const { sessions, settings } = context.realm
  const values = responseValues(response_type)
  const openid = scopes(scope).includes('openid')
  const code = values.includes('code')
  const note = (idle: boolean, why: string, ...names: Name[]) => {
    const came = idle ? names.filter((name) => parameters[name] !== undefined) : []
    if (came.length > 0)
      noteTo(context, `The request has ${listed(came.map((name) => wireName(name, context.realm)))}: without effect, ${why}`)
  }
  const noIdToken = !openid || !(code || values.includes('id_token'))
  const why = openid ? `because response_type '${response_type}' brings no ID token` : 'because scope lacks openid'
  note(noIdToken, why, 'nonce')
  const unasked = !openid || (noIdToken && claims?.userinfo === undefined)
  note(unasked && acr === undefined && sub === undefined, why, 'claims')
  note(!code, `because response_type '${response_type}' brings no code`, 'code_challenge', 'code_challenge_method', 'dpop_jkt')
  note(!code && !values.includes('token'), `because response_type '${response_type}' brings no access token`, 'resource', 'audience')
  const known = settings.acr_values?.join(', ') || 'none'
  const whyNoAcr = acr === undefined ? `because the setting acr_values has none of them: ${known}` : 'because claims asks for acr'
  note(acr === undefined || !scopes(parameters.acr_values).includes(acr), whyNoAcr, 'acr_values')
  if (context.transport === undefined)
    note(true, 'because the user signs in here and now, without a browser', 'prompt', 'login_hint', 'max_age')
  else if (!sessions) {
    const why = 'because this provider keeps no sessions: the user signs in each time'
    note(true, why, 'max_age')
    note(
      scopes(parameters.prompt).every((value) => value === 'login' || value === 'select_account'),
      why,
      'prompt',
    )
  }
}
