import { z } from 'zod'
import { given } from '../../basics/given.ts'
import { silencedOf } from '../../exam/silenced.ts'
import type { App, Client } from '../../oauth/model/records.ts'
import { keyOf, secretOf } from '../../sandbox/client-secret.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import { rfc3339, shownSpace, time } from '../schemas.ts'

/** A client as the API shows it, its secret too: the sandbox belongs to whoever asks. */
export const clientView = z
  .object({
    client_id: z.string(),
    client_secret: z
      .string()
      .nullable()
      .describe('Null for a public client. One that was made now, where clients make their secrets of a key.'),
    client_key: z
      .record(z.string(), z.string())
      .exactOptional()
      .describe("What its secrets are made of, where clients make them, in the vendor's words; absent when it registered a key."),
    token_endpoint_auth_method: z.string(),
    grant_types: z.array(z.string()),
    metadata: z.record(z.string(), z.unknown()).describe('What else was registered (RFC 7591 §2).'),
    hints: z
      .object({ off: z.record(z.string(), z.string()).describe('Rules whose hints are silenced, each with the reason.') })
      .describe('What is told of how it behaves.'),
    created_at: time,
  })
  .meta({ id: 'Client' })

/** An app as the API shows it. */
export const appView = z
  .object({
    id: z.string(),
    name: z.string(),
    description: z.string(),
    scopes: z.array(z.string()),
    redirect_uris: z.array(z.string()),
    clients: z.array(clientView),
    created_at: time,
    space: shownSpace,
  })
  .meta({ id: 'App' })

export function viewApp(app: App, clients: readonly Client[], sandbox: Sandbox): z.output<typeof appView> {
  return {
    id: app.app_id,
    name: app.name,
    description: app.description,
    scopes: [...app.scopes],
    redirect_uris: [...app.redirect_uris],
    clients: clients.map((client) => viewClient(client, sandbox)),
    created_at: rfc3339(app.created_at),
  }
}

export function viewClient(client: Client, sandbox: Sandbox): z.output<typeof clientView> {
  return {
    client_id: client.client_id,
    client_secret: secretOf(client, sandbox),
    ...given({ client_key: keyOf(client, sandbox) }),
    token_endpoint_auth_method: client.token_endpoint_auth_method,
    grant_types: [...client.grant_types],
    metadata: { ...client.metadata },
    hints: { off: { ...silencedOf(client, sandbox) } },
    created_at: rfc3339(client.created_at),
  }
}
