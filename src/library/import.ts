/** What came of a document of another server or tool. */
export interface ImportedDocument {
  /** As what it was read. */
  format: string
  /** Those that were made or changed. */
  sandboxes: { name: string; provider: string; base_url: string }[]
  /** Declared providers; they are there until grantbox ends. */
  providers: string[]
  /** What could not be taken over, a line each: where it stands, why not, and what to do instead. */
  left: string[]
}

/** How a document is read. */
export interface ImportOptions {
  /** The format, where the content could be of several: `navikt`, `duende`, `dex`, … */
  format?: string
  /** What the sandbox or provider is to be called; made of the document when absent. */
  sandbox?: string
}
