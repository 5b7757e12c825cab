import { describe, expect, test } from 'vitest'
import { brandon, findFluffy, passwordTokens, postToken } from '../support/iokids-client.ts'
import { startForFile } from '../support/server.ts'
import { alice, json, post, tokensOf, userinfoStatus, web } from '../support/standard-client.ts'

// Two worlds with the same clients, users, passwords and provider: what differs is the sandbox alone.
const { url, server } = await startForFile()
const { provider } = server.sandboxes.find('standard') ?? {}
const iokids = server.sandboxes.find('iokids')?.provider
if (provider === undefined || iokids === undefined) throw new Error('no provider')
for (const name of ['one', 'two']) server.sandboxes.create({ name, provider })
server.sandboxes.create({ name: 'kids', provider: iokids })
const one = `${url}/one`
const two = `${url}/two`

const redirect_uri = 'http://127.0.0.1/callback'
const query = new URLSearchParams({ response_type: 'code', client_id: web.client_id, redirect_uri, scope: 'openid', state: 's' })

/** A sign-in in one sandbox, its forms posted as a browser would. */
async function signIn(base: string) {
  const cookies = new Map<string, string>()
  const ask = async (target: string, init: RequestInit = {}) => {
    const cookie = [...cookies].map((pair) => pair.join('=')).join('; ')
    const answer = await fetch(target, { redirect: 'manual', headers: { cookie }, ...init })
    for (const set of answer.headers.getSetCookie()) {
      const [name = '', value = ''] = set.split(';', 1)[0]?.split('=') ?? []
      cookies.set(name, value)
    }
    return answer
  }
  const page = await ask(`${base}/authorize?${query}`)
  const set = page.headers.getSetCookie()
  const transaction = /name="transaction" value="([^"]+)"/.exec(await page.text())?.[1] ?? ''
  const step = (form: Record<string, string>, at = base) =>
    ask(`${at}/authorize`, { method: 'POST', body: new URLSearchParams({ transaction, ...form }) })
  return { cookies, set, transaction, step, ask }
}

const codeOf = (answer: Response) => new URL(answer.headers.get('location') ?? 'about:blank').searchParams.get('code')

async function freshCode(base: string): Promise<string> {
  const { step } = await signIn(base)
  const first = await step(alice)
  return codeOf(first) ?? codeOf(await step({ decision: 'allow' })) ?? ''
}

