import type { ErrorCode } from '../oauth/model/error-codes.ts'

/** A field as the vendor's page has it. */
export interface SignInField {
  /** What it is sent as, and its id when there is no other. */
  readonly name: string
  readonly id?: string | undefined
  /** What it is called; the texts' placeholder when absent. */
  readonly label?: string | undefined
}

/** A button as the vendor's page has it. */
export interface SignInButton {
  readonly text: string
  readonly id?: string | undefined
  readonly name?: string | undefined
  readonly value?: string | undefined
  /** An `<input type="submit">`, which sends its text and has no value of its own. */
  readonly input?: boolean | undefined
}

/** What a page says of what was typed, and the id of where it says so. */
export interface SignInMessage {
  readonly text: string
  readonly id?: string | undefined
}

/** What a page of the vendor's begins with. */
interface PageWords {
  /** Of the window; the heading with the vendor's name when absent. */
  readonly title?: string | undefined
  readonly heading?: string | undefined
  readonly text?: string | undefined
}

/** How the scopes of a consent are chosen from. */
export interface ScopeChoice {
  /** Those that go with every consent. */
  readonly fixed: readonly string[]
  /** What the box says that stands for all; there is none when absent. */
  readonly all?: string | undefined
  /** Whether they come ticked. */
  readonly ticked?: boolean | undefined
  /** A parameter of the request by which an app gets all or none: with the value `false`. */
  readonly unless?: string | undefined
}

/** Scopes that stand together on a consent. */
export interface ScopeGroup {
  /** Above them; our own words when absent. */
  readonly above?: string | undefined
  /** Those that no other group names when absent. */
  readonly scopes?: readonly string[] | undefined
}

/** What the box for all scopes sends. */
export const allScopes = '*'

/**
 * A vendor's sign-in as scripts find it that were written for the vendor: its steps, the names and ids of its fields and buttons, and
 * what it says where. Texts may have `{app}`, `{company}`, `{user}`, `{space}`, the tenant or realm, `{place}`, where users sign in, and a consent the user's `{name}`. Data alone: the layout is ours.
 */
