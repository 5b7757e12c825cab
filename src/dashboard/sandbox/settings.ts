import { check } from '../../control/input/validation.ts'
import { Problem } from '../../control/problem.ts'
import { ClockRangeError } from '../../sandbox/clock.ts'
import { parseDuration } from '../../sandbox/duration.ts'
import { idleSettings } from '../../sandbox/idle-settings.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import { settingsSchema } from '../../sandbox/settings-schema.ts'
import { type Choice, type Errors, type FormState, nameProblem } from '../forms/form.ts'
import { confirm } from '../frame/confirm.ts'
import { noticesOf } from '../frame/notices.ts'
import { part, type Visit } from '../frame/visit.ts'
import { dateAndTime, durationInWords } from '../frame/words.ts'
import { type OwnControl, ownControls, ownValue } from './own-settings.ts'

/** The settings that people change most; the control API knows them all. */
const durations = {
  access_token_ttl: 'How long access tokens live',
  refresh_token_ttl: 'How long refresh tokens live',
  code_ttl: 'How long codes live',
} as const

const choices = {
  rotation: {
    label: 'Refresh tokens',
    values: { lenient: 'Rotate; the old one works until the new one was used', strict: 'Rotate; each works once', off: 'Stay the same' },
  },
  strictness: {
    label: 'Strictness',
    values: {
      vendor: 'As the vendor',
      rfc: 'As the RFCs advise (OAuth 2.1)',
      lenient: 'Lenient: unregistered clients and redirect URIs pass',
    },
  },
} as const

const switches = {
  auto_continue: 'Go on to the app without asking',
  show_secrets: 'Show secrets and tokens in the requests as they came',
} as const

const notices = noticesOf({
  'settings-saved': 'The settings were saved.',
  'clock-set': 'The clock was set.',
  'tokens-expired': (n: string) => (n === '1' ? 'One token expired.' : `${n} tokens expired.`),
  'sandbox-reset': 'The sandbox is as it was when it was made.',
})

const icon =
  '<circle cx="12" cy="12" r="3"/><path d="M12 3.500v3M12 17.500v3M3.500 12h3M17.500 12h3M6 6l2.100 2.100M15.900 15.900 18 18M18 6l-2.100 2.100M8.100 15.900 6 18"/>'

/** A sandbox's clock and its most used settings. */
export const settingsPages = part({ icon, notices }, ({ get, post, deps }) => {
  const { sandboxes } = deps
  get('/settings', (visit) => showSettings(visit))

  post('/settings', (visit) => {
    const { sandbox, form } = visit
    const company = form.text('company')
    const changed: Record<string, unknown> = {
      ...Object.fromEntries(Object.keys(durations).map((name) => [name, form.text(name) === '' ? null : form.text(name)])),
      ...Object.fromEntries(Object.keys(choices).map((name) => [name, form.text(name)])),
      ...Object.fromEntries(Object.keys(switches).map((name) => [name, form.has(name)])),
    }
    const own = ownControls(sandbox.provider)
    const now = valuesOf(sandbox)
    for (const control of own) {
      // What stays as it is goes on following the provider.
      const value = form.text(control.name) === shown(now[control.name], control) ? undefined : ownValue(control, form)
      if (value !== undefined) changed[control.name] = value
    }
    const typed = [...Object.keys(durations), ...own.map(({ name }) => name)]
    const values = { company, ...Object.fromEntries(typed.map((name) => [name, form.text(name)])) }
    const companyProblem = nameProblem(company, 'The name')
    if (companyProblem !== undefined) return showSettings(visit, values, { company: companyProblem })
    try {
      const settings = check(settingsSchema(sandbox.provider), changed)
      sandboxes.update(sandbox, { company, settings })
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      return showSettings(visit, values, Object.fromEntries(error.errors.map(({ field, expected }) => [field, `Expected: ${expected}.`])))
    }
    return visit.go('/settings', notices['settings-saved'])
  })

  post('/settings/clock', (visit) => {
    const { sandbox, form } = visit
    switch (form.text('do')) {
      case 'advance': {
        const by = parseDuration(form.text('by'))
        if (by === undefined || form.text('by') === '')
          return showSettings(visit, {}, { by: 'A time such as 6m, 90s, 2h or 1d is expected.' })
        try {
          sandboxes.advanceClock(sandbox, by)
        } catch (error) {
          if (!(error instanceof ClockRangeError)) throw error
          return showSettings(visit, {}, { by: `The clock can stand at ${error.message}.` })
        }
        break
      }
      case 'stop':
        sandboxes.setClock(sandbox, { frozen: true })
        break
      case 'go':
        sandboxes.setClock(sandbox, { frozen: false })
        break
      default:
        sandboxes.setClock(sandbox, { offset: 0, frozen: false })
    }
    return visit.go('/settings', notices['clock-set'])
  })

  post('/settings/expire', (visit) => {
    const { sandbox, form } = visit
    const what = form.text('what') === 'all' ? 'all' : 'access'
    const expired = sandbox.grants.expire(what, {}, sandbox.clock.now())
    return visit.go('/settings', notices['tokens-expired'], expired.access_tokens + expired.refresh_tokens)
  })

  get('/settings/reset', (visit) =>
    confirm(visit, {
      heading: `Reset ${visit.sandbox.name}?`,
      lines: [
        'Its apps, users, grants, settings and clock become what they were when it was made.',
        'Its requests and faults are forgotten.',
      ],
      path: '/settings/reset',
      button: 'Reset this sandbox',
      back: '/settings',
    }),
  )
  post('/settings/reset', (visit) => {
    sandboxes.reset(visit.sandbox)
    return visit.go('/settings', notices['sandbox-reset'])
  })
})

