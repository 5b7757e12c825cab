import { SignJWT } from 'jose'
import { describe, expect, test } from 'vitest'
import { type Answer, atOnce, count, many, times } from '../support/at-once.ts'
import { passwordTokens } from '../support/iokids-client.ts'
import { start } from '../support/server.ts'
import { alice, bob, web } from '../support/standard-client.ts'

/** A server with `standard` at its root, and what is done to it again and again. */
async function standard() {
  const { url } = await start({ defaultProvider: 'standard' })
  const token = (form: object) => ({ path: '/token', form: { ...web, ...form } })
  const alive = async (access_token: unknown) => {
    const [answer] = await atOnce(url, [{ method: 'GET', path: '/userinfo', headers: { authorization: `Bearer ${access_token}` } }])
    return answer?.status === 200
  }
  const tokens = async (form: object = {}): Promise<Record<string, string>> => {
    const [answer] = await atOnce(url, [token({ grant_type: 'password', ...alice, ...form })])
    return answer?.body as Record<string, string>
  }
  const control = (method: string, path: string, json?: unknown) => ({ method, path: `/_grantbox/sandboxes/standard${path}`, json })
  return { url, token, alive, tokens, control }
}

/** A sign-in that stands before its last click. */
async function signedIn(url: string) {
  const redirect_uri = 'http://127.0.0.1/callback'
  const query = new URLSearchParams({ response_type: 'code', client_id: web.client_id, redirect_uri, scope: 'openid' })
  const page = await fetch(`${url}/authorize?${query}`)
  const cookies = page.headers.getSetCookie()
  const transaction = /name="transaction" value="([^"]+)"/.exec(await page.text())?.[1] ?? ''
  const cookie = () => cookies.map((one) => one.split(';')[0]).join('; ')
  const signing = await fetch(`${url}/authorize`, {
    method: 'POST',
    headers: { cookie: cookie() },
    body: new URLSearchParams({ transaction, ...alice }),
    redirect: 'manual',
  })
  cookies.push(...signing.headers.getSetCookie())
  return { redirect_uri, allow: { path: '/authorize', form: { transaction, decision: 'allow' }, headers: { cookie: cookie() } } }
}

const codeOf = ({ headers }: Answer) => {
  const location = headers.location
  return typeof location === 'string' ? new URL(location).searchParams.get('code') : null
}

async function freshCode(url: string) {
  const { allow, redirect_uri } = await signedIn(url)
  const [answer] = await atOnce(url, [allow])
  return { grant_type: 'authorization_code', code: answer === undefined ? '' : (codeOf(answer) ?? ''), redirect_uri }
}

