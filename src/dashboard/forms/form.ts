/**
 * In this room: what the forms of several parts have in common: their fields as they come, as they are drawn, and rules.
 * Elsewhere: the forms, which are with their pages.
 */

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

/** The rule that a name breaks; undefined when it may be one. */
export function nameProblem(name: string, what = 'A name'): string | undefined {
  if (name === '') return `${what} is needed.`
  if (name.length > 200) return `${what} has at most 200 characters.`
  return /\p{Cc}/u.test(name) ? `${what} has no control characters.` : undefined
}

/** The rule that a link breaks; undefined when it may be one. */
export function linkProblem(link: string): string | undefined {
  return /^https?:\/\/\S+$/i.test(link) && URL.canParse(link) ? undefined : 'A link starts with https:// and has no blanks.'
}

/** The fields that broke a rule, with the rule. */
export function problemsIn(rules: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(Object.entries(rules).flatMap(([name, problem]) => (problem === undefined ? [] : [[name, problem]])))
}
