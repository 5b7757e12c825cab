import { z } from 'zod'
import { clientAuthMethods } from '../oauth/clients/methods/registry.ts'
import { scopeToken } from '../oauth/model/scope.ts'

/** What a provider's or a sandbox's world has in a config file. */

const claims = z.record(z.string(), z.unknown())
const client = z.strictObject({
  client_id: z.string().min(1).max(255),
  client_secret: z.string().min(1).nullable().optional().describe('Absent for a public client.'),
  token_endpoint_auth_method: z.enum(clientAuthMethods).optional(),
  grant_types: z.array(z.string()).optional(),
  claims: claims.optional(),
  metadata: claims.optional(),
})

/** An app with its clients. */
export const appSchema = z
  .strictObject({
    name: z.string().min(1).max(200),
    id: z.string().min(1).max(64).optional(),
    description: z.string().optional(),
    scopes: z.array(z.string().regex(scopeToken, { error: 'a scope (RFC 6749 §3.3)' })).optional(),
    redirect_uris: z.array(z.string()).optional(),
    clients: z.array(client).optional(),
  })
  .meta({ id: 'App' })

/** A user. */
export const userSchema = z
  .strictObject({
    username: z.string().regex(/^(?!@)[^\s/\p{Cc}]{1,200}$/u, { error: 'a username without blanks and slashes' }),
    user_id: z.string().min(1).optional(),
    password: z.string().min(1).nullable().optional().describe("The company's name when absent."),
    first_name: z.string().optional(),
    last_name: z.string().optional(),
    email: z.string().nullable().optional(),
    type: z.string().nullable().optional(),
    age: z.int().min(0).max(150).nullable().optional(),
    claims: claims.optional(),
    apps: z.array(z.string()).optional().describe('Names or ids; all when absent.'),
    friends: z.array(z.string()).optional(),
    parents: z.array(z.string()).optional(),
  })
  .meta({ id: 'User' })
