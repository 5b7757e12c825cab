/**
 * In this room: a sandbox as documents for other tools, such as Postman's collections.
 * Elsewhere: the requests of a vendor, which it brings itself (`providers/`), and the routes (`resources/`).
 */

import { secretOf } from '../../sandbox/client-secret.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import { isBeside } from '../../sandbox/spaces.ts'
import { clientMentioned } from '../input/lookup.ts'
import { firstTokens, withGrantFolders } from './grant-folders.ts'
import { httpFile } from './http-file.ts'
import { postmanCollection, postmanEnvironment } from './postman.ts'

/**
 * The exports of a sandbox, filled for one client: the first of the sandbox when none is named.
 * @param base_url as whoever asks reaches it
 * @throws Problem when the one that is named is none of the sandbox's
 */
export function exportDocuments(sandbox: Sandbox, client_id: string | undefined, base_url: string) {
  const { name, space, directory } = sandbox
  const client = client_id === undefined ? directory.listClients()[0] : clientMentioned(client_id, sandbox)
  const requests = withGrantFolders(sandbox)
  // Two spaces of a sandbox stand side by side in Postman.
  const [collection, place] = isBeside(sandbox)
    ? [{ ...requests, name: `${requests.name} (${space})` }, `${name}/${space}`]
    : [requests, name]
  const filled = { collection, clientId: client?.client_id ?? '', clientSecret: (client && secretOf(client, sandbox)) ?? '' }
  return {
    postmanCollection: () => postmanCollection({ collection, sandbox: place, firstTokens: firstTokens(sandbox) }),
    postmanEnvironment: () => postmanEnvironment({ ...filled, sandbox: place, apiServer: base_url.replace(/^https?:\/\//, '') }),
    httpFile: () => httpFile({ ...filled, base_url }),
  }
}
