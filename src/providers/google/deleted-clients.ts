import { OAuthError } from '../../oauth/model/errors.ts'
import type { Client } from '../../oauth/model/records.ts'
import type { Context } from '../../oauth/realm/context.ts'
import { googleSettings } from './settings.ts'

/** A client that was deleted is still known by the setting of that name. @throws OAuthError */
export function refuseDeleted({ client_id }: Client, { realm }: Context): void {
  if (!googleSettings.of(realm.settings).deleted_clients.includes(client_id)) return
  throw new OAuthError(['invalid_client', 'client_unknown'], 'deleted_client', `Client '${client_id}' is among deleted_clients`)
}
