import { join } from 'node:path'
import { Eta } from 'eta'
import type { FastifyReply } from 'fastify'
import { given } from '../../basics/given.ts'
import { packageFolder } from '../../basics/package.ts'
import type { AccountForm } from '../../providers/account-pages.ts'
import type { ConsentQuestion } from '../../providers/consent-questions.ts'
import type { NewUserErrors, NewUserPage, NewUserValues } from '../../providers/new-user.ts'
import { allScopes, inGroups, type ScopeChoice, type SignInButton, sentBy } from '../../providers/sign-in-pages.ts'
import { rootOf } from '../exchange.ts'
import { pageHeaders } from './assets.ts'
import type { SignInForm } from './sign-in-form.ts'
import type { Words } from './words.ts'

/** A link on a page. */
export interface PageLink {
  id?: string
  text: string
  href: string
}

/** The app that a user signs in to. */
export interface AppView {
  name: string
  description?: string | undefined
  /** A `data:` URI or a path on this server: the content security policy admits nothing else. A letter stands in for none. */
  icon?: string | undefined
}

/** A sandbox user as the pages show one. */
export interface UserView {
  username: string
  name?: string | undefined
  /** Such as `Parent`. */
  type?: string | undefined
}

/** A scope with what the provider says of it. */
export interface ScopeView {
  name: string
  description?: string | undefined
}

type Page = Words

/** A form that goes on with an authorization request, which stays on the server under its transaction. */
export interface Step extends Page {
  app: AppView
  /** Where the form is posted. */
  action: string
  transaction: string
}

/** The same when somebody has signed in. */
interface UserStep extends Step {
  user: UserView
}

/** Every page and what it needs to be drawn. */
export interface Views {
  /** Posts a name and a password by the vendor's names of them, or `pick` (a sandbox user's name), or `decision`: `cancel`, `switch`. */
  signin: Step &
    SignInForm & {
      /** Whether it offers to stay signed in, where the vendor's page does. */
      stays?: boolean
      /** Address of the page on which a user joins; shown when the texts have a `joinButton`. */
      joinAction?: string | undefined
      /** To the vendor's pages beside this one. */
      links?: readonly PageLink[]
      /** Sandbox users to sign in with one click; the first {@link shownUsers} are shown. */
      users: readonly UserView[]
      /** How many users the sandbox has, when `users` holds only some of them. */
      userCount?: number | undefined
      passwordHint?: string | undefined
    }
  /** Posts `decision`: `stay` or `leave`, or the vendor's buttons for them. */
  stay: UserStep
  /** Posts `decision`: `go_on` or `deny`. */
  warning: UserStep
  /** Posts `decision`: `allow`, `switch` (another user) or `cancel`. */
  continue: UserStep & { scopes: readonly ScopeView[] }
  /** Posts `decision`: `allow` with `granted`, once for each ticked scope, and the answers, or `deny` or `switch`. */
  consent: UserStep & {
    /** A fixed one cannot be unticked. */
    scopes: readonly (ScopeView & { fixed: boolean })[]
    /** Each is posted by its name. */
    questions?: readonly ConsentQuestion[]
    /** By whose words the others are chosen from, with a box for all. */
    choice?: ScopeChoice | undefined
  }
  /** The end, where the app is told nothing. */
  consented: Page & { app: AppView }
  /** Posts `pick` (a username), or `decision`: `switch` (somebody else) or `cancel`. */
  'select-account': UserStep & {
    /** Others, to sign in with one click. */
    users: readonly UserView[]
    passwordHint?: string | undefined
  }
  /** Posts the fields by their names. */
  'new-user': Step &
    Pick<NewUserPage, 'rows' | 'first' | 'heading'> & {
      values: NewUserValues
      errors: NewUserErrors
      /** Every sandbox user has the same password, so it is told and not asked. */
      password?: string | undefined
      /** Address of the sign-in page, for who has a user already. */
      signInAction?: string | undefined
      /** The vendor's own form. */
      form?: AccountForm | undefined
      cancel?: SignInButton | undefined
      /** Why the page comes. */
      says?: readonly string[] | undefined
      /** What else the page shows. */
      shown?: { before: string; id: string; text: string } | undefined
      note?: string | undefined
    }
  /** Posts `decision`: `logout` or `stay`, with the fields. */
  logout: Page & {
    user: UserView | undefined
    action: string
    /** What the client asked, to be asked again. */
    fields: Readonly<Record<string, string>>
  }
  /** A fault: calls the client back in a frame, and once more. */
  twice: Page & {
    /** The redirect URI with its answer. */
    next: string
  }
  /** A fault: the client is told nothing. */
  held: Page
  /** The end of a session, while the clients that were told of it are told so in frames (OpenID Connect Front-Channel Logout §3). */
  'signed-out': Page & {
    title?: string | undefined
    heading: string
    text?: string | undefined
    /** Addresses of clients that sign out in the browser. */
    frames: readonly string[]
    /** Where the browser goes on. */
    next?: string | undefined
  }
  /** Posts `decision`: `add` (a parent adds the app) or `ask` (a kid asks), or `switch`. */
  'not-allowed': UserStep & { remedy: 'add' | 'ask' }
  /** Posts `user_code`, or what the vendor calls it. */
  'device-code': Page & {
    action: string
    /** What was typed, or came in the address. */
    user_code?: string | undefined
    error?: string | undefined
  }
  /** Posts `decision`: `allow`, `deny` or `switch`, or the vendor's buttons for them. */
  'device-confirm': UserStep & {
    /** To be compared with the device's. */
    user_code: string
    scopes: readonly ScopeView[]
  }
  'device-done': Page & { app: AppView; allowed: boolean }
  /** Posts `transaction`, a request's id, and `decision`: `approve` or `deny`. */
  ciba: Page & {
    action: string
    requests: readonly {
      id: string
      app: AppView
      user: UserView
      binding_message?: string | undefined
      scopes: readonly ScopeView[]
    }[]
  }
  /** A request that cannot be sent back to the client (RFC 6749 §4.1.2.1), explained to whoever develops that client. */
  error: Page & {
    status: number
    /** Of the window; the heading with the vendor's name when absent. */
    title?: string | undefined
    heading: string
    message: string
    /** What else the vendor says of it. */
    lines?: readonly string[] | undefined
    /** Which rule, what was expected, what came. */
    explanation?: string | undefined
    /** Things to compare: the registered redirect URIs and the one that came. */
    details: readonly { label: string; values: readonly string[] }[]
    /** What to do about it. */
    hint?: string | undefined
    /** Where to go instead. */
    link?: { href: string; label: string } | undefined
  }
  /** OAuth 2.0 Form Post Response Mode §2: posts itself to the redirect URI, with a button where scripts are off. */
  'form-post': Page & {
    app: Pick<AppView, 'name'>
    /** The client's redirect URI. */
    action: string
    fields: Readonly<Record<string, string>>
  }
  /** OAuth 2.0 Web Message Response Mode §4: tells the window that opened it, or has it in a frame. */
  'web-message': Page & {
    app: Pick<AppView, 'name'>
    /** Of the client's redirect URI. */
    origin: string
    /** Whether the fields are the message, and not its `response`. */
    bare?: true
    /** The message, where it is a text of the vendor's own. */
    text?: string
    fields: Readonly<Record<string, string>>
  }
}

