/** Something that is right or wrong with a token. */
export interface Finding {
  look: 'good' | 'bad' | 'warn'
  text: string
  /** What to do about it. */
  mend?: string
  href?: string | undefined
}
