import { given } from '../../basics/given.ts'
import type { CallbackWording } from '../../oauth/realm/context.ts'
import { wordingOf } from './wordings.ts'

/** What clients are told at their redirect URIs, in the vendor's order. */
export const keycloakCallback: CallbackWording = ({ parameters, grant, session, error: thrown }, { trace }) => {
  const { state, iss, code, id_token, access_token, token_type, expires_in, error, error_description } = parameters
  if (thrown !== undefined) {
    const said = wordingOf(thrown, 'authorize', trace.grant_type)
    const error_description = said.error === 'access_denied' ? undefined : said.says
    return given({ error: said.error, error_description, state, iss })
  }
  if (error !== undefined) return given({ error, error_description, state, iss })
  return given({ state, session_state: grant?.details.sid ?? session?.sid, iss, code, id_token, access_token, token_type, expires_in })
}
