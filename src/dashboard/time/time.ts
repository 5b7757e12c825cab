/**
 * In this room: the page that moves a sandbox's clock.
 * Elsewhere: what the top bar says of it (`frame/differs.ts`).
 */

import { check } from '../../control/input/validation.ts'
import { advanceClock, changeClock, clockAdvance, clockChange } from '../../control/resources/clock.ts'
import { grantNumbered } from '../../control/resources/grants.ts'
import type { Errors } from '../forms/form.ts'
import { refusedFields } from '../forms/refused.ts'
import { clockIcon } from '../frame/differs.ts'
import { noticesOf } from '../frame/notices.ts'
import { page } from '../frame/page.ts'
import { part, type Visit } from '../frame/visit.ts'
import { agoInWords, dateAndTime, durationInWords } from '../frame/words.ts'
import { endOf, type UntilExpiry, untilExpiry } from './until.ts'

const timePage = page<{
  action: string
  now: string
  /** How it stands with the clock, a sentence. */
  state: string
  isFrozen: boolean
  /** Whether it goes as the machine's. */
  isMachine: boolean
  steps: readonly { by: string; label: string }[]
  /** Fields as they were typed, and what is wrong with them. */
  by: string
  at: string
  errors: Errors
  /** The newest grants with what is left of their tokens. */
  grants: readonly { who: string; when: string; until: UntilExpiry }[]
  apiHref: string
}>('time')

const notices = noticesOf({
  'clock-moved': 'The clock was moved. What expires by then has expired.',
  'until-expired': 'The clock was moved: the token has expired.',
  'expired-already': 'The token has expired already. The clock was not moved.',
  'clock-stopped': 'The clock stands still.',
  'clock-goes-on': 'The clock goes on.',
  'clock-as-machine': 'The clock goes as the machine’s again.',
})

/** How many grants are offered. */
const mostGrants = 6

const steps = [
  { by: '1m', label: '1 minute' },
  { by: '10m', label: '10 minutes' },
  { by: '1h', label: '1 hour' },
  { by: '1d', label: '1 day' },
  { by: '30d', label: '30 days' },
]

/** A sandbox's clock, by which alone its tokens are issued and checked. */
export const timePages = part({ icon: clockIcon, notices }, ({ get, post, deps }) => {
  const { sandboxes } = deps
  get('/time', (visit) => showTime(visit))

  post('/time', (visit) => {
    const { sandbox, form } = visit
    switch (form.text('do')) {
      case 'stop':
        changeClock({ frozen: true }, sandbox, sandboxes)
        return visit.go('/time', notices['clock-stopped'])
      case 'go':
        changeClock({ frozen: false }, sandbox, sandboxes)
        return visit.go('/time', notices['clock-goes-on'])
      default:
        changeClock({ offset_ms: 0, frozen: false }, sandbox, sandboxes)
        return visit.go('/time', notices['clock-as-machine'])
    }
  })

  post('/time/advance', (visit) => {
    const { sandbox, form } = visit
    return moved(visit, () => advanceClock(check(clockAdvance, { by: form.text('by') }), sandbox, sandboxes))
  })

  post('/time/set', (visit) => {
    const { sandbox, form } = visit
    const change = { now: utc(form.text('now')), ...(form.text('do') === 'stop' && { frozen: true }) }
    return moved(visit, () => changeClock(check(clockChange, change), sandbox, sandboxes))
  })

  post('/time/until', (visit) => {
    const { sandbox, form } = visit
    const use = form.text('use') === 'refresh' ? 'refresh' : 'access'
    const end = endOf(use, grantNumbered(form.text('grant'), sandbox), sandbox)
    const [back = '/time'] = /^\/(?:grants|flows)\/[\w-]+$/.exec(form.text('back')) ?? []
    if (end === undefined) return visit.go(back, notices['expired-already'])
    // A second more: who checks whole seconds sees it, too.
    advanceClock({ by: end - sandbox.clock.now() + 1000 }, sandbox, sandboxes)
    return visit.go(back, notices['until-expired'])
  })

  function showTime(visit: Visit, errors: Errors = {}) {
    const { sandbox, form, base, root } = visit
    const { clock, name } = sandbox
    const { offset, frozen_at } = clock.state
    const isFrozen = frozen_at !== null
    const distance = isFrozen ? frozen_at - deps.clock.now() : offset
    const isMachine = !isFrozen && Math.abs(offset) < 1000
    return visit.show(
      timePage,
      {
        title: 'Time',
        action: `${base}/time`,
        now: dateAndTime(clock.now()),
        state: stateOf(isFrozen, distance),
        isFrozen,
        isMachine,
        steps,
        by: form.text('by'),
        at: form.text('now') || new Date(clock.now()).toISOString().slice(0, 19),
        errors,
        grants: newestGrants(visit),
        apiHref: `${root}/_grantbox/sandboxes/${name}/clock`,
      },
      Object.keys(errors).length > 0 ? 400 : 200,
    )
  }

  /** Moves the clock; what the control API would say against it is said beside the field. */
  function moved(visit: Visit, move: () => void) {
    try {
      move()
    } catch (error) {
      return showTime(visit, refusedFields(error))
    }
    return visit.go('/time', notices['clock-moved'])
  }
})

/** Those of the newest grants of which a token expires yet. */
function newestGrants({ sandbox, base }: Visit) {
  const now = sandbox.clock.now()
  const { usernamePrefix = '' } = sandbox.provider.texts
  return sandbox.grants.newest({ active: true, limit: mostGrants }, now).flatMap((entry) => {
    const until = untilExpiry(entry, sandbox, base, '/time')
    if (until === undefined) return []
    const { grant, client, user } = entry
    const who = user === undefined ? client.app.name : `${client.app.name} for ${usernamePrefix}${user.username}`
    return [{ who, when: agoInWords(grant.created_at, now), until }]
  })
}

function stateOf(isFrozen: boolean, distance: number): string {
  const goes = isFrozen ? 'It stands still' : 'It goes'
  if (Math.abs(distance) < 1000) return isFrozen ? `${goes}.` : `${goes} as the machine’s clock.`
  return `${goes}, ${durationInWords(distance)} ${distance > 0 ? 'ahead of' : 'behind'} the machine’s clock.`
}

/** What browsers send for a date and a time is UTC here, with seconds or without; anything else stays as it was typed. */
function utc(text: string): string {
  return text.replace(
    /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(:\d\d(?:\.\d+)?)?$/,
    (_, date, time, seconds = ':00') => `${date}T${time}${seconds}Z`,
  )
}
