import { given } from '../../basics/given.ts'
import type { Callback, CallbackWording, Context } from '../../oauth/realm/context.ts'
import { realmDataOf } from './realm-data-of.ts'
import { wordingOf } from './wordings.ts'

/** What clients are told at their redirect URIs, in the vendor's order. */
export const keycloakCallback: CallbackWording = ({ parameters, grant, user, session, error: thrown }, context) => {
  const { state, iss, code, id_token, access_token, token_type, expires_in, error, error_description } = parameters
  if (thrown !== undefined) {
    const said = wordingOf(thrown, 'authorize', context.trace.grant_type)
    const error_description = thrown.about.says ?? (said.error === 'access_denied' ? undefined : said.says)
    return given({ error: said.error, error_description, state, iss })
  }
  if (error !== undefined) return given({ error, error_description, state, iss })
  const session_state = grant?.details.sid ?? session?.sid
  return given({ state, session_state, iss, ...actionIn(grant, user, context), code, id_token, access_token, token_type, expires_in })
}

/** What became of an action that the client asked its user for. */
function actionIn(grant: Callback['grant'], user: Callback['user'], context: Context) {
  const { kc_action, kc_action_status } = grant?.details.parameters ?? {}
  if (kc_action === undefined) return {}
  // An address that is confirmed has nothing done to it.
  if (kc_action === 'VERIFY_EMAIL' && user !== undefined && realmDataOf(context).user(user).emailVerified)
    return { kc_action_status: 'success' }
  return kc_action_status === undefined ? { kc_action_status: 'error' } : { kc_action, kc_action_status }
}
