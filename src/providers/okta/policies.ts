import type { Client } from '../../oauth/model/records.ts'
import type { Context } from '../../oauth/realm/context.ts'
import { worded } from './errors.ts'
import { serverOf } from './settings.ts'

/** What an authorization request leads to; a device says it itself only when it polls. */
const usual = 'authorization_code'

/** Holds what is asked for to the first policy that fits; a server without any lets all pass. @throws OAuthError `access_denied` */
export function checkPolicies(wanted: readonly string[], client: Client, { realm, space, trace }: Context): void {
  const policies = serverOf(space, realm.settings)?.policies
  if (policies === undefined) return
  const { grant_type = usual } = trace
  const fits = (list: readonly string[] | undefined, one: string) => list === undefined || list.includes(one)
  const policy = policies.find(({ clients, grant_types }) => fits(clients, client.client_id) && fits(grant_types, grant_type))
  const server = `authorization server '${space?.path.as}'`
  if (policy === undefined) {
    const text = 'Policy evaluation failed for this request, please check the policy configurations.'
    const explanation = `None of the ${policies.length} policies of ${server} fits client '${client.client_id}' and ${grant_type}`
    throw worded('access_denied', text, `${explanation} (setting authorization_servers)`, 401)
  }
  const denied = wanted.filter((one) => !fits(policy.scopes, one))
  if (denied.length === 0) return
  const text =
    denied.length === wanted.length
      ? 'Policy evaluation succeeded, but all the requested scopes were rejected.'
      : `Some of the requested scopes were denied by the policy. Denied scopes: [${denied.join(', ')}].`
  const explanation = `The policy of ${server} that fits has the scopes ${policy.scopes?.join(' ')}, and not ${denied.join(' ')}`
  throw worded('access_denied', text, `${explanation} (setting authorization_servers)`, 400)
}
