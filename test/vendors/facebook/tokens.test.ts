import { createHmac } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { claimsOf, post, send } from '../../support/vendor-client.ts'
import {
  app,
  askToken,
  authorized,
  callback,
  change,
  freshCode,
  freshToken,
  graph,
  scoped,
  startFacebook,
  startFacebookForFile,
} from './facebook-app.ts'

const server = await startFacebookForFile()
const { url } = server
const appToken = `${app.client_id}|${app.client_secret}`

describe('the token endpoint answers', () => {
  test.each([
    ['by GET without a grant type', (query: Record<string, string>) => askToken(server, query)],
    ['by POST', (form: Record<string, string>) => post(`${url}/oauth/access_token`, { ...form, grant_type: 'authorization_code' })],
    ['at a version of old', (form: Record<string, string>) => post(`${url}/v3.2/oauth/access_token`, form)],
  ])('a code %s', async (_how, ask) => {
    const { status, body, headers } = await ask({ ...app, code: await freshCode(server), redirect_uri: callback })
    expect([status, headers.get('content-type'), Object.keys(body)]).toEqual([
      200,
      'application/json; charset=UTF-8',
      ['access_token', 'token_type', 'expires_in'],
    ])
    expect(body).toEqual({ access_token: expect.stringMatching(/^EAA[A-Za-z0-9]{150,250}$/), token_type: 'bearer', expires_in: 5_183_944 })
  })

  test('a short token with a long one', async () => {
    const fragment = new URLSearchParams((await authorized(server, { response_type: 'token' })).hash.slice(1))
    expect(fragment.get('expires_in')).toBe('5400')
    const asked = { ...app, grant_type: 'fb_exchange_token', fb_exchange_token: fragment.get('access_token') ?? '' }
    const { body } = await askToken(server, asked)
    expect(body).toEqual({ access_token: expect.stringMatching(/^EAA/), token_type: 'bearer', expires_in: 5_183_944 })
    expect((await graph(server, '/me', { access_token: String(body.access_token) })).status).toBe(200)
  })

  test('an app with a token of its own, which does not expire', async () => {
    const { body } = await askToken(server, { ...app, grant_type: 'client_credentials' })
    expect(body).toEqual({ access_token: expect.stringMatching(/^102934857201938\|\w{27}$/), token_type: 'bearer' })
  })

  test('openid with an ID token for Limited Login', async () => {
    const code = await freshCode(server, { scope: 'openid email', nonce: 'n' })
    const { body } = await askToken(server, { ...app, code, redirect_uri: callback })
    expect(claimsOf(body.id_token)).toMatchObject({
      iss: url,
      aud: app.client_id,
      nonce: 'n',
      name: 'Alice Arnold',
      sub: expect.stringMatching(scoped),
    })
  })
})

