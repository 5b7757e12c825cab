import type { AppDraft, ClientDraft } from '../model/directory.ts'
import type { Client } from '../model/records.ts'

/** The part of the store that keeps clients which registered themselves. */
export interface RegistrationStore {
  /**
   * A client with an app of its own.
   * @param digest of its registration access token, or null when it has none
   * @throws TakenError when the client_id is another's
   */
  saveRegistered(app: AppDraft, client: ClientDraft, digest: Buffer | null): Client
  /** The client that this registration access token is for. */
  findRegistered(client_id: string, digest: Buffer): Client | undefined
  /** Replaces all that was registered of a client and its app. */
  updateRegistered(client: Client): void
}
