import { OAuthError } from '../../oauth/model/errors.ts'
import type { Client } from '../../oauth/model/records.ts'
import type { RequestDialect } from '../../oauth/realm/context.ts'

/**
 * Whether a client is a GitHub App, whose tokens have permissions in place of scopes; its id begins with `Iv`. All others are OAuth apps.
 */
export function isGitHubApp({ client_id }: Pick<Client, 'client_id'>): boolean {
  return client_id.startsWith('Iv')
}

/** Whether a request comes of the installation of a GitHub App. */
export function isInstalling(client: Pick<Client, 'client_id'>, parameters: Readonly<Record<string, string | undefined>> = {}): boolean {
  return isGitHubApp(client) && parameters.setup_action === 'install'
}

/** An app whose client has the claim `suspended`. @throws OAuthError which its callback is told */
export const refuseSuspended: NonNullable<RequestDialect['checks']> = (_parameters, { client_id, metadata }) => {
  if (metadata.claims?.suspended !== true) return
  const explanation = `Client '${client_id}' has the claim suspended`
  throw new OAuthError('access_denied', 'Your application has been suspended.', explanation).naming({ suspended: 'yes' })
}
