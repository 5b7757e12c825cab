/**
 * In this room: what users and clients were given: grants, their tokens, tokens that are made or read by hand.
 * Elsewhere: the requests by which they came about (`flows/`, `requests/`).
 */

import { clientMentioned, userMentioned } from '../../control/input/lookup.ts'
import { grantNumbered, revokeGrant } from '../../control/resources/grants.ts'
import type { ListedGrant, TokenName } from '../../oauth/model/grant-book.ts'
import { type FlowStep, flowSteps } from '../flows/flow-steps.ts'
import { flowsOf } from '../flows/flows.ts'
import { type TreeNode, tokenTree, youngest } from '../flows/token-tree.ts'
import type { Choice } from '../forms/form.ts'
import { confirm } from '../frame/confirm.ts'
import { noticesOf } from '../frame/notices.ts'
import { page } from '../frame/page.ts'
import { part, type Visit } from '../frame/visit.ts'
import { agoInWords, dateAndTime } from '../frame/words.ts'
import { type UntilExpiry, untilExpiry } from '../time/until.ts'
import { type GrantFact, type GrantState, grantFacts, grantState, kindOf } from './grant-facts.ts'

const perPage = 50
const mostSteps = 20

const grantsPage = page<{
  grants: readonly ReturnType<typeof grantRow>[]
  search: string
  states: readonly Choice[]
  /** Of whom alone they are, and what is sent on to stay there. */
  only: readonly { name: 'client' | 'user'; value: string; label: string }[]
  filtered: boolean
  olderHref?: string | undefined
  newestHref?: string | undefined
  /** Where the tokens of all that is listed expire; absent where it is narrowed otherwise. */
  expireAction?: string | undefined
  sandboxHref: string
}>('grants')

const grantPage = page<{
  id: number
  state: GrantState
  facts: readonly GrantFact[]
  tree: ReturnType<typeof youngest>
  steps: readonly FlowStep[]
  flowHref: string
  mintHref: string
  revokeHref?: string | undefined
  until?: UntilExpiry | undefined
}>('grant')

const notices = noticesOf({
  'grant-ended': 'The grant was revoked. None of its tokens is taken any more.',
  'token-expired': 'The token has expired now.',
  'token-revoked': 'The token was revoked.',
  'token-over': 'The token was over already: nothing was changed.',
  'grants-expired': (n: string) => (n === '1' ? 'One access token expired.' : `${n} access tokens expired.`),
})

const icon = '<path d="M12 3.500 5 6v5.500c0 4.300 3 7.300 7 9 4-1.700 7-4.700 7-9V6z"/><path d="m9 12 2.200 2.200 4.300-4.300"/>'

