import { usualResponseModes } from '../oauth/realm/response-type.ts'
import type { Provider } from './provider.ts'
import { standard } from './standard/standard.ts'

const { userinfo, jwks, introspection, revocation, par, end_session, sign_up, discovery, ...paths } = standard.paths

/** The ground for a vendor that knows codes alone: each sign-in begins anew, and the answer has `code` and `state`. */
export const codeOnly: Provider = {
  ...standard,
  paths,
  response_types: ['code'],
  response_modes: usualResponseModes,
  response_iss: false,
  sessions: false,
  scopes: [],
}
