import { createHash, randomBytes } from 'node:crypto'
import { exportJWK, generateKeyPair, type JWTHeaderParameters, SignJWT } from 'jose'
import type { Report } from '../../src/exam/report.ts'
import type { Sandbox } from '../../src/library/sandbox.ts'
import { throughSignIn } from './through-sign-in.ts'

const redirect_uri = 'http://127.0.0.1:8398/callback'
const client_assertion_type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
const client_secret = 'a-secret-that-fapi-does-not-want'

const random = () => randomBytes(32).toString('base64url')

/** A client of the FAPI 2.0 Security Profile; it does wrong what these rules say. */
export class FapiClient {
  readonly #issuer: string
  readonly #wrong: ReadonlySet<string>
  readonly #keys = { assertion: generateKeyPair('ES256'), dpop: generateKeyPair('ES256') }
  #assertion: string | undefined
  #proof: string | undefined
  #nonce: string | undefined

  constructor(issuer: string, wrong: ReadonlySet<string>) {
    this.#issuer = issuer
    this.#wrong = wrong
  }

  /** Makes itself known to a sandbox. */
  async register(box: Sandbox): Promise<void> {
    const { publicKey } = await this.#keys.assertion
    const jwks = { keys: [{ ...(await exportJWK(publicKey)), alg: 'ES256', kid: 'mine' }] }
    const byKey = { token_endpoint_auth_method: 'private_key_jwt', jwks }
    const own = this.#wrong.has('fapi-strong-auth') ? { client_secret } : byKey
    await box.apps.create({ name: 'Bank', client_id: 'bank', redirect_uris: [redirect_uri], ...own })
  }

  /** Signs in at the pages of the provider, and calls userinfo. @returns whether it got there */
  async logIn(user?: { username: string; password: string }): Promise<boolean> {
    const wrong = this.#wrong
    const code_verifier = random()
    const code_challenge = createHash('sha256').update(code_verifier).digest('base64url')
    const own = { response_type: 'code', redirect_uri, scope: 'openid', state: random(), nonce: random(), code_challenge }
    const asked = { client_id: 'bank', ...own, code_challenge_method: 'S256' }
    const { request_uri } = wrong.has('fapi-par') ? {} : await this.#post('/par', asked)
    const query = request_uri === undefined ? asked : { client_id: 'bank', request_uri: String(request_uri) }
    const back = await throughSignIn(`${this.#issuer}/authorize?${new URLSearchParams(query)}`, user)
    const code = back.searchParams.get('code')
    if (code === null) return false
    const { access_token } = await this.#post('/token', { grant_type: 'authorization_code', code, redirect_uri, code_verifier })
    return typeof access_token === 'string' && this.#call(access_token)
  }

  /** RFC 9449 §7. */
  async #call(token: string): Promise<boolean> {
    const url = `${this.#issuer}/userinfo`
    if (this.#wrong.has('fapi-bound-tokens')) return (await fetch(url, { headers: { authorization: `Bearer ${token}` } })).ok
    const ath = createHash('sha256').update(token).digest('base64url')
    const old = this.#wrong.has('fapi-dpop-proof') ? this.#proof : undefined
    const call = async () =>
      fetch(url, { headers: { authorization: `DPoP ${token}`, dpop: old ?? (await this.#prove('GET', url, { ath })) } })
    const answer = await this.#heard(await call())
    return answer.ok || (answer.status === 401 && this.#nonce !== undefined && (await call()).ok)
  }

  async #post(path: string, form: Record<string, string>, tries = 0): Promise<Record<string, unknown>> {
    const url = `${this.#issuer}${path}`
    const proven = path === '/token' && !this.#wrong.has('fapi-bound-tokens')
    const bySecret = this.#wrong.has('fapi-strong-auth')
    const headers = {
      ...(proven && { dpop: await this.#prove('POST', url) }),
      ...(bySecret && { authorization: `Basic ${Buffer.from(`bank:${client_secret}`).toString('base64')}` }),
    }
    const body = new URLSearchParams({ ...form, ...(await this.#authenticate()) })
    const answer = await this.#heard(await fetch(url, { method: 'POST', body, headers }))
    const found = (await answer.json()) as Record<string, unknown>
    const most = this.#wrong.has('fapi-dpop-nonce') ? 0 : this.#wrong.has('fapi-dpop-nonce: never the nonce') ? 4 : 1
    return found.error === 'use_dpop_nonce' && tries < most ? this.#post(path, form, tries + 1) : found
  }

  /** Keeps the nonce that a server asks for (RFC 9449 §8.2). */
  async #heard(answer: Response): Promise<Response> {
    const nonce = answer.headers.get('dpop-nonce')
    if (nonce !== null && !this.#wrong.has('fapi-dpop-nonce: never the nonce')) this.#nonce = nonce
    return answer
  }

  async #authenticate(): Promise<Record<string, string>> {
    if (this.#wrong.has('fapi-strong-auth')) return {}
    const claims = { iss: 'bank', sub: 'bank', aud: this.#issuer, jti: random() }
    const kept = this.#wrong.has('token-assertion') ? this.#assertion : undefined
    this.#assertion = kept ?? (await this.#signed('assertion', { alg: 'ES256', kid: 'mine' }, claims, 60))
    return { client_assertion: this.#assertion, client_assertion_type }
  }

  async #prove(htm: string, htu: string, claims: object = {}): Promise<string> {
    const jwk = await exportJWK((await this.#keys.dpop).publicKey)
    const said = { htm, htu, jti: random(), ...(this.#nonce !== undefined && { nonce: this.#nonce }), ...claims }
    this.#proof = await this.#signed('dpop', { alg: 'ES256', typ: 'dpop+jwt', jwk }, said)
    return this.#proof
  }

  async #signed(by: 'assertion' | 'dpop', header: JWTHeaderParameters, claims: Record<string, unknown>, life?: number): Promise<string> {
    const iat = Math.floor(Date.now() / 1000)
    const whole = { iat, ...(life !== undefined && { exp: iat + life }), ...claims }
    return new SignJWT(whole).setProtectedHeader(header).sign((await this.#keys[by]).privateKey)
  }
}

/** Takes such a client through an exam. */
export async function examineFapi(box: Sandbox, options: Record<string, unknown>, wrong: ReadonlySet<string>): Promise<Report> {
  const client = new FapiClient(box.issuer, wrong)
  await client.register(box)
  const exam = await box.exam({ client_id: 'bank', ...options })
  const report = await exam.runAll(async ({ user }) => ({ signedIn: await client.logIn(user).catch(() => false) }))
  await exam.end()
  return report
}
