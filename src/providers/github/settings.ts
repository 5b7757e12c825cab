import { ownSettings } from '../own-settings.ts'

/** What a GitHub can say about itself beside the protocol's settings. */
export interface GitHubSettings {
  response_iss: boolean
  redirect_mismatch: 'page' | 'redirect'
}

export const githubSettings = ownSettings<GitHubSettings>({
  response_iss: {
    default: true,
    says: 'whether the callback has `iss`, as since August 2026; clients that know no issuer fail with it',
    accepts: ({ z }) => z.boolean(),
  },
  redirect_mismatch: {
    default: 'page',
    says: 'where a `redirect_uri` leads that is not below the callback URL: to a `page`, or as before by `redirect` to the callback URL',
    accepts: ({ z }) => z.enum(['page', 'redirect']),
  },
})