describe('what works once', () => {
  test('a code redeemed from many connections gives tokens once, and its reuse revokes them (RFC 6749 §4.1.2)', async () => {
    const { url, token, alive } = await standard()
    const form = await freshCode(url)
    const answers = await atOnce(
      url,
      times(many, () => token(form)),
    )
    expect([count(answers, 200), count(answers, 400)]).toEqual([1, many - 1])
    expect(await alive(answers.find((answer) => answer.status === 200)?.body.access_token)).toBe(false)
  })

  test('a refresh token used from many connections works once, and its reuse ends the grant (RFC 9700 §4.14.2)', async () => {
    const { url, token, tokens, alive } = await standard()
    const { access_token, refresh_token } = await tokens()
    const answers = await atOnce(
      url,
      times(many, () => token({ grant_type: 'refresh_token', refresh_token })),
    )
    expect([count(answers, 200), count(answers, 400)]).toEqual([1, many - 1])
    const winner = answers.find((answer) => answer.status === 200)?.body
    expect([await alive(access_token), await alive(winner?.access_token)]).toEqual([false, false])
    const [successor] = await atOnce(url, [token({ grant_type: 'refresh_token', refresh_token: winner?.refresh_token })])
    expect(successor?.status).toBe(400)
  })

  test('of many clicks on the last button one gets a code', async () => {
    const { url } = await standard()
    const { allow } = await signedIn(url)
    const answers = await atOnce(
      url,
      times(many, () => allow),
    )
    expect(new Set(answers.map(codeOf).filter((code) => code !== null)).size).toBe(1)
    expect(answers.filter((answer) => codeOf(answer) === null).every((answer) => answer.status === 400)).toBe(true)
  })

  test('a device code polled from many connections gives tokens once (RFC 8628 §3.5)', async () => {
    const { url, token } = await standard()
    const client_id = 'standard-device'
    const [begun] = await atOnce(url, [{ path: '/device_authorization', form: { client_id, scope: 'openid' } }])
    const { device_code, user_code } = begun?.body ?? {}
    const page = await (
      await fetch(`${url}/device`, { method: 'POST', body: new URLSearchParams({ user_code: String(user_code) }) })
    ).text()
    const transaction = /name="transaction" value="([^"]+)"/.exec(page)?.[1] ?? ''
    const step = (form: object) => ({ path: '/device', form: { transaction, ...form } })
    await atOnce(url, [step(alice)])
    const poll = token({ client_id, client_secret: '', grant_type: 'urn:ietf:params:oauth:grant-type:device_code', device_code })
    await atOnce(url, [step({ decision: 'allow' })])
    const answers = await atOnce(
      url,
      times(many, () => poll),
    )
    expect(count(answers, 200)).toBe(1)
    expect(count(answers, 400)).toBe(many - 1)
  })

  test('an assertion sent over many connections authenticates once (RFC 7523 §3)', async () => {
    const { url, control } = await standard()
    const [app] = await atOnce(url, [
      control('POST', '/apps', { name: 'signing', grant_types: ['client_credentials'], token_endpoint_auth_method: 'client_secret_jwt' }),
    ])
    const [client] = (app?.body.clients ?? []) as { client_id: string; client_secret: string }[]
    const { client_id = '', client_secret = '' } = client ?? {}
    const now = Math.floor(Date.now() / 1000)
    const client_assertion = await new SignJWT({
      iss: client_id,
      sub: client_id,
      aud: `${url}/token`,
      jti: 'once',
      iat: now,
      exp: now + 60,
    })
      .setProtectedHeader({ alg: 'HS256' })
      .sign(new TextEncoder().encode(client_secret))
    const client_assertion_type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
    const form = { grant_type: 'client_credentials', client_assertion_type, client_assertion }
    const answers = await atOnce(
      url,
      times(many, () => ({ path: '/token', form })),
    )
    expect([count(answers, 200), count(answers, 401)]).toEqual([1, many - 1])
  })

  test('a pushed request is taken by one browser (RFC 9126 §7.3)', async () => {
    const { url } = await standard()
    const form = { ...web, response_type: 'code', redirect_uri: 'http://127.0.0.1/callback', scope: 'openid' }
    const [pushed] = await atOnce(url, [{ path: '/par', form }])
    const query = new URLSearchParams({ client_id: web.client_id, request_uri: String(pushed?.body.request_uri) })
    const answers = await atOnce(
      url,
      times(many, () => ({ method: 'GET', path: `/authorize?${query}` })),
    )
    expect([count(answers, 200), count(answers, 400)]).toEqual([1, many - 1])
  })
})

