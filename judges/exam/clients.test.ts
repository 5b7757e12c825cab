import * as oauth from 'oauth4webapi'
import * as openid from 'openid-client'
import OAuth2Strategy from 'passport-oauth2'
import { type AccessToken, AuthorizationCode } from 'simple-oauth2'
import { expect, test } from 'vitest'
import type { ExamDriver, ExamTask, Sandbox } from '../../src/index.ts'
import { all, nobody, redirect_uri, startExaminer, through, userAt } from './examined.ts'
import { byToken, visit } from './passport.ts'

/**
 * What clients of others do when grantbox examines them, each as its own documentation begins, without what an app may add. None of it is a verdict
 * about a library: several of these are documented choices. A newer version that does otherwise shows here.
 */

const { verdicts } = await startExaminer()

const atCallback = ['callback-state-wrong', 'callback-state-missing', 'callback-iss-wrong', 'callback-iss-missing', 'callback-error-wins']
const ofIdToken = ['id-token-iss', 'id-token-aud', 'id-token-exp', 'id-token-nonce', 'id-token-alg-none']
const ofAnswer = ['token-type-case', 'token-extra-members', 'token-redirect-not-followed']

/** openid-client, with discovery and all that it checks on request. */
const byOpenidClient = (sandbox: Sandbox): ExamDriver => ({
  async login(task) {
    const { client_id, client_secret } = task.client
    const options = { execute: [openid.allowInsecureRequests] }
    const config = await openid.discovery(new URL(task.issuer), client_id, client_secret ?? '', undefined, options)
    const [expectedState, expectedNonce, pkceCodeVerifier] = [openid.randomState(), openid.randomNonce(), openid.randomPKCECodeVerifier()]
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
})

test('openid-client refuses each forged answer and token, and bears each unusual one', { timeout: 60_000 }, async () => {
  const rules = [...atCallback, ...ofIdToken, ...ofAnswer, 'token-type-unknown', 'userinfo-sub']
  const found = await verdicts(byOpenidClient, rules, { profile: 'oidc', signals: ['signed_in', 'user'] })
  expect(found).toEqual(all(rules, 'passed'))
})

/** oauth4webapi, with each of its steps. */
const byOauth4webapi = (sandbox: Sandbox): ExamDriver => ({
  async login(task) {
    const insecure = { [oauth.allowInsecureRequests]: true }
    const client = { client_id: task.client.client_id }
    const issuer = new URL(task.issuer)
    const [state, nonce, verifier] = [oauth.generateRandomState(), oauth.generateRandomNonce(), oauth.generateRandomCodeVerifier()]
    try {
      const server = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, insecure))
      const begun = new URL(server.authorization_endpoint ?? '')
      const asked = {
        response_type: 'code',
        ...client,
        redirect_uri,
        scope: 'openid profile',
        state,
        nonce,
        code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
      }
      for (const [name, value] of Object.entries(asked)) begun.searchParams.set(name, value)
      const back = oauth.validateAuthResponse(server, client, await through(sandbox, begun, task), state)
      const secret = oauth.ClientSecretBasic(task.client.client_secret ?? '')
      const answer = await oauth.authorizationCodeGrantRequest(server, client, secret, back, redirect_uri, verifier, insecure)
      const tokens = await oauth.processAuthorizationCodeResponse(server, client, answer, {
        expectedNonce: nonce,
        requireIdToken: true,
      })
      const told = await oauth.userInfoRequest(server, client, tokens.access_token, insecure)
      const sub = oauth.getValidatedIdTokenClaims(tokens)?.sub ?? ''
      return { signedIn: true, user: (await oauth.processUserInfoResponse(server, client, sub, told)).sub }
    } catch {
      return nobody
    }
  },
})

test('oauth4webapi refuses each forged answer and token, bears each unusual one, and form-encodes its Basic credentials', {
  timeout: 60_000,
}, async () => {
  const rules = [...atCallback, ...ofIdToken, ...ofAnswer, 'token-type-unknown', 'userinfo-sub', 'discovery-issuer', 'token-basic-encoded']
  const found = await verdicts(byOauth4webapi, rules, {
    profile: 'oidc',
    signals: ['signed_in', 'user'],
    client_secret: 'exam+secret/with %41 and=colon:',
  })
  expect(found).toEqual(all(rules, 'passed'))
})

