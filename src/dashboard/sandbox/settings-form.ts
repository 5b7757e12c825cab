import { z } from 'zod'
import { ownValue } from '../../basics/own-value.ts'
import type { Provider } from '../../providers/provider.ts'
import { wholeSeconds } from '../../sandbox/duration.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import { settingsOf } from '../../sandbox/settings.ts'
import { certificates, settingsShape } from '../../sandbox/settings-schema.ts'
import { isBeside } from '../../sandbox/spaces.ts'
import type { Fields } from '../forms/fields.ts'
import type { Choice, FormState } from '../forms/form.ts'
import { capital } from '../frame/vendor.ts'

/** How a form asks for a setting. */
type Control = { name: string; says: string } & (
  | { kind: 'switch' | 'duration' | 'number' | 'text' | 'lines' | 'json' }
  | { kind: 'choice'; values: readonly (string | number)[] }
)

/** Words of a form's own for a setting, instead of its name and description. */
export interface Wording {
  label: string
  /** What choosing each value means. */
  values?: Readonly<Record<string, string>>
}

/** A setting as a form shows it. */
export interface SettingField {
  name: string
  label: string
  help: string
  /** What holds when the sandbox says nothing, as a word or two. */
  preset: string
  isChanged: boolean
  kind: 'switch' | 'select' | 'textarea' | 'text'
  code: boolean
  value: string
  choices: readonly Choice[]
  error: string | undefined
}

type Values = Readonly<Record<string, unknown>>

/** Made up for each sandbox, so that none is like another. */
const madeUp = ['signing_secret']

function controlsOf(provider: Provider): Control[] {
  return Object.entries(settingsShape(provider)).map(([name, schema]) => ({
    name,
    says: (schema.description ?? '').replaceAll('`', ''),
    ...kindOf(schema),
  }))
}

function kindOf(
  schema: z.ZodType,
): { kind: Exclude<Control['kind'], 'choice'> } | { kind: 'choice'; values: readonly (string | number)[] } {
  // Describing a schema copies it, but for its definition.
  if (schema.def === wholeSeconds.def) return { kind: 'duration' }
  if (schema.def === certificates.def) return { kind: 'lines' }
  if (schema instanceof z.ZodBoolean) return { kind: 'switch' }
  if (schema instanceof z.ZodEnum) return { kind: 'choice', values: schema.options }
  if (schema instanceof z.ZodLiteral) return { kind: 'choice', values: [...schema.values].filter(isWord) }
  if (schema instanceof z.ZodNumber) return { kind: 'number' }
  return { kind: schema instanceof z.ZodString ? 'text' : 'json' }
}

/**
 * What a form changes of a sandbox's settings: what stays as it is goes on following the provider, and null goes back to it, which is
 * also what a button of the field asks for; a space follows its sandbox.
 * @param problems gets the fields that cannot be read
 */
export function changedSettings(sandbox: Sandbox, form: Fields, problems: Record<string, string>): Record<string, unknown> {
  const { provider, settings } = sandbox
  const now: Values = { ...settings }
  const unsaid = unsaidIn(sandbox)
  const changed: Record<string, unknown> = {}
  for (const control of controlsOf(provider)) {
    const { name, kind } = control
    if (form.text('back') === name) {
      changed[name] = null
      continue
    }
    // A box that is not ticked sends what stands before it, alone.
    const text = kind === 'switch' ? form.all(name).at(-1) : form.raw(name)?.replaceAll('\r\n', '\n').trim()
    if (text === undefined || text === shown(now[name], kind) || (text === '' && follows(now, unsaid, name))) continue
    try {
      changed[name] = text === '' ? null : settingOf(text, control)
    } catch {
      problems[name] = 'Expected: JSON.'
    }
  }
  return changed
}

/** Settings as they are stored: one that is what the provider says is not said again. */
export function saidSettings(settings: Readonly<Record<string, unknown>>, sandbox: Sandbox): Record<string, unknown> {
  const unsaid = unsaidIn(sandbox)
  return Object.fromEntries(Object.entries(settings).map(([name, value]) => [name, isSame(value, unsaid[name]) ? null : value]))
}

