import { Problem } from '../../control/problem.ts'
import { hintsOf } from '../../exam/hints.ts'
import { whyNotAgain } from '../../http/send-again.ts'
import type { JournalEntry } from '../../sandbox/journal.ts'
import { worldOf } from '../../sandbox/spaces.ts'
import { appPath } from '../apps/app-card.ts'
import { confirm } from '../frame/confirm.ts'
import { noticesOf } from '../frame/notices.ts'
import { page } from '../frame/page.ts'
import { part, type Visit } from '../frame/visit.ts'
import { curlOf } from './curl.ts'
import { byRequest, flowPaths } from './live-rows.ts'
import { type Offer, offerOf } from './mends.ts'
import { type RequestRow, requestRow } from './request-row.ts'

const requestPage = page<{
  row: RequestRow
  /** The command that sends it. */
  curl: string
  showsSecrets: boolean
  whyNotAgain?: string | undefined
  /** Why it was not sent again. */
  problem?: string | undefined
  /** The requests before and after it. */
  earlier?: string | undefined
  later?: string | undefined
}>('request')

const notices = noticesOf({
  'sent-again': 'It was sent again. This is what came of it.',
})

/** One request, and what can be done with it. */
export const singleRequestPages = part({ notices }, ({ get, post, deps }) => {
  get('/requests/:id', (visit) => showRequest(visit, entryOf(visit)))

  post('/requests/:id/again', async (visit) => {
    const entry = entryOf(visit)
    const { journal } = visit.sandbox
    const problem = whyNotAgain(entry) ?? (await deps.sendAgain(entry, visit.sandbox))
    const made = problem === undefined ? journal.list().findLast(({ again_of }) => again_of === entry.id) : undefined
    if (made !== undefined) return visit.go(`/requests/${made.id}`, notices['sent-again'])
    return showRequest(visit, entry, problem ?? 'What came of it is not in the journal.')
  })

  get('/requests/:id/mend', (visit) => {
    const entry = entryOf(visit)
    const offer = offerOf(entry, visit.sandbox)
    const back = `/requests/${entry.id}`
    return offer === undefined ? visit.go(back) : confirm(visit, { ...questionOf(offer), back, isHarmless: true })
  })
})

function showRequest(visit: Visit, entry: JournalEntry, problem?: string) {
  const { sandbox, base } = visit
  const all = sandbox.journal.list()
  const at = all.indexOf(entry)
  const to = (one: JournalEntry | undefined) => one && `${base}/requests/${one.id}`
  const hints = byRequest(hintsOf(sandbox)).get(entry.id)
  const model = {
    title: `${entry.method} ${entry.endpoint}`,
    row: requestRow(entry, visit, flowPaths(all, visit).get(entry.id), hints),
    curl: curlOf(entry, sandbox, visit.origin),
    showsSecrets: worldOf(entry, sandbox).settings.show_secrets,
    whyNotAgain: whyNotAgain(entry),
    problem,
    earlier: to(all[at - 1]),
    later: to(all[at + 1]),
  }
  return visit.show(requestPage, model, problem === undefined ? 200 : 409)
}

/** The request that an address names. @throws Problem 404 */
function entryOf({ sandbox: { journal }, params }: Visit): JournalEntry {
  const entry = journal.list().find(({ id }) => String(id) === params.id)
  if (entry !== undefined) return entry
  throw new Problem(404, `This request is not in the journal (any more): it keeps the newest ${journal.capacity}.`)
}

/** Answered by the form of the app's own page. */
function questionOf({ kind, value, app }: Offer) {
  if (kind === 'redirect-uri') {
    return {
      heading: `Add this redirect URI to ${app.name}?`,
      lines: [value, 'Users may then come back to it after they signed in.'],
      path: `${appPath(app)}/redirect-uris`,
      fields: { uri: value },
      button: 'Add the redirect URI',
    }
  }
  return {
    heading: `Allow ${app.name} to ask for more?`,
    lines: [value, 'Its clients may then ask users for it.'],
    path: `${appPath(app)}/scopes`,
    fields: { own_scopes: [...app.scopes, value].join(' ') },
    button: 'Allow it',
  }
}
