import { describe, expect, test } from 'vitest'
import { Jar } from '../../support/browser-jar.ts'
import {
  alice,
  authorizeUrl,
  callback,
  callbackOf,
  homeTenant,
  signIn,
  startEntra,
  token,
  tokensOf,
  web,
} from '../../support/entra-client.ts'
import { claimsOf, send } from '../../support/vendor-client.ts'
import { expectPage, expectRefusal, expectTold } from './refusal.ts'

/** Where users are at home: in another tenant, at an identity provider of their domain; and who asks for them in circles. */

const server = await startEntra()
const { url, clock } = server
const other = '5e5e5e5e-2222-4333-8444-555555555555'
const personal = '9188040d-6c67-4c5b-b112-36a304b66dad'

async function patch(path: string, change: object): Promise<void> {
  const headers = { 'content-type': 'application/json' }
  const { status } = await send(`${url}/_grantbox/sandboxes/entra${path}`, { method: 'PATCH', headers, body: JSON.stringify(change) })
  expect(status).toBe(200)
}

/** Asks while alice is of another tenant. */
async function abroad<T>(tid: string, ask: () => Promise<T>): Promise<T> {
  await patch('/users/alice', { claims: { tid } })
  try {
    return await ask()
  } finally {
    await patch('/users/alice', { claims: {} })
  }
}

describe('a user of another tenant', () => {
  const unlike = (idp: string) =>
    `User account '${alice.username}' from identity provider '${idp}' does not exist in tenant '${homeTenant}' and cannot access the application '${web.client_id}'(Contoso Web) in that tenant.`

  test.each([
    [other, `https://sts.windows.net/${other}/`],
    [personal, 'live.com'],
  ])('of %s is told on a page that he does not exist here, and a client that may show none', async (tid, idp) => {
    const jar = new Jar()
    await callbackOf(url, {}, { jar })
    await abroad(tid, async () => {
      const own = new Jar()
      const name = await own.open(authorizeUrl(url))
      const password = await own.post(name, url, { loginfmt: alice.username })
      const refused = await own.post(password, url, { passwd: alice.password })
      expectPage(refused, { number: 50020, text: unlike(idp) })
      const { location } = await jar.open(authorizeUrl(url, { prompt: 'none' }))
      expectTold(location, { error: 'interaction_required', number: 50020, text: unlike(idp) })
    })
  })

  test('is nobody to a password, and his tokens are not for this tenant', async () => {
    const { refresh_token } = await tokensOf(url, { scope: 'openid offline_access User.Read' })
    await abroad(other, async () => {
      expectRefusal(await token(url, { grant_type: 'password', ...web, ...alice, scope: 'openid' }), {
        error: 'invalid_grant',
        number: 50034,
        text: `The user account {EmailHidden} does not exist in the ${homeTenant} directory. To sign into this application, the account must be added to the directory.`,
      })
      expectRefusal(await token(url, { grant_type: 'refresh_token', ...web, refresh_token: String(refresh_token) }), {
        error: 'invalid_request',
        number: 50020,
        text: unlike(`https://sts.windows.net/${other}/`),
      })
    })
  })

  test.each([
    ['common', other],
    ['organizations', other],
    ['common', personal],
  ])('comes in at /%s, with tokens of his own tenant %s', async (word, tid) => {
    await abroad(tid, async () => {
      const scope = 'openid profile User.Read'
      const back = await callbackOf(url, { scope, client_info: '1' }, { at: `${word}/oauth2/v2.0` })
      const code = back.searchParams.get('code') ?? ''
      const form = { grant_type: 'authorization_code', ...web, code, redirect_uri: callback, client_info: '1' }
      const { body } = await token(url, form, { tenant: word })
      const [id, access] = [claimsOf(body.id_token), claimsOf(body.access_token)]
      expect([id.tid, id.iss, access.tid, access.iss]).toEqual([tid, `${url}/${tid}/v2.0`, tid, `${url}/${tid}/`])
      expect(JSON.parse(Buffer.from(String(body.client_info), 'base64url').toString())).toEqual({ uid: id.oid, utid: tid })
      expect(back.searchParams.get('client_info')).toBe(body.client_info)
    })
  })
})

describe('domain_hint', () => {
  test.each([
    ['contoso.example', true],
    ['CONTOSO.example', true],
    ['contoso.onmicrosoft.com', false],
    ['elsewhere.example', false],
  ])('of %s leads past the page for the name: %s', async (domain_hint, leads) => {
    await patch('', { settings: { federated_domains: ['contoso.example'] } })
    const jar = new Jar()
    const page = await jar.open(authorizeUrl(url, { domain_hint }))
    expect([page.html.includes('name="loginfmt" type="text"'), page.html.includes('name="passwd" type="password"')]).toEqual([true, leads])
    const next = leads ? await jar.post(page, url, { loginfmt: alice.username, passwd: alice.password }) : page
    expect((await signIn(jar, next, url)).location?.searchParams.get('code')).toMatch(/^1\.A/)
    await patch('', { settings: { federated_domains: [] } })
  })
})

test('a client that refreshes the same again and again is told so, until five minutes are over', async () => {
  const { refresh_token } = await tokensOf(url, { scope: 'openid offline_access User.Read' })
  const refresh = (scope = 'User.Read') => token(url, { grant_type: 'refresh_token', ...web, refresh_token: String(refresh_token), scope })
  for (let times = 0; times < 5; times++) expect((await refresh()).status).toBe(200)
  await patch('', { settings: { request_loop_limit: 3 } })
  const statuses = [await refresh(), await refresh(), await refresh()].map(({ status }) => status)
  expect(statuses).toEqual([200, 200, 200])
  expectRefusal(await refresh(), {
    error: 'invalid_grant',
    number: 50196,
    text: 'The server terminated an operation because it encountered a client request loop.',
  })
  expect((await refresh('openid')).status).toBe(200)
  clock.advance(301)
  expect((await refresh()).status).toBe(200)
  await patch('', { settings: { request_loop_limit: 0 } })
})