describe('who ends it while others go on', () => {
  test.each(['before', 'after'])('a revocation sent %s a refresh leaves nothing alive (RFC 7009 §2.1)', async (when) => {
    const { url, token, tokens, alive } = await standard()
    for (let round = 0; round < 5; round++) {
      const given = await tokens()
      const refresh = token({ grant_type: 'refresh_token', refresh_token: given.refresh_token })
      const revoke = { path: '/revoke', form: { ...web, token: given.refresh_token } }
      const answers = await atOnce(url, when === 'after' ? [refresh, revoke, revoke] : [revoke, refresh, revoke])
      expect(answers.every((answer) => answer.status < 500)).toBe(true)
      for (const { body } of [...answers, { body: given }]) {
        if (typeof body.access_token === 'string') expect(await alive(body.access_token)).toBe(false)
        if (typeof body.refresh_token !== 'string') continue
        const [again] = await atOnce(url, [token({ grant_type: 'refresh_token', refresh_token: body.refresh_token })])
        expect(again?.status).toBe(400)
      }
    }
  })

  test.each([
    ['user', '/users/bob'],
    ['app', '/apps/app_standard'],
    ['client', '/clients/standard-web'],
  ])('deleting the %s while tokens are given leaves none of them alive, and nothing fails', async (_what, path) => {
    const { url, token, alive, control } = await standard()
    const grants = times(many, () => token({ grant_type: 'password', ...bob }))
    const removal = control('DELETE', path)
    const answers = await atOnce(url, [...grants.slice(0, many / 2), removal, ...grants.slice(many / 2)])
    expect(answers[many / 2]?.status).toBe(204)
    for (const { status, body } of answers) {
      expect(status).toBeLessThan(500)
      if (typeof body.access_token === 'string') expect(await alive(body.access_token)).toBe(false)
    }
  })

  test('deleting, resetting and restoring a sandbox while tokens are given fails nobody', async () => {
    const { url } = await standard()
    const at = '/_grantbox/sandboxes'
    await atOnce(url, [{ path: at, json: { name: 'mine', provider: 'standard' } }])
    const [snapshot] = await atOnce(url, [{ method: 'GET', path: `${at}/mine/snapshot` }])
    const grants = times(many, () => ({ path: '/mine/token', form: { ...web, grant_type: 'password', ...alice } }))
    const between = [
      { path: `${at}/mine/reset` },
      { method: 'PUT', path: `${at}/mine/snapshot`, json: snapshot?.body },
      { method: 'DELETE', path: `${at}/mine` },
    ]
    const answers = await atOnce(
      url,
      between.flatMap((one, n) => [...grants.slice(n * 10, n * 10 + 10), one]),
    )
    expect(answers.map((answer) => answer.status).filter((status) => status >= 500)).toEqual([])
    expect((await atOnce(url, [{ method: 'GET', path: `${at}/mine` }]))[0]?.status).toBe(404)
    for (const { body } of answers) {
      if (typeof body.access_token !== 'string') continue
      const [answer] = await atOnce(url, [
        { method: 'GET', path: '/mine/userinfo', headers: { authorization: `Bearer ${body.access_token}` } },
      ])
      expect(answer?.status).toBeGreaterThanOrEqual(400)
    }
  })
})

describe('who is first', () => {
  test('of many who create a user, a sandbox or a host of the same name one does, and the others are told', async () => {
    const { url, control } = await standard()
    const create = [
      control('POST', '/users', { username: 'same' }),
      { path: '/_grantbox/sandboxes', json: { name: 'same', provider: 'iokids' } },
      { path: '/_grantbox/sandboxes', json: { provider: 'standard', hosts: ['same.example'] } },
    ]
    for (const one of create) {
      const answers = await atOnce(
        url,
        times(many, () => one),
      )
      expect([count(answers, 201), count(answers, 409)]).toEqual([1, many - 1])
    }
  })

  test('of many who change application data that all of them read, one does (RFC 9110 §13.1.1)', async () => {
    const { url } = await start()
    const authorization = (await passwordTokens(url)).access_token
    const write = (n: number, etag: string) => ({
      method: 'PUT',
      path: '/v1/application/data/race',
      json: { n },
      headers: { authorization, 'if-match': etag },
    })
    const [made] = await atOnce(url, [{ method: 'PUT', path: '/v1/application/data/race', json: {}, headers: { authorization } }])
    const answers = await atOnce(
      url,
      times(many, (n) => write(n, String(made?.headers.etag))),
    )
    expect([count(answers, 200), count(answers, 412)]).toEqual([1, many - 1])
    const [now] = await atOnce(url, [{ method: 'GET', path: '/v1/application/data/race', headers: { authorization } }])
    expect(now?.body.data).toEqual(answers.find((answer) => answer.status === 200)?.body.data)
  })

  test('the first tokens of a sandbox, asked for at once, are signed with one key of each kind, and a client has one grant of its own', async () => {
    const { url } = await standard()
    await atOnce(url, [{ path: '/_grantbox/sandboxes', json: { name: 'fresh', provider: 'standard' } }])
    const requests = times(many, (n) =>
      n % 2 === 0
        ? { path: '/fresh/token', form: { ...web, grant_type: 'client_credentials', scope: 'read' } }
        : { method: 'GET', path: '/fresh/jwks' },
    )
    const answers = await atOnce(url, requests)
    expect(count(answers, 200)).toBe(many)
    const keys = answers.flatMap(({ body }) => (Array.isArray(body.keys) ? [body.keys.map((key: { kid: string }) => key.kid).join()] : []))
    expect(new Set(keys).size).toBe(1)
    const [grants] = await atOnce(url, [{ method: 'GET', path: '/_grantbox/sandboxes/fresh/grants' }])
    expect(grants?.body.items).toHaveLength(1)
  })
})
