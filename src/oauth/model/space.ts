/**
 * What a vendor's path chooses within a sandbox, as a tenant, a realm or an authorization server: it has its own issuer, and its
 * names stand in tokens.
 */
export interface Space {
  /** The parts of the path by their names, an alias as what it stands for: `{path.tenant}` in templates. */
  readonly path: Readonly<Record<string, string>>
  /** The same as they were asked for. */
  readonly asked: Readonly<Record<string, string>>
}

/** What may stand in a part of a path that chooses a space. */
export interface SpaceNames {
  /** Where no path says. */
  readonly default: string
  /** Other words for a name. */
  readonly aliases?: Readonly<Record<string, string>> | undefined
  /** All that there are; any when absent. */
  readonly only?: readonly string[] | undefined
}
