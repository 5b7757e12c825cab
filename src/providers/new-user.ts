import type { Directory, UserDraft } from '../oauth/model/directory.ts'

/** What was typed, by the fields' names. */
export type NewUserValues = Readonly<Record<string, string | undefined>>

/** What is wrong, by the fields' names. */
export type NewUserErrors = Partial<Record<string, string>>

/** A field of the page on which new users come in. */
export interface NewUserField {
  /** The form's parameter. */
  name: string
  label: string
  /** `text` when absent; of a `choice` the first of its choices holds until another one is taken. */
  kind?: 'text' | 'number' | 'email' | 'password' | 'choice' | 'hidden'
  choices?: readonly { value: string; label: string }[]
  required?: boolean
  /** What browsers fill it with. */
  autocomplete?: string
  /** Somebody's username: it has the prefix that usernames have on the vendor's pages. */
  is_username?: boolean
  /** Not shown while the first choice of the page's choice is taken. */
  unless_first_choice?: boolean
  help?: string
}

/** The page on which new users of a vendor come in, and the users that come of it. */
export interface NewUserPage {
  /** The heading and the button, where the vendor's texts have no `joinButton`. */
  readonly heading: string
  /** Fields that stand beside each other are one row. */
  readonly rows: readonly (readonly NewUserField[])[]
  /** The field that has the cursor while nothing is wrong. */
  readonly first: string
  /** Users get the company's name for a password, and are told so. */
  readonly company_password?: boolean
  /** What the fields begin with. */
  begin(request: { login_hint: string | undefined; suggestUsername(): string }): NewUserValues
  check(values: NewUserValues, directory: Directory): NewUserErrors
  /** The user of values that were found to be right. */
  userOf(values: NewUserValues): Omit<UserDraft, 'user_id' | 'created_at' | 'apps' | 'disabled'>
}
