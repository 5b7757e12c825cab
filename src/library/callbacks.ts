import type { ControlClient } from './control-client.ts'

/** The answer to a client that a fault (`callback: held`) kept from its browser. */
export interface HeldCallback {
  id: string
  /** RFC 3339, by the sandbox's clock. */
  at: string
  client_id: string
  username?: string
  /** Where the browser would have been sent: the redirect URI with the code. */
  redirect_to: string
  /** What it would have posted there, with response modes form_post and web_message. */
  form?: Record<string, string>
}

/** What is kept from browsers, to be handed to the client by another, or later, or never. */
export interface HeldCallbacks {
  /** Oldest first. */
  list(): Promise<HeldCallback[]>
  /** Forgets all. */
  clear(): Promise<void>
}

export function callbacks(client: ControlClient, path: string): HeldCallbacks {
  return {
    list: async () => (await client.get<{ items: HeldCallback[] }>(`${path}/callbacks`)).items,
    clear: () => client.delete(`${path}/callbacks`),
  }
}
