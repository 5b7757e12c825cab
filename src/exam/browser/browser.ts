/**
 * In this room: grantbox as the browser of the app that it examines.
 * Elsewhere: what is to be done with it (`../armed/`), and when (`../run/`).
 */

import type { MaybePromise } from '../../basics/maybe-promise.ts'
import { call } from '../../oauth/clients/outbound.ts'
import { type Cookie, CookieJar } from './jar.ts'

/** A page, or what came in its place. */
export interface Page {
  readonly url: string
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly text: string
}

/** What the provider sends the browser back to the app with. */
export interface Answer {
  readonly url: string
  /** Posted, where the response mode is form_post. */
  readonly form?: Readonly<Record<string, string>> | undefined
}

/** The provider, as a browser of grantbox's own goes through it. */
export interface Provider {
  /** Whether an address is one at which it signs users in. */
  isSignIn(url: string): boolean
  /** Signs a user in and decides for him. @throws when the request is refused */
  signIn(url: string, username: string): Promise<Answer>
}

/** A call went wrong: where to, and why. */
export class BrowserError extends Error {
  override readonly name = 'BrowserError'
}

/** How long an app may take for a page; milliseconds. */
const patience = 60_000
/** How much of a page is read; bytes, or characters where it comes decoded. */
export const largest = 4 * 1024 * 1024
const mostRedirects = 20

/** How an address is asked for. */
export interface Visit {
  readonly method?: 'GET' | 'POST' | 'HEAD'
  readonly form?: Answer['form']
  readonly headers?: Readonly<Record<string, string>>
  /** Goes without this cookie, and takes none: it only looks. */
  readonly without?: string
}

/** Where a browser came to, or where the provider is to sign somebody in. */
export type Arrival = Page | { readonly signIn: string }

/** What came of the beginning of a login: what the browser is sent back with, which is not yet done; or the page at which it stayed. */
export type Begun = { readonly answer: Answer } | { readonly page: Page }

/** The browser of an app that is examined. All of it throws a {@link BrowserError} when the app does not answer. */
export interface AppBrowser {
  /** One request, no redirect followed and no script run. */
  visit(url: string, visit?: Visit): Promise<Page>
  /** What the app shows to whoever is signed in here. */
  look(url: string, visit?: Visit): Promise<Page>
  /** Follows redirects until a page, or until the provider is to sign somebody in. */
  walk(url: string, visit?: Pick<Visit, 'form'>): Promise<Arrival>
  /** Begins a login at the app, and has a user sign in. */
  begin(start: string, username: string): Promise<Begun>
  /** Goes back to the app with the provider's answer, and wherever it sends the browser then: to sign in again, some times. */
  finish(answer: Answer, username: string): Promise<Page>
  /** The same answer comes twice more, as near to each other as a browser's pages can bear, and nobody looks at the ends. */
  twice(answer: Answer): Promise<void>
  /** Goes back to the app with an answer. @returns the stranger's address to which it sends the browser then */
  strays(answer: Answer, isStranger: (url: string) => boolean): Promise<string | undefined>
  cookies(): MaybePromise<readonly Cookie[]>
  close(): MaybePromise<void>
}

/**
 * A browser without a window: it keeps cookies, follows redirects and goes through the provider by way of its protocol. It calls this
 * machine and private networks alone, and looks each address up before it does.
 */
export class Browser implements AppBrowser {
  readonly jar: CookieJar
  readonly #provider: Provider

  constructor(provider: Provider, jar = new CookieJar()) {
    this.#provider = provider
    this.jar = jar
  }

  /** One request, no redirect followed. @throws BrowserError */
  async visit(url: string, { method = 'GET', form, headers, without }: Visit = {}): Promise<Page> {
    const cookie = this.jar.headerFor(url, without)
    const answer = await call(
      url,
      { outbound: 'private' },
      {
        method: form === undefined ? method : 'POST',
        headers: {
          accept: 'text/html,application/xhtml+xml,*/*;q=0.8',
          'user-agent': 'Mozilla/5.0 (grantbox exam)',
          ...(cookie !== '' && { cookie }),
          ...(form !== undefined && { 'content-type': 'application/x-www-form-urlencoded' }),
          ...headers,
        },
        ...(form !== undefined && { body: new URLSearchParams(form).toString() }),
        patience,
        largest,
      },
    )
    if ('problem' in answer) throw new BrowserError(`${method} ${url}: ${answer.problem}`)
    if (without === undefined) this.jar.take(url, answer.headers['set-cookie'] ?? [])
    return { url, status: answer.status, headers: answer.headers, text: answer.text }
  }

  look(url: string, visit?: Visit): Promise<Page> {
    return this.visit(url, visit)
  }

  cookies(): readonly Cookie[] {
    return this.jar.cookies
  }

  close(): void {}

  async walk(url: string, visit: Visit = {}): Promise<Arrival> {
    let page = await this.visit(url, visit)
    for (let count = 0; count < mostRedirects; count++) {
      const next = redirectOf(page)
      if (next === undefined) return page
      if (this.#provider.isSignIn(next)) return { signIn: next }
      page = await this.visit(next)
    }
    throw new BrowserError(`${url} redirects more than ${mostRedirects} times`)
  }

  async begin(start: string, username: string): Promise<Begun> {
    const there = this.#provider.isSignIn(start) ? { signIn: start } : await this.walk(start)
    return 'signIn' in there ? this.signIn(there.signIn, username) : { page: there }
  }

  /** First as the browser asks for it, which the journal shows and a fault may answer; a page is gone through by the protocol. */
  async signIn(url: string, username: string): Promise<Begun> {
    const page = await this.visit(url)
    const sent = redirectOf(page)
    if (sent !== undefined && !this.#provider.isSignIn(sent)) return { answer: { url: sent } }
    if (page.status >= 400) return { page }
    return { answer: await this.#provider.signIn(url, username) }
  }

  finish(answer: Answer, username: string): Promise<Page> {
    return this.goBack(answer, username, ({ url, form }) => this.walk(url, { form }))
  }

  async twice({ url, form }: Answer): Promise<void> {
    await Promise.allSettled([this.visit(url, { form }), this.visit(url, { form })])
  }

  async strays({ url, form }: Answer, isStranger: (url: string) => boolean): Promise<string | undefined> {
    let page: Page = await this.visit(url, { form })
    for (let count = 0; count < 5; count++) {
      const next = redirectOf(page)
      if (next === undefined) return undefined
      if (isStranger(next)) return String(page.headers.location)
      page = await this.visit(next)
    }
    return undefined
  }

  /** Goes back with an answer, and with that of each sign-in that follows. @throws BrowserError */
  async goBack(answer: Answer, username: string, go: (answer: Answer) => Promise<Arrival>): Promise<Page> {
    let there = await go(answer)
    for (let count = 0; 'signIn' in there; count++) {
      // It goes round in circles: that is for the journal to show.
      if (count === 4) return { url: there.signIn, status: 0, headers: {}, text: '' }
      const again = await this.signIn(there.signIn, username)
      if ('page' in again) return again.page
      there = await go(again.answer)
    }
    return there
  }
}

/** Where an answer sends the browser; undefined for a page. */
export function redirectOf({ url, status, headers: { location } }: Page): string | undefined {
  return status >= 300 && status < 400 && typeof location === 'string' && URL.canParse(location, url)
    ? new URL(location, url).href
    : undefined
}
