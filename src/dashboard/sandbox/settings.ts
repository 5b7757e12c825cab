import { check } from '../../control/input/validation.ts'
import { idleSettings } from '../../sandbox/idle-settings.ts'
import { settingsSchema } from '../../sandbox/settings-schema.ts'
import { isBeside } from '../../sandbox/spaces.ts'
import { type Errors, type FormState, nameProblem, problemsIn } from '../forms/form.ts'
import { refusedFields } from '../forms/refused.ts'
import { noticesOf } from '../frame/notices.ts'
import { page } from '../frame/page.ts'
import { capital, spaceWord } from '../frame/vendor.ts'
import { part, type Visit } from '../frame/visit.ts'
import { changedSettings, type SettingField, settingFields, type Wording } from './settings-form.ts'

/** The settings that people change most, in words of their own and before the others. */
const wordings: Readonly<Record<string, Wording>> = {
  access_token_ttl: { label: 'How long access tokens live' },
  refresh_token_ttl: { label: 'How long refresh tokens live' },
  code_ttl: { label: 'How long codes live' },
  rotation: {
    label: 'Refresh tokens',
    values: {
      lenient: 'Rotate; the old one works until the new one was used',
      strict: 'Rotate; each works once',
      off: 'Stay the same',
      keep: 'Each refresh brings another, all work',
    },
  },
  strictness: {
    label: 'Strictness',
    values: {
      vendor: 'As the vendor',
      rfc: 'As the RFCs advise (OAuth 2.1)',
      lenient: 'Lenient: unregistered clients and redirect URIs pass',
    },
  },
  auto_continue: { label: 'Go on to the app without asking' },
  show_secrets: { label: 'Show secrets and tokens in the requests as they came' },
}

const settingsPage = page<{
  action: string
  manageHref: string
  /** Absent for a space: it is the sandbox's. */
  company?: string | undefined
  /** What its form is about: `Sandbox`, `Realm partners`. */
  heading: string
  /** What an empty field goes back to. */
  follows: 'provider' | 'sandbox'
  /** Those that people change most, and the vendor's own. */
  fields: readonly SettingField[]
  others: readonly SettingField[]
  /** Whether the others are shown at once, because one of them was refused. */
  isOpen: boolean
  errors: Errors
  /** What of its settings has no effect. */
  notes: readonly string[]
  apiHref: string
}>('settings')

const notices = noticesOf({
  'settings-saved': 'The settings were saved.',
  'tokens-expired': (n: string) => (n === '1' ? 'One token expired.' : `${n} tokens expired.`),
})

const icon =
  '<circle cx="12" cy="12" r="3"/><path d="M12 3.500v3M12 17.500v3M3.500 12h3M17.500 12h3M6 6l2.100 2.100M15.900 15.900 18 18M18 6l-2.100 2.100M8.100 15.900 6 18"/>'

/** A sandbox's settings. */
export const settingsPages = part({ icon, notices }, ({ get, post, deps }) => {
  const { sandboxes } = deps
  get('/settings', (visit) => showSettings(visit))

  post('/settings', (visit) => {
    const { sandbox, form } = visit
    const company = form.text('company')
    const isSpace = isBeside(sandbox)
    const problems: Record<string, string> = isSpace ? {} : problemsIn({ company: nameProblem(company, 'The name') })
    const changed = changedSettings(sandbox, form, problems)
    const refuse = () => showSettings(visit, form.texts(), problems)
    if (Object.keys(problems).length > 0) return refuse()
    try {
      const settings = check(settingsSchema(sandbox.provider), changed)
      if (isSpace) sandbox.spaces.change(sandbox.space, settings)
      else sandboxes.update(sandbox, { company, settings })
    } catch (error) {
      Object.assign(problems, refusedFields(error))
      return refuse()
    }
    return visit.go('/settings', notices['settings-saved'])
  })

  post('/settings/expire', (visit) => {
    const { sandbox, form } = visit
    const what = form.text('what') === 'all' ? 'all' : 'access'
    const expired = sandbox.grants.expire(what, {}, sandbox.clock.now())
    return visit.go('/settings', notices['tokens-expired'], expired.access_tokens + expired.refresh_tokens)
  })
})

function showSettings(visit: Visit, typed: FormState['values'] = {}, errors: Errors = {}) {
  const { sandbox, base } = visit
  const { provider, space } = sandbox
  const isSpace = isBeside(sandbox)
  const fields = settingFields(sandbox, wordings, { values: typed, errors })
  const isIn = (some: object) => (field: SettingField) => Object.hasOwn(some, field.name)
  const first = [wordings, provider.own_settings ?? {}].flatMap((some) => fields.filter(isIn(some)))
  const others = fields.filter((field) => !first.includes(field))
  const model = {
    title: 'Settings',
    action: `${base}/settings`,
    manageHref: `${base}/manage`,
    company: isSpace ? undefined : (typed.company ?? sandbox.company),
    heading: isSpace ? `${capital(spaceWord(provider))} ${space}` : 'Sandbox',
    follows: isSpace ? ('sandbox' as const) : ('provider' as const),
    fields: first,
    others,
    isOpen: others.some(({ error }) => error !== undefined),
    errors,
    notes: idleSettings(sandbox),
    apiHref: `${visit.root}/_grantbox/sandboxes/${sandbox.name}${isSpace ? `/spaces/${encodeURIComponent(space)}` : ''}`,
  }
  return visit.show(settingsPage, model, Object.keys(errors).length > 0 ? 400 : 200)
}
