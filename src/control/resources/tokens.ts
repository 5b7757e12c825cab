import { z } from 'zod'
import { anyOf } from '../../basics/any-of.ts'
import { scopesWithinReach } from '../../oauth/clients/scope.ts'
import { mintDirectly } from '../../oauth/endpoints/direct-mint.ts'
import { scopes, scopeToken } from '../../oauth/model/scope.ts'
import { duration } from '../../sandbox/duration.ts'
import { contextOf } from '../addresses.ts'
import { clientMentioned, userMentioned } from '../input/lookup.ts'
import { invalid } from '../problem.ts'
import { sandboxRoutes } from '../sandbox-routes.ts'

const tokenAnswer = z.record(z.string(), z.unknown()).describe("A token answer, its members as the provider's token endpoint orders them.")

const expired = z.object({ access_tokens: z.number(), refresh_tokens: z.number() }).describe('How many lived until now.')

const wanted = z.strictObject({
  client_id: z.string(),
  username: z.string().optional().describe("The user's tokens; the client's own when absent."),
  scope: z.string().optional().describe("All that the client's app may have when absent."),
  claims: z.record(z.string(), z.unknown()).optional().describe('They stand in every JWT beside the usual claims, or in their place.'),
  expires_in: duration.optional().describe('Of the access token; negative for one that is born expired. Such as "5m", or seconds.'),
})

const expiry = z.strictObject({
  what: z.enum(['access', 'refresh', 'all']),
  client_id: z.string().optional(),
  username: z.string().optional(),
})

/** Tokens without a flow, and the end of tokens. */
export const tokens = sandboxRoutes('tokens', ({ inSpace: { create, post } }) => {
  create('/tokens', 'Mint tokens without a flow', { body: wanted, answer: tokenAnswer }, ({ sandbox, addresses, body }) => {
    const { client_id, username, scope, claims, expires_in } = body
    const client = clientMentioned(client_id, sandbox)
    const user = userMentioned(username, sandbox)
    const asked = scope === undefined ? client.app.scopes : scopes(scope)
    const allowed = scopesWithinReach(client, sandbox)
    const lenient = sandbox.settings.strictness === 'lenient'
    const foreign = asked.find((one) => (lenient ? !scopeToken.test(one) : !allowed.includes(one)))
    if (foreign !== undefined) {
      const expected = `${anyOf(allowed) || 'nothing'} (add others to the app's scopes, or set strictness to lenient)`
      throw invalid({ field: 'scope', expected, came: foreign })
    }
    const context = contextOf(sandbox, addresses)
    const seconds = expires_in === undefined ? undefined : Math.round(expires_in / 1000)
    return mintDirectly({ client, user, scope: asked.join(' '), claims, expires_in: seconds }, context)
  })

  post('/tokens/expire', 'Let tokens expire now', { body: expiry, answer: expired }, ({ sandbox, body }) => {
    const { what, client_id, username } = body
    const client = client_id === undefined ? undefined : clientMentioned(client_id, sandbox)
    const user = userMentioned(username, sandbox)
    return sandbox.grants.expire(what, { client, user }, sandbox.clock.now())
  })
})
