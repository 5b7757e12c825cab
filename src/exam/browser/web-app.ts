import type { MaybePromise } from '../../basics/maybe-promise.ts'
import type { Signal } from '../play.ts'
import type { Ability, Given, Way } from '../tasks.ts'
import { type Answer, type AppBrowser, BrowserError } from './browser.ts'
import { type Expected, type Probe, says, shows } from './probe.ts'

/** A web app as its exam is told of it. */
export interface WebApp {
  /** Where a login begins. */
  readonly login: string
  readonly signed_in?: Probe | undefined
  readonly whoami?: Probe | undefined
  /** An address of the app that calls the API. */
  readonly api?: string | undefined
  readonly logout?: string | undefined
  /** The parameter of the login's address that says where to go afterwards. */
  readonly return_to?: string | undefined
}

/** What grantbox can do with such an app, when it is the browser too. @param byScripts whether the app runs in it */
export function abilitiesOf({ signed_in, whoami, api, logout, return_to }: WebApp, byScripts = false): Ability[] {
  const told: [Ability, unknown][] = [
    ['signed_in', signed_in ?? whoami],
    ['user', whoami],
    ['call_api', api],
    // Pages that were opened beside each other are apps of their own.
    ['at_once', byScripts ? undefined : api],
    ['logout', logout],
    ['return_to', return_to],
  ]
  return ['browser', ...told.flatMap(([ability, there]) => (there === undefined ? [] : [ability]))]
}

/** The driver of an exam that is the browser as well: a new browser at each login. */
export class WebAppDriver {
  readonly #app: WebApp
  readonly #open: () => MaybePromise<AppBrowser>
  readonly #users: readonly Expected[]
  readonly #opened: AppBrowser[] = []
  #username = ''

  /**
   * @param open a browser that has been nowhere
   * @param users whom the app may show
   */
  constructor(app: WebApp, open: () => MaybePromise<AppBrowser>, users: readonly Expected[]) {
    this.#app = app
    this.#open = open
    this.#users = users
  }

