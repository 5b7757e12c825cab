import { randomBytes } from 'node:crypto'
import type { Report } from '../../src/exam/report.ts'
import type { ExamTask } from '../../src/library/exam.ts'
import type { Sandbox } from '../../src/library/sandbox.ts'

const redirect_uri = 'http://127.0.0.1:8399/callback'

/** Where a vendor's clients go, below its sandbox, and how it says that a token is over beside a 401. */
export interface VendorClientOptions {
  token: string
  api: string
  expired?: RegExp
}

/** A client of a vendor's by plain OAuth 2.0: right in what the vendor's own rules ask but for the slips that are asked for, each by the id of the rule that it breaks. */
class VendorClient {
  readonly #box: Sandbox
  readonly #options: VendorClientOptions
  readonly #wrong: ReadonlySet<string>
  #tokens: { access_token?: string | undefined; refresh_token?: string | undefined; good_until?: number } = {}

  constructor(box: Sandbox, options: VendorClientOptions, wrong: ReadonlySet<string>) {
    this.#box = box
    this.#options = options
    this.#wrong = wrong
  }

  /** @returns whether somebody is in */
  async logIn({ client, user }: ExamTask): Promise<boolean> {
    this.#tokens = {}
    const asked = { client_id: client.client_id, redirect_uri, username: user.username, state: randomBytes(16).toString('base64url') }
    const { code } = await this.#box.authorize({ ...asked, ...(this.#wrong.has('no-popups') && { display: 'popup' }) })
    const is = code !== undefined && (await this.#exchange(client, { grant_type: 'authorization_code', code, redirect_uri }))
    if (is) await this.#get()
    if (is && this.#wrong.has('profile-once')) await this.#get()
    return is
  }

  async #exchange({ client_id, client_secret }: ExamTask['client'], sent: Record<string, string>): Promise<boolean> {
    const device = this.#wrong.has('says-its-device') ? {} : { device_id: 'd1' }
    const own = { client_id, client_secret: client_secret ?? '', ...device }
    const body = new URLSearchParams({ ...sent, ...own })
    const answer = await fetch(`${this.#box.url}${this.#options.token}`, { method: 'POST', body })
    if (!answer.ok) return false
    const { access_token, refresh_token, expires_in } = (await answer.json()) as Record<string, never>
    this.#tokens = { access_token, refresh_token, good_until: Date.now() + Number(expires_in) * 1000 }
    return true
  }

  async #get(): Promise<{ isOver: boolean; ok: boolean }> {
    const headers = { authorization: `Bearer ${this.#tokens.access_token}` }
    const answer = await fetch(`${this.#box.url}${this.#options.api}`, { headers })
    const body = await answer.text()
    return { ok: answer.ok, isOver: answer.status === 401 || this.#saysExpired(body) }
  }

  #saysExpired(body: string): boolean {
    return !this.#wrong.has('iokids-4011') && this.#options.expired?.test(body) === true
  }

  /** Calls the API; a token that is over is replaced, and the call made again. */
  async call({ client, times }: ExamTask): Promise<boolean> {
    let ok = false
    for (let count = 0; count < times; count++) {
      const { refresh_token = '', good_until = 0 } = this.#tokens
      if (this.#wrong.has('limit-token-requests-per-minute') || this.#wrong.has('one-token-an-hour')) {
        await this.#exchange(client, { grant_type: 'refresh_token', refresh_token })
      }
      const first = await this.#get()
      ok = first.ok
      const isTrusting = this.#wrong.has('expires-in-lies') && good_until > Date.now()
      if (!first.isOver || isTrusting || this.#wrong.has('refresh-after-401') || this.#wrong.has('refreshes-first')) continue
      ok = (await this.#exchange(client, { grant_type: 'refresh_token', refresh_token })) && (await this.#get()).ok
    }
    return ok
  }
}

/** Takes such a client through an exam. */
export async function examineAtVendor(
  box: Sandbox,
  options: Record<string, unknown>,
  at: VendorClientOptions,
  wrong: readonly string[] = [],
): Promise<Report> {
  const exam = await box.exam({ redirect_uri, signals: ['signed_in', 'call_api'], ...options })
  const client = new VendorClient(box, at, new Set(wrong))
  const report = await exam.runAll({
    login: async (task) => ({ signedIn: await client.logIn(task) }),
    callApi: async (task) => ({ signedIn: await client.call(task) }),
  })
  await exam.end()
  return report
}
