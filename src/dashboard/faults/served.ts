import { type Endpoint, endpoints } from '../../oauth/model/endpoint.ts'
import type { Provider } from '../../providers/provider.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import type { ArmedFault, Situation } from './situations.ts'

/** The endpoints that a vendor has. */
export function servedEndpoints({ paths, routes }: Provider): Endpoint[] {
  const hasApi = routes.length > 0 || paths.resource !== undefined
  return endpoints.filter((one) => (one === 'api' ? hasApi : paths[one] !== undefined))
}

/** What a click on a situation arms in this sandbox. */
export function armedBy(situation: Situation, { provider }: Sandbox): ArmedFault[] {
  if (!('arm' in situation)) return []
  const faults = typeof situation.arm === 'function' ? situation.arm(provider) : situation.arm
  const resource = provider.paths.userinfo === undefined ? 'api' : 'userinfo'
  return faults.map((fault) => ({ ...fault, endpoint: fault.endpoint === 'resource' ? resource : fault.endpoint }))
}

/** Whether a situation can come about at all, as the vendor is. */
export function isServed(situation: Situation, sandbox: Sandbox): boolean {
  const { provider } = sandbox
  const served: readonly string[] = servedEndpoints(provider)
  const isMet = ({ endpoint, grant_type }: ArmedFault) => {
    return served.includes(endpoint) && (grant_type === undefined || provider.grant_types.includes(grant_type))
  }
  return situation.isServed?.(provider) !== false && armedBy(situation, sandbox).every(isMet)
}
