import { type OAuthError, wireCode } from '../../oauth/model/errors.ts'
import type { Reason } from '../../oauth/model/reasons.ts'
import type { Provider, Reply } from '../provider.ts'

/** What is said: most errors have no description. */
interface Said {
  error?: string
  error_description?: string
}

type Wording = Said | ((about: OAuthError['about']) => Said)

const badClient: Said = { error: 'invalid_client' }
const deadCode: Said = { error_description: 'The code has expired or has been revoked.' }
const deadToken: Said = { error_description: 'The token has expired or has been revoked.' }

const atToken: Partial<Record<Reason, Wording>> = {
  redirect_mismatch: badClient,
  client_ambiguous: badClient,
  code_unknown: deadCode,
  code_expired: deadCode,
  code_revoked: deadCode,
  code_used: { error_description: 'The code has already been used.' },
  code_foreign: ({ client_id }) => ({ error_description: `client_id mismatch. The code was not issued to ${client_id}.` }),
  refresh_unknown: deadToken,
  refresh_used: deadToken,
  refresh_expired: deadToken,
  refresh_revoked: deadToken,
  refresh_foreign: deadToken,
}

const incomplete: Said = {
  error: 'invalid_request',
  error_description: 'Request missing required parameter or unsupported parameters or invalid redirect url',
}

/** What a page says, because the app cannot be told. */
const onPage: Partial<Record<Reason, Said>> = {
  redirect_unregistered: { error: 'invalid_request', error_description: 'Invalid web redirect url.' },
  redirect_missing: incomplete,
  client_missing: incomplete,
  parameter_missing: incomplete,
  response_type_missing: incomplete,
  response_mode_unknown: { error: 'invalid_request', error_description: 'Invalid response mode' },
  client_unknown: { error: 'invalid_client', error_description: 'Invalid client.' },
}

/** How the vendor says an error: with 400, and few words. */
export const appleError: Provider['errorReply'] = (error, endpoint, _settings, { context }): Reply => {
  const { headers } = error
  const isPage = endpoint === 'authorize'
  const wording = error.reason && (isPage ? onPage : atToken)[error.reason]
  const said = typeof wording === 'function' ? wording({ client_id: context?.trace.client_id ?? '', ...error.about }) : wording
  const body = { error: wireCode(error), ...(isPage && { error_description: error.message }), ...said }
  // A status of a fault, of ours, and of what is no endpoint stays.
  const status = error.status === 401 || error.status === 403 ? 400 : error.status
  return { status, headers, body }
}
