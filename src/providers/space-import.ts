import type { OwnSpaces } from './own-spaces.ts'

/** A space that a document was read into. */
export interface ImportedSpace {
  space: string
  /** Whether it was there already and stayed as it was. */
  kept: boolean
  /** What could not be taken over, a sentence each. */
  left: readonly string[]
}

/** What to do with a space that is there already: `replace` it, or `keep` it unless it is the preloaded one. */
export type ImportPolicy = 'replace' | 'keep'

/** Reads a vendor's document of spaces, as an export of realms. @throws Error with a sentence when it is none, or contradicts itself */
export type SpaceImport = (document: unknown, spaces: OwnSpaces, policy: ImportPolicy, now: number) => ImportedSpace[]
