import type { Client } from '../../oauth/model/records.ts'
import type { Settings } from '../../oauth/model/settings.ts'
import { ownSettings } from '../own-settings.ts'

/** What a Slack sandbox can say about itself beside the protocol's settings. */
export interface SlackSettings {
  token_rotation: boolean
  distributed: boolean
  pkce: boolean
  enterprise: string | null
  openid_errors: 'slack' | 'oauth'
}

export const slackSettings = ownSettings<SlackSettings>({
  token_rotation: {
    default: false,
    says: 'gives every app tokens that expire, with refresh tokens; else those apps alone whose client has `token_rotation_enabled`',
    accepts: ({ z }) => z.boolean(),
  },
  distributed: {
    default: true,
    says: 'whether apps may be installed in other workspaces than their own',
    accepts: ({ z }) => z.boolean(),
  },
  pkce: {
    default: true,
    says: 'whether apps opted in to PKCE; a challenge of another app is refused with `pkce_not_allowed`',
    accepts: ({ z }) => z.boolean(),
  },
  enterprise: {
    default: null,
    says: 'the organization that the workspaces are in; an app is installed in all of it when `team` has its id, which token answers tell',
    accepts: ({ z }) => z.string().min(1).nullable(),
  },
  openid_errors: {
    default: 'slack',
    says: 'what openid.connect.token calls errors: `slack`, as the other methods do, or `oauth`, by the names of RFC 6749',
    accepts: ({ z }) => z.enum(['slack', 'oauth']),
  },
})

/** Whether a client's tokens expire and can be refreshed. */
export function rotates({ metadata }: Pick<Client, 'metadata'>, settings: Settings): boolean {
  return metadata.token_rotation_enabled === true || slackSettings.of(settings).token_rotation
}
