import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { expect, test } from 'vitest'
import { errorCodes } from '../../src/oauth/model/error-codes.ts'
import { isReason, type Reason, reasonNames, reasons } from '../../src/oauth/model/reasons.ts'
import type { Settings } from '../../src/oauth/model/settings.ts'
import { Jar } from '../support/browser-jar.ts'
import { makeCertificate, sendTls } from '../support/client-certificates.ts'
import { guideExample, startDeclared } from '../support/declared.ts'
import { addApp, addClient, addUser, credentials } from '../support/iokids-setup.ts'
import { startForFile } from '../support/server.ts'
import { alice, tokensOf, web } from '../support/standard-client.ts'
import { authorizeUrl, callback, callbackOf, challenge, signInAndAllow } from '../support/standard-sign-in.ts'

const server = await startForFile({ defaultProvider: 'standard' })
const { url } = server
const sandbox = server.sandbox()
const app = sandbox.directory.listApps()[0]
const spa = { client_id: 'standard-spa' }
const secret = 'a-secret-of-more-than-32-characters-for-HS256'
const pair = await generateKeyPair('ES256', { extractable: true })
const jwk = await exportJWK(pair.publicKey)

/** Why an answer refuses, as its header says. */
type Answer = { headers: Headers | Record<string, string | string[] | undefined> }
const whyOf = ({ headers }: Answer) => (headers instanceof Headers ? headers.get('grantbox-reason') : headers['grantbox-reason'])

const send = (path: string, form: Record<string, string> | string, headers: Record<string, string> = {}, base = url): Promise<Response> =>
  fetch(base + path, { method: 'POST', body: new URLSearchParams(form), headers, redirect: 'manual' })
const token = (form: Record<string, string>, headers?: Record<string, string>, base?: string) => send('/token', form, headers, base)
const machine = (form: Record<string, string>) => token({ grant_type: 'client_credentials', ...form })
const password = (form: Record<string, string> = {}, base?: string) =>
  token({ grant_type: 'password', ...web, ...alice, ...form }, {}, base)
const refresh = (refresh_token: string | undefined, form: Record<string, string> = {}) =>
  token({ grant_type: 'refresh_token', refresh_token: refresh_token ?? '', ...web, ...form })
const userinfo = (access_token: string | undefined, scheme = 'Bearer') =>
  fetch(`${url}/userinfo`, { headers: access_token === undefined ? {} : { authorization: `${scheme} ${access_token}` } })
const authorize = (parameters: Record<string, string | undefined>, base = url) =>
  fetch(authorizeUrl(base, parameters), { redirect: 'manual' })
const register = (draft: Parameters<typeof addClient>[1]): Record<'client_id', string> & Record<string, string> => {
  const client = addClient(sandbox, draft, app)
  return { ...credentials(client), client_id: client.client_id }
}

async function freshCode(parameters: Record<string, string> = {}): Promise<string> {
  return (await callbackOf(url, parameters)).searchParams.get('code') ?? ''
}

const redeem = (code: string, form: Record<string, string> = {}) =>
  token({ grant_type: 'authorization_code', redirect_uri: callback, code, ...web, ...form })
const pkce = { code_challenge: challenge, code_challenge_method: 'S256' }

/** A sandbox of its own, for what a setting brings about. */
const sandboxWith = (settings: Partial<Settings>) =>
  `${url}/${server.server.sandboxes.create({ provider: sandbox.provider, settings }).name}`

const signer = addClient(sandbox, { token_endpoint_auth_method: 'client_secret_jwt', client_secret: secret }, app)

async function asserted(claims: Record<string, unknown> = {}, key = secret) {
  const now = Math.floor(server.clock.now() / 1000)
  const all = { iss: signer.client_id, sub: signer.client_id, aud: url, iat: now, exp: now + 60, jti: crypto.randomUUID(), ...claims }
  const client_assertion = await new SignJWT(all).setProtectedHeader({ alg: 'HS256' }).sign(new TextEncoder().encode(key))
  return { client_assertion, client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer' }
}

async function proof(): Promise<Record<string, string>> {
  const claims = { htm: 'POST', htu: `${url}/token`, iat: Math.floor(server.clock.now() / 1000), jti: crypto.randomUUID() }
  return { DPoP: await new SignJWT(claims).setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk }).sign(pair.privateKey) }
}

