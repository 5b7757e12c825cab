/**
 * In this room: what a sandbox's journal proves about its clients. A rule is a pure function of one client's requests; `rules/` has
 * one file per group.
 * Elsewhere: what is refused while a request is answered (`oauth/`), and how hints are shown (`control/`, `dashboard/`).
 */

import type { JournalEntry } from '../sandbox/journal.ts'
import type { Level } from './level.ts'
import type { Profile } from './profiles.ts'
import type { Traffic } from './traffic.ts'
import type { Dated } from './versions.ts'

/** What a rule found. No secret stands in it. */
export interface Finding {
  message: string
  /** The requests that prove it, by their ids. */
  evidence: readonly number[]
  /** Where it weighs otherwise than the rule usually does. */
  level?: Level
}

/** What clients have to do, and how to see in their requests that one does not. */
export interface Rule extends Dated {
  readonly id: string
  readonly level: Level
  /** The paragraph that says so. */
  readonly source: string
  /** What happens to those who break it. */
  readonly why: string
  readonly mend: string
  /** Those whose clients an exam grades by it; all of them when absent. */
  readonly profiles?: readonly Profile[]
  /** Set where only clients of these profiles have to: then no hint says it of others. */
  readonly profilesOnly?: true
  /** Why these requests say nothing about it; undefined when they do. Any request does when absent. */
  readonly unseen?: (traffic: Traffic) => string | undefined
  /** What one client did against it; undefined when nothing proves that. */
  readonly find: (traffic: Traffic) => Finding | undefined
}

/** A finding about requests; undefined when there are none. */
export function finding(entries: readonly JournalEntry[], message: string, level?: Level): Finding | undefined {
  if (entries.length === 0) return undefined
  const evidence = [...new Set(entries.map(({ id }) => id))].sort((a, b) => a - b)
  return { message, evidence, ...(level !== undefined && { level }) }
}
