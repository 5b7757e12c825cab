import type { Level } from './level.ts'
import type { Profile } from './profiles.ts'
import type { Proof, Role, Unexercised } from './proof.ts'

/** A request in a report. Secrets are fingerprints. */
export interface Evidence {
  /** Its id in the journal. */
  entry: number
  role: Role
  method: string
  /** Without its query. */
  path: string
  /** 0 when no answer was sent. */
  status: number
  /** Milliseconds since the first of this verdict. */
  at_ms: number
  /** What matters of what was asked. */
  asked: Readonly<Record<string, string>>
  /** What matters of what was answered. */
  answered: Readonly<Record<string, string>>
}

/** An honest run, as the report has it. */
export interface ControlRun {
  readonly what: string
  readonly ok: boolean
  readonly took_ms: number
}

/** What a report says of one rule. */
export interface RuleReport {
  id: string
  group: string
  level: Level
  verdict: 'passed' | 'failed' | 'not_exercised' | 'waived'
  /** What the verdict rests on. */
  proof?: Proof
  /** Why it was not exercised, or why it is waived. */
  reason?: Unexercised | string
  /** What was seen. */
  message: string
  source: string
  why: string
  mend: string
  evidence: Evidence[]
}

/** How many rules had which verdict. */
export interface Counts {
  passed: number
  failed: number
  /** Of those that failed, how many the profile asks for. */
  failed_must: number
  not_exercised: number
  waived: number
  /** Of those that passed, how many did by silence alone. */
  by_silence: number
}

/** What an exam found. No secret stands in it. */
export interface Report {
  exam: {
    profile: readonly Profile[]
    /** By what it was guessed; absent when it was said. */
    guessed?: string
    /** Whose own rules are among these; absent when nobody's are. */
    vendor?: string
    rules_version: string
    /** How many rules of later versions are left out; absent when there are none. */
    rules_newer?: number
    client_id: string
    sandbox: string
    /** RFC 3339, by the machine's clock. */
    started: string
    /** What the exam was told of. */
    signals: readonly string[]
    state: 'running' | 'done' | 'stopped'
    /** Why the whole says nothing. */
    void?: string
  }
  controls: readonly ControlRun[]
  rules: RuleReport[]
  counts: Counts
}
