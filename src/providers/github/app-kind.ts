import type { Client } from '../../oauth/model/records.ts'

/**
 * Whether a client is a GitHub App, whose tokens have permissions in place of scopes; its id begins with `Iv`. All others are OAuth apps.
 */
export function isGitHubApp({ client_id }: Pick<Client, 'client_id'>): boolean {
  return client_id.startsWith('Iv')
}
