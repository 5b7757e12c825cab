import * as openid from 'openid-client'
import OAuth2Strategy from 'passport-oauth2'
import { AuthorizationCode } from 'simple-oauth2'
import { expect, test } from 'vitest'
import type { ExamDriver, Sandbox } from '../../src/index.ts'
import { all, nobody, redirect_uri, startExaminer, through, userAt } from './examined.ts'

/**
 * What clients of others do when grantbox examines them, each as its own documentation begins, without what an app may add. None of it is a verdict
 * about a library: several of these are documented choices. A newer version that does otherwise shows here.
 */

const { verdicts } = await startExaminer()

const atCallback = ['callback-state-wrong', 'callback-state-missing', 'callback-iss-wrong', 'callback-iss-missing', 'callback-error-wins']
const ofIdToken = ['id-token-iss', 'id-token-aud', 'id-token-exp', 'id-token-nonce', 'id-token-alg-none']
const ofAnswer = ['token-type-case', 'token-extra-members', 'token-redirect-not-followed']

test('openid-client refuses each forged answer and token, and bears each unusual one', { timeout: 60_000 }, async () => {
  const rules = [...atCallback, ...ofIdToken, ...ofAnswer, 'token-type-unknown', 'userinfo-sub']
  const found = await verdicts(
    (sandbox) => ({
      async login(task) {
        const { client_id, client_secret } = task.client
        const options = { execute: [openid.allowInsecureRequests] }
        const config = await openid.discovery(new URL(task.issuer), client_id, client_secret ?? '', undefined, options)
        const [expectedState, expectedNonce, pkceCodeVerifier] = [
          openid.randomState(),
          openid.randomNonce(),
          openid.randomPKCECodeVerifier(),
        ]
        const asked = {
          redirect_uri,
          scope: 'openid profile',
          state: expectedState,
          nonce: expectedNonce,
          code_challenge: await openid.calculatePKCECodeChallenge(pkceCodeVerifier),
          code_challenge_method: 'S256',
        }
        try {
          const back = await through(sandbox, openid.buildAuthorizationUrl(config, asked), task)
          const tokens = await openid.authorizationCodeGrant(config, back, { expectedState, expectedNonce, pkceCodeVerifier })
          const { sub } = await openid.fetchUserInfo(config, tokens.access_token, tokens.claims()?.sub ?? '')
          return { signedIn: true, user: sub }
        } catch {
          return nobody
        }
      },
    }),
    rules,
    { profile: 'oidc', signals: ['signed_in', 'user'] },
  )
  expect(found).toEqual(all(rules, 'passed'))
})

/** Drives a strategy as Passport does: its app knows the session of one browser. */
function passport(options: Partial<OAuth2Strategy.StrategyOptions>): (sandbox: Sandbox) => ExamDriver {
  type Outcome = { redirect: string } | { token: string } | { nobody: true }
  const visit = (strategy: OAuth2Strategy, session: object, query: Record<string, string>) =>
    new Promise<Outcome>((resolve) => {
      const end = () => resolve({ nobody: true })
      const actions = {
        redirect: (url: string) => resolve({ redirect: url }),
        success: (token: never) => resolve({ token }),
        fail: end,
        error: end,
      }
      Object.assign(Object.create(strategy), actions).authenticate({ query, session }, {})
    })
  return (sandbox) => ({
    async login(task) {
      const { client_id, client_secret } = task.client
      const strategy = new OAuth2Strategy(
        {
          authorizationURL: `${sandbox.url}/authorize`,
          tokenURL: `${sandbox.url}/token`,
          clientID: client_id,
          clientSecret: client_secret ?? '',
          callbackURL: redirect_uri,
          scope: ['openid', 'profile'],
          ...options,
        },
        (token: string, _refresh: string, _profile: unknown, done: OAuth2Strategy.VerifyCallback) => done(null, token as never),
      )
      const session = {}
      const begun = await visit(strategy, session, {})
      if (!('redirect' in begun)) return nobody
      const back = await through(sandbox, begun.redirect, task)
      const done = await visit(strategy, session, Object.fromEntries(back.searchParams))
      return 'token' in done ? userAt(sandbox, done.token) : nobody
    },
  })
}

const ofPassport = [...atCallback.slice(0, 3), 'callback-error-wins', 'callback-foreign-code', 'request-pkce', 'request-csrf-protection']

test('passport-oauth2 with its least options sends neither state nor PKCE, and takes a foreign code', { timeout: 60_000 }, async () => {
  const found = await verdicts(passport({}), ofPassport, { profile: 'oauth2', signals: ['signed_in', 'user'] })
  expect(found).toEqual({
    'callback-state-wrong': 'not_exercised',
    'callback-state-missing': 'not_exercised',
    'callback-iss-wrong': 'failed',
    'callback-error-wins': 'passed',
    'callback-foreign-code': 'failed',
    'request-pkce': 'failed',
    'request-csrf-protection': 'failed',
  })
})

test('passport-oauth2 with state and pkce does both, and does not look at iss', { timeout: 60_000 }, async () => {
  const found = await verdicts(passport({ state: true, pkce: true } as never), ofPassport, {
    profile: 'oauth2',
    signals: ['signed_in', 'user'],
  })
  expect(found).toEqual({ ...all(ofPassport, 'passed'), 'callback-iss-wrong': 'failed' })
})

test('simple-oauth2 is a library of tokens: what stands in the callback is for its app, and an error with 200 makes a token without one', {
  timeout: 60_000,
}, async () => {
  const rules = [...atCallback.slice(0, 3), 'request-pkce', 'token-type-case', 'token-extra-members', 'token-error-200']
  const found = await verdicts(
    (sandbox) => ({
      async login(task) {
        const { client_id, client_secret } = task.client
        const auth = {
          tokenHost: sandbox.url,
          tokenPath: `${new URL(sandbox.url).pathname}/token`,
          authorizePath: `${new URL(sandbox.url).pathname}/authorize`,
        }
        const client = new AuthorizationCode({ client: { id: client_id, secret: client_secret ?? '' }, auth })
        const back = await through(
          sandbox,
          client.authorizeURL({ redirect_uri, scope: 'openid profile', state: crypto.randomUUID() }),
          task,
        )
        try {
          const { token } = await client.getToken({ code: back.searchParams.get('code') ?? '', redirect_uri })
          return userAt(sandbox, token.access_token)
        } catch {
          return nobody
        }
      },
    }),
    rules,
    { profile: 'oauth2', signals: ['signed_in', 'user'] },
  )
  expect(found).toEqual({
    ...all(atCallback.slice(0, 3), 'failed'),
    'request-pkce': 'failed',
    'token-type-case': 'passed',
    'token-extra-members': 'passed',
    'token-error-200': 'failed',
  })
})
