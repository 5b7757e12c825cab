import type { z } from 'zod'
import type { Settings } from '../oauth/model/settings.ts'

/**
 * What schemas are made of. It is handed over, so that no provider loads it before a setting is checked; only these, so that the bundle has
 * no more of the package than is used.
 */
export interface SchemaKit {
  z: Pick<typeof z, 'array' | 'boolean' | 'enum' | 'int' | 'literal' | 'number' | 'record' | 'strictObject' | 'string' | 'unknown'>
  /** A time to live, also as `"5m"`. */
  wholeSeconds: z.ZodType<number>
}

/** A setting that a vendor has beside the protocol's. */
export interface OwnSetting<Value = unknown> {
  readonly default: Value
  /** One line for the manual and for forms. */
  readonly says: string
  accepts(kit: SchemaKit): z.ZodType<Value>
}

/** A vendor's own settings by name. */
export type OwnSettings<Values = Readonly<Record<string, unknown>>> = { readonly [Name in keyof Values]: OwnSetting<Values[Name]> }

/** Describes a vendor's own settings, and gives the way to read them, so that a misspelt one does not compile. */
export function ownSettings<Values extends object>(described: OwnSettings<Values>) {
  return {
    described: described as OwnSettings,
    /** A sandbox's settings with the vendor's own: whatever a sandbox is given was checked by what these accept. */
    of: (settings: Settings) => settings as Settings & Readonly<Values>,
  }
}

/** What a provider's sandboxes start with, where it differs from the protocol's, and its own settings. */
export function initialSettings(provider: { own_settings?: OwnSettings; settings: Readonly<Partial<Settings>> }): Partial<Settings> {
  const own = Object.entries(provider.own_settings ?? {}).map(([name, setting]) => [name, setting.default])
  return { ...Object.fromEntries(own), ...provider.settings }
}
