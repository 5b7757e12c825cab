/** A page or redirect as a browser gets it. */
export interface Visit {
  status: number
  headers: Headers
  html: string
  /** Where it redirects; undefined for a page. */
  location: URL | undefined
}

/** A browser without a window: it keeps cookies as RFC 6265 §5 has it, follows no redirects and fills in forms. */
export class Jar {
  readonly #fetch: (url: string, init: RequestInit) => Promise<Response>
  readonly #trusts: (url: string) => boolean
  readonly #cookies = new Map<string, { name: string; value: string; path: string; secure: boolean; text: string }>()

  /**
   * @param by whom it fetches, when not over the usual way
   * @param trusts addresses that get `Secure` cookies; browsers trust this machine's own over http as well
   */
  constructor(by: (url: string, init: RequestInit) => Promise<Response> = fetch, trusts = (url: string) => url.startsWith('https:')) {
    this.#fetch = by
    this.#trusts = trusts
  }

  /** The `Set-Cookie` headers of all cookies it holds. */
  get cookies(): string[] {
    return [...this.#cookies.values()].map((cookie) => cookie.text)
  }

  async open(url: string, init: RequestInit = {}): Promise<Visit> {
    const answer = await this.#fetch(url, {
      redirect: 'manual',
      ...init,
      headers: { ...(init.headers as object), cookie: this.#cookieFor(url) },
    })
    for (const text of answer.headers.getSetCookie()) this.#keep(text)
    const location = answer.headers.get('location')
    return {
      status: answer.status,
      headers: answer.headers,
      html: await answer.text(),
      location: location === null ? undefined : new URL(location, url),
    }
  }

  /** Posts the first form of a page, with what it holds and what is typed; a list stands for several fields of a name. */
  post(page: Visit, base: string, typed: Record<string, string | string[]>): Promise<Visit> {
    const form = /<form[^>]*>.*?<\/form>/s.exec(page.html)?.[0] ?? ''
    const action = attribute(form, 'action')
    const fields = new URLSearchParams()
    for (const [input] of form.matchAll(/<input type="hidden"[^>]*>/g)) fields.append(attribute(input, 'name'), attribute(input, 'value'))
    for (const [name, values] of Object.entries(typed)) for (const value of [values].flat()) fields.append(name, value)
    return this.open(new URL(action, base).href, { method: 'POST', body: fields })
  }

  #cookieFor(url: string): string {
    const { pathname } = new URL(url)
    return [...this.#cookies.values()]
      .filter(({ path, secure }) => (!secure || this.#trusts(url)) && `${pathname}/`.startsWith(path.endsWith('/') ? path : `${path}/`))
      .map(({ name, value }) => `${name}=${value}`)
      .join('; ')
  }

  #keep(text: string): void {
    const [pair = '', ...attributes] = text.split(/; ?/)
    const [name = '', value = ''] = pair.split(/=(.*)/s)
    const path = attributes.find((one) => one.startsWith('Path='))?.slice(5) ?? '/'
    const key = `${name} ${path}`
    if (attributes.includes('Max-Age=0')) this.#cookies.delete(key)
    else this.#cookies.set(key, { name, value, path, secure: attributes.includes('Secure'), text })
  }
}

function attribute(tag: string, name: string): string {
  const text = new RegExp(`\\b${name}="([^"]*)"`).exec(tag)?.[1] ?? ''
  return text.replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')
}
