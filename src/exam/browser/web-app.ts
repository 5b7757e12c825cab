import type { Signal } from '../play.ts'
import type { Ability, Given, Way } from '../tasks.ts'
import { type Answer, Browser, BrowserError, type Page, type Provider, redirectOf } from './browser.ts'
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

/** What grantbox can do with such an app, when it is the browser too. */
export function abilitiesOf({ signed_in, whoami, api, logout, return_to }: WebApp): Ability[] {
  const told: [Ability, unknown][] = [
    ['signed_in', signed_in ?? whoami],
    ['user', whoami],
    ['call_api', api],
    ['at_once', api],
    ['logout', logout],
    ['return_to', return_to],
  ]
  return ['browser', ...told.flatMap(([ability, there]) => (there === undefined ? [] : [ability]))]
}

/** The driver of an exam that is the browser as well: a new browser at each login. */
export class WebAppDriver {
  readonly #app: WebApp
  readonly #provider: Provider
  readonly #users: readonly Expected[]
  #browser: Browser
  #username = ''

  /** @param users whom the app may show */
  constructor(app: WebApp, provider: Provider, users: readonly Expected[]) {
    this.#app = app
    this.#provider = provider
    this.#users = users
    this.#browser = new Browser(provider)
  }

  /** Does a task. @returns what was seen */
  async do(task: Exclude<Given, { do: 'nothing_left' }>): Promise<Signal> {
    try {
      if (task.do === 'call_api') return await this.#callApi(task.times ?? 1, task.at_once === true)
      if (task.do === 'logout') return await this.#logOut()
      this.#browser = new Browser(this.#provider)
      this.#username = task.username ?? ''
      const seen = await this.#logIn(task.way ?? 'plain')
      return { ...(await this.#signal(this.#browser)), seen }
    } catch (error) {
      if (!(error instanceof BrowserError)) throw error
      return { ...this.#nobody(), seen: { trouble: error.message } }
    }
  }

  /** Nobody is in at an app that does not answer. */
  #nobody(): Signal {
    return { ...(this.#app.signed_in && { signed_in: false }), ...(this.#app.whoami && { user: null }) }
  }

  async #callApi(times: number, atOnce: boolean): Promise<Signal> {
    const url = this.#app.api ?? ''
    const call = async () => {
      const page = await this.#browser.walk(url)
      // Where it is led to sign in, the journal shows it; nobody does.
      return 'status' in page ? page.status : (await this.#browser.visit(page.signIn)).status
    }
    const statuses: number[] = []
    if (atOnce) statuses.push(...(await Promise.all(Array.from({ length: times }, call))))
    else for (let count = 0; count < times; count++) statuses.push(await call())
    return { ...(await this.#signal(this.#browser)), seen: { statuses } }
  }

  async #logOut(): Promise<Signal> {
    const end = await this.#browser.walk(this.#app.logout ?? '')
    const seen = 'status' in end ? { status: end.status, page: `${new URL(end.url).pathname} ${wordsOf(end.text)}` } : { status: 302 }
    return { ...(await this.#signal(this.#browser)), seen }
  }

  async #signal(browser: Browser): Promise<Signal> {
    const { signed_in, whoami } = this.#app
    const user = whoami && (await shows(whoami, browser, this.#users))
    const [alice] = this.#users
    const isIn = signed_in && alice ? await says(signed_in, browser, alice) : user === undefined ? undefined : user !== null
    return { ...(isIn !== undefined && { signed_in: isIn }), ...(user !== undefined && { user }) }
  }

  async #begin(browser: Browser, start = this.#app.login): Promise<Answer> {
    const begun = await browser.begin(start, this.#username)
    if ('page' in begun) throw new BrowserError(`${start} did not lead to a sign-in: ${begun.page.status} at ${begun.page.url}`)
    return begun.answer
  }

  /** A login, in one of its ways. @returns what is to be told of it */
  async #logIn(way: Way): Promise<Record<string, unknown>> {
    if (way === 'return_to') return this.#returnTo()
    if (way === 'two_tabs') return this.#twoTabs()
    const browser = this.#browser
    const answer = await this.#begin(browser)
    const before = browser.jar.cookies
    if (way === 'callback_elsewhere') return this.#elsewhere(answer)
    if (way === 'text_in_error') return this.#textInError(answer)
    if (way === 'prefetch') {
      await browser.visit(answer.url, { method: 'HEAD' })
      await browser.visit(answer.url, { headers: { 'sec-purpose': 'prefetch' } })
    }
    if (way === 'callback_twice') await Promise.all([this.#quietly(browser, answer), this.#quietly(browser, answer)])
    const page = await browser.finish(answer, this.#username)
    if (way === 'same_session') return { kept: await this.#kept(browser, before) }
    return { status: page.status, ...(page.status >= 500 && { text: page.text.slice(0, 2000) }) }
  }

  /** The same call, of which nobody looks at the end. */
  async #quietly(browser: Browser, { url, form }: Answer): Promise<void> {
    await browser.visit(url, { form }).catch(() => undefined)
  }

  /** The answer comes in a browser that began nothing; then in the one that did. */
  async #elsewhere(answer: Answer): Promise<Record<string, unknown>> {
    const other = new Browser(this.#provider)
    const page = await other.walk(answer.url, { form: answer.form }).catch((error) => error)
    const signal = await this.#signal(other)
    await this.#browser.finish(answer, this.#username)
    return { elsewhere: signal.signed_in ?? (signal.user === undefined ? undefined : signal.user !== null), status: page?.status }
  }

  async #twoTabs(): Promise<Record<string, unknown>> {
    const [first, second] = [await this.#begin(this.#browser), await this.#begin(this.#browser)]
    const ends = [await this.#browser.finish(first, this.#username), await this.#browser.finish(second, this.#username)]
    return { statuses: ends.map(({ status }) => status) }
  }

  /** The answer says an error whose description is HTML. */
  async #textInError({ url, form }: Answer): Promise<Record<string, unknown>> {
    const mark = '<i data-exam>x</i>'
    const wrong = { error: 'access_denied', error_description: mark }
    const spoil = (params: URLSearchParams) => {
      params.delete('code')
      for (const [name, value] of Object.entries(wrong)) params.set(name, value)
    }
    const changed = new URL(url)
    const posted = form && new URLSearchParams(form)
    spoil(posted ?? changed.searchParams)
    const end = await this.#browser.walk(changed.href, posted && { form: Object.fromEntries(posted) })
    if (!('status' in end)) return {}
    const line = end.text.split('\n').find((one) => one.includes(mark))
    const isHtml = /html/i.test(String(end.headers['content-type']))
    return { html: isHtml, ...(isHtml && line !== undefined && { line: line.trim().slice(0, 200) }) }
  }

  /** The login's address asks to be sent to a stranger's afterwards. */
  async #returnTo(): Promise<Record<string, unknown>> {
    const own = new URL(this.#app.login)
    for (const target of ['//stranger.example/x', 'https://stranger.example/x', '/\\stranger.example/x']) {
      const browser = new Browser(this.#provider)
      const start = new URL(own)
      start.searchParams.set(this.#app.return_to ?? '', target)
      const begun = await browser.begin(start.href, this.#username)
      // It refused to begin: that is one way to be safe.
      if ('page' in begun) continue
      const { url, form } = begun.answer
      let page: Page = await browser.visit(url, { form })
      for (let count = 0; count < 5; count++) {
        const next = redirectOf(page)
        if (next === undefined) break
        if (new URL(next).hostname.endsWith('stranger.example')) return { strayed_to: target, location: String(page.headers.location) }
        page = await browser.visit(next)
      }
      this.#browser = browser
    }
    return {}
  }

  /** The cookies that make the app say yes and had their value before the sign-in. */
  async #kept(browser: Browser, before: readonly { name: string; value: string }[]): Promise<unknown> {
    const { signed_in } = this.#app
    const [alice] = this.#users
    if (signed_in === undefined || alice === undefined || !(await says(signed_in, browser, alice))) return undefined
    const deciding = []
    for (const cookie of browser.jar.cookies) {
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
  const text = html.replace(/<(script|style)[\s\S]*?<\/\1>|<[^>]*>/gi, ' ')
  return text
    .replace(/[\w-]{16,}|\d+/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 2000)
}
