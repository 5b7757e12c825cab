import { createHash } from 'node:crypto'
import { type CryptoKey, exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose'
import { Jar } from './browser-jar.ts'
import { makeCertificate, sendTls, type TestCertificate } from './client-certificates.ts'
import type { TestServer } from './server.ts'
import { type JsonAnswer, json, post } from './standard-client.ts'
import { answerIn, callback, challenge, signInAndAllow, verifier } from './standard-sign-in.ts'

/** A client that registered itself, with what it needs to authenticate. */
export interface WalkClient {
  client_id: string
  client_secret: string
  key: CryptoKey | Uint8Array
  alg: string
  method: string
  certificate: TestCertificate | undefined
}

type Metadata = Readonly<Record<string, unknown>>
type Form = Readonly<Record<string, string>>

const pairs = new Map<string, ReturnType<typeof generateKeyPair>>()

/** A key pair for an algorithm, one for all who ask: RSA keys take long to make. */
export function pairOf(alg: string): ReturnType<typeof generateKeyPair> {
  const pair = pairs.get(alg) ?? generateKeyPair(alg, { extractable: true })
  pairs.set(alg, pair)
  return pair
}

const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

/** Whoever reads a sandbox's discovery document and does what it says, knowing nothing else. */
export class Walker {
  readonly base: string
  readonly document: Readonly<Record<string, unknown>>
  readonly #server: TestServer

  constructor(server: TestServer, base: string, document: Record<string, unknown>) {
    this.#server = server
    this.base = base
    this.document = document
  }

  static async at(server: TestServer, base: string): Promise<Walker> {
    return new Walker(server, base, (await json(`${base}/.well-known/openid-configuration`)).body)
  }

  /** The values that a member lists. */
  list(member: string): string[] {
    const listed = this.document[member]
    return Array.isArray(listed) ? listed.map(String) : []
  }

  endpoint(member: string): string {
    return String(this.document[member])
  }

  now(): number {
    return Math.floor(this.#server.clock.now() / 1000)
  }

  /** The registration's answer. */
  tryRegistering(metadata: Metadata): Promise<JsonAnswer> {
    const body = JSON.stringify({ redirect_uris: [callback], ...metadata })
    return json(this.endpoint('registration_endpoint'), { method: 'POST', body, headers: { 'content-type': 'application/json' } })
  }

  /** Registers a client with keys of its own, for this method and this algorithm of its assertions. */
  async register(metadata: Metadata = {}, method = 'client_secret_basic', alg = 'ES256'): Promise<WalkClient> {
    const pair = alg.startsWith('HS') ? undefined : await pairOf(alg)
    const certificate = method.includes('tls') ? await makeCertificate({ subject: [['CN', 'walker']] }) : undefined
    const keys = [
      ...(pair === undefined ? [] : [{ ...(await exportJWK(pair.publicKey)), kid: 'walker', use: 'sig' }]),
      ...(certificate === undefined ? [] : [{ ...certificate.jwk, x5c: [certificate.x5c] }]),
    ]
    const { status, body } = await this.tryRegistering({
      token_endpoint_auth_method: method,
      ...(method === 'tls_client_auth' && { tls_client_auth_subject_dn: 'CN=walker' }),
      ...(keys.length > 0 && { jwks: { keys } }),
      ...metadata,
    })
    if (status !== 201) throw new Error(`not registered: ${JSON.stringify(body)}`)
    const client_secret = String(body.client_secret ?? '')
    const key = pair?.privateKey ?? new TextEncoder().encode(client_secret)
    return { client_id: String(body.client_id), client_secret, key, alg, method, certificate }
  }

  sign(client: WalkClient, claims: JWTPayload, header: Metadata = {}): Promise<string> {
    const kid = client.alg.startsWith('HS') ? undefined : 'walker'
    return new SignJWT(claims).setProtectedHeader({ alg: client.alg, kid, ...header } as { alg: string }).sign(client.key)
  }

  assertion(client: WalkClient): Promise<string> {
    const { client_id } = client
    const iat = this.now()
    return this.sign(client, { iss: client_id, sub: client_id, aud: this.base, iat, exp: iat + 60, jti: crypto.randomUUID() })
  }

  /** Posts a form to an endpoint by its name in the document, authenticated as the client's method says. */
  async post(client: WalkClient, endpoint: string, form: Form, headers: Record<string, string> = {}): Promise<JsonAnswer> {
    const { client_id, client_secret, method, certificate } = client
    if (certificate !== undefined) {
      const aliases = this.document.mtls_endpoint_aliases as Record<string, string>
      const answer = await sendTls(aliases[endpoint] ?? '', {
        ca: await this.#server.ca(),
        method: 'POST',
        body: String(new URLSearchParams({ client_id, ...form })),
        headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
        certificate,
      })
      return {
        status: answer.status,
        body: answer.body,
        headers: new Headers({ 'grantbox-explain': encodeURIComponent(answer.explanation) }),
      }
    }
    const basic = { authorization: `Basic ${btoa(`${client_id}:${client_secret}`)}` }
    const credentials: Record<string, Form> = {
      client_secret_post: { client_id, client_secret },
      none: { client_id },
      ...(method.endsWith('_jwt') && {
        [method]: { client_assertion_type: assertionType, client_assertion: await this.assertion(client) },
      }),
    }
    const all = { ...(method === 'client_secret_basic' && basic), ...headers }
    return post(this.endpoint(endpoint), '', { ...form, ...credentials[method] }, all)
  }

  /** The parameters of an authorization request with PKCE; empty ones are left out. */
  request(client: WalkClient, parameters: Form = {}): URLSearchParams {
    const all = {
      client_id: client.client_id,
      response_type: 'code',
      redirect_uri: callback,
      scope: 'openid',
      state: 's',
      nonce: 'n',
      code_challenge: challenge,
      code_challenge_method: 'S256',
      ...parameters,
    }
    return new URLSearchParams(Object.entries(all).filter(([, value]) => value !== ''))
  }

  /** What a browser gets for an authorization request, before anybody signs in. */
  open(query: URLSearchParams, jar = new Jar()) {
    return jar.open(`${this.endpoint('authorization_endpoint')}?${query}`)
  }

  /** The page or redirect after alice signed in and allowed all. */
  async signIn(query: URLSearchParams, jar = new Jar()) {
    return signInAndAllow(jar, await this.open(query, jar), new URL(this.base).origin)
  }

  /** The parameters that come back at the redirect URI. */
  async answer(query: URLSearchParams, jar = new Jar()): Promise<Record<string, string>> {
    const { location, html } = await this.signIn(query, jar)
    if (location === undefined) throw new Error(`no redirect: ${html}`)
    return answerIn(location)
  }

  /** The error of a request that no user is needed to refuse. */
  async refusal(query: URLSearchParams): Promise<string | undefined> {
    const { location } = await this.open(query)
    return location === undefined ? undefined : answerIn(location).error
  }

  redeem(client: WalkClient, code: string | undefined, more: Form = {}, headers: Record<string, string> = {}): Promise<JsonAnswer> {
    const form = { grant_type: 'authorization_code', code: code ?? '', redirect_uri: callback, code_verifier: verifier, ...more }
    return this.post(client, 'token_endpoint', form, headers)
  }

  /** The token answer of a whole authorization code flow. */
  async tokens(client: WalkClient, parameters: Form = {}): Promise<Record<string, string>> {
    const { code } = await this.answer(this.request(client, parameters))
    const { status, body } = await this.redeem(client, code)
    if (status !== 200) throw new Error(`no tokens: ${JSON.stringify(body)}`)
    return body as Record<string, string>
  }

  /** A DPoP proof for a request (RFC 9449 §4.2). */
  async proof(alg: string, htm: string, htu: string, access_token?: string): Promise<string> {
    const { publicKey, privateKey } = await pairOf(alg)
    const ath = access_token === undefined ? {} : { ath: createHash('sha256').update(access_token).digest('base64url') }
    return new SignJWT({ htm, htu, iat: this.now(), jti: crypto.randomUUID(), ...ath })
      .setProtectedHeader({ alg, typ: 'dpop+jwt', jwk: await exportJWK(publicKey) })
      .sign(privateKey)
  }
}