test('openid-client waits for a device as it is told, and stops where it ends', { timeout: 120_000 }, async () => {
  const rules = ['device-interval', 'device-slow-down', 'device-ends', 'device-shows-code']
  const television = {
    client_id: 'television',
    grant_types: ['urn:ietf:params:oauth:grant-type:device_code'],
    token_endpoint_auth_method: 'none',
  }
  const found = await verdicts(
    () => ({
      async login({ issuer, client }) {
        const options = { execute: [openid.allowInsecureRequests] }
        const config = await openid.discovery(new URL(issuer), client.client_id, undefined, openid.None(), options)
        const device = await openid.initiateDeviceAuthorization(config, { scope: 'openid' })
        return openid.pollDeviceAuthorizationGrant(config, device).then(
          () => ({ signedIn: true }),
          () => ({ signedIn: false }),
        )
      },
    }),
    rules,
    { profile: 'native', client_id: 'television' },
    (sandbox) => sandbox.apps.create({ name: 'Television', ...television }),
  )
  expect(found).toEqual(all(rules, 'passed'))
})

/** An app with Passport, for one browser at a time. */
function passport(options: Partial<OAuth2Strategy.StrategyOptions>): (sandbox: Sandbox) => ExamDriver {
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
        byToken,
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

function simple(sandbox: Sandbox, { client: { client_id, client_secret } }: ExamTask): AuthorizationCode {
  const { pathname } = new URL(sandbox.url)
  const auth = { tokenHost: sandbox.url, tokenPath: `${pathname}/token`, authorizePath: `${pathname}/authorize` }
  return new AuthorizationCode({ client: { id: client_id, secret: client_secret ?? '' }, auth })
}

/** simple-oauth2, in an app that reads the code alone. */
const bySimpleOauth2 = (sandbox: Sandbox): ExamDriver => ({
  async login(task) {
    const client = simple(sandbox, task)
    const back = await through(sandbox, client.authorizeURL({ redirect_uri, scope: 'openid profile', state: crypto.randomUUID() }), task)
    try {
      const { token } = await client.getToken({ code: back.searchParams.get('code') ?? '', redirect_uri })
      return userAt(sandbox, token.access_token)
    } catch {
      return nobody
    }
  },
})

test('simple-oauth2 is a library of tokens: what stands in the callback is for its app, and an error with 200 makes a token without one', {
  timeout: 60_000,
}, async () => {
  const rules = [...atCallback.slice(0, 3), 'request-pkce', 'token-type-case', 'token-extra-members', 'token-error-200']
  const found = await verdicts(bySimpleOauth2, rules, { profile: 'oauth2', signals: ['signed_in', 'user'] })
  expect(found).toEqual({
    ...all(atCallback.slice(0, 3), 'failed'),
    'request-pkce': 'failed',
    'token-type-case': 'passed',
    'token-extra-members': 'passed',
    'token-error-200': 'failed',
  })
})

test('simple-oauth2 leaves it to its app when to refresh, keeps no refresh token that an answer leaves out, and uses tokens of any type', {
  timeout: 60_000,
}, async () => {
  const expected = { 'refresh-single-flight': 'failed', 'refresh-keeps-old': 'failed', 'token-type-unknown': 'failed' }
  const found = await verdicts(
    (sandbox) => {
      let token: AccessToken | undefined
      const call = async () => {
        const one = await userAt(sandbox, token?.token.access_token)
        if (one.signedIn || token === undefined) return
        token = await token.refresh()
        await userAt(sandbox, token.token.access_token)
      }
      return {
        async login(task) {
          const client = simple(sandbox, task)
          const asked = { redirect_uri, scope: 'openid profile offline_access', state: crypto.randomUUID() }
          const back = await through(sandbox, client.authorizeURL(asked), task)
          token = await client.getToken({ code: back.searchParams.get('code') ?? '', redirect_uri }).catch(() => undefined)
          return token === undefined ? nobody : userAt(sandbox, token.token.access_token)
        },
        async callApi({ times }) {
          await Promise.allSettled(Array.from({ length: times }, call))
          return undefined
        },
      }
    },
    Object.keys(expected),
    { profile: 'oauth2', signals: ['signed_in', 'user', 'call_api', 'at_once'] },
  )
  expect(found).toEqual(expected)
})

test.concurrent.each([
  ['openid-client', byOpenidClient, 'passed'],
  ['oauth4webapi', byOauth4webapi, 'failed'],
  ['passport-oauth2', passport({}), 'failed'],
  ['simple-oauth2', bySimpleOauth2, 'failed'],
] as const)('whether %s gives up waiting for tokens within 45 s', { timeout: 180_000 }, async (_, driver, verdict) => {
  const options = { profile: 'oauth2', signals: ['signed_in', 'user'], patience: '45s' } as const
  expect(await verdicts(driver, ['token-timeout'], options)).toEqual({ 'token-timeout': verdict })
})
