import { z } from 'zod'
import type { Provider } from '../../providers/provider.ts'
import { wholeSeconds } from '../../sandbox/duration.ts'
import { schemaKit } from '../../sandbox/settings-schema.ts'
import type { Fields } from '../forms/fields.ts'

/** How a form asks for a vendor's own setting. */
export type OwnControl = { name: string; label: string } & (
  | { kind: 'switch' | 'duration' | 'number' | 'text' }
  | { kind: 'choice'; values: readonly (string | number)[] }
)

/** The vendor's own settings that a form can ask for; the control API knows those that are lists and tables, too. */
export function ownControls({ own_settings = {} }: Provider): OwnControl[] {
  return Object.entries(own_settings).flatMap(([name, { accepts, says }]): OwnControl[] => {
    const schema = accepts(schemaKit)
    const label = says === '' ? name : `${name}: ${says.replaceAll('`', '')}`
    if (schema === wholeSeconds) return [{ name, label, kind: 'duration' }]
    if (schema instanceof z.ZodBoolean) return [{ name, label, kind: 'switch' }]
    if (schema instanceof z.ZodEnum) return [{ name, label, kind: 'choice', values: schema.options }]
    if (schema instanceof z.ZodLiteral) return [{ name, label, kind: 'choice', values: [...schema.values].filter(isWord) }]
    if (schema instanceof z.ZodNumber) return [{ name, label, kind: 'number' }]
    return schema instanceof z.ZodString ? [{ name, label, kind: 'text' }] : []
  })
}

/** What the form says of it; null goes back to what the provider says, and undefined leaves it. */
export function ownValue(control: OwnControl, form: Fields): unknown {
  const text = form.text(control.name)
  switch (control.kind) {
    case 'switch':
      return form.has(control.name)
    case 'choice':
      return control.values.find((value) => String(value) === text) ?? (text === '' ? undefined : text)
    case 'number':
      return text === '' ? null : Number(text)
    default:
      return text === '' ? null : text
  }
}

function isWord(value: unknown): value is string | number {
  return typeof value === 'string' || typeof value === 'number'
}