  /** Does a task. @returns what was seen */
  async do(task: Exclude<Given, { do: 'nothing_left' }>): Promise<Signal> {
    try {
      if (task.do === 'login') await this.end()
      const browser = this.#opened[0] ?? (await this.#another())
      if (task.do === 'call_api') return await this.#callApi(browser, task.times ?? 1, task.at_once === true)
      if (task.do === 'logout') return await this.#logOut(browser)
      this.#username = task.username ?? ''
      const seen = await this.#logIn(browser, task.way ?? 'plain')
      return { ...(await this.#signal(browser)), seen }
    } catch (error) {
      if (!(error instanceof BrowserError)) throw error
      return { ...this.#nobody(), seen: { trouble: error.message } }
    }
  }

  /** Closes what it has opened. */
  async end(): Promise<void> {
    await Promise.all(this.#opened.splice(0).map((browser) => browser.close()))
  }

  async #another(): Promise<AppBrowser> {
    const browser = await this.#open()
    this.#opened.push(browser)
    return browser
  }

  /** Nobody is in at an app that does not answer. */
  #nobody(): Signal {
    return { ...(this.#app.signed_in && { signed_in: false }), ...(this.#app.whoami && { user: null }) }
  }

  async #callApi(browser: AppBrowser, times: number, atOnce: boolean): Promise<Signal> {
    const url = this.#app.api ?? ''
    const call = async () => {
      const page = await browser.walk(url)
      // Where it is led to sign in, the journal shows it; nobody does.
      return 'status' in page ? page.status : (await browser.visit(page.signIn)).status
    }
    const statuses: number[] = []
    if (atOnce) statuses.push(...(await Promise.all(Array.from({ length: times }, call))))
    else for (let count = 0; count < times; count++) statuses.push(await call())
    return { ...(await this.#signal(browser)), seen: { statuses } }
  }

  async #logOut(browser: AppBrowser): Promise<Signal> {
    const end = await browser.walk(this.#app.logout ?? '')
    const seen = 'status' in end ? { status: end.status, page: `${new URL(end.url).pathname} ${wordsOf(end.text)}` } : { status: 302 }
    return { ...(await this.#signal(browser)), seen }
  }

  async #signal(browser: AppBrowser): Promise<Signal> {
    const { signed_in, whoami } = this.#app
    const user = whoami && (await shows(whoami, browser, this.#users))
    const [alice] = this.#users
    const isIn = signed_in && alice ? await says(signed_in, browser, alice) : user === undefined ? undefined : user !== null
    return { ...(isIn !== undefined && { signed_in: isIn }), ...(user !== undefined && { user }) }
  }

  async #begin(browser: AppBrowser, start = this.#app.login): Promise<Answer> {
    const begun = await browser.begin(start, this.#username)
    if ('page' in begun) throw new BrowserError(`${start} did not lead to a sign-in: ${begun.page.status} at ${begun.page.url}`)
    return begun.answer
  }

  /** A login, in one of its ways. @returns what is to be told of it */
  async #logIn(browser: AppBrowser, way: Way): Promise<Record<string, unknown>> {
    if (way === 'return_to') return this.#returnTo(browser)
    if (way === 'two_tabs') return this.#twoTabs(browser)
    const answer = await this.#begin(browser)
    const before = await browser.cookies()
    if (way === 'callback_elsewhere') return this.#elsewhere(browser, answer)
    if (way === 'text_in_error') return this.#textInError(browser, answer)
    if (way === 'prefetch') {
      await browser.visit(answer.url, { method: 'HEAD' })
      await browser.visit(answer.url, { headers: { 'sec-purpose': 'prefetch' } })
    }
    if (way === 'callback_twice') await browser.twice(answer)
    const page = await browser.finish(answer, this.#username)
    if (way === 'same_session') return { kept: await this.#kept(browser, before) }
    return { status: page.status, ...(page.status >= 500 && { text: page.text.slice(0, 2000) }) }
  }

  /** The answer comes in a browser that began nothing; then in the one that did. */
  async #elsewhere(browser: AppBrowser, answer: Answer): Promise<Record<string, unknown>> {
    const other = await this.#another()
    const page = await other.walk(answer.url, { form: answer.form }).catch((error) => error)
    const signal = await this.#signal(other)
    await browser.finish(answer, this.#username)
    return { elsewhere: signal.signed_in ?? (signal.user === undefined ? undefined : signal.user !== null), status: page?.status }
  }

  async #twoTabs(browser: AppBrowser): Promise<Record<string, unknown>> {
    const [first, second] = [await this.#begin(browser), await this.#begin(browser)]
    const ends = [await browser.finish(first, this.#username), await browser.finish(second, this.#username)]
    return { statuses: ends.map(({ status }) => status) }
  }

  /** The answer says an error whose description is HTML. */
  async #textInError(browser: AppBrowser, { url, form }: Answer): Promise<Record<string, unknown>> {
    const mark = '<i data-exam>x</i>'
    const wrong = { error: 'access_denied', error_description: mark }
    const spoil = (params: URLSearchParams) => {
      params.delete('code')
      for (const [name, value] of Object.entries(wrong)) params.set(name, value)
    }
    const changed = new URL(url)
    const posted = form && new URLSearchParams(form)
    spoil(posted ?? changed.searchParams)
    const end = await browser.walk(changed.href, posted && { form: Object.fromEntries(posted) })
    if (!('status' in end)) return {}
    // As it was written, or as a browser writes the element that it made of it.
    const line = end.text.split('\n').find((one) => one.includes(mark) || one.includes('<i data-exam="">x</i>'))
    const isHtml = /html/i.test(String(end.headers['content-type']))
    return { html: isHtml, ...(isHtml && line !== undefined && { line: line.trim().slice(0, 200) }) }
  }

  /** The login's address asks to be sent to a stranger's afterwards. */
  async #returnTo(first: AppBrowser): Promise<Record<string, unknown>> {
    const isStranger = (url: string) => new URL(url).hostname.endsWith('stranger.example')
    const targets = ['//stranger.example/x', 'https://stranger.example/x', '/\\stranger.example/x']
    for (const [index, target] of targets.entries()) {
      const browser = index === 0 ? first : await this.#another()
      const start = new URL(this.#app.login)
      start.searchParams.set(this.#app.return_to ?? '', target)
      const begun = await browser.begin(start.href, this.#username)
      // It refused to begin: that is one way to be safe.
      if ('page' in begun) continue
      const location = await browser.strays(begun.answer, isStranger)
      if (location !== undefined) return { strayed_to: target, location }
    }
    return {}
  }

  /** The cookies that make the app say yes and had their value before the sign-in. */
  async #kept(browser: AppBrowser, before: readonly { name: string; value: string }[]): Promise<unknown> {
    const { signed_in } = this.#app
    const [alice] = this.#users
    // Asked as below, without any cookie left out: what only scripts show says nothing here.
    if (signed_in === undefined || alice === undefined || !(await says(signed_in, browser, alice, ''))) return undefined
    const deciding = []
    for (const cookie of await browser.cookies()) {
      if (await says(signed_in, browser, alice, cookie.name)) continue
      const was = before.find(({ name }) => name === cookie.name)
      const { name, http_only, same_site } = cookie
      deciding.push({ name, existed: was !== undefined, same: was?.value === cookie.value, http_only, same_site: same_site ?? null })
    }
    return deciding
  }
}

/** What a page says to people, without what is another each time. */
function wordsOf(html: string): string {
  // Piece by piece: one pattern for all of it would take hours over a large page of nothing but "<".
  const [before = '', ...pieces] = html.split('<')
  let text = before
  let unread = ''
  for (const piece of pieces) {
    const tag = /^\/?\w*/.exec(piece)?.[0].toLowerCase() ?? ''
    if (unread !== '' && tag !== `/${unread}`) continue
    unread = tag === 'script' || tag === 'style' ? tag : ''
    if (unread === '') text += ` ${piece.slice(piece.indexOf('>') + 1)}`
  }
  return text
    .replace(/[\w-]{16,}|\d+/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 2000)
}
