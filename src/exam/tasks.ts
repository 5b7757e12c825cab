/** What a driver may be able to do beside logging in: what it can tell of the app, and what it can be asked for. */
export const abilities = ['signed_in', 'user', 'call_api', 'at_once', 'logout', 'browser', 'return_to'] as const

/** One of {@link abilities}. */
export type Ability = (typeof abilities)[number]

/** How a browser of grantbox's own goes through a login; other drivers log in as they can. */
export const ways = [
  'plain',
  'callback_twice',
  'callback_elsewhere',
  'prefetch',
  'two_tabs',
  'text_in_error',
  'return_to',
  'same_session',
] as const

/** One of {@link ways}. */
export type Way = (typeof ways)[number]

/** What the driver is asked for. */
export type Task =
  | { readonly do: 'login'; readonly username?: 'mallory' | 'deny' | 'norefresh'; readonly way?: Way }
  | { readonly do: 'call_api'; readonly times?: number; readonly at_once?: boolean }
  | { readonly do: 'logout' }

/** A task as a driver gets it. */
export type Given =
  | { readonly do: 'nothing_left' }
  | {
      /** Counts up; it says nothing of what is tried. */
      readonly task: number
      /** Which of the listed scenarios it belongs to. */
      readonly scenario: number
      readonly do: Task['do']
      readonly username?: string
      readonly password?: string
      readonly way?: Way
      readonly times?: number
      readonly at_once?: boolean
    }