/** What users, and clients by themselves, granted. */
export const grantPages = part({ icon, notices }, ({ get, post }) => {
  get('/grants', (visit) => {
    const { sandbox, base, query } = visit
    const wanted = wantedOf(visit)
    const before = query.whole('before', 1, Number.MAX_SAFE_INTEGER)
    const found = sandbox.grants.newest({ ...wanted.query, before, limit: perPage + 1 }, sandbox.clock.now())
    const shown = found.slice(0, perPage)
    const last = shown.at(-1)
    return visit.show(grantsPage, {
      title: 'Grants',
      grants: shown.map((listed) => grantRow(listed, visit)),
      search: wanted.search,
      states: [
        { value: '', label: 'All', chosen: wanted.state === '' },
        { value: 'active', label: 'Not revoked', chosen: wanted.state === 'active' },
        { value: 'revoked', label: 'Revoked', chosen: wanted.state === 'revoked' },
      ],
      only: wanted.only,
      filtered: wanted.address() !== '/grants',
      olderHref: found.length > perPage && last !== undefined ? base + wanted.address({ before: String(last.grant.id) }) : undefined,
      newestHref: before === undefined ? undefined : base + wanted.address(),
      expireAction: wanted.only.length > 0 && wanted.search === '' && shown.length > 0 ? `${base}/grants/expire` : undefined,
      sandboxHref: `${base}/sandbox`,
    })
  })

  post('/grants/expire', (visit) => {
    const { sandbox, form } = visit
    const client = form.has('client') ? clientMentioned(form.text('client'), sandbox) : undefined
    const user = form.has('user') ? userMentioned(form.text('user'), sandbox) : undefined
    const { access_tokens } = sandbox.grants.expire('access', { client, user }, sandbox.clock.now())
    const address = listAddress({ client: client?.client_id, user: user?.username })
    return visit.go(address, notices['grants-expired'], access_tokens)
  })

  get('/grants/:id', (visit) => {
    const { sandbox, base } = visit
    const entry = entryOf(visit)
    const { grant, client, user } = entry
    const flowKey = `grant-${grant.id}`
    const flow = flowsOf(sandbox).find(({ key }) => key === flowKey)
    const { usernamePrefix: prefix = '' } = sandbox.provider.texts
    const isWhole = grant.revoked_at === null && user?.disabled !== true
    const actionOf = ({ use, id }: TokenName) => (isWhole ? `${base}/grants/${grant.id}/tokens/${use}/${id}` : undefined)
    const tree = tokenTree(entry, flow, sandbox, actionOf)
    return visit.show(grantPage, {
      title: `Grant ${grant.id}`,
      id: grant.id,
      state: grantState(entry, tree.some(isLive)),
      facts: grantFacts(entry, visit),
      tree: youngest(tree),
      steps: flowSteps((flow?.entries ?? []).slice(-mostSteps), base, prefix),
      flowHref: `${base}/flows/${flowKey}`,
      mintHref: `${base}/tokens?${new URLSearchParams({ client: client.client_id, ...(user !== undefined && { user: user.username }) })}`,
      until: untilExpiry(entry, sandbox, base, `/grants/${grant.id}`),
      revokeHref: grant.revoked_at === null ? `${base}/grants/${grant.id}/revoke` : undefined,
    })
  })

  get('/grants/:id/revoke', (visit) => {
    const { grant, client, user } = entryOf(visit)
    const whose = user === undefined ? `What ${client.app.name} has by itself` : `What ${user.username} allowed ${client.app.name}`
    return confirm(visit, {
      heading: 'Revoke this grant?',
      lines: [`${whose} ends, as when the user removes the app.`, 'All of its tokens are refused from then on.'],
      path: `/grants/${grant.id}/revoke`,
      button: 'Revoke',
      back: `/grants/${grant.id}`,
    })
  })
  post('/grants/:id/revoke', (visit) => {
    const entry = entryOf(visit)
    revokeGrant(entry, visit.sandbox)
    return visit.go(`/grants/${entry.grant.id}`, notices['grant-ended'])
  })

  post('/grants/:id/tokens/:use/:token', (visit) => {
    const { sandbox, params, form } = visit
    const { grant } = entryOf(visit)
    const id = /^\d{1,15}$/.test(params.token ?? '') ? Number(params.token) : Number.NaN
    const use = params.use === 'refresh' ? 'refresh' : 'access'
    const revokes = form.text('do') === 'revoke' && use === 'access'
    const now = sandbox.clock.now()
    const done = revokes ? sandbox.grants.revokeOne(grant, id, now) : sandbox.grants.expireOne(grant, { use, id }, now)
    const said = revokes ? notices['token-revoked'] : notices['token-expired']
    return visit.go(`/grants/${grant.id}`, done ? said : notices['token-over'])
  })
})

function entryOf({ sandbox, params }: Visit) {
  return grantNumbered(params.id ?? '', sandbox)
}

function isLive({ state, children }: TreeNode): boolean {
  return state === 'active' || children.some(isLive)
}

/** Which grants the address asks for. */
function wantedOf({ query, sandbox }: Visit) {
  const { usernamePrefix: prefix = '' } = sandbox.provider.texts
  const [typed, state, client, username] = [query.text('q'), query.text('state'), query.text('client'), query.text('user')]
  const search = prefix !== '' && typed.startsWith(prefix) ? typed.slice(prefix.length) : typed
  const parameters = { q: search, state, client, user: username }
  return {
    search,
    state,
    only: [
      ...(client === '' ? [] : [{ name: 'client' as const, value: client, label: client }]),
      ...(username === '' ? [] : [{ name: 'user' as const, value: username, label: prefix + username }]),
    ],
    query: {
      search,
      client_id: client || undefined,
      username: username || undefined,
      active: state === '' ? undefined : state === 'active',
    },
    address: (more: { before?: string } = {}) => listAddress({ ...parameters, ...more }),
  }
}

/** The list's address below the sandbox's dashboard: what is empty is left out. */
function listAddress(parameters: Readonly<Record<string, string | undefined>>): string {
  const said = Object.entries(parameters).filter((entry): entry is [string, string] => entry[1] !== undefined && entry[1] !== '')
  return said.length === 0 ? '/grants' : `/grants?${new URLSearchParams(said)}`
}

/** A grant in the list. */
function grantRow(listed: ListedGrant, { sandbox, base }: Visit) {
  const { grant, client, user, lives } = listed
  const { usernamePrefix: prefix = '' } = sandbox.provider.texts
  return {
    href: `${base}/grants/${grant.id}`,
    kind: kindOf(grant),
    state: grantState(listed, lives),
    app: client.app.name,
    user: user === undefined ? undefined : prefix + user.username,
    client_id: client.client_id,
    scope: grant.scope,
    given: agoInWords(grant.created_at, sandbox.clock.now()),
    date: dateAndTime(grant.created_at),
  }
}
