/**
 * In this room: the journal told as flows: who said what to whom, as steps, pictures and trees of tokens.
 * Elsewhere: single requests (`requests/`).
 */

import { ownValue } from '../../basics/own-value.ts'
import { Problem } from '../../control/problem.ts'
import { revokeGrant } from '../../control/resources/grants.ts'
import type { GrantEntry } from '../../oauth/model/grant-book.ts'
import type { Client } from '../../oauth/model/records.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import { signInSituations } from '../faults/situation-list.ts'
import { noticesOf } from '../frame/notices.ts'
import { page } from '../frame/page.ts'
import { part, type Visit } from '../frame/visit.ts'
import { agoInWords, dateAndTime } from '../frame/words.ts'
import { type UntilExpiry, untilExpiry } from '../time/until.ts'
import { type FlowStep, flowSteps, grantNames } from './flow-steps.ts'
import { type Flow, flowsIn } from './flows-in.ts'
import { drawSequence, type Sequence } from './sequence.ts'
import { tokenTree, youngest } from './token-tree.ts'

const perPage = 25
/** A picture of more would not be looked at. */
const mostSteps = 60

/** How it stands with a flow. */
interface FlowState {
  text: string
  look: 'good' | 'bad' | 'warn'
}

const flowsPage = page<{
  flows: readonly ReturnType<typeof flowCard>[]
  olderHref?: string | undefined
  newerHref?: string | undefined
  sandboxHref: string
  /** What the next sign-in can be made to meet. */
  situations: ReturnType<typeof signInSituations>
}>('flows')

const flowPage = page<{
  kind: string
  app?: string | undefined
  client_id?: string | undefined
  user?: string | undefined
  scope?: string | undefined
  state: FlowState
  reason?: string | undefined
  began: string
  steps: readonly FlowStep[]
  /** How many steps before these are not shown. */
  skipped: number
  /** The same picture for wide and for narrow pages; none when there is nothing to draw. */
  sequences: readonly Sequence[]
  tree: ReturnType<typeof youngest>
  grantHref?: string | undefined
  revokeAction?: string | undefined
  until?: UntilExpiry | undefined
}>('flow')

const notices = noticesOf({
  'grant-revoked': 'The grant was revoked. Its tokens work no more.',
})

const icon =
  '<circle cx="6" cy="6" r="2.500"/><circle cx="18" cy="12" r="2.500"/><circle cx="6" cy="18" r="2.500"/><path d="M8.500 6.500c4 0 4 4.500 7 5M8.500 17.500c4 0 4-4.500 7-5"/>'

/** The journal grouped by grant: who said what to whom, and what became of the tokens. */
export const flowPages = part({ icon, notices }, ({ get, post }) => {
  get('/flows', (visit) => {
    const { sandbox, base, query } = visit
    const flows = flowsOf(sandbox).reverse()
    const page = query.whole('page', 1, 1000) ?? 1
    const shown = flows.slice((page - 1) * perPage, page * perPage)
    const clients = new Map(sandbox.directory.listClients().map((client) => [client.client_id, client]))
    return visit.show(flowsPage, {
      title: 'Flows',
      flows: shown.map((flow) => flowCard(flow, clients, visit)),
      olderHref: flows.length > page * perPage ? `${base}/flows?page=${page + 1}` : undefined,
      newerHref: page > 1 ? `${base}/flows?page=${page - 1}` : undefined,
      sandboxHref: `${base}/sandbox`,
      situations: signInSituations(sandbox),
    })
  })

  get('/flows/:flow', (visit) => {
    const { sandbox, base, params } = visit
    const flow = flowsOf(sandbox).find(({ key }) => key === params.flow)
    const grant = grantOf(params.flow, sandbox)
    if (flow === undefined && grant === undefined) throw new Problem(404, 'This flow is not in the journal (any more).')
    const prefix = sandbox.provider.texts.usernamePrefix ?? ''
    const all = flowSteps(flow?.entries ?? [], base, prefix)
    const steps = all.slice(-mostSteps)
    const client = grant?.client ?? clientOf(flow, sandbox)
    return visit.show(flowPage, {
      title: `${kindOf(flow, grant)} flow`,
      kind: kindOf(flow, grant),
      app: client?.app.name,
      client_id: client?.client_id ?? clientIdOf(flow),
      user: usernameOf(flow, grant, prefix),
      scope: grant?.grant.scope,
      state: stateOf(flow, grant),
      reason: reasonOf(flow, grant),
      began: beganAt(flow, grant),
      steps,
      skipped: all.length - steps.length,
      sequences: steps.length === 0 ? [] : [drawSequence(steps, 'wide'), drawSequence(steps, 'narrow')],
      tree: youngest(grant === undefined ? [] : tokenTree(grant, flow, sandbox)),
      grantHref: grant === undefined ? undefined : `${base}/grants/${grant.grant.id}`,
      until: grant && untilExpiry(grant, sandbox, base, `/flows/${params.flow}`),
      revokeAction: grant !== undefined && grant.grant.revoked_at === null ? `${base}/flows/${params.flow}/revoke` : undefined,
    })
  })

  post('/flows/:flow/revoke', (visit) => {
    const { sandbox, params } = visit
    const grant = grantOf(params.flow, sandbox)
    if (grant === undefined) throw new Problem(404, 'There is no such grant.')
    revokeGrant(grant, sandbox)
    return visit.go(`/flows/${params.flow}`, notices['grant-revoked'])
  })
})

