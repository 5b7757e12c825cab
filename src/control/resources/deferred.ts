import { z } from 'zod'
import { hasApp } from '../../oauth/clients/unregistered.ts'
import { decideBackchannelRequest } from '../../oauth/deferred/backchannel.ts'
import { cleanUserCode, decideDevice } from '../../oauth/deferred/device.ts'
import { cibaType, deviceCodeType } from '../../oauth/model/grant-names.ts'
import { userMentioned } from '../input/lookup.ts'
import { invalid, Problem } from '../problem.ts'
import { sandboxRoutes } from '../sandbox-routes.ts'
import { listOf, rfc3339, time } from '../schemas.ts'

const decision = z.enum(['allow', 'deny']).optional().describe('`allow` when absent.')

const decided = z.object({ client_id: z.string(), username: z.string().nullable(), decision: z.enum(['allow', 'deny']) })

const backchannelRequest = z
  .object({
    id: z.string(),
    client_id: z.string(),
    app: z.string(),
    username: z.string(),
    scope: z.string(),
    binding_message: z.string().nullable(),
    issued_at: time,
    expires_at: time,
  })
  .meta({ id: 'BackchannelRequest' })

const told = decided.extend({
  unreached: z.string().nullable().describe('Why a client in ping mode could not be told; null when it was, or need not be.'),
})

/** What users decide elsewhere, on a device's page (RFC 8628) or on their phone (CIBA), decided without them. */
export const deferred = sandboxRoutes('decisions', ({ inSpace: { get, post } }) => {
  const onDevice = z.strictObject({ user_code: z.string(), username: z.string(), decision })
  post('/device', 'Decide on a device by its user code', { body: onDevice, answer: decided }, ({ sandbox, body }) => {
    const { user_code, username, decision = 'allow' } = body
    const { store, clock } = sandbox
    const user = userMentioned(username, sandbox)
    const code = cleanUserCode(user_code)
    const over = invalid({ field: 'user_code', expected: 'one that waits for a decision', came: user_code })
    // Only looked at: a browser that has its page open may go on with it until there is a decision.
    const asking = code === undefined ? undefined : store.listDeferred(deviceCodeType, clock.now()).find((one) => one.user_code === code)
    if (code === undefined || asking === undefined) throw over
    if (decision === 'allow' && !hasApp(user, asking.client, { realm: sandbox })) {
      throw invalid({ field: 'username', expected: `a user of app ${asking.client.app.name}`, came: username })
    }
    const done = decideDevice(code, user, decision === 'allow' ? 'allowed' : 'denied', sandbox)
    if (done === undefined) throw over
    return { client_id: done.client.client_id, username: user.username, decision }
  })

  const waiting = 'The backchannel authentication requests that wait for their users'
  get('/backchannel_requests', waiting, { answer: listOf(backchannelRequest) }, ({ sandbox: { store, clock } }) => ({
    items: store.listDeferred(cibaType, clock.now()).map(({ interaction_id, client, user, scope, request, issued_at, expires_at }) => ({
      id: interaction_id,
      client_id: client.client_id,
      app: client.app.name,
      username: user?.username ?? '',
      scope,
      binding_message: request.binding_message ?? null,
      issued_at: rfc3339(issued_at),
      expires_at: rfc3339(expires_at),
    })),
  }))

  const onPhone = { body: z.strictObject({ decision }).prefault({}), answer: told }
  post('/backchannel_requests/:id', 'Decide on one for its user', onPhone, async ({ sandbox, params: { id }, body }) => {
    const { decision = 'allow' } = body
    const done = await decideBackchannelRequest(sandbox, id, decision === 'allow' ? 'allowed' : 'denied')
    if (done !== undefined) {
      return { client_id: done.client_id, username: done.username ?? null, decision, unreached: done.unreached ?? null }
    }
    throw new Problem(404, `No backchannel request '${id}' waits in sandbox '${sandbox.name}'; it may have been decided on`)
  })
})
