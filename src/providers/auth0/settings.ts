import { ownSettings } from '../own-settings.ts'

/** The connection of users with passwords. */
export const database = 'Username-Password-Authentication'

/** What an Auth0 tenant can say about itself beside the protocol's settings. */
export interface Auth0Settings {
  default_audience: string | null
  default_directory: typeof database | 'none'
  organization_usage: 'deny' | 'allow' | 'require'
  multi_factor: 'never' | 'enrolled' | 'always'
  organization_names: boolean
  signup_tells_user_exists: boolean
  end_session_in_discovery: boolean
  refresh_absolute_ttl: number
}

export const auth0Settings = ownSettings<Auth0Settings>({
  default_audience: {
    default: null,
    says: 'the API that access tokens are for when a request names none; without it these tokens are opaque',
    accepts: ({ z }) => z.string().min(1).nullable(),
  },
  default_directory: {
    default: database,
    says: 'the connection that the password grant takes; `none` makes it fail as in a tenant without one',
    accepts: ({ z }) => z.enum([database, 'none']),
  },
  organization_usage: {
    default: 'allow',
    says: 'whether users of apps sign in to an organization: `deny` refuses who names one, `require` who names none; an app may have its own by the Management API',
    accepts: ({ z }) => z.enum(['deny', 'allow', 'require']),
  },
  multi_factor: {
    default: 'enrolled',
    says: "whose password alone is not enough: nobody's, that of users who have a second factor, or all",
    accepts: ({ z }) => z.enum(['never', 'enrolled', 'always']),
  },
  organization_names: {
    default: true,
    says: "whether an organization may be named by its name, which tokens then have as `org_name`; the vendor's `allow_organization_name_in_authentication_api`",
    accepts: ({ z }) => z.boolean(),
  },
  signup_tells_user_exists: {
    default: false,
    says: "whether a sign-up under an address that somebody has is refused with `user_exists` and not `invalid_signup`; the vendor's `enable_public_signup_user_exists_error`",
    accepts: ({ z }) => z.boolean(),
  },
  end_session_in_discovery: {
    default: true,
    says: "whether the metadata name `/oidc/logout`, without which SDKs sign out at `/v2/logout`; the vendor's `rp_logout_end_session_endpoint_discovery`",
    accepts: ({ z }) => z.boolean(),
  },
  refresh_absolute_ttl: {
    default: 30 * 86_400,
    says: 'seconds after which no refresh token of a grant works, however often it was used; `refresh_token_ttl` is for how long one goes unused',
    accepts: ({ z }) => z.number().int().positive(),
  },
})
