import type { Settings } from '../model/settings.ts'
import type { DeferredRequest } from '../storage/deferred-store.ts'
import { call } from './outbound.ts'

/** How long a client may take to answer, milliseconds. */
const patience = 2000

/**
 * Tells a client that its user has decided (CIBA §10.2).
 * @returns why it could not be told; undefined when it was
 */
export async function ping(
  { endpoint, token, auth_req_id }: NonNullable<DeferredRequest['ping']>,
  settings: Pick<Settings, 'outbound'>,
): Promise<string | undefined> {
  const answer = await call(endpoint, settings, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ auth_req_id }),
    patience,
  })
  if ('problem' in answer) return `${endpoint} could not be told: ${answer.problem}`
  const { status } = answer
  return status >= 200 && status <= 299 ? undefined : `${endpoint} answered ${status}; 204 was expected (CIBA §10.2)`
}
