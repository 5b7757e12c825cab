import { statusFor } from '../../oauth/model/error-codes.ts'
import { type OAuthError, wireCode } from '../../oauth/model/errors.ts'
import { deviceCodeType } from '../../oauth/model/grant-names.ts'
import type { CallbackWording } from '../../oauth/realm/context.ts'
import type { ErrorSituation, Provider, Reply } from '../provider.ts'
import { encoded } from './answers.ts'
import { apiErrorReply } from './api-errors.ts'
import { atCallback, badGrant, byCode, byReason, inDeviceFlow, type Said, unverifiedEmail } from './error-texts.ts'
import { installationOf } from './installations.ts'
import { githubSettings } from './settings.ts'

/** What is wrong with a client, or with the whole request, before anything else is looked at. */
const notFound = ['client_unknown', 'client_missing', 'body_empty'] as const satisfies readonly OAuthError['reason'][]

function wordingOf({ reason, code, about }: OAuthError, grant_type: string | undefined, atDevice: boolean): Said | undefined {
  if (about.unverified !== undefined) return unverifiedEmail
  const ofDevice = atDevice || grant_type === deviceCodeType
  if (reason === 'grant_type_not_allowed' && grant_type === 'refresh_token') return badGrant.refresh_token
  const own = reason && ((ofDevice ? inDeviceFlow[reason] : undefined) ?? byReason[reason])
  if (own !== undefined) return own
  if (byCode[code] !== undefined) return byCode[code]
  if (code !== 'invalid_grant' && reason !== 'parameter_missing') return undefined
  if (ofDevice) return badGrant.device
  return grant_type === 'refresh_token' ? badGrant.refresh_token : badGrant.authorization_code
}

/** Token and device endpoints say errors with status 200; the site has pages, the API its own object. */
export const githubError: Provider['errorReply'] = (error, endpoint, _settings, { grant_type, accept }: ErrorSituation): Reply => {
  const isOurs = endpoint === 'token' || endpoint === 'device_authorization'
  if (endpoint === 'authorize') return pageWords(error)
  if (!isOurs || error.status === 404 || error.status === 405) return apiErrorReply(error)
  if (notFound.some((one) => one === error.reason)) return encoded({ error: 'Not Found' }, accept, 404)
  const said = wordingOf(error, grant_type, endpoint === 'device_authorization')
  const members = {
    error: said?.error ?? wireCode(error),
    error_description: said?.description ?? error.message,
    ...(said !== undefined && { error_uri: said.uri }),
    ...(error.about.interval !== undefined && { interval: Number(error.about.interval) }),
  }
  // A fault's own status, and a failure of ours, are said as they are.
  const fixed = error.status >= 500 || error.status !== statusFor(error.code)
  return encoded(members, accept, fixed ? error.status : 200)
}

/** What pages say that the client cannot be told. */
function pageWords(error: OAuthError): Reply {
  if (error.reason === 'client_unknown' || error.reason === 'client_missing') {
    return { status: 404, body: { heading: 'Page not found', text: 'There is no app with this client_id.' } }
  }
  if (error.reason === 'redirect_unregistered') {
    const text = 'The `redirect_uri` is not associated with this application.'
    const more = "The application might be misconfigured or could be trying to redirect you to a website you weren't expecting."
    return { status: 200, body: { heading: 'Be careful!', text, more } }
  }
  return { status: error.status, body: { heading: 'This request cannot be answered', text: error.message } }
}

/** The callback names the issuer, unless the setting says otherwise; errors say where they are documented. */
export const githubCallback: CallbackWording = ({ parameters, error, grant, client, user }, { realm }) => {
  const { code, iss, state } = parameters
  const installation = grant && user && installationOf(grant, client, user)
  if (installation !== undefined) return { code, ...installation, state }
  if (error === undefined) return githubSettings.of(realm.settings).response_iss ? { code, iss, state } : { code, state }
  const said = callbackError(error)
  return {
    error: said?.error ?? error.code,
    error_description: said?.description ?? error.message,
    error_uri: said?.uri,
    state,
  }
}

function callbackError({ code, reason, about }: OAuthError): Said | undefined {
  if (about.suspended !== undefined) return atCallback.suspended
  if (reason === 'redirect_unregistered') return atCallback.redirect
  return code === 'access_denied' ? atCallback.access_denied : undefined
}
