import { createRemoteJWKSet, jwtVerify } from 'jose'
import * as oauth from 'openid-client'

/** How this app is registered. */
export interface Registration {
  client_id: string
  client_secret: string
  redirect_uri: string
  scope: string
}

/** One user of an app as you might write it: it signs users in with openid-client, keeps their tokens and shows their profile. */
export class App {
  tokens: (oauth.TokenEndpointResponse & oauth.TokenEndpointResponseHelpers) | undefined
  readonly #config: oauth.Configuration
  readonly #registration: Registration
  readonly #pending = new Map<string, { nonce: string; verifier: string }>()
  #refreshing: Promise<void> | undefined
  #busyUntil = 0
  #isAllowed = true
  #sub: string | undefined

  private constructor(config: oauth.Configuration, registration: Registration) {
    this.#config = config
    this.#registration = registration
  }

  /** Finds out where the provider's endpoints are. Whatever does not answer within two seconds is down. */
  static async connect(issuer: string, registration: Registration): Promise<App> {
    const { client_id, client_secret } = registration
    const options = { timeout: 2, execute: [oauth.allowInsecureRequests, oauth.enableNonRepudiationChecks] }
    const config = await oauth.discovery(new URL(issuer), client_id, client_secret, oauth.ClientSecretBasic(client_secret), options)
    return new App(config, registration)
  }

  /** The same app for another user, who is not signed in. */
  another(): App {
    return new App(this.#config, this.#registration)
  }

  /** A sign-in begins: the parameters with which the browser is sent to the provider. */
  async begin(): Promise<Record<string, string>> {
    const { client_id, redirect_uri, scope } = this.#registration
    const [state, nonce, verifier] = [oauth.randomState(), oauth.randomNonce(), oauth.randomPKCECodeVerifier()]
    this.#pending.set(state, { nonce, verifier })
    const code_challenge = await oauth.calculatePKCECodeChallenge(verifier)
    return { client_id, redirect_uri, scope, state, nonce, code_challenge, code_challenge_method: 'S256' }
  }

  /** Where the browser is sent to sign in. */
  async signInUrl(): Promise<string> {
    return oauth.buildAuthorizationUrl(this.#config, await this.begin()).href
  }

  /** The browser comes back: its address is checked, and the code exchanged. A state is good for one time. */
  async finish(callback: string): Promise<void> {
    const url = new URL(callback)
    const state = url.searchParams.get('state') ?? ''
    const pending = this.#pending.get(state)
    if (pending === undefined) throw new Error(`nobody began a sign-in with state "${state}"`)
    this.#pending.delete(state)
    const checks = { expectedState: state, expectedNonce: pending.nonce, pkceCodeVerifier: pending.verifier }
    this.tokens = await oauth.authorizationCodeGrant(this.#config, url, checks)
  }

  /** The same, and lets the user in only if the ID token is of now and the provider says the same of him when it is asked. */
  async admit(callback: string): Promise<void> {
    try {
      await this.finish(callback)
      const { iat = 0, sub } = this.tokens?.claims() ?? {}
      if (iat < Date.now() / 1000 - 600) throw new Error('the ID token is not of this sign-in')
      await this.profile()
      this.#sub = sub
      this.#isAllowed = true
    } catch (error) {
      this.tokens = undefined
      throw error
    }
  }

  /** Who was let in. */
  get sub(): string | undefined {
    return this.tokens === undefined ? undefined : this.#sub
  }

  /** New tokens for the refresh token; the old one is kept when no other comes. */
  async refresh(): Promise<void> {
    const refresh_token = this.tokens?.refresh_token
    if (refresh_token === undefined) throw new Error('there is no refresh token')
    const tokens = await oauth.refreshTokenGrant(this.#config, refresh_token)
    this.tokens = Object.assign(tokens, { refresh_token: tokens.refresh_token ?? refresh_token })
  }

  /** The same once for all who ask at the same time. What was refused, or is another's, is over; what was not answered may work again. */
  #refreshOnce(): Promise<void> {
    this.#refreshing ??= this.refresh()
      .then(() => {
        const { sub = this.#sub } = this.tokens?.claims() ?? {}
        if (sub === this.#sub) return
        this.tokens = undefined
        throw new Error('the refresh brought tokens of another user')
      })
      .catch((error) => {
        if (error instanceof oauth.ResponseBodyError && error.error === 'invalid_grant') this.tokens = undefined
        throw error
      })
      .finally(() => {
        this.#refreshing = undefined
      })
    return this.#refreshing
  }

  /** Who is signed in, as the provider says it now. */
  async profile(): Promise<oauth.UserInfoResponse> {
    return oauth.fetchUserInfo(this.#config, this.tokens?.access_token ?? '', this.tokens?.claims()?.sub ?? oauth.skipSubjectCheck)
  }

  /**
   * The same with a token that may have expired meanwhile: it is refreshed once. A provider that is busy is left in peace as long as it
   * says, and what the user did not allow is not asked for again.
   */
  async freshProfile(): Promise<oauth.UserInfoResponse> {
    if (!this.#isAllowed) throw new Error('the user did not allow this')
    if (Date.now() < this.#busyUntil) throw new Error('the provider is busy')
    try {
      return await this.profile()
    } catch (error) {
      const { status, headers } = answerIn(error)
      if (status === 429) this.#busyUntil = Date.now() + Number(headers?.get('retry-after') ?? 1) * 1000
      this.#isAllowed = status !== 403
      if (status !== 401) throw error
      await this.#refreshOnce()
      return this.profile()
    }
  }

  /** Signs out here and at the provider, where the refresh token is of no use any more. @returns where the browser is to go */
  async signOut(): Promise<string> {
    const { tokens } = this
    this.tokens = undefined
    if (tokens?.refresh_token !== undefined) await oauth.tokenRevocation(this.#config, tokens.refresh_token).catch(() => undefined)
    const { client_id } = this.#registration
    const hint = tokens?.id_token === undefined ? {} : { id_token_hint: tokens.id_token }
    return oauth.buildEndSessionUrl(this.#config, { client_id, ...hint }).href
  }

  /** What an API of this app checks before it answers: the signature by the provider's keys, the issuer, the times. */
  async verify(token = this.tokens?.access_token ?? ''): Promise<Record<string, unknown>> {
    const { issuer, jwks_uri = '' } = this.#config.serverMetadata()
    const keys = createRemoteJWKSet(new URL(jwks_uri), { cooldownDuration: 0 })
    const { payload } = await jwtVerify(token, keys, { issuer, audience: issuer, maxTokenAge: '1h', clockTolerance: '30s' })
    return payload
  }
}

/** The answer that an error of openid-client is about. */
function answerIn(error: unknown): { status?: number; headers?: Headers } {
  if (error instanceof oauth.WWWAuthenticateChallengeError || error instanceof oauth.ResponseBodyError) {
    return { status: error.status, headers: error.response.headers }
  }
  const { cause } = error instanceof Error ? error : {}
  return cause instanceof Response ? { status: cause.status, headers: cause.headers } : {}
}
