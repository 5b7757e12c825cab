import type { MaybePromise } from '../../basics/maybe-promise.ts'
import { randomLowerCase } from '../../basics/random.ts'
import { plainApp, TakenError } from '../model/directory.ts'
import type { Client, User } from '../model/records.ts'
import { type Context, note } from '../realm/context.ts'
import { documentClient, isDocumentId } from './document.ts'
import { none } from './methods/none.ts'
import { completeClient } from './rulebook.ts'

/** Clients that nobody registered: a lenient sandbox lets them in, and says so in the journal. */

/** The client of this id, which may be the address of its description; in a lenient sandbox whoever asks is one. */
export function findClient(client_id: string, context: Context): MaybePromise<Client | undefined> {
  if (isDocumentId(client_id, context)) return documentClient(client_id, context)
  const { realm } = context
  const client = realm.store.findClient(client_id)
  if (client !== undefined && client.metadata.unregistered !== true) return client
  if (realm.settings.strictness !== 'lenient') return undefined
  note(context, `client_id '${client_id}' is not registered in sandbox '${realm.name}'; it passes because the sandbox is lenient`)
  return client ?? adopt(client_id, context)
}

/** Makes a client of what nobody registered, so that its grants and tokens have an owner. */
function adopt(client_id: string, { realm }: Context): Client | undefined {
  const { directory, clock, scopes, grant_types, store } = realm
  const created_at = clock.now()
  try {
    const description = 'Not registered: it was let in because the sandbox is lenient.'
    const named = { app_id: `app_${randomLowerCase(16)}`, name: client_id, description }
    const app = directory.createApp({ ...plainApp, ...named, scopes, redirect_uris: [], created_at })
    return directory.createClient(app, {
      ...completeClient(
        // It may do what a public client may not.
        { client_id, client_secret: null, grant_types: [...grant_types, 'implicit'], metadata: { unregistered: true } },
        { auth_method: none.name, grant_types },
      ),
      created_at,
    })
  } catch (error) {
    // Another request was first.
    if (error instanceof TakenError) return store.findClient(client_id)
    throw error
  }
}

/** Whether the user has the client's app; every user has an app that nobody registered. */
export function hasApp(user: User, client: Client, { realm }: Pick<Context, 'realm'>): boolean {
  if (realm.store.userHasApp(user, client)) return true
  if (client.metadata.unregistered !== true) return false
  realm.store.addUserToApp(user, client)
  return true
}
