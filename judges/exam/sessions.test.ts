import { Auth } from '@auth/core'
import { InMemoryWebStorage, OidcClient, User, UserManager, WebStorageStateStore } from 'oidc-client-ts'
import { expect, test } from 'vitest'
import type { ExamDriver, Sandbox } from '../../src/index.ts'
import { authOptions } from './auth-core.ts'
import { nobody, redirect_uri, startExaminer, through, userAt } from './examined.ts'

/** The same as in clients.test.ts, of clients that make a session of the ID token. */

const { verdicts } = await startExaminer()

async function examined(driverAt: (sandbox: Sandbox) => ExamDriver, expected: Record<string, string>, redirect_uri: string) {
  const options = { redirect_uri, profile: 'oidc', signals: ['signed_in', 'user'] } as const
  expect(await verdicts(driverAt, Object.keys(expected), options)).toEqual(expected)
}

/** oidc-client-ts, without a page. */
const byOidcClientTs = (sandbox: Sandbox): ExamDriver => ({
  async login({ issuer, client, user }) {
    const { client_id, client_secret } = client
    try {
      const oidc = new OidcClient({
        authority: issuer,
        client_id,
        client_secret: client_secret ?? '',
        redirect_uri,
        scope: 'openid profile',
        loadUserInfo: true,
        stateStore: new WebStorageStateStore({ store: new InMemoryWebStorage() }),
      })
      const { url } = await oidc.createSigninRequest({})
      const { profile } = await oidc.processSigninResponse((await through(sandbox, url, { user })).href)
      return { signedIn: true, user: profile.sub }
    } catch {
      return nobody
    }
  },
})

const application = 'http://localhost:3000'

/** @auth/core, with a provider of one's own. */
const byAuthCore = (sandbox: Sandbox): ExamDriver => ({
  async login({ issuer, client, user }) {
    const config = authOptions(issuer, client)
    const cookies = new Map<string, string>()
    const visit = async (path: string, init: RequestInit = {}) => {
      const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
      const answer = await Auth(new Request(new URL(path, application), { ...init, headers: { ...init.headers, cookie } }), config)
      for (const one of answer.headers.getSetCookie()) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(one) ?? []
        if (value === '') cookies.delete(name)
        else cookies.set(name, value)
      }
      return answer
    }
    const begun = await visit('/auth/signin/grantbox', {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    })
    const location = begun.headers.get('location') ?? ''
    if (!location.startsWith(sandbox.url)) return nobody
    await visit((await through(sandbox, location, { user })).href)
    const session = (await (await visit('/auth/session')).json()) as { sub?: string } | null
    return { signedIn: session?.sub !== undefined, user: session?.sub ?? null }
  },
})

test('oidc-client-ts compares the subject and a nonce, and leaves issuer, audience, times and signature of the ID token to TLS', {
  timeout: 60_000,
}, async () => {
  await examined(
    byOidcClientTs,
    {
      'request-csrf-protection': 'passed',
      'request-pkce': 'passed',
      'request-nonce': 'failed',
      'callback-state-wrong': 'passed',
      'callback-iss-wrong': 'failed',
      'callback-iss-missing': 'failed',
      'callback-error-wins': 'passed',
      'id-token-iss': 'failed',
      'id-token-aud': 'failed',
      'id-token-exp': 'failed',
      'id-token-alg-none': 'failed',
      'userinfo-sub': 'passed',
      'discovery-issuer': 'failed',
      'token-type-case': 'passed',
      'token-extra-members': 'passed',
      'token-redirect-not-followed': 'failed',
    },
    redirect_uri,
  )
})

test('@auth/core relies on PKCE, which holds, checks the claims of the ID token and, in the code flow, not its signature', {
  timeout: 60_000,
}, async () => {
  await examined(
    byAuthCore,
    {
      'request-csrf-protection': 'passed',
      'request-pkce': 'passed',
      'request-nonce': 'failed',
      'callback-foreign-code': 'passed',
      'callback-state-wrong': 'not_exercised',
      'callback-iss-wrong': 'passed',
      'callback-iss-missing': 'passed',
      'callback-error-wins': 'passed',
      'id-token-iss': 'passed',
      'id-token-aud': 'passed',
      'id-token-exp': 'passed',
      'id-token-alg-none': 'passed',
      'id-token-signature': 'failed',
      'discovery-issuer': 'passed',
      'token-type-case': 'passed',
      'token-extra-members': 'passed',
    },
    `${application}/auth/callback/grantbox`,
  )
})

test.concurrent.each([
  ['oidc-client-ts', byOidcClientTs, redirect_uri],
  ['@auth/core', byAuthCore, `${application}/auth/callback/grantbox`],
] as const)('%s waits for tokens for more than 45 s', { timeout: 180_000 }, async (_, driver, redirect_uri) => {
  const options = { profile: 'oidc', signals: ['signed_in', 'user'], patience: '45s', redirect_uri } as const
  expect(await verdicts(driver, ['token-timeout'], options)).toEqual({ 'token-timeout': 'failed' })
})

test('oidc-client-ts renews once for each call of signinSilent', { timeout: 60_000 }, async () => {
  const driver = (sandbox: Sandbox): ExamDriver => {
    let manager: UserManager | undefined
    const call = async () => {
      const { signedIn } = await userAt(sandbox, (await manager?.getUser())?.access_token)
      if (!signedIn) await userAt(sandbox, (await manager?.signinSilent())?.access_token)
    }
    return {
      async login({ issuer, client, user }) {
        const { client_id, client_secret } = client
        const kept = () => new WebStorageStateStore({ store: new InMemoryWebStorage() })
        const own = { authority: issuer, client_id, client_secret: client_secret ?? '', redirect_uri, scope: 'openid offline_access' }
        manager = new UserManager({ ...own, stateStore: kept(), userStore: kept(), automaticSilentRenew: false })
        const oidc = new OidcClient({ ...own, stateStore: kept() })
        try {
          const { url } = await oidc.createSigninRequest({})
          const answer = await oidc.processSigninResponse((await through(sandbox, url, { user })).href)
          await manager.storeUser(new User(answer))
          return userAt(sandbox, answer.access_token)
        } catch {
          return nobody
        }
      },
      async callApi({ times }) {
        await Promise.allSettled(Array.from({ length: times }, call))
        return undefined
      },
    }
  }
  const expected = { 'refresh-single-flight': 'failed' }
  const options = { profile: 'oidc', signals: ['signed_in', 'user', 'call_api', 'at_once'] } as const
  expect(await verdicts(driver, Object.keys(expected), options)).toEqual(expected)
})
