/**
 * In this room: the page of a sandbox's faults: what is armed, what a click arms, and the form for all else.
 * Elsewhere: what faults there are (`oauth/faults/`), and when they strike (`sandbox/faults.ts`).
 */

import { faultDraft } from '../../control/input/fault-schema.ts'
import { check } from '../../control/input/validation.ts'
import { armFault, disarmFault } from '../../control/resources/faults.ts'
import { viewDelivery } from '../../control/views/delivery.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import { type Choice, type Errors, problemsIn } from '../forms/form.ts'
import { refusedFields } from '../forms/refused.ts'
import { faultIcon } from '../frame/differs.ts'
import { noticesOf } from '../frame/notices.ts'
import { page } from '../frame/page.ts'
import { part, type Visit } from '../frame/visit.ts'
import { agoInWords } from '../frame/words.ts'
import { type MagicName, magicNames } from '../users/magic-names.ts'
import { nameOf } from '../users/user-card.ts'
import { type FaultCard, faultCards } from './fault-cards.ts'
import { draftIn, type FaultField, type KindFields, kindFields, whenFields } from './fault-form.ts'
import { armedBy } from './served.ts'
import { bringAbout, type ShownGroup, shownGroups, situationNamed } from './situation-list.ts'

/** How many are listed. */
const mostShown = 50

const faultsPage = page<{
  action: string
  armed: readonly FaultCard[]
  /** How many are armed beyond those. */
  more: number
  /** Those that struck for the last time. */
  spent: readonly FaultCard[]
  held: readonly { who: string; when: string; address: string; isLink: boolean }[]
  groups: readonly ShownGroup[]
  clients: readonly Choice[]
  magicUsers: readonly MagicName[]
  apiHref: string
}>('faults')

const newFaultPage = page<{
  action: string
  when: readonly FaultField[]
  kinds: readonly KindFields[]
  /** What is wrong with the form as a whole. */
  error: string | undefined
  clients: readonly Suggestion[]
  users: readonly Suggestion[]
}>('new-fault')

/** What may well be meant by a field. */
interface Suggestion {
  value: string
  label: string
}

const notices = noticesOf({
  armed: 'It is armed.',
  disarmed: 'It was disarmed.',
  'all-disarmed': 'All faults were disarmed.',
  'held-forgotten': 'The answers that were held back are forgotten.',
  'brought-about': 'It is done.',
  'taken-back': 'It is as before.',
})

/** What goes wrong in a sandbox because somebody asked for it. */
export const faultPages = part({ icon: faultIcon, notices }, ({ get, post, deps }) => {
  get('/faults', (visit) => {
    const { sandbox, base, root } = visit
    const { faults } = sandbox
    return visit.show(faultsPage, {
      title: 'Faults',
      action: `${base}/faults`,
      armed: faultCards(faults.state.slice(0, mostShown), sandbox, base),
      more: Math.max(0, faults.size - mostShown),
      spent: faultCards(faults.spent, sandbox, base),
      held: heldAnswers(sandbox),
      groups: shownGroups(sandbox, base),
      clients: suggestedClients(sandbox).map((one) => ({ ...one, chosen: false })),
      magicUsers: magicNames,
      apiHref: `${root}/_grantbox/sandboxes/${sandbox.name}/faults`,
    })
  })

  post('/faults/situations', async (visit) => {
    const { sandbox, form } = visit
    const situation = situationNamed(form.text('situation'), sandbox)
    const back = form.text('back') === 'flows' ? '/flows' : '/faults'
    const client_id = form.text('client_id')
    for (const fault of armedBy(situation, sandbox)) {
      const isOfClients = fault.endpoint !== 'jwks' && fault.endpoint !== 'discovery'
      armFault(check(faultDraft, { ...fault, ...(client_id !== '' && isOfClients && { client_id }) }), sandbox)
    }
    const isBack = await bringAbout(situation, sandbox, deps.sandboxes)
    return visit.go(back, notices['arm' in situation ? 'armed' : isBack ? 'taken-back' : 'brought-about'])
  })

  get('/faults/new', (visit) => showForm(visit, visit.query.texts()))
  post('/faults', (visit) => {
    const { form, sandbox } = visit
    const problems: Record<string, string> = {}
    const draft = draftIn(form, problems)
    if (Object.keys(problems).length > 0) return showForm(visit, form.texts(), problems)
    try {
      armFault(check(faultDraft, draft), sandbox)
    } catch (error) {
      const { body, ...refused } = refusedFields(error)
      // The rules call the whole of it the body, and one of its members is called so, too.
      const isWhole = draft.body === undefined
      return showForm(visit, form.texts(), { ...refused, ...problemsIn({ [isWhole ? '' : 'body']: body }) })
    }
    return visit.go('/faults', notices.armed)
  })

  post('/faults/again', (visit) => {
    const { sandbox, form } = visit
    const spent = sandbox.faults.spent.find(({ id }) => id === form.text('id'))
    if (spent !== undefined) {
      const { id: _, hits: _hits, seen: _seen, ...fault } = spent
      sandbox.faults.add(fault)
    }
    return visit.go('/faults', notices.armed)
  })

  post('/faults/held/forget', (visit) => {
    visit.sandbox.held.clear()
    return visit.go('/faults', notices['held-forgotten'])
  })

  post('/faults/disarm', (visit) => {
    const { sandbox, form } = visit
    if (form.has('id')) {
      disarmFault(form.text('id'), sandbox)
      return visit.go('/faults', notices.disarmed)
    }
    sandbox.faults.clear()
    return visit.go('/faults', notices['all-disarmed'])
  })
})

/** The answers that a fault kept from browsers, the newest first. */
function heldAnswers({ held, store, clock, provider }: Sandbox) {
  const { usernamePrefix = '' } = provider.texts
  return held
    .list()
    .toReversed()
    .map(({ at, client_id, username, delivery }) => {
      const { redirect_to, form } = viewDelivery(delivery)
      const app = store.findClient(client_id)?.app.name ?? client_id
      const who = username === undefined ? app : `${app} for ${usernamePrefix}${username}`
      return { who, when: agoInWords(at, clock.now()), address: redirect_to, isLink: form === undefined }
    })
}

function showForm(visit: Visit, values: Readonly<Record<string, string>>, errors: Errors = {}) {
  const { sandbox, base } = visit
  const state = { values, errors }
  return visit.show(
    newFaultPage,
    {
      title: 'New fault',
      action: `${base}/faults`,
      when: whenFields(sandbox, state),
      kinds: kindFields(state),
      error: errors[''],
      clients: suggestedClients(sandbox),
      users: sandbox.directory.listUsers({ limit: 20 }).map((user) => ({ value: user.username, label: nameOf(user) || user.username })),
    },
    Object.keys(errors).length > 0 ? 400 : 200,
  )
}

function suggestedClients({ directory }: Sandbox): Suggestion[] {
  const clients = directory.listClients().slice(0, 50)
  return clients.map(({ client_id, app }) => ({ value: client_id, label: `${app.name} (${client_id})` }))
}
