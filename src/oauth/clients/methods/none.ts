import { type AuthMethod, checkOffered, failed } from './method.ts'

/** A public client, which cannot keep a secret (RFC 6749 §2.1). */
export const none = {
  name: 'none',
  label: 'No secret: a public client with PKCE (none)',
  is_public: true,
  prove(client, { client_secret }, context) {
    if (client_secret !== undefined && context.realm.requests?.public_with_secret !== true)
      throw failed('credentials_unexpected', `client '${client.client_id}' is public and has no secret, but client_secret came`)
    checkOffered(client, context)
    return client
  },
} as const satisfies AuthMethod
