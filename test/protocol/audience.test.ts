import { describe, expect, test } from 'vitest'
import { decideBackchannelRequest } from '../../src/oauth/deferred/backchannel.ts'
import { standard } from '../../src/providers/standard/standard.ts'
import { listBackchannelRequests } from '../support/backchannel.ts'
import { Jar } from '../support/browser-jar.ts'
import { start, startForFile } from '../support/server.ts'
import { alice, claimsOf, post, tokensOf, web } from '../support/standard-client.ts'
import { answerIn, authorizeUrl, callback, callbackOf, redeem, signInAndAllow } from '../support/standard-sign-in.ts'

const server = await startForFile({ defaultProvider: 'standard' })
const { url } = server
const credentials = { grant_type: 'client_credentials', ...web }
const audOf = ({ access_token }: Record<string, unknown>) => claimsOf(access_token).aud

describe('audience is understood as resource is', () => {
  test.each(['https://api.example', 'orders', 'api://orders/.default', 'urn:example:api', 'Größe', '/a#b'])(
    '%s with client credentials',
    async (audience) => {
      const { body } = await post(url, '/token', { ...credentials, audience })
      expect(audOf(body)).toBe(audience)
      expect((await post(url, '/introspect', { ...web, token: String(body.access_token) })).body.aud).toEqual([audience])
    },
  )

  test.each<[string, [string, string][], unknown]>([
    [
      'two audiences',
      [
        ['audience', 'a'],
        ['audience', 'b'],
      ],
      ['a', 'b'],
    ],
    [
      'two resources',
      [
        ['resource', 'urn:a'],
        ['resource', 'urn:b'],
      ],
      ['urn:a', 'urn:b'],
    ],
    [
      'one of each',
      [
        ['audience', 'a'],
        ['resource', 'urn:b'],
      ],
      ['urn:b', 'a'],
    ],
    [
      'the same twice',
      [
        ['audience', 'urn:a'],
        ['resource', 'urn:a'],
      ],
      'urn:a',
    ],
    ['an empty one', [['audience', '']], url],
  ])('%s', async (_what, targets, aud) => {
    const { body } = await post(url, '/token', [...Object.entries(credentials), ...targets])
    expect(audOf(body)).toEqual(aud)
  })

  test('a list in JSON', async () => {
    const answer = await fetch(`${url}/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...credentials, audience: ['a', 'b'] }),
    })
    expect(audOf((await answer.json()) as Record<string, unknown>)).toEqual(['a', 'b'])
  })

  test('with a password', async () => {
    expect(audOf(await tokensOf(url, { audience: 'orders' }))).toBe('orders')
  })

  test('at the authorization endpoint, and narrowed at the token endpoint', async () => {
    const { code } = answerIn(await callbackOf(url, { audience: 'a b', scope: 'openid profile' }))
    const { body } = await redeem(url, code)
    expect(audOf(body)).toEqual(['a', 'b'])
    const refresh = { grant_type: 'refresh_token', ...web }
    const narrowed = await post(url, '/token', { ...refresh, refresh_token: String(body.refresh_token), audience: 'b' })
    expect(audOf(narrowed.body)).toBe('b')
    const beyond = await post(url, '/token', { ...refresh, refresh_token: String(narrowed.body.refresh_token), audience: 'c' })
    expect([beyond.body.error, beyond.headers.get('grantbox-explain')]).toEqual(['invalid_target', expect.stringContaining("'c'")])
  })

  test('pushed', async () => {
    const pushed = await post(url, '/par', { response_type: 'code', redirect_uri: callback, scope: 'openid', audience: 'orders', ...web })
    const jar = new Jar()
    const page = await jar.open(`${url}/authorize?client_id=${web.client_id}&request_uri=${pushed.body.request_uri}`)
    const { location } = await signInAndAllow(jar, page, url)
    expect(audOf((await redeem(url, location?.searchParams.get('code'))).body)).toBe('orders')
  })

  test('of a device', async () => {
    const { body } = await post(url, '/device_authorization', [
      ['client_id', 'standard-device'],
      ['audience', 'a'],
      ['audience', 'b'],
    ])
    const jar = new Jar()
    const send = async (form: Record<string, string>) => {
      const { html } = await jar.open(`${url}/device`, { method: 'POST', body: new URLSearchParams(form) })
      return /name="transaction" value="([^"]+)"/.exec(html)?.[1] ?? ''
    }
    const transaction = await send({ user_code: String(body.user_code) })
    await send({ transaction, ...alice })
    await send({ transaction, decision: 'allow' })
    const grant_type = 'urn:ietf:params:oauth:grant-type:device_code'
    const polled = await post(url, '/token', { grant_type, device_code: String(body.device_code), client_id: 'standard-device' })
    expect(audOf(polled.body)).toEqual(['a', 'b'])
  })

  test('of a backchannel request', async () => {
    const asked = await post(url, '/bc-authorize', { ...web, scope: 'openid', login_hint: alice.username, audience: 'orders' })
    const id = listBackchannelRequests(server.sandbox()).at(-1)?.id ?? ''
    await decideBackchannelRequest(server.sandbox(), id, 'allowed')
    const polled = { grant_type: 'urn:openid:params:grant-type:ciba', auth_req_id: String(asked.body.auth_req_id), ...web }
    expect(audOf((await post(url, '/token', polled)).body)).toBe('orders')
  })

  test('of a declared provider', async () => {
    const own = await start({ declared: { providers: [{ ...standard, id: 'acme' }], sandboxes: [] } })
    const { body } = await post(`${own.url}/acme`, '/token', { ...credentials, audience: 'orders' })
    expect(audOf(body)).toBe('orders')
  })
})

test('the setting resources says which audiences there are, at every endpoint', async () => {
  server.server.sandboxes.create({ name: 'some', provider: standard, settings: { resources: ['orders'] } })
  const base = `${url}/some`
  expect(audOf((await post(base, '/token', { ...credentials, audience: 'orders' })).body)).toBe('orders')
  for (const [path, form] of [
    ['/token', credentials],
    ['/device_authorization', { client_id: 'standard-device' }],
    ['/bc-authorize', { ...web, scope: 'openid', login_hint: alice.username }],
    ['/par', { response_type: 'code', redirect_uri: callback, ...web }],
  ] as const) {
    const { body, headers } = await post(base, path, { ...form, audience: 'others' })
    expect([body.error, headers.get('grantbox-explain')]).toEqual([
      'invalid_target',
      expect.stringContaining("audience 'others' is none of"),
    ])
  }
  const { location } = await new Jar().open(authorizeUrl(base, { audience: 'others' }))
  expect(location?.searchParams.get('error')).toBe('invalid_target')
})
