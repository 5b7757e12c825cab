import type { Client, User } from '../oauth/model/records.ts'
import type { Context } from '../oauth/realm/context.ts'
import type { NewUserErrors, NewUserPage, NewUserValues } from './new-user.ts'
import type { OwnSpace } from './own-spaces.ts'

/** What a page of an account works on. */
export interface AccountVisit {
  context: Context
  client: Client
  world: OwnSpace
}

/** What came of a form: a user who is signed in by it, another page with values to begin with, or what was wrong with which field. */
export type AccountOutcome = { user: User } | { next: string; values?: NewUserValues } | { errors: NewUserErrors; explanation: string }

/** A page beside the sign-in, as one that confirms a new account or sets a password anew. */
export interface AccountPage extends Pick<NewUserPage, 'rows' | 'first' | 'heading'> {
  readonly path: string
  /** How the sign-in page links to it; absent where another page leads there. */
  readonly link?: string
  submit(values: NewUserValues, visit: AccountVisit): AccountOutcome
}

/** The pages of a vendor beside its sign-in. */
export interface AccountPages {
  readonly pages: readonly AccountPage[]
  /** Counts tries at a user's password, whatever page they are made on. */
  readonly attempts?: {
    /** What a user is told whose password is not looked at now. */
    refusal(user: User, world: OwnSpace): string | undefined
    count(user: User, right: boolean, world: OwnSpace): void
  }
  /** The path of the page to which a user is sent instead of being signed in. */
  instead(user: User, world: Pick<OwnSpace, 'documents'>): string | undefined
}
