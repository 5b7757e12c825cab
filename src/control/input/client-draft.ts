import { z } from 'zod'
import { memberTypes } from '../../oauth/clients/metadata.ts'
import { inLanguage } from '../../oauth/clients/metadata-rules.ts'
import { clientAuthMethods } from '../../oauth/clients/methods/registry.ts'
import type { NewClient } from '../../oauth/clients/rulebook.ts'
import { TakenError } from '../../oauth/model/directory.ts'
import { newClient } from '../../sandbox/new-app.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'

/** What a client may register beyond the essentials, with its type for the description: the protocol's own rules look at the values. */
const metadata = Object.fromEntries(
  Object.entries(memberTypes).map(([name, type]) => {
    const items = type === 'array' ? { items: { type: 'string' } } : {}
    return [
      name,
      z
        .unknown()
        .optional()
        .meta({ type, ...items }),
    ]
  }),
)

const members = {
  ...metadata,
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
  claims: z.record(z.string(), z.unknown()).optional().describe('What templates tell of it, and `claims_in_access_token`.'),
  grant_types: z.array(z.string()).optional().describe('All that the provider serves and the method can use when absent.'),
  token_endpoint_auth_method: z.enum(clientAuthMethods).optional().describe("As the vendor's own client does it when absent."),
}

/** The members of a client beside others; those that people read also in languages, such as `client_name#de`. All have a default. */
export function withClient<S extends z.ZodRawShape>(others: S) {
  const object = z.looseObject({ ...members, ...others })
  return object
    .superRefine(
      (draft, context) => {
        const keys = Object.keys(draft).filter((key) => !Object.hasOwn(object.shape, key) && !inLanguage.test(key))
        if (keys.length > 0) context.addIssue({ code: 'unrecognized_keys', keys, input: draft, inst: object })
      },
      { when: ({ value }) => typeof value === 'object' && value !== null },
    )
    .meta({ additionalProperties: { type: 'string' }, description: 'What people read comes in languages too, as `client_name#de`.' })
}

/** What may be said of a new client. */
export const clientDraft = withClient({})

/**
 * The client that a draft means.
 * @throws MetadataError when it may not be
 * @throws TakenError when the client_id is another's
 */
export function draftedClient(draft: z.output<typeof clientDraft>, sandbox: Sandbox): NewClient {
  const { client_id, client_secret, token_endpoint_auth_method, grant_types, ...metadata } = draft
  const client = newClient(sandbox, { client_id, client_secret, token_endpoint_auth_method, grant_types, metadata })
  if (client_id !== undefined && sandbox.store.findClient(client_id) !== undefined) throw new TakenError('client_id', client_id)
  return client
}
