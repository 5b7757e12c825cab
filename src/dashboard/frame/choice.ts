/** A box to tick or an entry of a list. */
export interface Choice {
  value: string
  label: string
  help?: string | undefined
  chosen: boolean
}