/** How many sandbox users the sign-in page lists. */
export const shownUsers = 8

/** Each template is read and compiled when it is first drawn, and kept. */
const templates = new Eta({
  views: join(packageFolder, 'views'),
  cache: true,
  autoEscape: true,
  autoFilter: true,
  filterFunction: (value) => (value === undefined || value === null ? '' : String(value)),
})

/** Draws a template from its model. */
export function draw(template: string, model: object): string {
  return templates.render(template, model)
}

/** Answers with a page. */
export function sendPage(reply: FastifyReply, html: string, headers: Readonly<Record<string, string>>): FastifyReply {
  return reply.type('text/html; charset=utf-8').headers(headers).send(html)
}

/** Answers with a page, drawn from the view's model alone. @param headers in the place of the usual ones; what is undefined is left out */
export function render<K extends keyof Views>(
  reply: FastifyReply,
  name: K,
  model: Views[K],
  headers: Readonly<Record<string, string | undefined>> = {},
): void {
  const root = rootOf(reply.request)
  sendPage(
    reply,
    draw(name, { ...model, root, avatar, breakable, sentBy, allScopes, inGroups, shownUsers }),
    given({ ...pageHeaders, ...headers }),
  )
}

/** A scope's name in the parts between which a line may break: of an address, behind a slash or dot and not within a word. */
export function breakable(name: string): string[] {
  return name.startsWith('https://') ? name.split(/(?<=[./])(?=[^./])/) : [name]
}

const tints = 8

/** A letter and one of the style sheet's tints, for what has no picture; always the same for the same key. */
export function avatar(name: string, key = name) {
  let sum = 0
  for (const character of key) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) % 9973
  const letter = /[\p{L}\p{N}]/u.exec(name)?.[0] ?? '?'
  return { letter: letter.toUpperCase(), tint: sum % tints }
}
