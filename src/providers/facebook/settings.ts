import { ownSettings } from '../own-settings.ts'

interface FacebookSettings {
  short_token_ttl: number
  require_app_secret_proof: boolean
  invalid_token_status: 400 | 401
  deauthorize_callback: string | null
  data_deletion_callback: string | null
}

/** The vendor's own settings. */
export const facebookSettings = ownSettings<FacebookSettings>({
  short_token_ttl: {
    default: 5400,
    says: 'how long the tokens live that come through the browser, until they are exchanged',
    accepts: ({ wholeSeconds }) => wholeSeconds,
  },
  require_app_secret_proof: {
    default: false,
    says: 'whether calls of the API need `appsecret_proof`; one that comes is checked in any case',
    accepts: ({ z }) => z.boolean(),
  },
  invalid_token_status: {
    default: 401,
    says: 'the status of code 190: 400 in older versions of the API',
    accepts: ({ z }) => z.literal([400, 401]),
  },
  deauthorize_callback: {
    default: null,
    says: 'where apps are told that a user removed them, by a `signed_request`',
    accepts: ({ z }) =>
      z
        .string()
        .regex(/^https?:\/\//)
        .nullable(),
  },
  data_deletion_callback: {
    default: null,
    says: 'where apps are told that a user wants his data deleted, by a `signed_request`',
    accepts: ({ z }) =>
      z
        .string()
        .regex(/^https?:\/\//)
        .nullable(),
  },
})
