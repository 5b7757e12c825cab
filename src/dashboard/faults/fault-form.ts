import { ownValue } from '../../basics/own-value.ts'
import type { Member } from '../../oauth/faults/form.ts'
import type { FaultKind } from '../../oauth/faults/kind.ts'
import { faultKinds } from '../../oauth/faults/registry.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import { grantNames } from '../flows/flow-steps.ts'
import type { Fields } from '../forms/fields.ts'
import type { Choice, FormState } from '../forms/form.ts'
import { capital } from '../frame/vendor.ts'
import { servedEndpoints } from './served.ts'
import { choiceInWords, kindWords, meets, memberWords } from './words.ts'

/** A field as the form shows it. */
export interface FaultField {
  name: string
  label: string
  help?: string | undefined
  kind: 'select' | 'textarea' | 'text' | 'number'
  value: string
  error?: string | undefined
  choices?: readonly Choice[]
  code?: boolean
  placeholder?: string | undefined
  /** The list of what may well be meant. */
  list?: string | undefined
}

/** A kind of the catalogue as the form asks for it. */
export interface KindFields {
  name: string
  label: string
  does: string
  isOpen: boolean
  fields: readonly FaultField[]
}

const kinds: readonly FaultKind[] = faultKinds

const plain = (text: string) => text.replaceAll('`', '')

/** When a fault strikes. */
export function whenFields({ provider }: Sandbox, { values, errors }: FormState): FaultField[] {
  const choice = (value: string, label: string, chosen: string | undefined) => ({ value, label, chosen: value === chosen })
  const field = (name: string, label: string, rest: Partial<FaultField> = {}): FaultField => {
    return { name, label, kind: 'text', value: values[name] ?? '', error: errors[name], ...rest }
  }
  const served = ['*' as const, ...servedEndpoints(provider)]
  const grantTypes = provider.grant_types.map((type) => choice(type, ownValue(grantNames, type) ?? type, values.grant_type))
  return [
    field('endpoint', 'What meets it', {
      kind: 'select',
      choices: served.map((one) => choice(one, `${capital(meets[one][1])} (${one === '*' ? 'all' : one})`, values.endpoint ?? 'token')),
    }),
    field('times', 'How often it strikes', { placeholder: '1', help: '0: until it is disarmed.' }),
    field('after', 'How many go by first', { placeholder: '0' }),
    field('client_id', 'Only of the client', { placeholder: 'any client', list: 'clients', code: true }),
    field('username', 'Only of the user', { placeholder: 'any user', list: 'users' }),
    field('grant_type', 'Only of the grant type', { kind: 'select', choices: [choice('', 'Any', values.grant_type ?? ''), ...grantTypes] }),
  ]
}

/** What a fault does: a part for each kind of the catalogue. */
export function kindFields({ values, errors }: FormState): KindFields[] {
  return kinds.map(({ name, does, members }) => {
    const fields = Object.entries<Member>(members).map(([member, form]) => memberField(member, form, values[member] ?? '', errors[member]))
    return {
      name,
      label: ownValue(kindWords, name) ?? words(name),
      does: `${capital(plain(does))}.`,
      isOpen: fields.some(({ value, error }) => value !== '' || error !== undefined),
      fields,
    }
  })
}

function memberField(name: string, form: Member, value: string, error: string | undefined): FaultField {
  const field = { name, label: ownValue(memberWords, name) ?? words(name), help: plain(form.says), kind: 'text' as const, value, error }
  switch (form.is) {
    case 'choice': {
      const choices = form.of.filter((one) => one !== false).map(String)
      const chosen = (one: string, label: string) => ({ value: one, label, chosen: one === value })
      return { ...field, kind: 'select', choices: [chosen('', '—'), ...choices.map((one) => chosen(one, choiceInWords(name, one)))] }
    }
    case 'number':
      return { ...field, placeholder: `${form.from} to ${form.to}` }
    case 'duration':
      return { ...field, placeholder: '2s' }
    case 'headers':
      return {
        ...field,
        kind: 'textarea',
        code: true,
        placeholder: 'Retry-After: 120',
        help: `${field.help} One a line, such as Retry-After: 120.`,
      }
    case 'anything':
      return { ...field, kind: 'textarea', code: true }
    case 'user':
      return { ...field, list: 'users' }
    case 'text':
      return { ...field, code: true }
  }
}

const words = (name: string) => capital(name.replaceAll('_', ' ')).replace(/^Id /, 'ID ')

/**
 * What a form asks for, for the control API's rules: an empty field asks for nothing.
 * @param problems gets the fields that cannot be read
 */
export function draftIn(form: Fields, problems: Record<string, string>): Record<string, unknown> {
  const asked = (name: string) => form.raw(name)?.trim() ?? ''
  const members = kinds.flatMap(({ members }) => Object.entries<Member>(members))
  const entries = [
    ...['endpoint', 'grant_type', 'client_id', 'username'].map((name) => [name, asked(name)] as const),
    ...['after', 'times'].map((name) => [name, asked(name) && numberIn(asked(name))] as const),
    ...members.map(([name, member]) => [name, asked(name) && valueIn(asked(name), member)] as const),
  ]
  for (const [name, member] of members) {
    if (member.is === 'anything' && /^[[{]/.test(asked(name)) && jsonIn(asked(name)) === asked(name)) problems[name] = 'Expected: JSON.'
  }
  return Object.fromEntries(entries.filter(([, value]) => value !== ''))
}

function valueIn(text: string, form: Member): unknown {
  switch (form.is) {
    case 'number':
      return numberIn(text)
    case 'choice':
      return form.of.find((one) => String(one) === text) ?? text
    case 'headers':
      return headersIn(text)
    case 'anything':
      return jsonIn(text)
    default:
      return text
  }
}

function numberIn(text: string): unknown {
  return /^-?\d{1,15}$/.test(text) ? Number(text) : text
}

/** `Retry-After: 120`, a line each; a line without a colon is a name that the rules refuse. */
function headersIn(text: string): Record<string, string> {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '')
  return Object.fromEntries(
    lines.map((line) => {
      const [, name = line, value = ''] = /^([^:]+):(.*)$/.exec(line) ?? []
      return [name === line ? line : name.trim(), value.trim()]
    }),
  )
}

/** JSON where it is some, and otherwise the text as it stands. */
function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
