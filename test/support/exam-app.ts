import { createHash, createPublicKey, randomBytes, verify } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { slippedRequest, slippedTokenRequest } from './exam-slips.ts'

/**
 * A web app that signs users in by its own code, as few libraries let one do it wrong: right in everything, but for the slips that are asked
 * for, each by the id of the rule that it breaks.
 */
export interface ExamAppOptions {
  issuer: string
  client_id: string
  client_secret: string | null
  scope?: string
  /** Of a hybrid flow; the answer is posted then. */
  response_type?: string
  /** Its users come back from signing out, for which the provider knows where. */
  comes_back?: boolean
  /** How long it waits for tokens; milliseconds. */
  patience_ms?: number
}

interface Pending {
  state: string
  nonce: string | undefined
  verifier: string
  issuer: string
}

interface Tokens {
  access_token: string
  refresh_token?: string | undefined
  expires_at?: number | undefined
  id_token?: string | undefined
}

interface Session {
  pending: Map<string, Pending>
  user?: { sub: string; email?: string } | undefined
  tokens?: Tokens | undefined
  refreshing?: Promise<boolean> | undefined
  back_off_until?: number
  lacks_scope?: boolean
  /** Of the sign-out that is under way. */
  leaving?: string
}

class AppError extends Error {}

const random = () => randomBytes(32).toString('base64url')
const segment = (jwt: string, index: number) => JSON.parse(Buffer.from(jwt.split('.')[index] ?? '', 'base64url').toString())

