import type { Api } from '../../oauth/model/api.ts'
import { type OAuthError, refusal } from '../../oauth/model/errors.ts'
import type { AuthorizationRequest, Client, Grant, User } from '../../oauth/model/records.ts'
import { scopes } from '../../oauth/model/scope.ts'
import type { Settings } from '../../oauth/model/settings.ts'
import { refuse } from './errors.ts'
import { factorOf } from './factors.ts'
import { upnOf } from './people-claims.ts'
import { isOpenId, readScope } from './scopes.ts'
import { type AccessPolicy, entraSettings } from './settings.ts'
import { guidOf } from './tenants.ts'
import { graph } from './world.ts'

/** What is noted with a request whose user has shown a second factor. */
export const factorShown = { second_factor: 'shown' }

/** Whether a sign-in had a second factor. */
export function hasShownFactor({ details }: Pick<Grant, 'details'>): boolean {
  return details.parameters?.second_factor === factorShown.second_factor
}

/** What a policy that applies wants: nobody is let in, or with a second factor alone. */
interface Demand {
  control: 'block' | 'mfa'
  policy: AccessPolicy
}

/** The strictest of the policies that apply to a user at some APIs. */
export function demandOf(user: User, apis: readonly Api[], settings: Settings): Demand | undefined {
  const applying = entraSettings.of(settings).conditional_access.filter(
    ({ state = 'enabled', conditions: { applications, users } = {} }) =>
      state === 'enabled' &&
      names(
        applications?.includeApplications,
        apis.flatMap(({ identifier, client_id }) => [identifier, client_id ?? '']),
      ) &&
      names(users?.includeUsers, [user.user_id, user.username, upnOf(user)]),
  )
  const withControl = (control: Demand['control']) => applying.find(({ grantControls }) => grantControls.builtInControls.includes(control))
  for (const control of ['block', 'mfa'] as const) {
    const policy = withControl(control)
    if (policy !== undefined) return { control, policy }
  }
  return undefined
}

function names(included: readonly string[] | undefined, meant: readonly string[]): boolean {
  return included === undefined || included.includes('All') || included.some((one) => meant.includes(one))
}

/** The APIs that an authorization request is about; Graph where it names none. */
export function apisOf({ scope, resource = [] }: AuthorizationRequest, client: Client, settings: Settings): Api[] {
  const named = [...scopes(scope).filter((one) => !isOpenId(one)), ...resource].map((one) => readScope(one, client, settings).api)
  return named.length === 0 ? [graph] : named
}

/** @throws OAuthError where a policy lets the user of a grant into an API no further */
export function checkAccess(user: User, api: Api, grant: Grant, settings: Settings): void {
  const demand = demandOf(user, [api], settings)
  if (demand === undefined || (demand.control === 'mfa' && hasShownFactor(grant))) return
  throw demanded(demand, user, api)
}

/** What a program is told of a demand: with the challenge that it is to send with its user's next sign-in. */
function demanded({ control, policy }: Demand, user: User, api: Api): OAuthError {
  const { displayName = 'one without a name' } = policy
  const explanation = `The policy '${displayName}' (conditional_access) applies to user '${user.username}' at ${api.identifier}`
  if (control === 'block') return refuse(53003, explanation)
  const values = [guidOf(`policy ${displayName}`)]
  const claims = JSON.stringify({ access_token: { polids: { essential: true, values } } })
  return refuse(numberFor(user), explanation, { resource: api.client_id ?? api.identifier, claims })
}

/** Who has a second factor is to show it, and who has none is to get one. */
function numberFor(user: User): number {
  return factorOf(user) === undefined ? 50079 : 50076
}

/** @throws OAuthError as a page for a user whom a policy keeps out, and at the client's where no page may be shown */
export function checkSignIn(user: User, request: AuthorizationRequest, client: Client, settings: Settings): 'mfa' | undefined {
  const apis = apisOf(request, client, settings)
  const demand = demandOf(user, apis, settings)
  const [api = graph] = apis
  if (demand === undefined || (demand.control === 'mfa' && request.parameters?.second_factor !== undefined)) return undefined
  const isSilent = request.prompt.includes('none')
  if (demand.control === 'mfa' && !isSilent) return 'mfa'
  const { code, message, explanation, about } = demanded(demand, user, api)
  throw isSilent ? refusal(request, client, code, message, explanation).naming(about) : refuse(Number(about.aadsts), explanation, about)
}
