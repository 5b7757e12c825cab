import { usualResponseModes } from '../oauth/realm/response-type.ts'
import type { Provider } from './provider.ts'

/** The authorization endpoint of a vendor that knows codes alone: each sign-in begins anew, and the answer has `code` and `state`. */
export const codeOnly: Pick<Provider, 'response_types' | 'response_modes' | 'response_iss' | 'sessions'> = {
  response_types: ['code'],
  response_modes: usualResponseModes,
  response_iss: false,
  sessions: false,
}
