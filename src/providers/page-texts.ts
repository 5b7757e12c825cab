/**
 * The colours a provider can choose from. Names, not values: each has a light and a dark form with enough contrast in
 * `views/assets/grantbox.css`, and the pages' content security policy admits no inline colour.
 */
export const accents = ['blue', 'teal', 'green', 'violet', 'pink', 'red', 'orange', 'plum', 'slate'] as const

/** The name of a colour of {@link accents}. */
export type Accent = (typeof accents)[number]

/** How a provider words the pages that a user sees. Data alone: the layout belongs to `views/`. */
export interface PageTexts {
  /** Title of the sign-in window, such as `Vendor Login`. */
  readonly title: string
  /** The vendor's name as its logo writes it, such as `Vendor®`. */
  readonly logo: string
  readonly signInHeading: string
  /** What stands before the app's name below the heading. */
  readonly continueTo: string
  readonly usernamePlaceholder: string
  /** Stands in a box before the username's field, and before every username on the pages: `@`. */
  readonly usernamePrefix?: string
  readonly passwordPlaceholder: string
  readonly signInButton: string
  /** A vendor without it has no way to join. */
  readonly joinButton?: string
  /** Heading of the page on which a user lets the app in. */
  readonly continueHeading: string
  /** `blue` when absent. */
  readonly accent?: Accent
}

/** Wording for a provider with no pages of its own to copy. */
export const defaultPageTexts: PageTexts = {
  title: 'Sign in',
  logo: 'grantbox',
  signInHeading: 'Sign in',
  continueTo: 'to continue to',
  usernamePlaceholder: 'username',
  passwordPlaceholder: 'password',
  signInButton: 'Sign in',
  continueHeading: 'Allow access',
  accent: 'slate',
}
