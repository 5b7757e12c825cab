import { ownSettings } from '../own-settings.ts'

interface AppleSettings {
  team_id: string
  boolean_claims: 'string' | 'boolean'
  http_redirects: boolean
  notification_endpoint: string | null
  transferred_from: string | null
}

/** The vendor's own settings. */
export const appleSettings = ownSettings<AppleSettings>({
  team_id: {
    default: 'GRANTBOX26',
    says: 'the team that all apps belong to: the `iss` of client secrets',
    accepts: ({ z }) => z.string().regex(/^[A-Z0-9]{10}$/),
  },
  boolean_claims: {
    default: 'string',
    says: 'how ID tokens say `email_verified` and `is_private_email`: as the text `"true"`, or as `true`',
    accepts: ({ z }) => z.enum(['string', 'boolean']),
  },
  http_redirects: {
    default: true,
    says: 'whether registered redirect URIs may be http, localhost or an IP address; `false` refuses them as Apple does',
    accepts: ({ z }) => z.boolean(),
  },
  notification_endpoint: {
    default: null,
    says: 'where apps are told that a user left them, deleted the account, or stopped or resumed the forwarding of e-mail',
    accepts: ({ z }) =>
      z
        .string()
        .regex(/^https?:\/\//)
        .nullable(),
  },
  transferred_from: {
    default: null,
    says: 'the team that the apps came from: ID tokens have `transfer_sub` while it is set, which Apple does for sixty days',
    accepts: ({ z }) =>
      z
        .string()
        .regex(/^[A-Z0-9]{10}$/)
        .nullable(),
  },
})
