import type { DeferredRequest } from '../storage/deferred-store.ts'
import { isPrivateHost } from './private-host.ts'

/** How long a client may take to answer, milliseconds. */
const patience = 2000

/** The rule that a notification endpoint breaks; undefined when it can be told. */
export function notificationProblem(endpoint: string): string | undefined {
  if (!/^https?:\/\//i.test(endpoint) || !URL.canParse(endpoint)) return `'${endpoint}' is no http or https URL`
  const { hostname } = new URL(endpoint)
  return isPrivateHost(hostname) ? undefined : `'${hostname}' is not on this machine or a private network, and nothing else is called`
}

/**
 * Tells a client that its user has decided (CIBA §10.2).
 * @returns why it could not be told; undefined when it was
 */
export async function ping({ endpoint, token, auth_req_id }: NonNullable<DeferredRequest['ping']>): Promise<string | undefined> {
  const problem = notificationProblem(endpoint)
  if (problem !== undefined) return problem
  try {
    const answer = await fetch(endpoint, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ auth_req_id }),
      redirect: 'manual',
      signal: AbortSignal.timeout(patience),
    })
    await answer.body?.cancel()
    return answer.ok ? undefined : `${endpoint} answered ${answer.status}; 204 was expected (CIBA §10.2)`
  } catch (error) {
    const { message, cause } = error as Error
    return `${endpoint} could not be told: ${cause instanceof Error ? cause.message : message}`
  }
}
