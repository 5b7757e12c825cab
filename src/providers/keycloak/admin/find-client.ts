import type { Client } from '../../../oauth/model/records.ts'
import { type AdminCall, notFound } from './call.ts'

/** The client of a UUID. @throws OAuthError 404 */
export function clientOf({ world, part }: AdminCall, text = 'Could not find client', name = 'client'): Client {
  const app = world.directory.findApp(part(name))
  const client = app === undefined ? undefined : world.directory.listClients(app)[0]
  if (client !== undefined) return client
  throw notFound(text, `There is no client with the id '${part(name)}'; its id is a UUID, and clientId is what it calls itself`)
}
