import type { Settings } from '../../oauth/model/settings.ts'
import { ownSettings } from '../own-settings.ts'

interface GoogleSettings {
  publishing_status: 'production' | 'testing'
  user_type: 'external' | 'internal'
  test_users: readonly string[] | null
  organization: string
  domain_wide_delegation: boolean
  verified: boolean
  blocked_apps: readonly string[]
  deleted_clients: readonly string[]
  response_iss: boolean
}

/** What a project's consent screen says, beside the protocol's settings. */
export const googleSettings = ownSettings<GoogleSettings>({
  publishing_status: {
    default: 'production',
    says: '`testing`: refresh tokens live seven days, and `test_users` alone may sign in',
    accepts: ({ z }) => z.enum(['production', 'testing']),
  },
  user_type: {
    default: 'external',
    says: '`internal`: users of the Workspace domain `organization` alone may sign in',
    accepts: ({ z }) => z.enum(['external', 'internal']),
  },
  test_users: {
    default: null,
    says: 'e-mail addresses of those who may sign in while the status is `testing`; null lets everybody in',
    accepts: ({ z }) => z.array(z.string()).nullable(),
  },
  organization: {
    default: 'example.com',
    says: 'the Workspace domain that the project belongs to',
    accepts: ({ z }) => z.string().min(1),
  },
  domain_wide_delegation: {
    default: true,
    says: 'whether service accounts may act for users of the Workspace domain (`sub`)',
    accepts: ({ z }) => z.boolean(),
  },
  verified: {
    default: true,
    says: '`false`: whoever is asked for more than a sign-in needs is told first that Google has not verified the app',
    accepts: ({ z }) => z.boolean(),
  },
  blocked_apps: {
    default: [],
    says: "`client_id`s that the Workspace domain's administrator keeps its users from (`admin_policy_enforced`)",
    accepts: ({ z }) => z.array(z.string()),
  },
  deleted_clients: {
    default: [],
    says: '`client_id`s that are refused as those of clients that were deleted (`deleted_client`)',
    accepts: ({ z }) => z.array(z.string()),
  },
  response_iss: {
    default: false,
    says: 'whether the redirect has `iss` and discovery announces it (RFC 9207), which was not seen yet',
    accepts: ({ z }) => z.boolean(),
  },
})

/** Whether the project is one whose refresh tokens live seven days. */
export function isTesting(settings: Settings): boolean {
  const { publishing_status, user_type } = googleSettings.of(settings)
  return publishing_status === 'testing' && user_type === 'external'
}