test('the dialog’s answer ends with #_=_ and tells scopes when asked', async () => {
  const back = await authorized(server, { state: 's', return_scopes: 'true' })
  expect(back.href).toMatch(/\?code=AQ[\w-]{280,320}&granted_scopes=email%2Cpublic_profile&denied_scopes=&state=s#_=_$/)
  const denied = await authorized(server, { state: 's', decision: 'deny' })
  expect(denied.href).toBe(
    `${callback}?error=access_denied&error_code=200&error_description=Permissions+error&error_reason=user_denied&state=s#_=_`,
  )
})

describe('/me', () => {
  test('tells name and id, and fields in the order asked', async () => {
    const access_token = await freshToken(server)
    const plain = await graph(server, '/me', { access_token })
    expect(plain.text).toMatch(/^\{"name":"Alice Arnold","id":"10\d{15}"\}$/)
    const { text } = await graph(server, '/v24.0/me', { access_token, fields: 'email,picture.width(720),first_name' })
    expect(text).toMatch(
      /^\{"email":"alice@example.com","picture":\{"data":\{"height":720,"is_silhouette":false,"url":"[^"]+","width":720\}\},"first_name":"Alice","id":"10\d{15}"\}$/,
    )
    const bearer = await send(`${url}/me?fields=id`, { headers: { authorization: `Bearer ${access_token}` } })
    expect(bearer.body.id).toBe(plain.body.id)
    const drawn = await send(String((JSON.parse(text).picture as { data: { url: string } }).data.url))
    expect([drawn.status, drawn.headers.get('content-type')]).toEqual([200, 'image/svg+xml'])
  })

  test('leaves out what was not given', async () => {
    const { body } = await graph(server, '/me', { access_token: await freshToken(server, { scope: '' }), fields: 'id,email' })
    expect(Object.keys(body)).toEqual(['id'])
  })

  test('checks appsecret_proof whenever it comes, and asks for it when it is required', async () => {
    const other = await startFacebook()
    const access_token = await freshToken(other)
    const appsecret_proof = createHmac('sha256', app.client_secret).update(access_token).digest('hex')
    expect((await graph(other, '/me', { access_token, appsecret_proof })).status).toBe(200)
    const wrong = await graph(other, '/me', { access_token, appsecret_proof: appsecret_proof.replace(/^./, 'x') })
    expect([wrong.status, wrong.body.error]).toMatchObject([
      400,
      { message: 'Invalid appsecret_proof provided in the API argument', type: 'GraphMethodException', code: 100 },
    ])
    await change(other, { require_app_secret_proof: true })
    const without = await graph(other, '/me', { access_token })
    expect([without.status, without.body.error]).toMatchObject([400, { type: 'GraphMethodException', code: 100 }])
    expect((await graph(other, '/me', { access_token, appsecret_proof })).status).toBe(200)
  })
})

describe('/debug_token', () => {
  test('tells what a token is, to its app by token or by id and secret', async () => {
    const input_token = await freshToken(server)
    const { body: own } = await askToken(server, { ...app, grant_type: 'client_credentials' })
    for (const access_token of [appToken, String(own.access_token)]) {
      const { body, text } = await graph(server, '/debug_token', { input_token, access_token })
      const data = body.data as Record<string, number>
      expect(Object.keys(data)).toEqual([
        ...['app_id', 'type', 'application', 'data_access_expires_at', 'expires_at', 'is_valid', 'issued_at', 'scopes'],
        ...['granular_scopes', 'user_id'],
      ])
      expect(data, text).toMatchObject({ app_id: app.client_id, type: 'USER', application: 'Example App', is_valid: true })
      expect((data.expires_at ?? 0) - (data.issued_at ?? 0)).toBe(5_183_944)
    }
  })

  test('tells with 200 that a token does not hold', async () => {
    const other = await startFacebook()
    const input_token = await freshToken(other)
    other.clock.advance(61 * 86_400)
    const expired = await graph(other, '/debug_token', { input_token, access_token: appToken })
    expect([expired.status, expired.body]).toEqual([
      200,
      {
        data: {
          error: {
            code: 190,
            message: expect.stringMatching(
              /^Error validating access token: Session has expired on \w+day, \d\d-\w{3}-\d\d [\d:]{8} PST\. The current time is \w+day, \d\d-\w{3}-\d\d [\d:]{8} PST\.$/,
            ),
            subcode: 463,
          },
          is_valid: false,
          scopes: [],
        },
      },
    ])
    const strange = await graph(other, '/debug_token', { input_token: 'x', access_token: appToken })
    expect(strange.body).toMatchObject({ data: { error: { code: 190 }, is_valid: false } })
  })
})

test('discovery has no token endpoint, and the keys stand where Limited Login has them', async () => {
  const { body } = await send(`${url}/.well-known/openid-configuration`)
  expect(Object.keys(body)).toEqual([
    ...['issuer', 'authorization_endpoint', 'jwks_uri', 'response_types_supported', 'subject_types_supported'],
    ...['id_token_signing_alg_values_supported', 'claims_supported'],
  ])
  const { body: set } = await send(`${url}/.well-known/oauth/openid/jwks/`)
  expect((set.keys as object[]).map((key) => Object.keys(key))).toEqual([['kid', 'kty', 'alg', 'use', 'n', 'e']])
})
