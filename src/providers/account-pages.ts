import type { PageError } from '../oauth/model/errors.ts'
import type { AuthorizationRequest, Client, User } from '../oauth/model/records.ts'
import type { Space } from '../oauth/model/space.ts'
import type { Context } from '../oauth/realm/context.ts'
import type { Session } from '../oauth/storage/session-store.ts'
import type { NewUserErrors, NewUserPage, NewUserValues } from './new-user.ts'
import type { OwnSpace } from './own-spaces.ts'
import type { SignInButton, SignInField } from './sign-in-pages.ts'

/** What a page of an account works on. */
export interface AccountVisit {
  context: Context
  client: Client
  world: OwnSpace
  request: AuthorizationRequest
  /** The id of the sign-in. */
  transaction: string
  /** Who gave his password in the course of this sign-in, or is signed in. */
  user: User | undefined
  session: Session | undefined
}

/**
 * What came of a form: a user who is signed in by it, one who would not and goes back to the client, another page with values to begin
 * with, or what was wrong with which field.
 * What is noted is kept with the request, as its parameters are that the vendor keeps.
 */
export type AccountOutcome =
  | { user: User; noted?: Readonly<Record<string, string>> }
  | { denied: string }
  | { next: string; values?: NewUserValues }
  | { errors: NewUserErrors; explanation: string }

/** The form of such a page as scripts find it that were written for the vendor. */
export interface AccountForm {
  readonly id: string | undefined
  readonly submit: SignInButton
  /** Beside it, always. */
  readonly other?: SignInButton
  readonly box?: SignInField
  /** For who need not do what the page asks. */
  readonly cancel?: SignInButton
  /** What stands before a field's name in the id of what was wrong with it. */
  readonly error_id: string
}

/** What such a page shows when it comes. */
export interface AccountBeginning {
  values?: NewUserValues
  errors?: NewUserErrors
  /** Why it comes. */
  note?: string
  /** What else it says. */
  says?: readonly string[]
  /** Whether it can be cancelled. */
  optional?: boolean
  /** Its fields, where they are another user's others. */
  rows?: AccountPage['rows']
}

/** A page beside the sign-in, as one that confirms a new account or sets a password anew. */
export interface AccountPage extends Pick<NewUserPage, 'rows' | 'first' | 'heading'> {
  /** With a query where several are at one path. */
  readonly path: string
  /** How the sign-in page links to it; absent where another page leads there. */
  readonly link?: string
  /** The version of the vendor's endpoints whose sign-in page does; the usual one when absent. */
  readonly edition?: string
  /** New users come in here. */
  readonly joins?: true
  /** Comes for who gave his password alone. */
  readonly after_password?: true
  readonly form?: AccountForm
  /** Why there is no such page. */
  refuses?(context: Context): PageError | undefined
  /** A user goes on at once whom the address vouches for. @param query beside the transaction */
  begin?(visit: AccountVisit, query: NewUserValues): AccountBeginning | { user: User }
  /** What else it shows, made of its values. */
  shows?(values: NewUserValues): { before: string; id: string; text: string }
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
  /** The status of a page that refuses; 400 when absent. */
  readonly refused_status?: number
  /** Users are sent to it as well who are signed in already. */
  readonly always?: true
  /** The path of the page to which a user is sent instead of being signed in. @param is_signed_in whether he was before */
  instead(user: User, world: OwnSpace, request: AuthorizationRequest, space: Space | undefined, is_signed_in: boolean): string | undefined
}
