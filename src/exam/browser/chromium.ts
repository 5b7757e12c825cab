import { type Answer, type AppBrowser, type Arrival, type Begun, Browser, type Page, type Provider, type Visit } from './browser.ts'
import { Tab } from './chromium-tab.ts'
import type { DevTools } from './devtools.ts'
import { type Cookie, CookieJar } from './jar.ts'

/** A Chromium as the browser of an app that needs scripts, with cookies and storage of its own. */
export class ChromiumBrowser implements AppBrowser {
  readonly #devtools: DevTools
  readonly #provider: Provider
  readonly #context: string
  readonly #tabs = new WeakMap<Answer, Tab>()
  #tab: Tab

  private constructor(devtools: DevTools, provider: Provider, context: string, tab: Tab) {
    this.#devtools = devtools
    this.#provider = provider
    this.#context = context
    this.#tab = tab
  }

  static async open(devtools: DevTools, provider: Provider): Promise<ChromiumBrowser> {
    const { browserContextId } = await devtools.send('Target.createBrowserContext', { disposeOnDetach: true })
    const context = String(browserContextId)
    return new ChromiumBrowser(devtools, provider, context, await Tab.open(devtools, context, provider))
  }

  async close(): Promise<void> {
    await this.#devtools.send('Target.disposeBrowserContext', { browserContextId: this.#context }).catch(() => undefined)
  }

  async cookies(): Promise<readonly Cookie[]> {
    const { cookies } = await this.#devtools.send('Storage.getCookies', { browserContextId: this.#context })
    return (cookies as DevToolsCookie[]).map(({ name, value, domain, path, secure, httpOnly, sameSite }) => ({
      ...{ name, value, host: domain.replace(/^\./, ''), path, secure, http_only: httpOnly, same_site: sameSite },
    }))
  }

  /** By the cookies that it has, and without any script. */
  async visit(url: string, visit?: Visit): Promise<Page> {
    return (await this.#plain()).visit(url, visit)
  }

  /** In the tab of the login, whose page is read as it stands when that is the one. */
  async look(url: string, visit: Visit = {}): Promise<Page> {
    const { method = 'GET', without } = visit
    if (method !== 'GET' || without !== undefined) return this.visit(url, visit)
    const isThere = this.#tab.url.replace(/#.*$/s, '') === url
    const found = isThere ? await this.#tab.read() : await this.#tab.go({ url })
    return 'signIn' in found ? { url, status: 302, headers: { location: found.signIn }, text: '' } : found
  }

  walk(url: string, { form }: Pick<Visit, 'form'> = {}): Promise<Arrival> {
    return this.#tab.go({ url, form })
  }

  /** Each in a tab of its own: another may wait for its answer. */
  async begin(start: string, username: string): Promise<Begun> {
    if (this.#tab.url !== '' && this.#tab.url !== 'about:blank') this.#tab = await this.#another()
    const there = this.#provider.isSignIn(start) ? { signIn: start } : await this.#tab.go({ url: start })
    if (!('signIn' in there)) return { page: there }
    const begun = await (await this.#plain()).signIn(there.signIn, username)
    if ('answer' in begun) this.#tabs.set(begun.answer, this.#tab)
    return begun
  }

  async finish(answer: Answer, username: string): Promise<Page> {
    this.#tab = this.#tabs.get(answer) ?? this.#tab
    const tab = this.#tab
    const plain = await this.#plain()
    return plain.goBack(answer, username, (one) => tab.go(one))
  }

  /** In one tab after the other: what one of two at once takes from their storage the other may still see, and no page can help that. */
  async twice(answer: Answer): Promise<void> {
    for (let count = 0; count < 2; count++) {
      const tab = await this.#another()
      await tab.go(answer).catch(() => undefined)
      await tab.close()
    }
  }

  async strays(answer: Answer, isStranger: (url: string) => boolean): Promise<string | undefined> {
    await this.#tab.go(answer)
    const { strayed } = this.#tab
    return strayed !== undefined && isStranger(strayed) ? strayed : undefined
  }

  #another(): Promise<Tab> {
    return Tab.open(this.#devtools, this.#context, this.#provider)
  }

  async #plain(): Promise<Browser> {
    return new Browser(this.#provider, new CookieJar(await this.cookies()))
  }
}

interface DevToolsCookie {
  readonly name: string
  readonly value: string
  readonly domain: string
  readonly path: string
  readonly secure: boolean
  readonly httpOnly: boolean
  readonly sameSite?: string
}