/** The flows of a sandbox, oldest first; those of one space, where there are such worlds. */
export function flowsOf({ journal, space }: Sandbox): Flow[] {
  return flowsIn(journal.list({ space: space === '' ? undefined : space }))
}

function grantOf(key: string | undefined, { grants }: Sandbox): GrantEntry | undefined {
  const [, id] = /^grant-(\d{1,15})$/.exec(key ?? '') ?? []
  return id === undefined ? undefined : grants.find(Number(id))
}

/** A flow in the list. */
function flowCard(flow: Flow, clients: ReadonlyMap<string, Client>, { sandbox, base }: Visit) {
  const grant = grantOf(flow.key, sandbox)
  const prefix = sandbox.provider.texts.usernamePrefix ?? ''
  const client_id = grant?.client.client_id ?? clientIdOf(flow)
  return {
    href: `${base}/flows/${flow.key}`,
    kind: kindOf(flow, grant),
    app: (grant?.client ?? clients.get(client_id ?? ''))?.app.name ?? client_id,
    user: usernameOf(flow, grant, prefix),
    state: stateOf(flow, grant),
    began: agoInWords(flow.entries[0]?.time ?? 0, sandbox.clock.now()),
    steps: summary(flowSteps(flow.entries, base, prefix)),
  }
}

/** The steps in short, those that repeat counted. */
function summary(steps: readonly FlowStep[]) {
  const parts: { text: string; isBad: boolean; times: number }[] = []
  for (const { asks, isBad } of steps) {
    const text = asks.replace(/:.*$/, '')
    const last = parts.at(-1)
    if (last?.text === text && last.isBad === isBad) last.times++
    else parts.push({ text, isBad, times: 1 })
  }
  const all = parts.map(({ text, isBad, times }) => ({ text: times === 1 ? text : `${text} ×${times}`, isBad }))
  return all.length <= 8 ? all : [...all.slice(0, 4), { text: '…', isBad: false }, ...all.slice(-3)]
}

function kindOf(flow: Flow | undefined, grant: GrantEntry | undefined): string {
  const named = grant?.grant.grant_type ?? flow?.entries.find((entry) => entry.grant_type !== undefined)?.grant_type
  if (named !== undefined) return ownValue(grantNames, named) ?? named
  return flow?.entries[0]?.endpoint === 'device_authorization' ? 'Device code' : 'Sign-in'
}

function stateOf(flow: Flow | undefined, grant: GrantEntry | undefined): FlowState {
  if (grant !== undefined && grant.grant.revoked_at !== null) return { text: 'revoked', look: 'bad' }
  if (grant?.user?.disabled === true) return { text: 'user disabled', look: 'bad' }
  const last = flow?.entries.at(-1)
  if (grant !== undefined) return last?.error === undefined ? { text: 'works', look: 'good' } : { text: 'last refused', look: 'warn' }
  if (last?.error !== undefined) return { text: last.error, look: 'bad' }
  return (last?.status ?? 0) >= 300 && (last?.status ?? 0) < 400 ? { text: 'ended', look: 'warn' } : { text: 'under way', look: 'warn' }
}

function reasonOf(flow: Flow | undefined, grant: GrantEntry | undefined): string | undefined {
  if (grant !== undefined && grant.grant.revoked_at !== null)
    return `Revoked at ${dateAndTime(grant.grant.revoked_at)}: ${grant.grant.revoked_reason ?? 'no reason was given'}.`
  const last = flow?.entries.at(-1)
  return last?.error === undefined ? undefined : (last.explanation ?? last.error)
}

function beganAt(flow: Flow | undefined, grant: GrantEntry | undefined): string {
  const time = flow?.entries[0]?.time ?? grant?.grant.created_at
  return time === undefined ? '' : dateAndTime(time)
}

function clientIdOf(flow: Flow | undefined): string | undefined {
  return flow?.entries.find((entry) => entry.client_id !== undefined)?.client_id
}

function clientOf(flow: Flow | undefined, { store }: Sandbox): Client | undefined {
  const client_id = clientIdOf(flow)
  return client_id === undefined ? undefined : store.findClient(client_id)
}

function usernameOf(flow: Flow | undefined, grant: GrantEntry | undefined, prefix: string): string | undefined {
  const username = grant?.user?.username ?? flow?.entries.findLast((entry) => entry.username !== undefined)?.username
  return username === undefined ? undefined : prefix + username
}
