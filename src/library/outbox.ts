import type { ControlClient } from './control-client.ts'

/** What the vendor would have sent to a user. */
export interface Message {
  /** The address or the phone number. */
  to: string
  by: 'email' | 'sms'
  /** What it is for, in the vendor's words. */
  kind: string
  /** What the user is to enter. */
  code: string | null
  /** What the user is to follow. */
  link: string | null
  /** RFC 3339, by the sandbox's clock. */
  at: string
}

/** What would have been sent by e-mail or SMS: nothing leaves grantbox, and codes are read here. */
export interface Outbox {
  /** Newest first. */
  list(query?: { to?: string; kind?: string }): Promise<Message[]>
  /** Forgets all. */
  clear(): Promise<void>
}

export function outbox(client: ControlClient, path: string): Outbox {
  return {
    list: async (query = {}) => (await client.get<{ items: Message[] }>(`${path}/outbox`, { ...query })).items,
    clear: () => client.delete(`${path}/outbox`),
  }
}
