import { z } from 'zod'
import { clientAuthMethods } from '../../oauth/clients/methods/registry.ts'
import { TakenError } from '../../oauth/model/directory.ts'
import type { App, Client } from '../../oauth/model/records.ts'
import type { Provider } from '../../providers/provider.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import { anyOf, check } from './validation.ts'

/** The methods for which a client has a secret. */
const withSecret: readonly string[] = ['client_secret_basic', 'client_secret_post', 'client_secret_jwt']

const uri = z.string().refine((text) => URL.canParse(text), { error: 'an absolute URI' })
const text = z.string().min(1)

/** What a client may register beyond the essentials, in the words of the RFCs. */
const metadata = z.strictObject({
  response_types: z.array(z.string()).optional(),
  jwks: z
    .strictObject({ keys: z.array(z.record(z.string(), z.unknown())) })
    .optional()
    .describe('Its public keys (RFC 7517 §5).'),
  jwks_uri: uri.optional(),
  token_endpoint_auth_signing_alg: text.optional(),
  tls_client_auth_subject_dn: text.optional(),
  id_token_signed_response_alg: text.optional(),
  id_token_encrypted_response_alg: text.optional(),
  id_token_encrypted_response_enc: text.optional(),
  userinfo_signed_response_alg: text.optional(),
  access_token_format: z.enum(['jwt', 'opaque']).optional(),
  dpop_bound_access_tokens: z.boolean().optional(),
  tls_client_certificate_bound_access_tokens: z.boolean().optional(),
  require_pushed_authorization_requests: z.boolean().optional(),
  post_logout_redirect_uris: z.array(uri).optional(),
  backchannel_logout_uri: uri.optional(),
  frontchannel_logout_uri: uri.optional(),
})

/** What may be said of a new client; all of it has a default. */
export const clientDraft = metadata.extend({
  client_id: z
    .string()
    .regex(/^[\x21-\x7e]{1,200}$/, { error: '1 to 200 characters of ASCII without a blank (RFC 6749 §A.1)' })
    .optional()
    .describe('Made up when absent.'),
  client_secret: z
    .string()
    .regex(/^[\x20-\x7e]{1,500}$/, { error: '1 to 500 characters of ASCII (RFC 6749 §A.2)' })
    .optional()
    .describe('Made up when absent, for the methods that need one.'),
  grant_types: z.array(z.string()).min(1).optional().describe('All that the provider serves when absent.'),
  token_endpoint_auth_method: z.enum(clientAuthMethods).optional().describe("As the vendor's own client does it when absent."),
})

/**
 * Gives an app a client.
 * @throws Problem for a grant type that the provider does not serve
 * @throws TakenError when the client_id is another's
 */
export async function addClient(app: App, draft: z.output<typeof clientDraft>, { provider, directory, clock }: Sandbox): Promise<Client> {
  const {
    client_id = provider.ids.client_id(),
    client_secret = provider.ids.client_secret(),
    token_endpoint_auth_method = usualAuthentication(provider),
    grant_types = provider.grant_types,
    ...metadata
  } = draft
  return directory.createClient(app, {
    client_id,
    client_secret: withSecret.includes(token_endpoint_auth_method) ? client_secret : null,
    token_endpoint_auth_method,
    grant_types: [...new Set(grant_types)],
    metadata: Object.fromEntries(Object.entries(metadata).filter(([, value]) => value !== undefined)),
    created_at: clock.now(),
  })
}

/** @throws Problem that names the grant type or method that the provider does not serve, or TakenError for a client_id that another has */
export async function checkClient(
  { grant_types, token_endpoint_auth_method, client_id }: z.output<typeof clientDraft>,
  { provider, auth_methods, store }: Sandbox,
): Promise<void> {
  const served = (names: readonly string[]) => z.string().refine((one) => names.includes(one), { error: anyOf(names) })
  const offered = z.object({
    grant_types: z.array(served(provider.grant_types)).optional(),
    token_endpoint_auth_method: served(auth_methods).optional(),
  })
  check(offered, { grant_types, token_endpoint_auth_method })
  if (client_id !== undefined && store.findClient(client_id) !== undefined) throw new TakenError('client_id', client_id)
}

/** As the vendor's own client does it. */
function usualAuthentication(provider: Provider): string {
  const offered = provider.auth_methods ?? ['client_secret_basic']
  const fallback = offered.includes('client_secret_basic') ? 'client_secret_basic' : (offered[0] ?? 'none')
  return provider.world.apps[0]?.clients[0]?.token_endpoint_auth_method ?? fallback
}
