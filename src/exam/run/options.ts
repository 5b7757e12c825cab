import type { Sandbox } from '../../sandbox/sandbox.ts'
import type { SandboxSettings } from '../../sandbox/settings.ts'
import type { Profile } from '../profiles.ts'
import type { Ability } from '../tasks.ts'
import type { RulesVersion } from '../versions.ts'

/** Whose exam it is. */
export interface Registration {
  /** One that is there, or the exam's own. */
  readonly client_id: string
  /** Null for a public client. Not looked at when the client is there. */
  readonly client_secret: string | null
  readonly redirect_uri?: string | undefined
  /** Where its users come back from signing out, and where it is told that they did. Not looked at when the client is there. */
  readonly post_logout_redirect_uri?: string | undefined
  readonly backchannel_logout_uri?: string | undefined
  /** Who signs in; the sandbox's first user when absent. */
  readonly username?: string | undefined
}

/** What of all that there is somebody wants. */
export interface Wanted {
  /** Guessed when empty. */
  readonly profiles: readonly Profile[]
  /** These rules or groups alone; all when empty. */
  readonly only: readonly string[]
  /** What goes wrong most often, by one login each. */
  readonly quick: boolean
  /** Rules that must hold whatever they weigh elsewhere. */
  readonly musts?: readonly string[]
}

/** What an exam is told when it begins. */
export interface ExamOptions extends Wanted, Registration {
  readonly abilities: readonly Ability[]
  /** No answer is held back for longer, to see whether the client gives up. */
  readonly patience_ms: number
  /** Rules that are not held against the client, with the reason. */
  readonly waive: Readonly<Record<string, string>>
  /** A person does it, who may take his time: no task is over before he says so. */
  readonly by_hand?: boolean
  /** The rules as they were in a version; the newest when absent. */
  readonly rules_version?: RulesVersion
}

/** The sandbox in which an exam takes place. */
export interface ExamWorld {
  /** As it is now: whoever changes it makes another of it. */
  find(): Sandbox
  /** Lays settings over its own, in memory alone; none of them takes them off. */
  layOver(settings: Partial<SandboxSettings>): void
  /** Aborted when the server is about to stop: an exam ends while its sandbox can still be put back. */
  readonly stopping: AbortSignal
}
