/**
 * In this room: documents of other servers and tools, a file for each format, read as what a config file declares (`registry.ts`).
 * Elsewhere: how our own files are read and checked (`config/`); documents of a vendor's spaces, such as realms (`providers/`).
 */

import type { ProviderDeclaration } from '../../providers/data/declaration.ts'
import type { SandboxDeclaration } from '../../sandbox/declared.ts'

/** A sandbox as a config file declares it. */
export type SandboxContent = Partial<Omit<SandboxDeclaration, 'name'>>

/** The two keys of a config file that hold more than a value. */
export interface Content {
  providers?: Readonly<Record<string, ProviderDeclaration>>
  sandboxes?: Readonly<Record<string, SandboxContent>>
}

/** What was made of a document. */
export interface ImportedWorld extends Content {
  /** What could not be taken over, a line each: where it stands, why not, and what to do instead. */
  left: readonly string[]
}

/** A format that is read. */
export interface ImportFormat {
  /** As `--format` has it. */
  name: string
  /** What such a document is called by those who have one. */
  what: string
  /** Whether a document looks like one. */
  reads(document: unknown): boolean
  /**
   * @param name what the provider or sandbox is to be called; made of the document when absent
   * @throws ImportError for what cannot be read, saying where and what was expected
   */
  read(document: unknown, name: string | undefined): ImportedWorld
}
