import type { Settings } from './settings.ts'

/**
 * What a vendor's path chooses within a sandbox, as a tenant, a realm or an authorization server: it has its own issuer, and its
 * names stand in tokens.
 */
export interface Space {
  /** The parts of the path by their names, an alias as what it stands for: `{path.tenant}` in templates. */
  readonly path: Readonly<Record<string, string>>
  /** The same as they were asked for. */
  readonly asked: Readonly<Record<string, string>>
  /** Which of the vendor's further versions was asked; absent for the usual one. */
  readonly edition?: string | undefined
  /** Whether the path said so; else it is the default one. */
  readonly chosen?: boolean
}

/** What may stand in a part of a path that chooses a space. */
export interface SpaceNames {
  /** Where no path says. */
  readonly default: string
  /** Other words for a name. */
  readonly aliases?: Readonly<Record<string, string>> | undefined
  /** What a name stands for that is no alias. */
  readonly resolve?: ((asked: string) => string) | undefined
  /** A parameter of the query that chooses it, too. */
  readonly query?: string | undefined
  /** Whether there is one of this name; whatever {@link only} has when absent. */
  readonly known?: ((asked: string, settings: Settings) => boolean) | undefined
  /** All that there are; any when absent. */
  readonly only?: readonly string[] | undefined
}
