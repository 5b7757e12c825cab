import type { Documents } from '../../oauth/model/documents.ts'
import type { Client } from '../../oauth/model/records.ts'
import type { Auth0Settings } from './settings.ts'

/** What an app says of its refresh tokens, where it is not the sandbox's setting. */
export interface RefreshTokenSettings {
  rotation_type?: 'rotating' | 'non-rotating'
  /** Seconds for which a token that was used goes on. */
  leeway?: number
}

/** What an app has of its own, in the place of the sandbox's settings. */
export interface ClientSettings {
  organization_usage?: Auth0Settings['organization_usage']
  refresh_token?: RefreshTokenSettings
  /** Whose pages may read what it is answered, beside those of its callbacks. */
  allowed_origins?: readonly string[]
}

const kept = (documents: Documents) => documents.kind<ClientSettings>('client_settings')

export function clientSettings({ client_id, app }: Client, documents: Documents): ClientSettings {
  return kept(documents).get(client_id, { app }) ?? {}
}

export function saveClientSettings({ client_id, app }: Client, settings: ClientSettings, documents: Documents): void {
  kept(documents).put(client_id, settings, { app })
}