/** A browser in which alice is signed in, and has consented to nothing but openid. */
async function signedIn(): Promise<Jar> {
  const jar = new Jar()
  await signInAndAllow(jar, await jar.open(authorizeUrl(url, { scope: 'openid' })), url)
  return jar
}

const silently = async (jar: Jar, parameters: Record<string, string> = {}) =>
  jar.open(authorizeUrl(url, { prompt: 'none', scope: 'openid', ...parameters }))

const exchange = async (form: Record<string, string>) => {
  const client = register({ grant_types: ['urn:ietf:params:oauth:grant-type:token-exchange'] })
  const subject = { subject_token_type: 'urn:ietf:params:oauth:token-type:access_token', ...form }
  return token({ grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange', ...client, ...subject })
}

/** What comes to each: whoever adds a reason says here which request it answers. */
const requests: Record<Reason, () => Promise<Answer>> = {
  parameter_missing: () => redeem(''),
  parameter_repeated: () => send('/token', 'scope=a&scope=b'),
  parameter_invalid: () => authorize({ prompt: 'wrong' }),
  parameter_misplaced: () => send('/token?client_secret=x', { grant_type: 'client_credentials' }),
  body_empty: () => send('/token', ''),
  body_not_form: () => {
    const headers = { 'content-type': 'application/json' }
    return fetch(`${sandboxWith({ json_token_requests: false })}/token`, { method: 'POST', headers, body: '{}' })
  },

  grant_type_missing: () => token(web),
  grant_type_unknown: () => token({ grant_type: 'magic', ...web }),
  grant_type_not_allowed: () => machine(spa),
  response_type_missing: () => authorize({ response_type: undefined }),
  response_type_unknown: () => authorize({ response_type: 'magic' }),
  response_type_not_allowed: () => authorize({ ...spa, response_type: 'token' }),
  response_mode_unknown: () => authorize({ response_mode: 'magic' }),
  nonce_missing: () => authorize({ response_type: 'id_token', nonce: undefined }),
  request_unprotected: () => authorize({ client_id: register({ metadata: { require_pushed_authorization_requests: true } }).client_id }),
  request_contradictory: () => authorize({ request: 'x', request_uri: 'y' }),
  hint_invalid: () => authorize({ id_token_hint: 'x' }),

  redirect_missing: () => authorize({ redirect_uri: undefined }),
  redirect_unregistered: () => authorize({ redirect_uri: 'https://evil.example/' }),
  redirect_mismatch: async () => redeem(await freshCode(), { redirect_uri: 'http://127.0.0.1:1/callback' }),

  challenge_missing: () => authorize(spa),
  challenge_invalid: () => authorize({ code_challenge: 'short' }),
  challenge_method_unknown: () => authorize({ ...pkce, code_challenge_method: 'S512' }),
  challenge_method_not_allowed: () => authorize({ ...pkce, code_challenge_method: 'plain' }, sandboxWith({ strictness: 'rfc' })),
  verifier_missing: async () => redeem(await freshCode(pkce)),
  verifier_invalid: async () => redeem(await freshCode(pkce), { code_verifier: 'short' }),
  verifier_unexpected: async () => redeem(await freshCode(), { code_verifier: 'v'.repeat(43) }),
  pkce_mismatch: async () => redeem(await freshCode(pkce), { code_verifier: 'w'.repeat(43) }),

  client_missing: () => machine({}),
  client_unknown: () => machine({ client_id: 'nobody' }),
  client_public: () => send('/introspect', { ...spa, token: 'x' }),
  client_ambiguous: () => token({ grant_type: 'client_credentials', ...web }, { authorization: `Basic ${btoa('x:y')}` }),
  credentials_missing: () => machine({ client_id: web.client_id }),
  credentials_invalid: () => token({ grant_type: 'client_credentials' }, { authorization: 'Basic eA==' }),
  credentials_unexpected: () => redeem('x', { ...spa }),
  secret_wrong: () => machine({ ...web, client_secret: 'wrong' }),
  auth_method_not_allowed: () => machine({ client_id: signer.client_id, client_secret: secret }),
  certificate_missing: () =>
    machine({
      client_id: register({
        token_endpoint_auth_method: 'tls_client_auth',
        client_secret: null,
        metadata: { tls_client_auth_san_dns: 'a' },
      }).client_id,
    }),
  certificate_wrong: async () => {
    const metadata = { tls_client_auth_san_dns: 'app.example' }
    const { client_id } = register({ token_endpoint_auth_method: 'tls_client_auth', client_secret: null, metadata })
    const certificate = await makeCertificate({ subject: [['CN', 'another']] })
    const body = new URLSearchParams({ grant_type: 'client_credentials', client_id }).toString()
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    const mtls = server.https.replace('localhost', '127.0.0.1')
    return sendTls(`${mtls}/token`, { ca: await server.ca(), method: 'POST', headers, body, certificate })
  },
  assertion_invalid: async () => machine(await asserted({}, 'another-secret-of-more-than-32-characters')),
  assertion_expired: async () => machine(await asserted({ exp: Math.floor(server.clock.now() / 1000) - 600 })),
  assertion_replayed: async () => {
    const same = await asserted()
    await machine(same)
    return machine(same)
  },
  audience_wrong: async () => machine(await asserted({ aud: 'https://elsewhere.example' })),

  code_unknown: () => redeem('x'),
  code_used: async () => {
    const code = await freshCode()
    await redeem(code)
    return redeem(code)
  },
  code_expired: async () => {
    const code = await freshCode()
    server.clock.advance(61)
    return redeem(code)
  },
  code_revoked: async () => {
    const code = await freshCode()
    const { items } = (await (await fetch(`${url}/_grantbox/sandboxes/standard/grants`)).json()) as { items: { id: number }[] }
    const newest = Math.max(...items.map(({ id }) => id))
    await fetch(`${url}/_grantbox/sandboxes/standard/grants/${newest}`, { method: 'DELETE' })
    return redeem(code)
  },
  code_foreign: async () => redeem(await freshCode(), register({})),
  refresh_unknown: () => refresh('x'),
  refresh_used: async () => {
    const { refresh_token } = await tokensOf(url)
    await refresh(refresh_token)
    return refresh(refresh_token)
  },
  refresh_expired: async () => {
    const base = sandboxWith({ refresh_token_ttl: 1 })
    const { refresh_token = '' } = await tokensOf(base)
    server.clock.advance(2)
    return token({ grant_type: 'refresh_token', refresh_token, ...web }, {}, base)
  },
  refresh_revoked: async () => {
    const { refresh_token = '' } = await tokensOf(url)
    await send('/revoke', { ...web, token: refresh_token })
    return refresh(refresh_token)
  },
  refresh_foreign: async () => refresh((await tokensOf(url)).refresh_token, register({})),
  key_wrong: async () => {
    const answer = await token({ grant_type: 'password', ...web, ...alice, scope: 'openid' }, await proof())
    return userinfo(((await answer.json()) as { access_token: string }).access_token)
  },
  proof_missing: () => machine(register({ metadata: { dpop_bound_access_tokens: true } })),
  proof_replayed: async () => {
    const same = await proof()
    await token({ grant_type: 'client_credentials', ...web }, same)
    return token({ grant_type: 'client_credentials', ...web }, same)
  },

  user_unknown: () => password({ username: 'nobody' }),
  password_wrong: () => password({ password: 'wrong' }),
  user_disabled: () => password({ username: addUser(sandbox, { username: 'closed', disabled: true }).username, password: 'x' }),
  user_locked: () => password({ username: 'locked' }),
  app_missing: async () => {
    const iokids = await server.reach('iokids')
    const user = addUser(iokids, { username: 'appless', password: 'x', apps: [] })
    const client = credentials(addClient(iokids))
    return token({ grant_type: 'password', ...client, username: user.username, password: 'x' }, {}, `${url}/iokids/oauth`)
  },
  consent_denied: () => password({ username: 'deny' }),
  consent_missing: async () => silently(await signedIn(), { scope: 'openid write' }),
  session_missing: () => silently(new Jar()),
  session_stale: async () => {
    const jar = await signedIn()
    server.clock.advance(5)
    return silently(jar, { max_age: '1' })
  },
  session_foreign: async () => {
    const { id_token = '' } = await tokensOf(url, { username: 'bob', scope: 'openid' })
    return silently(await signedIn(), { id_token_hint: id_token })
  },
  transaction_unknown: () => fetch(`${url}/authorize?transaction=x`),
  transaction_foreign: async () => {
    const page = await new Jar().open(authorizeUrl(url))
    const transaction = /name="transaction" value="([^"]+)"/.exec(page.html)?.[1] ?? ''
    return new Jar().open(`${url}/authorize?transaction=${transaction}`)
  },
  user_code_unknown: () => send('/device', { user_code: 'BBBB-BBBB' }),

  scope_invalid: () => machine({ ...web, scope: '"' }),
  scope_unknown: () => machine({ ...web, scope: 'nothing' }),
  scope_not_allowed: () => machine({ ...credentials(addClient(sandbox, {}, addApp(sandbox, { scopes: ['openid'] }))), scope: 'read' }),
  scope_not_granted: async () => refresh((await tokensOf(url, { scope: 'read' })).refresh_token, { scope: 'read write' }),
  scope_missing: async () => userinfo((await tokensOf(url, { scope: 'read' })).access_token),
  target_invalid: () => machine({ ...web, resource: 'nothing' }),
  target_unknown: () => token({ grant_type: 'client_credentials', ...web, audience: 'b' }, {}, sandboxWith({ resources: ['a'] })),
  target_not_granted: async () => redeem(await freshCode(), { resource: 'https://api.example' }),

  token_missing: () => userinfo(undefined),
  token_unknown: () => userinfo('x'),
  token_expired: async () => {
    const { access_token } = await tokensOf(url, { scope: 'openid' })
    server.clock.advance(3601)
    return userinfo(access_token)
  },
  token_revoked: async () => {
    const { access_token = '' } = await tokensOf(url, { scope: 'openid' })
    await send('/revoke', { ...web, token: access_token })
    return userinfo(access_token)
  },
  token_foreign: async () => send('/revoke', { ...register({}), token: (await tokensOf(url)).access_token ?? '' }),
  token_userless: async () => {
    const answer = await machine({ ...web, scope: 'openid' })
    return userinfo(((await answer.json()) as { access_token: string }).access_token)
  },
  subject_invalid: () => exchange({ subject_token: 'x' }),
  actor_not_allowed: async () => {
    const { username } = addUser(sandbox, { username: 'guarded', password: 'x', claims: { may_act: { sub: 'somebody else' } } })
    const { access_token = '' } = await tokensOf(url, { username, password: 'x' })
    return exchange({ subject_token: access_token })
  },

  space_unknown: async () => {
    const vendor = await startDeclared(guideExample('reasons'))
    return token({ grant_type: 'client_credentials' }, {}, `${vendor.url}/nowhere`)
  },
}

test.each(reasonNames)('%s is told to a request that comes to it', async (reason) => {
  expect(whyOf(await requests[reason]())).toBe(reason)
})

test('no reason has the name of a code, and each is said under one', () => {
  expect(errorCodes.filter((code) => isReason(code))).toEqual([])
  expect(Object.values(reasons).filter((code) => !errorCodes.includes(code))).toEqual([])
})

test('the journal tells the reason, by the control API and on the dashboard’s page of the request', async () => {
  await machine({ ...web, client_secret: 'wrong' })
  const { items } = (await (await fetch(`${url}/_grantbox/sandboxes/standard/requests?limit=1`)).json()) as {
    items: { id: number; error: string; reason: string }[]
  }
  expect(items).toEqual([expect.objectContaining({ error: 'invalid_client', reason: 'secret_wrong' })])
  const page = await (await fetch(`${url}/dashboard/standard/requests/${items[0]?.id}`)).text()
  expect(page).toContain('<code>secret_wrong</code>')
})
