import { check } from '../../control/input/validation.ts'
import { idleSettings } from '../../sandbox/idle-settings.ts'
import { groupOf, settingGroups } from '../../sandbox/setting-groups.ts'
import { settingsSchema } from '../../sandbox/settings-schema.ts'
import { isBeside } from '../../sandbox/spaces.ts'
import { type Errors, type FormState, nameProblem, problemsIn } from '../forms/form.ts'
import { refusedFields } from '../forms/refused.ts'
import { noticesOf } from '../frame/notices.ts'
import { page } from '../frame/page.ts'
import { capital, spaceWord } from '../frame/vendor.ts'
import { part, type Visit } from '../frame/visit.ts'
import { changedSettings, type SettingField, saidSettings, settingFields, type Wording } from './settings-form.ts'

/** Settings in words of their own. */
const wordings: Readonly<Record<string, Wording>> = {
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
  groups: readonly { id: string; title: string; fields: readonly SettingField[] }[]
  /** What is searched for. */
  search: string
  onlyChanged: boolean
  /** How many there are, and how many of them say something else than what they follow. */
  total: number
  changed: number
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
    // A search shows some of the fields.
    const company = form.has('company') ? form.text('company') : undefined
    const isSpace = isBeside(sandbox)
    const problems = problemsIn({ company: company === undefined ? undefined : nameProblem(company, 'The name') })
    const changed = changedSettings(sandbox, form, problems)
    const refuse = () => showSettings(visit, form.texts(), problems)
    if (Object.keys(problems).length > 0) return refuse()
    try {
      const settings = saidSettings(check(settingsSchema(sandbox.provider), changed), sandbox)
      if (isSpace) sandbox.spaces.change(sandbox.space, settings)
      else sandboxes.update(sandbox, { company, settings })
    } catch (error) {
      Object.assign(problems, refusedFields(error))
      return refuse()
    }
    return visit.go(`/settings${form.text('q') === '' ? '' : `?q=${encodeURIComponent(form.text('q'))}`}`, notices['settings-saved'])
  })

  post('/settings/expire', (visit) => {
    const { sandbox, form } = visit
    const what = form.text('what') === 'all' ? 'all' : 'access'
    const expired = sandbox.grants.expire(what, {}, sandbox.clock.now())
    return visit.go('/settings', notices['tokens-expired'], expired.access_tokens + expired.refresh_tokens)
  })
})

function showSettings(visit: Visit, typed: FormState['values'] = {}, errors: Errors = {}) {
  const { sandbox, base, query } = visit
  const { provider, space } = sandbox
  const isSpace = isBeside(sandbox)
  const all = settingFields(sandbox, wordings, { values: typed, errors })
  const search = typed.q ?? query.text('q')
  const onlyChanged = query.has('changed')
  const isFound = (...texts: string[]) => texts.join(' ').toLowerCase().includes(search.toLowerCase())
  const fields = all.filter(
    ({ name, label, help, isChanged, error }) => error !== undefined || (isFound(name, label, help) && (!onlyChanged || isChanged)),
  )
  const grouped = Map.groupBy(fields, ({ name }) => groupOf(name) ?? 'own')
  const titles = { own: `Of ${provider.name} alone`, ...settingGroups }
  const showsCompany = !isSpace && !onlyChanged && isFound('company')
  const model = {
    title: 'Settings',
    action: `${base}/settings`,
    manageHref: `${base}/manage`,
    company: showsCompany ? (typed.company ?? sandbox.company) : undefined,
    heading: isSpace ? `${capital(spaceWord(provider))} ${space}` : 'Sandbox',
    follows: isSpace ? ('sandbox' as const) : ('provider' as const),
    groups: Object.entries(titles).flatMap(([id, title]) => {
      const its = grouped.get(id as keyof typeof titles)
      return its === undefined ? [] : [{ id, title, fields: its }]
    }),
    search,
    onlyChanged,
    total: all.length,
    changed: all.filter(({ isChanged }) => isChanged).length,
    errors,
    notes: idleSettings(sandbox),
    apiHref: `${visit.root}/_grantbox/sandboxes/${sandbox.name}${isSpace ? `/spaces/${encodeURIComponent(space)}` : ''}`,
  }
  return visit.show(settingsPage, model, Object.keys(errors).length > 0 ? 400 : 200)
}
