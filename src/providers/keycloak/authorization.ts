import type { AuthorizationDialect } from '../../oauth/realm/context.ts'
import { newUuid } from './ids.ts'

/** The vendor's authorization requests. */
export const authorization: AuthorizationDialect = {
  parameters: ['kc_action', 'kc_idp_hint'],
  keeps: ['kc_action', 'kc_idp_hint', 'prompt', 'acr_values'],
  errors_in_query: true,
  passes: ['id_token_without_openid', 'malformed_claims', 'whole_seconds', 'other_hints'],
  onPage: ({ code, reason, about }) =>
    ['invalid_request_object', 'invalid_request_uri', 'request_uri_not_supported', 'unmet_authentication_requirements'].includes(code) ||
    reason === 'redirect_missing' ||
    (reason === 'parameter_invalid' && about.parameter === 'max_age'),
  newPushedHandle: newUuid,
  pushed_stays: true,
}
