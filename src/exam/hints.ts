import { standard } from '../providers/standard/standard.ts'
import type { JournalEntry } from '../sandbox/journal.ts'
import type { Sandbox } from '../sandbox/sandbox.ts'
import { worldOf } from '../sandbox/spaces.ts'
import { type Level, levels } from './level.ts'
import { counts, type Profile } from './profiles.ts'
import { rules } from './registry.ts'
import { silencedOf } from './silenced.ts'
import { trafficOf } from './traffic.ts'

/** A rule that a client broke, and the requests that prove it. No secret stands in it. */
export interface Hint {
  rule: string
  level: Level
  client_id: string
  message: string
  /** Ids of requests in the journal. */
  evidence: readonly number[]
  /** The paragraph that asks for it. */
  source: string
  mend: string
}

/** What the journal of a sandbox proves about its clients, what weighs most first. What the control API did for a browser is no client's doing. */
export function hintsOf(sandbox: Sandbox): Hint[] {
  return allHintsOf(sandbox).hints
}

/**
 * The hints about a sandbox's clients, and apart from them those that are silenced.
 * @param profile whose rules hold; those that hold for every client when absent
 */
export function allHintsOf(sandbox: Sandbox, profile?: Profile): { hints: Hint[]; silenced: Hint[] } {
  const asked = rules.filter((rule) => (profile === undefined ? rule.profilesOnly !== true : counts(rule, [profile])))
  const clientOf = (client_id: string, entry: JournalEntry) => worldOf(entry, sandbox).store.findClient(client_id)
  // What was sent again from the dashboard is no client's doing either.
  const entries = sandbox.journal.list().filter(({ again_of }) => again_of === undefined)
  const traffic = trafficOf(entries, clientOf, isByTheBook(sandbox))
  const [hints, silenced]: [Hint[], Hint[]] = [[], []]
  for (const [client_id, its] of traffic) {
    const [first] = its.entries
    const off = its.client === undefined || first === undefined ? {} : silencedOf(its.client, worldOf(first, sandbox))
    for (const { id, level, source, mend, find } of asked) {
      const found = find(its)
      if (found !== undefined) (id in off ? silenced : hints).push({ rule: id, level, client_id, source, mend, ...found })
    }
  }
  return { hints: hints.sort((a, b) => levels.indexOf(a.level) - levels.indexOf(b.level)), silenced }
}

/** Whether a sandbox speaks by the RFCs alone. */
export function isByTheBook({ provider }: Pick<Sandbox, 'provider'>): boolean {
  return provider.id === standard.id
}