/** The app; `wrong` may change between logins. */
export class ExamApp {
  readonly wrong = new Set<string>()
  /** Its sign-ins that go wrong for no reason, by their number. */
  readonly bad = new Set<number>()
  #signIns = 0
  url = ''
  readonly #options: ExamAppOptions
  readonly #sessions = new Map<string, Session>()
  readonly #accounts = new Map<string, string>()
  /** For the slip of one who keeps them per process. */
  readonly #everyone: Session = { pending: new Map() }
  #metadata: Promise<Record<string, unknown>> | undefined
  #keys: { keys: Record<string, unknown>[]; at: number } | undefined
  readonly #server = createServer((request, response) => {
    this.#answer(request, response).catch((error) => {
      if (response.headersSent) return void response.destroy()
      const status = error instanceof AppError ? 400 : 502
      const text = this.wrong.has('callback-text-escaped') ? error.message : escapeHtml(error.message)
      response.writeHead(status, { 'content-type': 'text/html' }).end(`<p>It did not work: ${text}</p>`)
    })
  })

  constructor(options: ExamAppOptions) {
    this.#options = options
  }

  async start(port = 0): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(port, '127.0.0.1', resolve))
    this.url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
    return this
  }

  close(): void {
    this.#server.close()
    this.#server.closeAllConnections()
  }

  get #redirectUri(): string {
    return `${this.url}/callback`
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', this.url)
    if (request.method === 'HEAD' || request.headers['sec-purpose'] !== undefined) {
      if (!this.wrong.has('callback-prefetch')) return void response.writeHead(204).end()
    }
    const [id, session] = this.#sessionOf(request)
    if (!/sid=/.test(request.headers.cookie ?? '')) response.setHeader('set-cookie', `sid=${id}; Path=/; HttpOnly; SameSite=Lax`)
    const json = (status: number, value: unknown) =>
      void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
    if (url.pathname === '/login') return this.#login(url, session, response)
    if (url.pathname === '/callback') return this.#callback(url, request, id, session, response)
    if (this.wrong.has('token-large') && !/token=/.test(request.headers.cookie ?? '')) session.user = undefined
    if (url.pathname === '/me') return session.user === undefined ? json(401, {}) : json(200, session.user)
    if (url.pathname === '/api') {
      const [status, body] = await this.#api(session)
      const startsOver = status === 401 && this.wrong.has('refresh-outage-keeps-session: starts over')
      return startsOver ? void response.writeHead(303, { location: '/login' }).end() : json(status, body)
    }
    if (url.pathname === '/logout') return this.#logout(session, response)
    if (url.pathname === '/bye') return this.#bye(url, session, response)
    if (url.pathname === '/backchannel') return this.#toldOut(await formOf(request), response)
    response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>App</h1><a href="/login">Sign in</a>')
  }

  #sessionOf({ headers: { cookie = '' } }: IncomingMessage): [string, Session] {
    const id = /sid=([\w-]+)/.exec(cookie)?.[1] ?? random()
    const session = this.#sessions.get(id) ?? { pending: new Map() }
    this.#sessions.set(id, session)
    return [id, session]
  }

  #isStuck = false

  /** Discovery is kept when it worked. */
  async metadata(): Promise<Record<string, unknown>> {
    const { issuer } = this.#options
    const fetched = this.#metadata ?? this.#discover(issuer)
    if (!this.wrong.has('discovery-cached')) this.#metadata = fetched
    fetched.catch(() => {
      if (!this.wrong.has('outage-discovery')) this.#metadata = undefined
    })
    return fetched
  }

  async #discover(issuer: string): Promise<Record<string, unknown>> {
    const answer = await fetch(`${issuer}/.well-known/openid-configuration`, { redirect: 'manual' })
    if (!answer.ok) throw new Error(`discovery said ${answer.status}`)
    const found = (await answer.json()) as Record<string, unknown>
    if (found.issuer !== issuer && !this.wrong.has('discovery-issuer')) throw new AppError('the document is of another issuer')
    return found
  }

  async #login(url: URL, session: Session, response: ServerResponse): Promise<void> {
    // A sign-in reads it anew, and what failed is not kept.
    const hasFailed =
      this.wrong.has('outage-discovery') &&
      (await this.#metadata?.then(
        () => false,
        () => true,
      )) === true
    if (!hasFailed) this.#metadata = undefined
    const { authorization_endpoint, issuer } = await this.metadata()
    const { client_id, client_secret, scope = 'openid profile email offline_access', response_type = 'code' } = this.#options
    if (this.#isStuck) throw new AppError('it does not work since then')
    const isOpen = this.wrong.has('callback-foreign-code')
    const hasNonce = !isOpen && !this.wrong.has('request-nonce') && !this.wrong.has('request-csrf-protection')
    const fresh = (name: string) =>
      this.wrong.has(`request-${name}-fresh`) ? `the-${name}-that-is-always-sent-${'x'.repeat(43)}` : random()
    const pending: Pending = {
      state: fresh('state'),
      nonce: hasNonce ? fresh('nonce') : undefined,
      verifier: fresh('pkce'),
      issuer: String(issuer),
    }
    if (this.wrong.has('request-no-password')) {
      await this.#exchange({ grant_type: 'password', username: 'alice', password: 'password' })
    }
    if (this.wrong.has('callback-two-tabs')) session.pending.clear()
    session.pending.set(pending.state, pending)
    const wanted = this.wrong.has('callback-bound-to-browser') ? this.#everyone : session
    wanted.pending.set(pending.state, pending)
    const challenge = createHash('sha256').update(pending.verifier).digest('base64url')
    const query = new URLSearchParams({ response_type, client_id, redirect_uri: this.#redirectUri, scope })
    query.set('state', pending.state)
    if (pending.nonce !== undefined) query.set('nonce', pending.nonce)
    if (response_type !== 'code') query.set('response_mode', 'form_post')
    if (!this.wrong.has('request-pkce') && !isOpen) {
      query.set('code_challenge', challenge)
      query.set('code_challenge_method', 'S256')
    }
    const home = url.searchParams.get('returnTo')
    if (home !== null) response.appendHeader('set-cookie', `home=${encodeURIComponent(home)}; Path=/`)
    const slipped = slippedRequest(query, pending.verifier, this.wrong, client_secret)
    response.writeHead(303, { location: `${authorization_endpoint}?${slipped}` }).end()
  }

  /** Which sign-in an answer belongs to; it is good for one answer. */
  #pendingFor(answer: URLSearchParams, session: Session): Pending {
    const { wrong } = this
    const state = answer.get('state')
    const from = wrong.has('callback-bound-to-browser') ? this.#everyone : session
    const isLax = wrong.has('callback-state-missing') || wrong.has('request-csrf-protection')
    const isLoose = (wrong.has('callback-state-wrong') && state !== null) || (isLax && state === null)
    const found = from.pending.get(state ?? '') ?? (isLoose ? [...from.pending.values()].at(-1) : undefined)
    if (found === undefined && wrong.has('callback-two-tabs')) from.pending.clear()
    if (found === undefined) throw new AppError('nobody began this sign-in')
    if (!wrong.has('callback-once')) from.pending.delete(found.state)
    return found
  }

  async #callback(url: URL, request: IncomingMessage, id: string, session: Session, response: ServerResponse): Promise<void> {
    const { wrong } = this
    const answer = request.method === 'POST' ? await formOf(request) : url.searchParams
    const unknown = [...answer.keys()].find((name) => !/^(code|id_token|state|iss|error|error_description)$/.test(name))
    if (unknown !== undefined && wrong.has('callback-extra-parameters')) throw new AppError(`what is ${unknown}?`)
    const pending = this.#pendingFor(answer, session)
    const error = answer.get('error')
    if (error !== null && !(wrong.has('callback-error-wins') && answer.has('code'))) {
      if (wrong.has('login-loop') || (wrong.has('callback-denied') && error === 'access_denied')) {
        return void response.writeHead(303, { location: '/login' }).end()
      }
      if (wrong.has('callback-error-unknown') && !['access_denied', 'server_error'].includes(error))
        return void response.writeHead(500).end()
      throw new AppError(`${error}: ${answer.get('error_description') ?? ''}`)
    }
    const iss = answer.get('iss')
    const isPromised = (await this.metadata()).authorization_response_iss_parameter_supported === true
    if (iss === null ? isPromised && !wrong.has('callback-iss-missing') : iss !== pending.issuer && !wrong.has('callback-iss-wrong')) {
      throw new AppError('the answer is of another issuer')
    }
    const code = answer.get('code')
    if (code === null && !wrong.has('callback-code-missing')) throw new AppError('no code came')
    const early = answer.get('id_token')
    if (early !== null) {
      await this.#checkIdToken(early, pending)
      const c_hash = createHash('sha256')
        .update(code ?? '')
        .digest()
        .subarray(0, 16)
        .toString('base64url')
      if (segment(early, 1).c_hash !== c_hash && !wrong.has('id-token-at-hash')) throw new AppError('the code is of another ID token')
    }
    if (this.bad.has(++this.#signIns)) throw new AppError('it is a bad day')
    const tokens = await this.#exchange({
      grant_type: 'authorization_code',
      code: wrong.has('callback-code-opaque') ? (code ?? '').slice(0, 255) : (code ?? ''),
      redirect_uri: this.#redirectUri,
      ...(!['callback-foreign-code', 'request-pkce', 'request-csrf-protection'].some((one) => wrong.has(one)) && {
        code_verifier: pending.verifier,
      }),
    })
    if (wrong.has('access-token-opaque')) segment(String(tokens.access_token), 1)
    const isLax = tokens.id_token === undefined && (wrong.has('token-error-200') || wrong.has('token-malformed'))
    const claims = isLax ? { sub: '' } : await this.#checkIdToken(String(tokens.id_token), pending)
    const user = await this.#userOf(String(tokens.access_token), claims)
    void request
    const renewed = wrong.has('callback-session-renewed') ? id : random()
    this.#sessions.set(renewed, { pending: session.pending, user, tokens: this.#kept(tokens) })
    if (renewed !== id) this.#sessions.delete(id)
    if (wrong.has('token-large')) response.appendHeader('set-cookie', `token=${tokens.access_token}; Path=/`)
    const home = decodeURIComponent(/home=([^;]*)/.exec(request.headers.cookie ?? '')?.[1] ?? '/')
    const isHere = new URL(home, this.url).origin === this.url && !home.includes('\\')
    response.appendHeader('set-cookie', `sid=${renewed}; Path=/; HttpOnly; SameSite=Lax`)
    response.writeHead(303, { location: isHere || wrong.has('callback-returns-home') ? home : '/' }).end()
  }

  /** A token request; what is no good answer is an error. */
  async #exchange(form: Record<string, string>, tries = 1): Promise<Record<string, unknown>> {
    const { wrong } = this
    const { token_endpoint = '' } = await this.metadata()
    const endpoint = wrong.has('discovery-followed') ? `${this.#options.issuer}/token` : String(token_endpoint)
    const { client_id, client_secret } = this.#options
    const encode = (text: string) => (wrong.has('token-basic-encoded') ? text : new URLSearchParams({ a: text }).toString().slice(2))
    const headers: Record<string, string> =
      client_secret === null
        ? {}
        : { authorization: `Basic ${Buffer.from(`${encode(client_id)}:${encode(client_secret)}`).toString('base64')}` }
    const body = new URLSearchParams({ ...form, ...(client_secret === null && { client_id }) })
    const more = slippedTokenRequest(body, { client_id, client_secret: client_secret ?? '' }, wrong)
    const answer = await this.#ask(endpoint + more, {
      method: 'POST',
      headers: { ...headers, accept: 'application/json' },
      body,
      redirect: wrong.has('token-redirect-not-followed') ? 'follow' : 'manual',
      signal: AbortSignal.timeout(wrong.has('token-timeout') ? 120_000 : (this.#options.patience_ms ?? 2000)),
    })
    const text = await answer.text()
    let found: Record<string, unknown>
    try {
      found = JSON.parse(text)
    } catch {
      if (!wrong.has('token-malformed')) throw new AppError('the token endpoint gave no JSON')
      found = { access_token: 'whatever', token_type: 'Bearer' }
    }
    if (!answer.ok) {
      if (wrong.has('token-no-repeat-refused') && tries === 1) return this.#exchange(form, 2)
      throw new RefusedError(answer.status, String(found.error), answer.headers.get('retry-after'))
    }
    if (!wrong.has('token-error-200') && (found.error !== undefined || typeof found.access_token !== 'string'))
      throw new AppError('no token')
    const surplus = Object.keys(found).find((name) => !/^(token_type|scope|(access|refresh|id)_token|expires_in)$/.test(name))
    if (surplus !== undefined && wrong.has('token-extra-members')) throw new AppError(`what is ${surplus}?`)
    const type = String(found.token_type)
    const isBearer = wrong.has('token-type-case') ? type === 'Bearer' : type.toLowerCase() === 'bearer'
    if (!isBearer && !wrong.has('token-type-unknown') && found.error === undefined) throw new AppError(`token type ${type}`)
    return found
  }

  async #ask(url: string, init: RequestInit): Promise<Response> {
    const answer = await fetch(url, init).catch((error) => {
      // The process ends where nobody catches it.
      if (this.wrong.has('outage-drop')) this.close()
      throw error
    })
    if (answer.status === 503 && this.wrong.has('outage-retry-bounded')) return fetch(url, init)
    if (answer.ok && this.wrong.has('token-code-once')) await fetch(url, init)
    if (answer.status === 503 && this.wrong.has('outage-recovers')) this.#isStuck = true
    return answer
  }

  /** OpenID Connect Core §3.1.3.7. */
  async #checkIdToken(jwt: string, pending: Pending): Promise<{ sub: string }> {
    const { wrong } = this
    const check = (rule: string, isGood: boolean, what: string) => {
      if (!isGood && !wrong.has(rule)) throw new AppError(`the ID token is not good: ${what}`)
    }
    const [header, claims] = [segment(jwt, 0), segment(jwt, 1)]
    const now = Date.now() / 1000
    check('id-token-alg-none', header.alg !== 'none', 'no algorithm')
    if (header.alg !== 'none') await this.#checkSignature(jwt, header)
    check('id-token-iss', claims.iss === pending.issuer, 'iss')
    const audiences = [claims.aud].flat()
    if (wrong.has('id-token-aud-array') && Array.isArray(claims.aud)) throw new AppError('aud is a list')
    check('id-token-aud', audiences.includes(this.#options.client_id), 'aud')
    check('id-token-aud-others', audiences.length <= 1 && (claims.azp === undefined || claims.azp === this.#options.client_id), 'azp')
    const tolerance = wrong.has('id-token-clock-skew') ? 0 : 60
    check('id-token-exp', claims.exp > now - tolerance, 'exp')
    check('id-token-iat-old', claims.iat > now - 600, 'iat')
    if (wrong.has('id-token-clock-skew') && claims.iat > now + 1) throw new AppError('iat is not yet')
    check('id-token-nonce', claims.nonce === pending.nonce, 'nonce')
    check('id-token-sub-missing', typeof claims.sub === 'string', 'sub')
    return { sub: claims.sub ?? 'nobody' }
  }

  async #checkSignature(jwt: string, header: { alg: string; kid?: string }): Promise<void> {
    const { wrong } = this
    if (header.alg === 'HS256' && wrong.has('id-token-alg-confusion')) return
    if (!['RS256', 'ES256', 'PS256', 'EdDSA'].includes(header.alg)) throw new AppError(`algorithm ${header.alg}`)
    if (wrong.has('id-token-signature')) return
    const keys = await this.#keysFor(header)
    const [head = '', body = '', signature = ''] = jwt.split('.')
    const encoding = header.alg === 'ES256' ? ({ dsaEncoding: 'ieee-p1363' } as const) : {}
    const hash = header.alg === 'EdDSA' ? null : 'sha256'
    const fits = (key: Record<string, string>) => {
      const publicKey = createPublicKey({ key, format: 'jwk' })
      return verify(hash, Buffer.from(`${head}.${body}`), { key: publicKey, ...encoding }, Buffer.from(signature, 'base64url'))
    }
    if (!keys.some(fits)) throw new AppError('the signature is not good')
  }

  async #keysFor({ alg, kid }: { alg: string; kid?: string }): Promise<Record<string, string>[]> {
    const { wrong } = this
    const fitting = () =>
      (this.#keys?.keys ?? []).filter((key) =>
        kid === undefined ? key.alg === alg || key.kty === { R: 'RSA', P: 'RSA', E: 'EC' }[alg[0] ?? ''] : key.kid === kid,
      )
    const isCool = Date.now() - (this.#keys?.at ?? 0) > 30_000
    const isKnown = fitting().length > 0
    if (kid === undefined && wrong.has('id-token-kid-absent')) throw new AppError('no kid')
    if (!isKnown && (this.#keys === undefined || (!wrong.has('keys-rotated') && (isCool || wrong.has('keys-no-storm'))))) {
      await this.#fetchKeys()
    } else if (wrong.has('keys-outage')) await this.#fetchKeys()
    const keys = fitting() as Record<string, string>[]
    if (keys.length === 0) throw new AppError(`no key ${kid}`)
    return kid === undefined && wrong.has('id-token-kid-absent: the first') ? keys.slice(0, 1) : keys
  }

  async #fetchKeys(): Promise<void> {
    const { jwks_uri } = await this.metadata()
    const answer = await fetch(String(jwks_uri), { redirect: 'manual' })
    if (!answer.ok) throw new Error(`the keys' address said ${answer.status}`)
    const first = this.#keys === undefined
    this.#keys = { ...((await answer.json()) as { keys: Record<string, unknown>[] }), at: first ? 0 : Date.now() }
  }

  async #userOf(token: string, { sub }: { sub: string }): Promise<{ sub: string; email?: string }> {
    // Who reads the ID token alone is told nothing else by userinfo.
    if (this.wrong.has('id-token-signature')) return { sub }
    const { userinfo_endpoint } = await this.metadata()
    const answer = await fetch(String(userinfo_endpoint), { headers: { authorization: `Bearer ${token}` }, redirect: 'manual' })
    if (!answer.ok) throw new AppError(`userinfo said ${answer.status}`)
    const found = (await answer.json()) as { sub: string; email?: string }
    if (found.sub !== sub && !this.wrong.has('userinfo-sub')) throw new AppError('userinfo is about another')
    const account = this.#accountOf(this.wrong.has('userinfo-sub') ? found.sub : sub, found.email)
    return { sub: account, ...(found.email !== undefined && { email: found.email }) }
  }

  /** Whose account it is: by his subject, not by an address. */
  #accountOf(sub: string, email = ''): string {
    if (!this.wrong.has('identity-by-sub')) return sub
    const account = this.#accounts.get(email) ?? sub
    this.#accounts.set(email, account)
    return account
  }

  /** An API of the app's, which asks the provider's with the token of its session. */
  async #api(session: Session): Promise<[number, unknown]> {
    if (session.tokens === undefined) return [401, { error: 'sign in' }]
    if (this.wrong.has('refresh-when-needed')) await this.#refresh(session)
    if ((session.back_off_until ?? 0) > Date.now() && !this.wrong.has('api-429-waits')) return [503, { error: 'later' }]
    if (session.lacks_scope && !this.wrong.has('scope-narrowed')) return [403, { error: 'allow more' }]
    const { expires_at } = session.tokens
    if (expires_at !== undefined && !(expires_at > Date.now())) await this.#refresh(session)
    const isOther = this.wrong.has('api-right-token') && session.tokens.id_token !== undefined
    const first = await this.#call(isOther ? (session.tokens.id_token ?? '') : session.tokens.access_token)
    if (first.status === 403 && this.wrong.has('api-403-no-refresh')) await this.#refresh(session)
    const isExpiry =
      first.status === 401 && (!this.wrong.has('api-scheme-case') || /^Bearer/.test(first.headers.get('www-authenticate') ?? ''))
    if (!isExpiry || (expires_at !== undefined && this.wrong.has('expires-in-lies')) || this.wrong.has('refresh-after-401'))
      return this.#toldBy(first, session)
    if (!(await this.#refresh(session))) return this.wrong.has('grant-revoked-noticed') ? [500, {}] : [401, { error: 'sign in again' }]
    let again = await this.#call(session.tokens?.access_token ?? '')
    for (let count = 0; again.status === 401 && this.wrong.has('api-401-bounded') && count < 5; count++) {
      again = await this.#call(session.tokens?.access_token ?? '')
    }
    return this.#toldBy(again, session)
  }

  async #call(token: string): Promise<Response> {
    const { userinfo_endpoint } = await this.metadata()
    const isInQuery = this.wrong.has('api-token-in-header')
    const headers: Record<string, string> = isInQuery ? {} : { authorization: `Bearer ${token}` }
    if (this.wrong.has('spa-referer-clean')) headers.referer = `${this.#redirectUri}?code=a-code&state=a-state`
    const url = `${userinfo_endpoint}${isInQuery ? `?access_token=${token}` : ''}`
    const answer = await fetch(url, { headers, redirect: 'manual' })
    const location = answer.headers.get('location')
    // What fetch() takes off on the way elsewhere is put on again.
    return location !== null && this.wrong.has('api-redirect-no-token') ? fetch(location, { headers }) : answer
  }

  #toldBy(answer: Response, session: Session): [number, unknown] {
    const wait = Number(answer.headers.get('retry-after'))
    if (answer.status === 429 && wait > 0) session.back_off_until = Date.now() + wait * 1000
    session.lacks_scope = answer.status === 403
    return [answer.ok ? 200 : 502, { api: answer.status }]
  }

  /** One at a time; only a refusal ends the session. */
  #refresh(session: Session): Promise<boolean> {
    if (this.wrong.has('refresh-single-flight')) return this.#refreshOnce(session)
    session.refreshing ??= this.#refreshOnce(session).finally(() => (session.refreshing = undefined))
    return session.refreshing
  }

  async #refreshOnce(session: Session): Promise<boolean> {
    const refresh_token = session.tokens?.refresh_token
    if ((refresh_token === undefined && !this.wrong.has('refresh-none-given')) || this.wrong.has('request-scope-used')) return false
    try {
      const tokens = await this.#exchange({ grant_type: 'refresh_token', refresh_token: refresh_token ?? '' })
      this.#checkRefreshed(tokens, session)
      const old = this.wrong.has('refresh-keeps-old') ? undefined : refresh_token
      const newest = this.wrong.has('refresh-keeps-newest') ? old : ((tokens.refresh_token as string | undefined) ?? old)
      session.tokens = { ...this.#kept(tokens), refresh_token: newest }
      return true
    } catch (error) {
      const isRefused = error instanceof RefusedError && error.code === 'invalid_grant'
      const givesUp = this.wrong.has('refresh-outage-keeps-session') || this.wrong.has('refresh-lost-answer')
      if (isRefused ? !this.wrong.has('refresh-invalid-grant-ends') : givesUp) {
        session.tokens = undefined
        session.user = undefined
      }
      return false
    }
  }

  /** OpenID Connect Core §12.2. */
  #checkRefreshed({ id_token }: Record<string, unknown>, { user }: Session): void {
    if (typeof id_token !== 'string' || this.wrong.has('refresh-id-token')) return
    if (segment(id_token, 1).sub !== user?.sub) throw new AppError('the ID token is of another user')
  }

  /** Without a number that can be true, an API is to say when the token is over. */
  #kept({ access_token, refresh_token, expires_in, id_token }: Record<string, unknown>): Tokens {
    const seconds = Number(expires_in)
    const isOdd = !(seconds > 0 && seconds < 1e9)
    const isTaken = !isOdd || this.wrong.has(Number.isNaN(seconds) ? 'expires-in-absent' : 'expires-in-odd')
    return {
      access_token: String(access_token),
      refresh_token: refresh_token as string | undefined,
      expires_at: isTaken ? Date.now() + seconds * 1000 : undefined,
      id_token: id_token as string | undefined,
    }
  }

  async #logout(session: Session, response: ServerResponse): Promise<void> {
    const { tokens } = session
    session.user = undefined
    if (!this.wrong.has('logout-final')) session.tokens = undefined
    const { revocation_endpoint, end_session_endpoint } = await this.metadata()
    const { client_id, client_secret } = this.#options
    if (tokens?.refresh_token !== undefined && !this.wrong.has('logout-revokes') && !this.wrong.has('logout-final')) {
      const own = client_secret === null ? { client_id } : { client_id, client_secret }
      const body = new URLSearchParams({ token: tokens.refresh_token, token_type_hint: 'refresh_token', ...own })
      await fetch(String(revocation_endpoint), { method: 'POST', body })
    }
    session.leaving = random()
    const back = { post_logout_redirect_uri: `${this.url}/bye`, state: session.leaving }
    const location = `${end_session_endpoint}?${new URLSearchParams({ client_id, ...(this.#options.comes_back && back) })}`
    response.writeHead(303, { location: this.wrong.has('logout-ends-session') ? '/' : location }).end()
  }

  /** RP-Initiated Logout §3. */
  #bye(url: URL, session: Session, response: ServerResponse): void {
    const isOurs = session.leaving !== undefined && url.searchParams.get('state') === session.leaving
    delete session.leaving
    if (!isOurs && !this.wrong.has('logout-state')) throw new AppError('nobody began to sign out here')
    response.writeHead(200, { 'content-type': 'text/html' }).end('<p>You are signed out.</p>')
  }

  /** Back-Channel Logout §2.6. */
  async #toldOut(form: URLSearchParams, response: ServerResponse): Promise<void> {
    const jwt = form.get('logout_token') ?? ''
    const [header, claims] = [segment(jwt, 0), segment(jwt, 1)]
    const isLax = this.wrong.has('logout-backchannel')
    if (!isLax) {
      await this.#checkSignature(jwt, header)
      const { issuer } = await this.metadata()
      const isAbout = Object.hasOwn(claims.events ?? {}, 'http://schemas.openid.net/event/backchannel-logout')
      const isForUs = claims.iss === issuer && claims.aud === this.#options.client_id && claims.exp > Date.now() / 1000
      if (!isForUs || !isAbout || claims.nonce !== undefined) throw new AppError('this is no logout token for us')
    }
    if (!this.wrong.has('logout-backchannel: deaf')) {
      for (const [id, { user }] of this.#sessions) if (user?.sub === claims.sub) this.#sessions.delete(id)
    }
    response.writeHead(200, { 'cache-control': 'no-store' }).end()
  }
}

class RefusedError extends AppError {
  readonly status: number
  readonly code: string
  readonly retryAfter: string | null

  constructor(status: number, code: string, retryAfter: string | null) {
    super(`refused: ${status} ${code}`)
    this.status = status
    this.code = code
    this.retryAfter = retryAfter
  }
}

async function formOf(request: IncomingMessage): Promise<URLSearchParams> {
  let body = ''
  for await (const piece of request) body += piece
  return new URLSearchParams(body)
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
}