function settingOf(text: string, control: Control): unknown {
  switch (control.kind) {
    case 'switch':
      return text === 'on'
    case 'choice':
      return control.values.find((value) => String(value) === text) ?? text
    case 'number':
      return Number(text)
    case 'json':
      return JSON.parse(text)
    default:
      return text
  }
}

/** The settings of a sandbox as a form shows them. */
export function settingFields(
  sandbox: Sandbox,
  wordings: Readonly<Record<string, Wording>>,
  { values: typed, errors }: FormState,
): SettingField[] {
  const { provider, settings } = sandbox
  const now: Values = { ...settings }
  const unsaid = unsaidIn(sandbox)
  return controlsOf(provider).map((control): SettingField => {
    const { name, says, kind } = control
    const wording = wordings[name]
    const current = kind === 'choice' && follows(now, unsaid, name) ? '' : shown(now[name], kind)
    const value = typed[name] ?? current
    const word = (one: string | number) => wording?.values?.[one] ?? String(one)
    const choices = kind === 'choice' ? ['', ...control.values] : []
    const preset = unsaid[name]
    return {
      name,
      label: wording?.label ?? inWords(name),
      help: says,
      preset: madeUp.includes(name)
        ? 'made up for each sandbox'
        : kind === 'choice' && isWord(preset)
          ? word(preset)
          : briefly(preset, kind),
      isChanged: !madeUp.includes(name) && !follows(now, unsaid, name),
      kind: kind === 'json' || kind === 'lines' ? 'textarea' : kind === 'choice' ? 'select' : kind === 'switch' ? kind : 'text',
      code: kind !== 'choice' && kind !== 'switch',
      value,
      choices: choices.map((one) => ({
        value: String(one),
        label: one !== '' ? word(one) : isWord(preset) ? `Default: ${word(preset)}` : 'Default',
        chosen: String(one) === value,
      })),
      error: errors[name],
    }
  })
}

/** What would hold if it said nothing. */
export function unsaidIn(sandbox: Sandbox): Values {
  return { ...(isBeside(sandbox) ? sandbox.spaces.own.settings : settingsOf(sandbox.provider, {})) }
}

/** Whether a setting is what it would be if the sandbox said nothing. */
function follows(now: Values, unsaid: Values, name: string): boolean {
  return isSame(now[name], unsaid[name])
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}

/** How words of names are written. */
const written: Readonly<Record<string, string>> = {
  ttl: 'lifetime',
  id: 'ID',
  uri: 'URI',
  url: 'URL',
  ca: 'authorities',
  alg: 'algorithm',
  apis: 'APIs',
  api: 'API',
  json: 'JSON',
  dpop: 'DPoP',
  x5c: 'certificates in the key set',
  acr: 'ACR',
}

/** `id_token_ttl` as `ID token lifetime`. */
function inWords(name: string): string {
  return capital(
    name
      .split('_')
      .map((word) => ownValue(written, word) ?? word)
      .join(' '),
  )
}

function briefly(value: unknown, kind: Control['kind']): string {
  if (kind === 'switch') return value === true ? 'on' : 'off'
  const text = kind === 'json' ? JSON.stringify(value ?? null) : shown(value, kind)
  if (text === '' || text === 'null' || text === '[]' || text === '{}') return 'nothing'
  return text.length > 80 ? `${text.slice(0, 80)}…` : text
}

/** A setting as its field sends it. */
function shown(value: unknown, kind: Control['kind']): string {
  if (kind === 'switch') return value === true ? 'on' : 'off'
  if (value === undefined || value === null) return ''
  if (kind === 'duration') return secondsAsText(value)
  return kind === 'json' ? JSON.stringify(value, null, 2) : String(value).trim()
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

function isWord(value: unknown): value is string | number {
  return typeof value === 'string' || typeof value === 'number'
}
