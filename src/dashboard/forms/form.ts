/** A box to tick or an entry of a list. */
export interface Choice {
  value: string
  label: string
  help?: string | undefined
  chosen: boolean
}

/** What is wrong with a form's fields, by their names. */
export type Errors = Readonly<Record<string, string>>

/** A form's fields as they were typed, and what is wrong with them. */
export interface FormState {
  values: Readonly<Record<string, string>>
  errors: Errors
}

/** A field that was refused: what was typed and the rule that it broke. */
export interface Refused {
  value: string
  error: string
}