export interface SignInPages {
  readonly form_id?: string | undefined
  /** Asks first where somebody signs in, where the vendor has places for that. */
  readonly place?: (PageWords & { field: SignInField; behind?: string | undefined; next: SignInButton; unknown: SignInMessage }) | undefined
  readonly username?: SignInField | undefined
  readonly password?: SignInField | undefined
  /** Set when the name has a page of its own, before the password: the button that leads on. */
  readonly next?: SignInButton | undefined
  /** Above the password, where the name has a page of its own. */
  readonly password_heading?: string | undefined
  readonly submit?: SignInButton | undefined
  /** A box that lets the browser stay signed in after it was closed. */
  readonly remember?: SignInField | undefined
  /** What the page for the name says of one that nobody has; without it anybody is asked for a password. */
  readonly unknown_name?: SignInMessage | undefined
  /** What a wrong name or password is told. */
  readonly refused?: SignInMessage | undefined
  /** The status of a page that refuses; 401 when absent. */
  readonly refused_status?: number | undefined
  /** What a signed-in user is told who is to type his password again, for `prompt=login` or `max_age`; his name is not asked then. */
  readonly again?: string | undefined
  /** What a disabled user is told; as who is refused when absent. */
  readonly disabled?: SignInMessage | undefined
  /** Who is disabled and knows his password goes back to the client as one who is denied; who does not is told what all are told. */
  readonly disabled_goes_back?: true | undefined
  /** The status that takes the browser from a form to the client; 303 when absent. */
  readonly answered_status?: 302 | 303 | undefined
  /** The form is there once more, unseen and before the other, as with vendors who have one for narrow windows. */
  readonly twice?: boolean | undefined
  /** A page at the end that asks whether to stay signed in; the box lets it never come again. */
  readonly stay?: (PageWords & { yes: SignInButton; no: SignInButton; box?: SignInField | undefined }) | undefined
  /** Warns of an app before the consent: what leads on is behind the word for more. */
  readonly warning?: (PageWords & { more: string; go_on: SignInButton; back: SignInButton }) | undefined
  /** All scopes or none are allowed, unless they can be chosen from; where it is absent, each can be unticked. */
  readonly consent?:
    | (PageWords & {
        allow: SignInButton
        deny: SignInButton
        id?: string | undefined
        /** Of what stands around the form. */
        box_id?: string | undefined
        /** Above the scopes. */
        above?: string | undefined
        /** In place of that, where they stand in groups. */
        groups?: readonly ScopeGroup[] | undefined
        choice?: ScopeChoice | undefined
        /** What one is told who stays, where the app is told nothing. */
        done?: PageWords | undefined
        /** Below the buttons; `{redirect}` is where the app's answer goes, without its path. */
        foot?: string | undefined
      })
    | undefined
  /** Asks which of the browser's users it is. */
  readonly accounts?: (PageWords & { pick: SignInButton; other: SignInButton }) | undefined
  /** Posts the answer to the client (`response_mode=form_post`). */
  readonly posted?: { title: string; button: SignInButton } | undefined
  /** Asks whether to sign out; even where nobody is signed in, and there is nowhere to go back to, with `asks_nobody`. */
  readonly logout?: (PageWords & { confirm: SignInButton; stay?: SignInButton | undefined; asks_nobody?: true | undefined }) | undefined
  readonly signed_out?: PageWords | undefined
  readonly device?: DevicePages | undefined
  /**
   * An error that cannot go back to the client. Lines may have the members of the provider's answer for it, as
   * `{error_description}`, and `{address}` of who is signed in; one that lacks a member is left out.
   */
  readonly error?:
    | (PageWords & {
        lines?: readonly string[] | undefined
        /** A page may have the status 401; where it is absent such a page has 400. */
        unauthorized?: boolean | undefined
        /** Errors that have no page: browsers, too, are answered as programs are. */
        not_for?: readonly ErrorCode[] | undefined
      })
    | undefined
}

/** The pages on which a user lets a device in (RFC 8628 §3.3); which access it gets is asked as it is of apps. */
export interface DevicePages extends PageWords {
  readonly form_id?: string | undefined
  readonly code: SignInField
  readonly submit: SignInButton
  /** A code in the address counts as entered, and who is signed in is not asked for his name again (§3.3.1). */
  readonly straight?: boolean | undefined
  /** What a code is told that is unknown or too old. */
  readonly refused: SignInMessage
  /** What one is told that is too old, where that is something else. */
  readonly expired?: SignInMessage | undefined
  readonly refused_status?: number | undefined
  readonly done: PageWords
  readonly denied: PageWords
}

/** Scopes as they stand on a consent, under what stands above them. */
export function inGroups<S extends { name: string }>(
  scopes: readonly S[],
  { above, groups = [{ above }] }: Omit<ScopeGroup, 'scopes'> & { groups?: readonly ScopeGroup[] | undefined },
) {
  const named = groups.flatMap((group) => group.scopes ?? [])
  return groups.map((group) => ({
    above: group.above,
    scopes: scopes.filter(({ name }) => group.scopes?.includes(name) ?? !named.includes(name)),
  }))
}

/** What a button sends: the vendor's name and value, or else the decision that it stands for. */
export function sentBy({ name, value, text, input }: SignInButton, decision: string): { name: string; value: string } {
  if (input === true) return { name: name ?? decision, value: text }
  return { name: name ?? 'decision', value: value ?? decision }
}

/** The decision of the button that was pressed, of those that a page has. */
export function decisionOf(
  parameters: Readonly<Record<string, string | undefined>>,
  buttons: Readonly<Record<string, SignInButton | undefined>>,
) {
  return Object.entries(buttons).find(([decision, button]) => {
    const sent = button && sentBy(button, decision)
    return sent !== undefined && parameters[sent.name] === sent.value
  })?.[0]
}
