import { sameRedirectUri } from '../../oauth/clients/redirect-uri.ts'
import type { RedirectRules } from '../../oauth/realm/redirect-rules.ts'
import { isBelow } from '../redirect-uris.ts'
import { isGitHubApp } from './app-kind.ts'
import { githubSettings } from './settings.ts'

/** Below the callback URL of an OAuth app; of a GitHub App one of its callback URLs. */
export const githubRedirects: RedirectRules = {
  matches: (registered, came, client) =>
    sameRedirectUri(registered, came) || (!isGitHubApp(client) && isBelow(registered, came, { sub_domains: true })),
  first_is_default: true,
  repeated_at_will: true,
  mismatch_is_told: (settings) => githubSettings.of(settings).redirect_mismatch === 'redirect',
  encoded_as: 'form',
}
