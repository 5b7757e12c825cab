import { z } from 'zod'
import { anyOf } from '../../basics/any-of.ts'
import { scopesWithinReach } from '../../oauth/clients/scope.ts'
import { mintDirectly } from '../../oauth/endpoints/direct-mint.ts'
import { scopes, scopeToken } from '../../oauth/model/scope.ts'
import type { Addresses } from '../../sandbox/addresses.ts'
import { duration } from '../../sandbox/duration.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import { contextOf } from '../addresses.ts'
import { clientMentioned, userMentioned } from '../input/lookup.ts'
import { invalid } from '../problem.ts'
import { sandboxRoutes } from '../sandbox-routes.ts'

const tokenAnswer = z.record(z.string(), z.unknown()).describe("A token answer, its members as the provider's token endpoint orders them.")

const expired = z.object({ access_tokens: z.number(), refresh_tokens: z.number() }).describe('How many lived until now.')

/** Tokens that are wanted without a flow. */
export const tokenDraft = z.strictObject({
  client_id: z.string(),
  username: z.string().optional().describe("The user's tokens; the client's own when absent."),
  scope: z.string().optional().describe("All that the client's app may have when absent."),
  claims: z.record(z.string(), z.unknown()).optional().describe('They stand in every JWT beside the usual claims, or in their place.'),
  expires_in: duration.optional().describe('Of the access token; negative for one that is born expired. Such as "5m", or seconds.'),
  audience: z
    .string()
    .optional()
    .describe(
      "Whom the access token is for, as a request's `audience` says it; with blanks between several. As the sandbox has it when absent.",
    ),
  format: z
    .enum(['jwt', 'opaque'])
    .optional()
    .describe('Of the access token, where the provider has both; as the client or the sandbox has it when absent.'),
})

const expiry = z.strictObject({
  what: z.enum(['access', 'refresh', 'all']),
  client_id: z.string().optional(),
  username: z.string().optional(),
})

/** Tokens without a flow, and the end of tokens. */
export const tokens = sandboxRoutes('tokens', ({ inSpace: { create, post } }) => {
  create('/tokens', 'Mint tokens without a flow', { body: tokenDraft, answer: tokenAnswer }, ({ sandbox, addresses, body }) =>
    mintTokens(body, sandbox, addresses),
  )

  post('/tokens/expire', 'Let tokens expire now', { body: expiry, answer: expired }, ({ sandbox, body }) => {
    const { what, client_id, username } = body
    const client = client_id === undefined ? undefined : clientMentioned(client_id, sandbox)
    const user = userMentioned(username, sandbox)
    return sandbox.grants.expire(what, { client, user }, sandbox.clock.now())
  })
})

/**
 * Mints tokens without a flow.
 * @returns the members of the token answer, as the provider orders them
 * @throws Problem for what the sandbox does not have
 */
export function mintTokens(draft: z.output<typeof tokenDraft>, sandbox: Sandbox, addresses: Addresses): Promise<Record<string, unknown>> {
  const { client_id, username, scope, expires_in, format, claims, audience } = draft
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
  if (format !== undefined && !hasTokenFormats(sandbox)) {
    throw invalid({ field: 'format', expected: 'nothing, for access tokens of this provider have one form', came: format })
  }
  const seconds = expires_in === undefined ? undefined : Math.round(expires_in / 1000)
  const wanted = { client, user, scope: asked.join(' '), claims, expires_in: seconds, audience, format }
  return mintDirectly(wanted, contextOf(sandbox, addresses))
}

/** Whether access tokens may be JWTs or opaque. */
export function hasTokenFormats({ tokens }: Pick<Sandbox, 'tokens'>): boolean {
  return tokens.access.settings?.includes('access_token_format') === true
}
