import type { FaultState } from '../../sandbox/faults.ts'
import type { JournalEntry } from '../../sandbox/journal.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import { clockTime } from '../frame/words.ts'
import { statusOf } from '../requests/request-row.ts'
import { faultSentence } from './sentence.ts'

/** How many of the requests that a fault struck are named. */
const mostNamed = 5

/** A fault as the page shows it. */
export interface FaultCard {
  id: string
  says: string
  /** `struck 2 times` */
  struck: string
  hasStruck: boolean
  /** The newest of the requests that it struck, and the journal still has. */
  requests: readonly { href: string; text: string }[]
}

/** Faults with the requests that they struck. */
export function faultCards(faults: readonly FaultState[], sandbox: Sandbox, base: string): FaultCard[] {
  if (faults.length === 0) return []
  const { journal, store, provider } = sandbox
  const struck = Map.groupBy(journal.list({ driver: 'any' }).reverse(), (entry) => entry.fault)
  return faults.map((fault) => {
    const { id, hits, times } = fault
    const isSpent = times > 0 && hits >= times
    // What is over is told as it was asked for.
    const told = isSpent ? { ...fault, hits: 0, seen: 0 } : fault
    return {
      id,
      says: faultSentence(told, (client_id) => store.findClient(client_id), provider.texts.usernamePrefix),
      struck: hits === 0 ? 'has not struck yet' : `struck ${hits === 1 ? 'once' : `${hits.toLocaleString('en-US')} times`}`,
      hasStruck: hits > 0,
      requests: (struck.get(id) ?? []).slice(0, mostNamed).map((entry) => ({ href: `${base}/requests/${entry.id}`, text: nameOf(entry) })),
    }
  })
}

/** `14:34:05 POST /token 503` */
function nameOf(entry: JournalEntry): string {
  const [path = ''] = entry.url.split('?', 1)
  return `${clockTime(entry.time).slice(0, 8)} ${entry.method} ${path} ${statusOf(entry)}`
}
