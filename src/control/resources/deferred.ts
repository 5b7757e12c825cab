import { z } from 'zod'
import { randomText } from '../../basics/random.ts'
import { hasApp } from '../../oauth/clients/unregistered.ts'
import { decideBackchannelRequest, listBackchannelRequests } from '../../oauth/deferred/backchannel.ts'
import { decide } from '../../oauth/deferred/deferred.ts'
import { cleanUserCode } from '../../oauth/deferred/device.ts'
import { deviceCodeType } from '../../oauth/model/grant-names.ts'
import type { Resource } from '../deps.ts'
import { sandboxNamed, userMentioned } from '../input/lookup.ts'
import { invalid, Problem } from '../problem.ts'
import { inSandbox, refusal, rfc3339, time } from '../schemas.ts'

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

/** What users decide elsewhere, on a device's page (RFC 8628) or on their phone (CIBA), decided without them. */
export const deferred: Resource = (app, { sandboxes }) => {
  app.post(
    '/sandboxes/:sandbox/device',
    {
      schema: {
        tags: ['decisions'],
        summary: 'Decide on a device by its user code',
        params: inSandbox,
        body: z.strictObject({ user_code: z.string(), username: z.string(), decision }),
        response: { 200: decided, default: refusal },
      },
    },
    (request) => {
      const sandbox = sandboxNamed(request.params.sandbox, sandboxes)
      const { user_code, username, decision = 'allow' } = request.body
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
      const taken = store.openDeferred(code, randomText(32), clock.now())
      if (taken === undefined) throw over
      store.setDeferredUser(taken.interaction_id, user)
      const done = decide({ ...taken, user }, decision === 'allow' ? 'allowed' : 'denied', sandbox)
      if (done === undefined) throw over
      return { client_id: done.client.client_id, username: user.username, decision }
    },
  )

  const backchannel = '/sandboxes/:sandbox/backchannel_requests'
  app.get(
    backchannel,
    {
      schema: {
        tags: ['decisions'],
        summary: 'The backchannel authentication requests that wait for their users',
        params: inSandbox,
        response: { 200: z.object({ items: z.array(backchannelRequest) }), default: refusal },
      },
    },
    (request) => {
      const waiting = listBackchannelRequests(sandboxNamed(request.params.sandbox, sandboxes))
      return {
        items: waiting.map((request) => ({
          ...request,
          binding_message: request.binding_message ?? null,
          issued_at: rfc3339(request.issued_at),
          expires_at: rfc3339(request.expires_at),
        })),
      }
    },
  )

  app.post(
    `${backchannel}/:id`,
    {
      schema: {
        tags: ['decisions'],
        summary: 'Decide on one for its user',
        params: inSandbox.extend({ id: z.string() }),
        body: z.strictObject({ decision }).prefault({}),
        response: {
          200: decided.extend({
            unreached: z.string().nullable().describe('Why a client in ping mode could not be told; null when it was, or need not be.'),
          }),
          default: refusal,
        },
      },
    },
    async (request) => {
      const sandbox = sandboxNamed(request.params.sandbox, sandboxes)
      const { decision = 'allow' } = request.body
      const done = await decideBackchannelRequest(sandbox, request.params.id, decision === 'allow' ? 'allowed' : 'denied')
      if (done === undefined) {
        throw new Problem(
          404,
          `No backchannel request '${request.params.id}' waits in sandbox '${sandbox.name}'; it may have been decided on`,
        )
      }
      return { client_id: done.client_id, username: done.username ?? null, decision, unreached: done.unreached ?? null }
    },
  )
}
