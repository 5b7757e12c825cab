import { missing } from '../../control/input/lookup.ts'
import { rules } from '../../exam/registry.ts'
import { reasonProblem, silence } from '../../exam/silenced.ts'
import type { Client } from '../../oauth/model/records.ts'
import { noticesOf } from '../frame/notices.ts'
import { part, type Visit } from '../frame/visit.ts'
import { appPath } from './app-card.ts'
import { appHints, type RefusedReason } from './app-hints.ts'
import { appOf, showApp } from './apps.ts'
import { clientOf } from './clients.ts'

const notices = noticesOf({
  'hint-silenced': 'The hint is silenced for this client.',
  'hint-restored': 'The hint is shown again.',
})

/** What an app's clients do wrong, and what of it is silenced. */
export const hintPages = part({ notices }, ({ post }) => {
  post('/apps/:app/hints', (visit) => {
    const { sandbox, form } = visit
    const app = appOf(visit)
    const said = saidOfHint(visit, clientOf(form.text('client_id'), app, sandbox))
    if (said.refused !== undefined) {
      return showApp(visit, app, { open: 'hints', hints: appHints(sandbox.directory.listClients(app), visit, said.refused) }, 400)
    }
    return visit.go(`${appPath(app)}?open=hints#hints`, notices[said.restored ? 'hint-restored' : 'hint-silenced'])
  })
})

/** Silences a hint about a client, or restores it, as a form says; a reason that is none is refused. */
export function saidOfHint({ form, sandbox }: Visit, client: Client): { refused?: RefusedReason; restored: boolean } {
  const [rule, value, restored] = [form.text('rule'), form.text('reason'), form.has('restore')]
  const ids = rules.map(({ id }) => id)
  if (!ids.includes(rule)) throw missing('rule', rule, ids)
  const error = restored ? undefined : reasonProblem(value)
  if (error !== undefined) return { refused: { client_id: client.client_id, rule, value, error }, restored }
  silence(client, { [rule]: restored ? null : value }, sandbox)
  return { restored }
}
