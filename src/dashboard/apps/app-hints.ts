import { hintsOf } from '../../exam/hints.ts'
import { silencedOf } from '../../exam/silenced.ts'
import type { Client } from '../../oauth/model/records.ts'
import type { Refused } from '../forms/form.ts'
import type { Visit } from '../frame/visit.ts'

/** A reason that was refused, and what it was for. */
export interface RefusedReason extends Refused {
  client_id: string
  rule: string
}

/** What the requests prove that an app's clients do wrong, as its page shows it. */
export type AppHints = ReturnType<typeof appHints>

export function appHints(clients: readonly Client[], { sandbox, base }: Pick<Visit, 'sandbox' | 'base'>, refused?: RefusedReason) {
  const ids = clients.map(({ client_id }) => client_id)
  const shown = hintsOf(sandbox).filter(({ client_id }) => ids.includes(client_id))
  return {
    shown: shown.map((hint) => ({
      ...hint,
      id: `${ids.indexOf(hint.client_id)}-${hint.rule}`,
      requests: hint.evidence.map((id) => ({ id, href: `${base}/requests/${id}` })),
      refused: refused?.client_id === hint.client_id && refused.rule === hint.rule ? refused : undefined,
    })),
    silenced: clients.flatMap((client) =>
      Object.entries(silencedOf(client, sandbox)).map(([rule, reason]) => ({ client_id: client.client_id, rule, reason })),
    ),
  }
}
