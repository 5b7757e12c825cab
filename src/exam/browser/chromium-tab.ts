import type { lookup } from 'node:dns'
import { lookedUpProblem } from '../../oauth/clients/outbound.ts'
import { type Answer, type Arrival, BrowserError, largest, type Page, type Provider } from './browser.ts'
import type { DevTools, DevToolsEvent } from './devtools.ts'

/** How long nothing may be on its way before a page is taken to be done; milliseconds. */
const quiet_ms = 100

/** How long a page may take; milliseconds. */
const patience_ms = 60_000

/** Requests that stay open by their nature. */
const endless = ['EventSource', 'WebSocket', 'Ping']

/** One tab of a Chromium. */
export class Tab {
  /** Where it was to go and did not, because that is no place of this machine or network. */
  strayed: string | undefined
  readonly #devtools: DevTools
  readonly #session: string
  readonly #target: string
  readonly #provider: Provider
  readonly #resolve: typeof lookup | undefined
  readonly #underWay = new Set<string>()
  readonly #stop: () => void
  #changed_at = 0
  #signIn: string | undefined
  #form: Answer['form']
  #url = ''
  #status = 0
  #headers: Page['headers'] = {}

  private constructor(devtools: DevTools, target: string, session: string, provider: Provider, resolve: typeof lookup | undefined) {
    this.#devtools = devtools
    this.#resolve = resolve
    this.#target = target
    this.#session = session
    this.#provider = provider
    this.#stop = devtools.listen((event) => event.sessionId === session && this.#saw(event))
  }

  static async open(devtools: DevTools, browserContextId: string, provider: Provider, resolve?: typeof lookup): Promise<Tab> {
    const { targetId } = await devtools.send('Target.createTarget', { url: 'about:blank', browserContextId })
    const { sessionId } = await devtools.send('Target.attachToTarget', { targetId, flatten: true })
    const tab = new Tab(devtools, String(targetId), String(sessionId), provider, resolve)
    await Promise.all([
      tab.#send('Page.enable'),
      tab.#send('Network.enable'),
      tab.#send('Fetch.enable', { patterns: [{ urlPattern: '*' }] }),
    ])
    return tab
  }

  get url(): string {
    return this.#url
  }

  /** Goes somewhere, and on until the page is done or the provider is to sign somebody in. @throws BrowserError */
  async go({ url, form }: Answer): Promise<Arrival> {
    this.#signIn = undefined
    this.strayed = undefined
    this.#form = form
    this.#status = 0
    const { errorText } = await this.#send('Page.navigate', { url }).catch((error) => ({ errorText: error.message }))
    const isStopped = this.#signIn !== undefined || this.strayed !== undefined
    if (typeof errorText === 'string' && !isStopped) throw new BrowserError(`GET ${url}: ${errorText}`)
    return this.read()
  }

  /** The page as it is when nothing is on its way any more. */
  async read(): Promise<Arrival> {
    const until = performance.now() + patience_ms
    while (this.#signIn === undefined && performance.now() < until) {
      const left = this.#underWay.size > 0 ? quiet_ms : this.#changed_at + quiet_ms - performance.now()
      if (left <= 0 && (await this.#isIdle())) break
      await new Promise((resolve) => setTimeout(resolve, Math.max(10, left)))
    }
    if (this.#signIn !== undefined) return { signIn: this.#signIn }
    return { url: this.#url, status: this.#status, headers: this.#headers, text: String(await this.#evaluate(text)) }
  }

  async close(): Promise<void> {
    this.#stop()
    await this.#devtools.send('Target.closeTarget', { targetId: this.#target }).catch(() => undefined)
  }

  #send(method: string, params?: object) {
    return this.#devtools.send(method, params, this.#session)
  }

  async #evaluate(expression: string): Promise<unknown> {
    // A page that goes elsewhere meanwhile has nothing to say.
    const { result } = await this.#send('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true }).catch(() => ({
      result: {},
    }))
    return (result as { value?: unknown }).value ?? ''
  }

  /** Whether its scripts have come to an end, too, and asked for nothing more. */
  async #isIdle(): Promise<boolean> {
    const before = this.#changed_at
    const isDone = await this.#evaluate(
      `new Promise((done) => document.readyState === 'complete' ? requestIdleCallback(() => done(true), { timeout: 1000 }) : done(false))`,
    )
    return isDone === true && this.#underWay.size === 0 && before === this.#changed_at
  }

  #saw({ method, params }: DevToolsEvent): void {
    const { requestId, frameId, type } = params as { requestId?: string; frameId?: string; type?: string }
    if (method === 'Fetch.requestPaused') this.#paused(params as unknown as Paused)
    else if (method === 'Network.requestWillBeSent' && !endless.includes(type ?? '')) this.#underWay.add(requestId ?? '')
    else if (method === 'Network.loadingFinished' || method === 'Network.loadingFailed') this.#underWay.delete(requestId ?? '')
    else if (method === 'Network.responseReceived' && type === 'Document' && frameId === this.#target) this.#arrived(params)
    else if (method === 'Page.frameNavigated' || method === 'Page.navigatedWithinDocument') this.#moved(params)
    this.#changed_at = performance.now()
  }

  #arrived({ response }: DevToolsEvent['params']): void {
    const { status, headers } = response as { status: number; headers: Record<string, string> }
    this.#status = status
    this.#headers = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
  }

  #moved({ frame, frameId, url }: DevToolsEvent['params']): void {
    const its = frame as { id: string; url: string } | undefined
    if ((its?.id ?? frameId) === this.#target) this.#url = its?.url ?? String(url)
  }

  /** Each request waits until it is known that it may be sent. */
  async #paused({ requestId, request: { url }, resourceType, frameId }: Paused): Promise<void> {
    const isPage = resourceType === 'Document' && frameId === this.#target
    const isSignIn = isPage && this.#provider.isSignIn(url)
    if (isSignIn) this.#signIn = url
    const form = isPage ? this.#form : undefined
    if (isPage) this.#form = undefined
    const isElsewhere = !isSignIn && (await this.#leadsElsewhere(url))
    if (isPage && isElsewhere) this.strayed = url
    const posted = form && {
      method: 'POST',
      postData: Buffer.from(new URLSearchParams(form).toString()).toString('base64'),
      headers: [{ name: 'content-type', value: 'application/x-www-form-urlencoded' }],
    }
    const sent =
      isSignIn || isElsewhere
        ? this.#send('Fetch.failRequest', { requestId, errorReason: 'Aborted' })
        : this.#send('Fetch.continueRequest', { requestId, ...posted })
    // One whose page is gone needs no answer.
    sent.catch(() => undefined)
  }

  async #leadsElsewhere(url: string): Promise<boolean> {
    return !/^(about|blob|data):/.test(url) && (await lookedUpProblem(url, { outbound: 'private' }, this.#resolve)) !== undefined
  }
}

interface Paused {
  readonly requestId: string
  readonly request: { readonly url: string }
  readonly resourceType: string
  readonly frameId: string
}

/** What stands in a page; what is no page of HTML, a browser wraps. */
const text = `(/html/.test(document.contentType) ? document.documentElement.outerHTML : (document.querySelector('pre') ?? document.body)?.innerText ?? '').slice(0, ${largest})`
