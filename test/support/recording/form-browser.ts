import { Jar } from '../browser-jar.ts'
import type { Exchange } from './exchange.ts'

/** A person's browser at one server: it follows its redirects, and stops where it would leave it. */
export class FormBrowser {
  readonly #jar = new Jar(fetch, () => true)
  readonly #base: string
  #last: { html: string; url: string } = { html: '', url: '' }

  constructor(base: string) {
    this.#base = base
  }

  /** Opens an address. */
  open(url: string, init?: RequestInit): Promise<Exchange> {
    return this.#follow(this.#jar.open(url, init), url)
  }

  /** Fills in the first form of the page that it is on. */
  fill(typed: Record<string, string>): Promise<Exchange> {
    const page = { status: 200, headers: new Headers(), html: this.#last.html, location: undefined }
    return this.#follow(this.#jar.post(page, this.#last.url, typed), this.#last.url)
  }

  async #follow(first: ReturnType<Jar['open']>, from: string): Promise<Exchange> {
    let visit = await first
    let url = from
    const cookies = visit.headers.getSetCookie()
    for (let hops = 0; visit.location?.href.startsWith(this.#base) === true && hops < 10; hops++) {
      url = visit.location.href
      visit = await this.#jar.open(url)
      cookies.push(...visit.headers.getSetCookie())
    }
    if (visit.location === undefined) this.#last = { html: visit.html, url }
    const { status, headers, html, location } = visit
    const isJson = headers.get('content-type')?.startsWith('application/json') === true && html !== ''
    return { status, headers, text: html, body: isJson ? JSON.parse(html) : undefined, location, cookies }
  }
}