describe('what one sandbox gave is worth nothing in another', () => {
  test('an access token, at userinfo and introspection, as a JWT and opaque', async () => {
    const { access_token = '' } = await tokensOf(one)
    expect(await userinfoStatus(one, access_token)).toBe(200)
    expect(await userinfoStatus(two, access_token)).toBe(401)
    expect((await post(two, '/introspect', { ...web, token: access_token })).body).toEqual({ active: false })
    const kids = await passwordTokens(`${url}/kids`)
    expect((await fetch(`${url}/v1/me`, { headers: { authorization: kids.access_token } })).status).toBe(401)
    expect((await fetch(`${url}/kids/v1/me`, { headers: { authorization: kids.access_token } })).status).toBe(200)
  })

  test('a refresh token, and trying it there does not end it here', async () => {
    const { refresh_token = '' } = await tokensOf(one)
    const form = { grant_type: 'refresh_token', refresh_token, ...web }
    expect((await post(two, '/token', form)).body.error).toBe('invalid_grant')
    expect((await post(one, '/token', form)).status).toBe(200)
    const kids = await passwordTokens(`${url}/kids`)
    const refresh = { grant_type: 'refresh_token', refresh_token: kids.refresh_token, ...findFluffy }
    expect((await postToken(url, refresh)).body.error).toBe('invalid_grant')
    expect((await postToken(`${url}/kids`, refresh)).status).toBe(200)
  })

  test('a code, and trying it there does not use it here', async () => {
    const form = { grant_type: 'authorization_code', code: await freshCode(one), redirect_uri, ...web }
    expect((await post(two, '/token', form)).body.error).toBe('invalid_grant')
    expect((await post(one, '/token', form)).status).toBe(200)
  })

  test('a revocation: a token of the other one stays as it was', async () => {
    const { access_token = '', refresh_token = '' } = await tokensOf(one)
    for (const token of [access_token, refresh_token]) await post(two, '/revoke', { ...web, token })
    expect(await userinfoStatus(one, access_token)).toBe(200)
    expect((await post(one, '/token', { grant_type: 'refresh_token', refresh_token, ...web })).status).toBe(200)
  })

  test('a device code, a user code and a CIBA request', async () => {
    const device = await post(one, '/device_authorization', { client_id: 'standard-device', scope: 'openid' })
    const grant_type = 'urn:ietf:params:oauth:grant-type:device_code'
    const poll = { grant_type, client_id: 'standard-device', device_code: String(device.body.device_code) }
    expect((await post(two, '/token', poll)).body.error).toBe('invalid_grant')
    expect((await post(one, '/token', poll)).body.error).toBe('authorization_pending')
    const entered = await fetch(`${two}/device`, {
      method: 'POST',
      body: new URLSearchParams({ user_code: String(device.body.user_code) }),
    })
    expect(entered.status).toBe(400)
    const ciba = await post(one, '/bc-authorize', { ...web, scope: 'openid', login_hint: 'alice' })
    const ask = { grant_type: 'urn:openid:params:grant-type:ciba', auth_req_id: String(ciba.body.auth_req_id), ...web }
    expect((await post(two, '/token', ask)).body.error).toBe('invalid_grant')
    expect((await post(one, '/token', ask)).body.error).toBe('authorization_pending')
  })

  test('a pushed request, and a sign-in under way', async () => {
    const form = { ...web, ...Object.fromEntries(query) }
    const { body } = await post(one, '/par', form)
    const pushed = new URLSearchParams({ client_id: web.client_id, request_uri: String(body.request_uri) })
    expect((await fetch(`${two}/authorize?${pushed}`, { redirect: 'manual' })).status).toBe(400)
    expect((await fetch(`${one}/authorize?${pushed}`, { redirect: 'manual' })).status).toBe(200)
    const { step } = await signIn(one)
    expect((await step(alice, two)).status).toBe(400)
    expect((await step(alice)).status).toBeLessThan(400)
  })

  test('a session: who is signed in here is nobody there, also with the cookie sent along under the name of the other one', async () => {
    const { step, ask, cookies } = await signIn(one)
    await step(alice)
    await step({ decision: 'allow' })
    const silent = new URLSearchParams({ ...Object.fromEntries(query), prompt: 'none' })
    const answerAt = async (base: string) =>
      new URL((await ask(`${base}/authorize?${silent}`)).headers.get('location') ?? 'about:blank').searchParams
    const here = await answerAt(one)
    expect(here.get('code') ?? here.get('error')).not.toBe('login_required')
    expect((await answerAt(two)).get('error')).toBe('login_required')
    for (const [name, value] of [...cookies]) cookies.set(name.replace('one', 'two'), value)
    expect((await answerAt(two)).get('error')).toBe('login_required')
  })

  test('a signing key: each has keys and secrets of its own, and a token names its sandbox as issuer', async () => {
    const keysOf = async (base: string) => ((await json(`${base}/jwks`)).body.keys as { kid: string }[]).map((key) => key.kid)
    const other = new Set(await keysOf(two))
    expect((await keysOf(one)).some((kid) => other.has(kid))).toBe(false)
    const secrets = ['one', 'two', 'kids', 'iokids'].map((name) => server.sandboxes.find(name)?.settings.signing_secret)
    expect(new Set(secrets).size).toBe(4)
    const issuers = await Promise.all([one, two].map(async (base) => (await json(`${base}/.well-known/openid-configuration`)).body.issuer))
    expect(issuers).toEqual([one, two])
  })

  test('a registration: its access token reads and changes nothing elsewhere (RFC 7592)', async () => {
    const registered = await json(`${one}/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ redirect_uris: [redirect_uri] }),
    })
    const { registration_access_token, registration_client_uri } = registered.body
    const ask = async (uri: unknown) =>
      (await fetch(String(uri), { headers: { authorization: `Bearer ${registration_access_token}` } })).status
    expect(await ask(registration_client_uri)).toBe(200)
    expect(await ask(String(registration_client_uri).replace('/one/', '/two/'))).toBe(401)
  })

  test('a user, an app, a grant: each is found in its own sandbox alone', async () => {
    const control = `${url}/_grantbox/sandboxes`
    await tokensOf(one)
    const [grant] = (await json(`${control}/one/grants`)).body.items as { id: unknown }[]
    expect((await json(`${control}/one/grants/${grant?.id}`)).status).toBe(200)
    expect((await json(`${control}/two/grants/${grant?.id}`)).status).toBe(404)
    expect((await fetch(`${control}/two/grants/${grant?.id}`, { method: 'DELETE' })).status).toBe(404)
    expect((await json(`${control}/one/users/${brandon.username}`)).status).toBe(404)
    expect((await json(`${control}/kids/users/alice`)).status).toBe(404)
  })
})

test('cookies are out of reach of scripts and of other sites, and each sandbox has its own name and path for them', async () => {
  const { set, step } = await signIn(one)
  const all = [...set, ...(await step(alice)).headers.getSetCookie()]
  expect(all.length).toBeGreaterThan(0)
  for (const cookie of all) {
    expect(cookie).toMatch(/^grantbox-one-[a-z]+=/)
    expect(cookie).toMatch(/; HttpOnly(;|$)/)
    expect(cookie).toMatch(/; SameSite=(Lax|Strict)(;|$)/)
    expect(cookie).toMatch(/; Path=\/one(;|$)/)
    expect(cookie).not.toMatch(/; Domain=/i)
  }
})
