/** A value that an answer gave, by the mark that stands for it: `{{2.code}}`. */
export type Given = readonly [mark: string, value: string]

/** What clients make of answers, by a secret: it is made anew when their requests are asked again. */
export interface Proofs {
  /** Whether they stand in addresses, too. */
  readonly in_urls?: true
  /** A body with marks in the place of proofs. @param now seconds since 1970 */
  mark(body: string, given: readonly Given[], now: number): string
  /** The same with proofs in the place of marks; other marks are filled in already. @param answers members of what was answered before */
  fill(body: string, answers: readonly Readonly<Record<string, string>>[], now: number): string
}
