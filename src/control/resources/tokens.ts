import { z } from 'zod'
import { anyOf } from '../../basics/any-of.ts'
import { mintDirectly } from '../../oauth/endpoints/direct-mint.ts'
import { scopes } from '../../oauth/model/scope.ts'
import type { Context } from '../../oauth/realm/context.ts'
import { duration } from '../../sandbox/duration.ts'
import { addressesOf } from '../addresses.ts'
import type { Resource } from '../deps.ts'
import { clientMentioned, sandboxNamed, userMentioned } from '../input/lookup.ts'
import { invalid } from '../problem.ts'
import { inSandbox, refusal } from '../schemas.ts'

const tokenAnswer = z.record(z.string(), z.unknown()).describe("A token answer, its members as the provider's token endpoint orders them.")

const expired = z.object({ access_tokens: z.number(), refresh_tokens: z.number() }).describe('How many lived until now.')

/** Tokens without a flow, and the end of tokens. */
export const tokens: Resource = (app, deps) => {
  const path = '/sandboxes/:sandbox/tokens'

  app.post(
    path,
    {
      schema: {
        tags: ['tokens'],
        summary: 'Mint tokens without a flow',
        params: inSandbox,
        body: z.strictObject({
          client_id: z.string(),
          username: z.string().optional().describe("The user's tokens; the client's own when absent."),
          scope: z.string().optional().describe("All that the client's app may have when absent."),
          claims: z
            .record(z.string(), z.unknown())
            .optional()
            .describe('They stand in every JWT beside the usual claims, or in their place.'),
          expires_in: duration.optional().describe('Of the access token; negative for one that is born expired. Such as "5m", or seconds.'),
        }),
        response: { 201: tokenAnswer, default: refusal },
      },
    },
    async (request, reply) => {
      const sandbox = sandboxNamed(request.params.sandbox, deps.sandboxes)
      const { client_id, username, scope, claims, expires_in } = request.body
      const client = clientMentioned(client_id, sandbox)
      const user = userMentioned(username, sandbox)
      const wanted = scope === undefined ? client.app.scopes : scopes(scope)
      const foreign = wanted.find((scope) => !client.app.scopes.includes(scope))
      if (foreign !== undefined) throw invalid({ field: 'scope', expected: anyOf(client.app.scopes) || 'nothing', came: foreign })
      const context: Context = { realm: sandbox, issuer: addressesOf(sandbox, request.raw, deps).issuer, trace: {} }
      const draft = {
        client,
        user,
        scope: wanted.join(' '),
        claims,
        expires_in: expires_in === undefined ? undefined : Math.round(expires_in / 1000),
      }
      return reply.code(201).send(await mintDirectly(draft, context))
    },
  )

  app.post(
    `${path}/expire`,
    {
      schema: {
        tags: ['tokens'],
        summary: 'Let tokens expire now',
        params: inSandbox,
        body: z.strictObject({
          what: z.enum(['access', 'refresh', 'all']),
          client_id: z.string().optional(),
          username: z.string().optional(),
        }),
        response: { 200: expired, default: refusal },
      },
    },
    (request) => {
      const sandbox = sandboxNamed(request.params.sandbox, deps.sandboxes)
      const { what, client_id, username } = request.body
      const client = client_id === undefined ? undefined : clientMentioned(client_id, sandbox)
      const user = userMentioned(username, sandbox)
      return sandbox.grants.expire(what, { client, user }, sandbox.clock.now())
    },
  )
}
