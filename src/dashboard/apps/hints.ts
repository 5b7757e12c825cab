import { missing } from '../../control/input/lookup.ts'
import { rules } from '../../exam/registry.ts'
import { reasonProblem, silence } from '../../exam/silenced.ts'
import { noticesOf } from '../frame/notices.ts'
import { part } from '../frame/visit.ts'
import { appPath } from './app-card.ts'
import { appHints } from './app-hints.ts'
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
    const client = clientOf(form.text('client_id'), app, sandbox)
    const [rule, value] = [form.text('rule'), form.text('reason')]
    const ids = rules.map(({ id }) => id)
    if (!ids.includes(rule)) throw missing('rule', rule, ids)
    const restores = form.has('restore')
    const error = restores ? undefined : reasonProblem(value)
    if (error !== undefined) {
      const refused = { client_id: client.client_id, rule, value, error }
      return showApp(visit, app, { open: 'hints', hints: appHints(sandbox.directory.listClients(app), visit, refused) }, 400)
    }
    silence(client, { [rule]: restores ? null : value }, sandbox)
    return visit.go(`${appPath(app)}?open=hints#hints`, notices[restores ? 'hint-restored' : 'hint-silenced'])
  })
})
