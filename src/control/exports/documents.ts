/**
 * In this room: a sandbox as documents for other tools, such as Postman's collections.
 * Elsewhere: the requests of a vendor, which it brings itself (`providers/`), and the routes (`resources/`).
 */

import { anyOf } from '../../basics/any-of.ts'
import type { Client } from '../../oauth/model/records.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import { invalid } from '../problem.ts'
import { firstTokens, withGrantFolders } from './grant-folders.ts'
import { httpFile } from './http-file.ts'
import { type PostmanCollection, type PostmanEnvironment, postmanCollection, postmanEnvironment } from './postman.ts'

/** What other tools import to try a sandbox. */
export interface ExportDocuments {
  postmanCollection(): PostmanCollection
  postmanEnvironment(): PostmanEnvironment
  httpFile(): string
}

/**
 * The exports of a sandbox, filled for one client.
 * @param base_url as whoever asks reaches it
 */
export function exportDocuments({ provider, name }: Sandbox, client: Client | undefined, base_url: string): ExportDocuments {
  const collection = withGrantFolders(provider)
  const filled = { collection, clientId: client?.client_id ?? '', clientSecret: client?.client_secret ?? '' }
  return {
    postmanCollection: () => postmanCollection({ collection, sandbox: name, firstTokens: firstTokens(provider) }),
    postmanEnvironment: () => postmanEnvironment({ ...filled, sandbox: name, apiServer: base_url.replace(/^https?:\/\//, '') }),
    httpFile: () => httpFile({ ...filled, base_url }),
  }
}

/**
 * The client that an export is for: the first of the sandbox when none is named.
 * @throws Problem when the one that is named is none of the sandbox's
 */
export function exportedClient({ directory }: Sandbox, client_id: string | undefined): Client | undefined {
  const clients = directory.listClients()
  if (client_id === undefined) return clients[0]
  const found = clients.find((client) => client.client_id === client_id)
  if (found !== undefined) return found
  throw invalid({ field: 'client_id', expected: anyOf(clients.map((client) => client.client_id)), came: client_id })
}