function showSettings(visit: Visit, typed: FormState['values'] = {}, errors: Errors = {}) {
  const { sandbox, base } = visit
  const { clock } = sandbox
  const settings = valuesOf(sandbox)
  const own = ownControls(sandbox.provider)
  const { offset, frozen_at } = clock.state
  return visit.show('settings', {
    title: 'Settings',
    action: `${base}/settings`,
    now: dateAndTime(clock.now()),
    clockState: [
      frozen_at !== null ? 'stopped' : undefined,
      Math.abs(offset) < 1000 ? undefined : `${durationInWords(offset)} ${offset > 0 ? 'ahead of' : 'behind'} the machine’s`,
    ]
      .filter((part) => part !== undefined)
      .join(', '),
    isFrozen: frozen_at !== null,
    company: typed.company ?? sandbox.company,
    fields: [
      ...Object.entries(durations).map(([name, label]) => ({ name, label, value: secondsAsText(settings[name]) })),
      ...own.flatMap((control) =>
        control.kind === 'switch' || control.kind === 'choice' ? [] : [{ ...control, value: shown(settings[control.name], control) }],
      ),
    ].map(({ name, label, value }) => ({ name, label, value: typed[name] ?? value, error: errors[name] })),
    choices: [
      ...Object.entries(choices).map(([name, { label, values }]) => ({ name, label, values: Object.entries(values) })),
      ...own.flatMap(({ name, label, ...control }) =>
        control.kind === 'choice' ? [{ name, label, values: control.values.map((value) => [String(value), String(value)] as const) }] : [],
      ),
    ].map(({ name, label, values }) => ({
      name,
      label,
      choices: values.map(([value, text]): Choice => ({ value, label: text, chosen: String(settings[name]) === value })),
    })),
    switches: [
      ...Object.entries(switches),
      ...own.flatMap((control) => (control.kind === 'switch' ? [[control.name, control.label] as const] : [])),
    ].map(([value, label]): Choice => ({ value, label, chosen: settings[value] === true })),
    errors,
    notes: idleSettings(sandbox),
    apiHref: `${visit.root}/_grantbox/sandboxes/${sandbox.name}`,
  })
}

function valuesOf({ settings }: Sandbox): Readonly<Record<string, unknown>> {
  return { ...settings }
}

/** A vendor's own setting as its field sends it. */
function shown(value: unknown, { kind }: OwnControl): string {
  if (kind === 'duration') return secondsAsText(value)
  if (kind === 'switch') return value === true ? 'on' : ''
  return String(value ?? '')
}

/** `5m`, `30d`: seconds as one types them. */
function secondsAsText(seconds: unknown): string {
  if (typeof seconds !== 'number') return ''
  const unit = (
    [
      ['d', 86_400],
      ['h', 3600],
      ['m', 60],
    ] as const
  ).find(([, length]) => seconds !== 0 && seconds % length === 0)
  return unit === undefined ? `${seconds}s` : `${seconds / unit[1]}${unit[0]}`
}
