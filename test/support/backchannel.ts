import { cibaType } from '../../src/oauth/model/grant-names.ts'
import type { Realm } from '../../src/oauth/realm/context.ts'

/** What waits for a decision in a sandbox, oldest first. */
export function listBackchannelRequests({ store, clock }: Realm) {
  const waiting = store.listDeferred(cibaType, clock.now())
  return waiting.map(({ interaction_id, client, user, scope, request }) => ({
    id: interaction_id,
    client_id: client.client_id,
    app: client.app.name,
    username: user?.username,
    scope,
    binding_message: request.binding_message,
  }))
}
