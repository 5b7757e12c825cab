import type { SocialStore } from '../providers/social.ts'
import type { Database } from './database/database.ts'
import { messageStatements, messageStore } from './message-store.ts'
import { peopleStatements, peopleStore } from './people-store.ts'

/** Every statement of what a social network keeps, prepared once for all sandboxes. */
export function socialStatements(db: Database) {
  return { people: peopleStatements(db), messages: messageStatements(db) }
}

/** What a social network keeps of one sandbox. */
export function socialStore(statements: ReturnType<typeof socialStatements>, sandbox: number): SocialStore {
  return {
    people: peopleStore(statements.people, sandbox),
    messages: messageStore(statements.messages),
  }
}
