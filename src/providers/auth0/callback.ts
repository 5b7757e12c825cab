import type { ErrorCode } from '../../oauth/model/error-codes.ts'
import type { Reason } from '../../oauth/model/reasons.ts'
import type { CallbackWording } from '../../oauth/realm/context.ts'

/** What apps compare with these very texts. */
const texts: Partial<Record<ErrorCode, string>> = {
  access_denied: 'User did not authorize the request',
  login_required: 'Login required',
  consent_required: 'Consent required',
  interaction_required: 'Multifactor authentication required',
}

const byReason: Partial<Record<Reason, (about: Readonly<Record<string, string>>) => { error?: string; error_description: string }>> = {
  user_disabled: () => ({ error: 'unauthorized', error_description: 'user is blocked' }),
  target_unknown: ({ resource }) => ({ error: 'access_denied', error_description: `Service not found: ${resource}` }),
  response_type_missing: () => ({ error_description: 'Missing required parameter: response_type' }),
  response_type_unknown: ({ response_type }) => ({ error_description: `Unsupported response type: ${response_type}` }),
}

/** An error at the redirect URI, as the vendor words it. */
export const auth0Callback: CallbackWording = ({ parameters, error }) => {
  if (error === undefined) return parameters
  const said = error.reason && byReason[error.reason]?.(error.about)
  return { ...parameters, error_description: texts[error.code] ?? parameters.error_description, ...said }
}
