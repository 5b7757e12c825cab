import { clientNamed } from '../../control/input/lookup.ts'
import { allHintsOf, type Hint } from '../../exam/hints.ts'
import { type Level, levels } from '../../exam/level.ts'
import { rules } from '../../exam/registry.ts'
import { silencedOf } from '../../exam/silenced.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import { worldOf } from '../../sandbox/spaces.ts'
import { appPath } from '../apps/app-card.ts'
import type { RefusedReason } from '../apps/app-hints.ts'
import { saidOfHint } from '../apps/hints.ts'
import { basePathOf } from '../frame/frame.ts'
import { noticesOf } from '../frame/notices.ts'
import { page } from '../frame/page.ts'
import { part, type Visit } from '../frame/visit.ts'

/** A request that proves a hint is one of very many where a client does it always. */
const shownRequests = 8

const titles: Readonly<Record<Level, string>> = {
  must: 'Must be mended: RFCs or best practice ask for it',
  should: 'Should be mended: recommended',
  hint: 'Good to know',
}

type ClientHints = ReturnType<typeof clientHints>

const hintsPage = page<{
  clients: readonly ClientHints[]
  silenced: readonly { client_id: string; rule: string; reason: string; action: string }[]
  /** How many rules were looked at, and how many requests. */
  rules: number
  requests: number
}>('hints')

const notices = noticesOf({
  'hint-off': 'The hint is silenced for this client.',
  'hint-on': 'The hint is shown again.',
})

/** What the requests prove that clients do wrong, of all of a sandbox. */
export const allHintPages = part({ notices }, ({ get, post }) => {
  get('/hints', (visit) => showHints(visit))

  post('/hints', (visit) => {
    const { sandbox, form } = visit
    const client = clientNamed(form.text('client_id'), sandbox)
    const said = saidOfHint(visit, client)
    if (said.refused !== undefined) return showHints(visit, said.refused)
    return visit.go('/hints', notices[said.restored ? 'hint-on' : 'hint-off'])
  })
})

function showHints(visit: Visit, refused?: RefusedReason) {
  const { sandbox, root } = visit
  const entries = sandbox.journal.list()
  const worlds = new Map(entries.map((entry) => [entry.id, worldOf(entry, sandbox)]))
  const worldOfHint = ({ evidence: [first = 0] }: Hint) => worlds.get(first) ?? sandbox
  const hints = Map.groupBy(allHintsOf(sandbox).hints, (hint) => `${basePathOf(worldOfHint(hint), root)} ${hint.client_id}`)
  const model = {
    title: 'Hints',
    clients: [...hints.values()].map((its) => clientHints(its, worldOfHint, visit, refused)),
    silenced: sandbox.directory.listClients().flatMap((client) =>
      Object.entries(silencedOf(client, sandbox)).map(([rule, reason]) => ({
        client_id: client.client_id,
        rule,
        reason,
        action: `${visit.base}/hints`,
      })),
    ),
    rules: rules.filter(({ profilesOnly }) => profilesOnly !== true).length,
    requests: entries.length,
  }
  return visit.show(hintsPage, model, refused === undefined ? 200 : 400)
}

/** The hints about one client, what weighs most first. */
function clientHints(hints: readonly Hint[], worldOfHint: (hint: Hint) => Sandbox, { root, base }: Visit, refused?: RefusedReason) {
  const [first] = hints
  const world = first && worldOfHint(first)
  const client_id = first?.client_id ?? ''
  const client = world?.store.findClient(client_id)
  const worldBase = world === undefined ? base : basePathOf(world, root)
  return {
    id: client_id.replaceAll(/\W/g, '-'),
    client_id,
    app: client && { name: client.app.name, href: `${worldBase}${appPath(client.app)}` },
    /** Absent for a client that is not there any more: nothing can be kept beside it. */
    action: client && `${worldBase}/hints`,
    examHref: client && `${worldBase}/exam?client=${encodeURIComponent(client_id)}`,
    requestsHref: `${base}/requests?client=${encodeURIComponent(client_id)}`,
    levels: levels.flatMap((level) => {
      const its = hints.filter((hint) => hint.level === level)
      return its.length === 0 ? [] : [{ level, title: titles[level], hints: its.map((hint) => hintView(hint, base, refused)) }]
    }),
  }
}

function hintView({ rule, client_id, message, source, mend, evidence }: Hint, base: string, refused?: RefusedReason) {
  return {
    rule,
    message,
    source,
    mend,
    why: rules.find(({ id }) => id === rule)?.why ?? '',
    requests: evidence.slice(-shownRequests).map((id) => ({ id, href: `${base}/requests/${id}` })),
    more: Math.max(0, evidence.length - shownRequests),
    refused: refused?.client_id === client_id && refused.rule === rule ? refused : undefined,
  }
}
