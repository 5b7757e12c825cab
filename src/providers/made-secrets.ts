import type { Client } from '../oauth/model/records.ts'
import type { Realm } from '../oauth/realm/context.ts'

/** What secrets are made with. */
type Making = Pick<Realm, 'settings' | 'clock'>

/** Client secrets that a client makes of a key, each for a time; what the store has as its `client_secret` is the key. */
export interface MadeSecrets {
  /** Seconds that a secret may live at most. */
  readonly longest: number
  /** The key, and what else a client needs to make secrets; undefined when it registered a key of its own, of which only the public half is here. */
  keyOf(client: Client, making: Making): Readonly<Record<string, string>> | undefined
  /** A secret of that key that holds from now on. @param lifetime seconds */
  make(client: Client, lifetime: number, making: Making): string
}
