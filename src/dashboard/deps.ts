import type { ControlDeps } from '../control/deps.ts'
import type { JournalEntry } from '../sandbox/journal.ts'
import type { Sandbox } from '../sandbox/sandbox.ts'

/** What the dashboard is given by the server: what the control API is, but for the look at the database. */
export interface DashboardDeps extends Omit<ControlDeps, 'checkDatabase'> {
  /** Sends a request of a sandbox's journal to it once more. @returns why it cannot be sent any more */
  sendAgain: (entry: JournalEntry, sandbox: Sandbox) => Promise<string | undefined>
}
