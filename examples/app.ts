import { createRemoteJWKSet, jwtVerify } from 'jose'
import * as oauth from 'openid-client'

/** How this app is registered. */
export interface Registration {
  client_id: string
  client_secret: string
  redirect_uri: string
  scope: string
}

/** An app as you might write it: it signs users in with openid-client, keeps their tokens and shows their profile. */
export class App {
  tokens: (oauth.TokenEndpointResponse & oauth.TokenEndpointResponseHelpers) | undefined
  readonly #config: oauth.Configuration
  readonly #registration: Registration
  readonly #pending = new Map<string, { nonce: string; verifier: string }>()

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

  /** New tokens for the refresh token; the old one is kept when no other comes. */
  async refresh(): Promise<void> {
    const refresh_token = this.tokens?.refresh_token
    if (refresh_token === undefined) throw new Error('there is no refresh token')
    const tokens = await oauth.refreshTokenGrant(this.#config, refresh_token)
    this.tokens = Object.assign(tokens, { refresh_token: tokens.refresh_token ?? refresh_token })
  }

  /** Who is signed in, as the provider says it now. */
  async profile(): Promise<oauth.UserInfoResponse> {
    return oauth.fetchUserInfo(this.#config, this.tokens?.access_token ?? '', this.tokens?.claims()?.sub ?? oauth.skipSubjectCheck)
  }

  /** What an API of this app checks before it answers: the signature by the provider's keys, the issuer, the times. */
  async verify(token = this.tokens?.access_token ?? ''): Promise<Record<string, unknown>> {
    const { issuer, jwks_uri = '' } = this.#config.serverMetadata()
    const keys = createRemoteJWKSet(new URL(jwks_uri), { cooldownDuration: 0 })
    const { payload } = await jwtVerify(token, keys, { issuer, audience: issuer, maxTokenAge: '1h', clockTolerance: '30s' })
    return payload
  }
}
