import { after } from '../../basics/maybe-promise.ts'
import { authorizationCode } from '../../oauth/grants/authorization-code.ts'
import { clientCredentials } from '../../oauth/grants/client-credentials.ts'
import { deviceCode } from '../../oauth/grants/deferred.ts'
import { password } from '../../oauth/grants/password.ts'
import { refreshToken } from '../../oauth/grants/refresh-token.ts'
import type { Parameters } from '../../oauth/model/parameters.ts'
import type { Client, User } from '../../oauth/model/records.ts'
import { scopes } from '../../oauth/model/scope.ts'
import type { Context, GrantType } from '../../oauth/realm/context.ts'
import type { Issue } from '../../oauth/realm/issue.ts'
import { authenticateApp } from './client-authentication.ts'
import { checkAccess } from './conditional-access.ts'
import { refuse } from './errors.ts'
import { fromFamily } from './family.ts'
import { checkHome } from './homes.ts'
import { checkLoop } from './loops.ts'
import { onBehalfOf } from './on-behalf-of.ts'
import { mustChangePassword } from './passwords.ts'
import { redirectTypeAsked, redirectTypeOf } from './redirects.ts'
import { oneApi } from './scopes.ts'
import { isShared } from './tenants.ts'
import { shortDeviceType } from './world.ts'

/** What a grant gave, as a token for one API; a refresh token goes with it where it was asked for. */
function forOneApi(issue: Issue, requested: string | undefined, client: Client, context: Context): Issue {
  const { api, scope } = oneApi(issue.scope, requested, client, context)
  if (issue.user !== undefined) {
    checkUser(issue.user)
    checkHome(issue.user, context.parameters?.grant_type, context.space)
    checkAccess(issue.user, api, issue.grant, context.realm.settings)
  }
  const refresh = scopes(issue.grant.scope).includes('offline_access') ? issue.refresh : 'none'
  return { ...issue, scope, requested_scope: undefined, audience: [api.identifier], refresh }
}

/** A user whose claim `aadsts` is a number is refused with it, as whoever must do more to sign in. */
export function checkUser({ username, email, claims }: User): void {
  if (typeof claims.aadsts !== 'number') return
  const about = { email: email ?? username, idp: 'live.com' }
  throw refuse(claims.aadsts, `User '${username}' has the claim aadsts, which says so`, about)
}

/** What was asked for: scopes, or in the older version an API alone. */
function askedFor({ scope, audience }: Parameters, { space }: Context, resource?: readonly string[]): string | undefined {
  const api = audience ?? resource?.[0]
  return space?.edition !== 'v1' ? scope : api && `openid ${api}/.default`
}

/** A grant of the protocol, by an application of the vendor's and for one API. */
function entraGrant(grant: GrantType, check: (parameters: Parameters, client: Client, context: Context) => void = checkOrigin): GrantType {
  return {
    ...grant,
    parameters: [...new Set([...grant.parameters, 'scope', 'client_info', 'claims'])],
    authenticate: authenticateApp,
    redeem(parameters, client, context) {
      check(parameters, client, context)
      return after(grant.redeem(parameters, client, context), (issue) =>
        forOneApi(issue, askedFor(parameters, context, issue.grant.details.resource), client, context),
      )
    },
  }
}

/** Only tokens of single-page applications are for pages. */
function checkOrigin(_parameters: Parameters, _client: Client, { transport }: Context): void {
  const origin = transport?.header('origin')
  if (origin !== undefined) throw foreignOrigin(origin)
}

function foreignOrigin(origin: string) {
  const explanation = `The request has the header Origin: ${origin}, and its redirect URI is not registered as spa (redirect_uri_types)`
  return refuse(9002326, explanation, { origin })
}

/** By the address to which its code went it is told what may redeem it: a page and nobody else, or anybody but a page. */
function checkType(type: string | undefined, { transport }: Context): void {
  const origin = transport?.header('origin')
  if (origin !== undefined && type !== 'spa') throw foreignOrigin(origin)
  if (origin === undefined && type === 'spa') {
    throw refuse(9002327, 'The redirect URI is registered as spa, and the request has no Origin header, as every page sends it')
  }
}

function checkCode(parameters: Parameters, client: Client, context: Context): void {
  const type = redirectTypeAsked(client, context)
  checkType(type, context)
  if (type === 'spa' && parameters.code_verifier === undefined) {
    throw refuse(9002325, 'The redirect URI is registered as spa, and code_verifier did not come')
  }
}

/** May ask for another API than before. */
const refresh: GrantType = {
  ...refreshToken,
  parameters: [...refreshToken.parameters, 'client_info', 'claims', 'redirect_uri'],
  authenticate: authenticateApp,
  redeem({ scope: _, ...parameters }, client, context) {
    const ofFamily = fromFamily(parameters.refresh_token, client, context)
    return after(ofFamily ?? refreshToken.redeem(parameters, client, context), (issue) => {
      checkType(redirectTypeOf(client, issue.grant, context.realm), context)
      if (issue.user !== undefined) checkLoop(issue.user, context.parameters?.scope ?? '', client, context)
      return forOneApi(issue, askedFor(context.parameters ?? {}, context, issue.grant.details.resource), client, context)
    })
  },
}

const applications = entraGrant(clientCredentials, (parameters, client, context) => {
  checkOrigin(parameters, client, context)
  if (!isShared(context.space?.asked.tenant)) return
  throw refuse(90019, `An application by itself is of one tenant, and the path has ${context.space?.asked.tenant}`)
})

/** Where a password has expired, its user must be asked for another one, on a page. */
const freshPassword: GrantType = {
  ...password,
  redeem: (parameters, client, context) =>
    after(password.redeem(parameters, client, context), (issue) => {
      if (issue.user === undefined || !mustChangePassword(issue.user)) return issue
      throw refuse(50055, `The passwordProfile of user '${issue.user.username}' has forceChangePasswordNextSignIn`)
    }),
}

const passwords = entraGrant(freshPassword, (parameters, client, context) => {
  checkOrigin(parameters, client, context)
  const tenant = context.space?.asked.tenant
  if (tenant === 'common' || tenant === 'consumers') throw refuse(9001023, `grant_type password came at /${tenant}`)
})

const devices = entraGrant(deviceCode)

/** What the token endpoint answers; Microsoft's own clients poll for devices by a name of their own. */
export const entraGrants: ReadonlyMap<string, GrantType> = new Map([
  ...[entraGrant(authorizationCode, checkCode), refresh, applications, passwords, devices, onBehalfOf].map(
    (one) => [one.grant_type, one] as const,
  ),
  [shortDeviceType, devices],
])
