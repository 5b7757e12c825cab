import type { Client } from '../oauth/model/records.ts'
import type { Sandbox } from './sandbox.ts'

type Making = Pick<Sandbox, 'provider' | 'settings' | 'clock'>

/** What a client sends as its secret: the one that is kept, or one that is made of its key and lives as long as it may. */
export function secretOf(client: Client, { provider, settings, clock }: Making): string | null {
  const { client_secrets: made } = provider
  if (made === undefined) return client.client_secret
  return keyOf(client, { provider, settings, clock }) === undefined ? null : made.make(client, made.longest, { settings, clock })
}

/** What its secrets are made of; undefined where they are kept, and where its key is elsewhere. */
export function keyOf(client: Client, { provider, settings, clock }: Making): Readonly<Record<string, string>> | undefined {
  return provider.client_secrets?.keyOf(client, { settings, clock })
}

/**
 * A secret that is made now of a client's key.
 * @param lifetime seconds; as long as a secret may live when absent
 * @returns with when it expires, milliseconds, or why there is none
 */
export function makeSecret(
  client: Client,
  { provider, settings, clock }: Making,
  lifetime = provider.client_secrets?.longest ?? 0,
): { client_secret: string; expires_at: number } | { problem: string } {
  const { client_secrets: made } = provider
  if (made === undefined) return { problem: `${provider.name}'s clients make no secrets: theirs are kept` }
  if (made.keyOf(client, { settings, clock }) === undefined)
    return {
      problem: `client '${client.client_id}' has no private key here: it registered the public half alone, or has a secret of another kind`,
    }
  return { client_secret: made.make(client, lifetime, { settings, clock }), expires_at: clock.now() + lifetime * 1000 }
}
