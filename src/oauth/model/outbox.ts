import { randomText } from '../../basics/random.ts'
import type { Documents } from './documents.ts'

/** What a vendor would have sent to a user by e-mail or SMS. Nothing is sent: whoever tests reads it here. */
export interface Message {
  /** The address or the phone number. */
  to: string
  by: 'email' | 'sms'
  /** What it is for, in the vendor's words. */
  kind: string
  /** The code that the user is to enter. */
  code?: string
  /** What the user is to follow. */
  link?: string
  /** Milliseconds by the sandbox's clock. */
  at: number
}

/** How many a sandbox keeps, the newest. */
const kept = 200

const list = 'outbox'

const messagesIn = (documents: Documents) => documents.kind<Message>('message')

/** Puts a message where it can be read, as the newest. */
export function sendMessage(documents: Documents, message: Message): void {
  const messages = messagesIn(documents)
  messages.put(randomText(22), message, { list, place: message.at })
  for (const { key } of messages.list({ list, limit: kept + 1 }).slice(kept)) messages.delete(key)
}

/** The messages that were sent, newest first. */
export function sentMessages(documents: Documents): Message[] {
  return messagesIn(documents)
    .list({ list, limit: kept })
    .map(({ body }) => body)
}

/** Forgets what was sent. */
export function forgetMessages(documents: Documents): void {
  const messages = messagesIn(documents)
  for (const { key } of messages.list({ list, limit: kept })) messages.delete(key)
}
