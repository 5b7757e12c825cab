import { createHmac } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { newAppId, newAppSecret, newUserId } from '../../../src/providers/facebook/ids.ts'
import { Jar } from '../../support/browser-jar.ts'
import { addUser } from '../../support/iokids-setup.ts'
import { fetchAt } from '../../support/recording/replay.ts'
import { type Answer, claimsOf, post, postJson, send } from '../../support/vendor-client.ts'
import {
  app,
  askToken,
  authorized,
  callback,
  change,
  freshCode,
  freshToken,
  graph,
  startFacebook,
  startFacebookForFile,
  throughPages,
  walk,
} from './facebook-app.ts'

/** What is known of the vendor's answers, to the byte. */

const server = await startFacebookForFile()
const { url } = server
const appToken = `${app.client_id}|${app.client_secret}`
const idOf = async (at = server) => String((await graph(at, '/me', { access_token: await freshToken(at) })).body.id)

/** An error, but for the id that it has each time anew. */
const said = ({ status, text }: Answer) => [status, text.replace(/"fbtrace_id":"A[\w-]{22}"/, '"fbtrace_id":"…"')]
const error = (message: string, code: number, subcode?: number, type = 'OAuthException') =>
  JSON.stringify({ error: { message, type, code, ...(subcode !== undefined && { error_subcode: subcode }), fbtrace_id: '…' } })

describe('/me', () => {
  test.each(['/me', '/v3.2/me', '/v24.0/me'])('at %s with the fields that clients ask for', async (path) => {
    const id = await idOf()
    const access_token = await freshToken(server)
    const picture = `{"data":{"height":50,"is_silhouette":false,"url":"${url}/${id}/picture","width":50}}`
    const { text } = await graph(server, path, { access_token, fields: 'id,name,email,picture' })
    expect(text).toBe(`{"id":"${id}","name":"Alice Arnold","email":"alice@example.com","picture":${picture}}`)
    expect((await graph(server, path.replace('me', id), { access_token })).text).toBe(`{"name":"Alice Arnold","id":"${id}"}`)
  })

  test('has no email of a user who has none', async () => {
    const own = await startFacebook()
    addUser(own.sandbox(), { username: 'carol', password: 'password', email: null, first_name: 'Carol', last_name: 'Carter' })
    const code = await freshCode(own, { username: 'carol' })
    const { body } = await askToken(own, { ...app, code, redirect_uri: callback })
    const { text } = await graph(own, '/me', { access_token: String(body.access_token), fields: 'name,email' })
    expect(text).toMatch(/^\{"name":"Carol Carter","id":"10\d{15}"\}$/)
  })

  test('wants a proof where it is required, and the right one wherever it comes', async () => {
    const own = await startFacebook()
    const access_token = await freshToken(own)
    const wrong = createHmac('sha256', 'x').update(access_token).digest('hex')
    const type = 'GraphMethodException'
    expect(said(await graph(own, '/me', { access_token, appsecret_proof: wrong }))).toEqual([
      400,
      error('Invalid appsecret_proof provided in the API argument', 100, undefined, type),
    ])
    await change(own, { require_app_secret_proof: true })
    expect(said(await graph(own, '/me', { access_token }))).toEqual([
      400,
      error('API calls from the server require an appsecret_proof argument', 100, undefined, type),
    ])
  })
})

describe('a token that does not hold is refused', () => {
  test.each([
    ['that is cut off', 'EAAx', 'Malformed access token EAAx'],
    ['that is none', 'x', 'Invalid OAuth access token - Cannot parse access token'],
  ])('%s', async (_what, access_token, message) => {
    expect(said(await graph(server, '/me', { access_token }))).toEqual([401, error(message, 190)])
  })

  test('after its time, with both times as the vendor writes them', async () => {
    const own = await startFacebook()
    const access_token = await freshToken(own)
    const issued = own.clock.now()
    own.clock.advance(61 * 86_400)
    const expiry = (Math.floor(issued / 1000) + 5_183_944) * 1000 - 8 * 3_600_000
    const [, day, month, year, time] = new Date(expiry).toUTCString().split(' ')
    const weekday = new Intl.DateTimeFormat('en-US', { weekday: 'long', timeZone: 'UTC' }).format(expiry)
    const expired = `${weekday}, ${day}-${month}-${year?.slice(2)} ${time} PST`
    const message = `Error validating access token: Session has expired on ${expired}. The current time is ….`
    const untimed = (text: string) => text.replace(/(?<=current time is )[A-Z][a-z]+day, \d\d-[A-Z][a-z]{2}-\d\d \d\d:\d\d:\d\d PST/, '…')
    const refused = async (asked: Promise<Answer>) => said({ ...(await asked), text: untimed((await asked).text) })
    expect(await refused(graph(own, '/me', { access_token }))).toEqual([401, error(message, 190, 463)])
    const { text } = await graph(own, '/debug_token', { access_token: appToken, input_token: access_token })
    expect(untimed(text)).toBe(JSON.stringify({ data: { error: { code: 190, message, subcode: 463 }, is_valid: false, scopes: [] } }))
    await change(own, { invalid_token_status: 400 })
    expect((await graph(own, '/me', { access_token })).status).toBe(400)
    const exchange = { ...app, grant_type: 'fb_exchange_token', fb_exchange_token: access_token }
    expect(await refused(askToken(own, exchange))).toEqual([400, error(message, 190, 463)])
  })

  test('when the user changed his password, until he gives another one', async () => {
    const own = await startFacebook()
    const [first, second] = [await freshToken(own), await freshToken(own)]
    expect((await graph(own, '/me', { access_token: first })).status).toBe(200)
    own.clock.advance(1)
    await send(`${own.url}/_grantbox/sandboxes/facebook/users/alice`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json' },
      body: '{"password":"another"}',
    })
    const message =
      'Error validating access token: The session has been invalidated because the user changed their password or Facebook has changed the session for security reasons.'
    const refused = await graph(own, '/me', { access_token: first })
    expect(said(refused)).toEqual([401, error(message, 190, 460)])
    expect(refused.explanation).toMatch(/changed his password/)
    // Time goes on while a token is made.
    const now = own.clock.now.bind(own.clock)
    let looks = 0
    own.clock.now = () => now() + looks++
    const third = await freshToken(own)
    const statuses = [first, second, third].map(async (access_token) => (await graph(own, '/me', { access_token })).status)
    expect(await Promise.all(statuses)).toEqual([401, 401, 200])
  })
})

describe('debug_token tells', () => {
  test('all of a user’s token', async () => {
    const input_token = await freshToken(server)
    const { text, body } = await graph(server, '/v24.0/debug_token', { input_token, access_token: appToken })
    const { issued_at: issued } = body.data as { issued_at: number }
    expect(Math.abs(issued - server.clock.now() / 1000)).toBeLessThan(5)
    expect(text).toBe(
      JSON.stringify({
        data: {
          ...{ app_id: app.client_id, type: 'USER', application: 'Example App', data_access_expires_at: issued + 90 * 86_400 },
          ...{ expires_at: issued + 5_183_944, is_valid: true, issued_at: issued, scopes: ['email', 'public_profile'] },
          ...{ granular_scopes: [{ scope: 'email' }], user_id: await idOf() },
        },
      }),
    )
  })

  test('that a token through the browser has no issued_at, and what an app’s is', async () => {
    const fragment = new URLSearchParams((await authorized(server, { response_type: 'token' })).hash.slice(1))
    const short = await graph(server, '/debug_token', { input_token: fragment.get('access_token') ?? '', access_token: appToken })
    expect(Object.keys(short.body.data as object)).not.toContain('issued_at')
    const { body } = await askToken(server, { ...app, grant_type: 'client_credentials' })
    const own = await graph(server, '/debug_token', { input_token: String(body.access_token), access_token: appToken })
    expect(own.text).toBe(`{"data":{"app_id":"${app.client_id}","type":"APP","application":"Example App","is_valid":true,"scopes":[]}}`)
  })

  test('with 200 what is no token', async () => {
    const { status, text } = await graph(server, '/debug_token', { input_token: 'x', access_token: appToken })
    const data = { error: { code: 190, message: 'Invalid OAuth access token - Cannot parse access token' }, is_valid: false, scopes: [] }
    expect([status, text]).toEqual([200, JSON.stringify({ data })])
  })
})

test('permissions are told with what was declined, by the user’s id too', async () => {
  const own = await startFacebook()
  const access_token = await freshToken(own)
  const { text } = await graph(own, `/${await idOf(own)}/permissions`, { access_token })
  expect(text).toBe('{"data":[{"permission":"email","status":"granted"},{"permission":"public_profile","status":"granted"}]}')
})

describe('the token endpoint', () => {
  const answer = /^\{"access_token":"EAA[A-Za-z0-9]{180}","token_type":"bearer","expires_in":5183944\}$/
  test.each(['', '/v3.2', '/v24.0'])('at %s/oauth/access_token answers by GET and POST', async (version) => {
    const form = async () => ({ ...app, code: await freshCode(server), redirect_uri: callback })
    const got = await send(`${url}${version}/oauth/access_token?${new URLSearchParams(await form())}`)
    const posted = await post(`${url}${version}/oauth/access_token`, await form())
    for (const { text } of [got, posted]) expect(text).toMatch(answer)
  })

  test('checks the verifier of a challenge', async () => {
    const code_challenge = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'
    const form = async () => ({
      ...{ ...app, redirect_uri: callback },
      code: await freshCode(server, { code_challenge, code_challenge_method: 'S256' }),
    })
    expect((await askToken(server, { ...(await form()), code_verifier: 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk' })).text).toMatch(
      answer,
    )
    expect((await askToken(server, { ...(await form()), code_verifier: 'x'.repeat(43) })).status).toBe(400)
  })
})

test('at the vendor’s hosts discovery is this, and the keys are where Limited Login has them', async () => {
  const by = await fetchAt(server)
  const text = await (await by('https://www.facebook.com/.well-known/openid-configuration', {})).text()
  const claims = [
    ...['iss', 'aud', 'sub', 'iat', 'exp', 'jti', 'nonce', 'at_hash', 'name', 'given_name', 'middle_name', 'family_name', 'email'],
    ...['picture', 'user_friends', 'user_birthday', 'user_age_range', 'user_link', 'user_hometown', 'user_location', 'user_gender'],
  ]
  expect(text).toBe(
    JSON.stringify({
      issuer: 'https://www.facebook.com',
      authorization_endpoint: 'https://facebook.com/dialog/oauth/',
      jwks_uri: 'https://www.facebook.com/.well-known/oauth/openid/jwks/',
      response_types_supported: ['id_token', 'token id_token'],
      subject_types_supported: ['pairwise'],
      id_token_signing_alg_values_supported: ['RS256'],
      claims_supported: claims,
    }),
  )
  for (const host of ['limited.facebook.com', 'www.facebook.com']) {
    expect((await by(`https://${host}/.well-known/oauth/openid/jwks/`, {})).status).toBe(200)
  }
})

test('an ID token has these claims, and its nonce', async () => {
  const code = await freshCode(server, { scope: 'openid email', nonce: 'n' })
  const { body } = await askToken(server, { ...app, code, redirect_uri: callback })
  const claims = claimsOf(body.id_token)
  const { iat, jti, at_hash } = claims
  const sub = await idOf()
  expect(claims).toEqual({
    ...{ iss: url, aud: app.client_id, sub, iat, exp: Number(iat) + 3600, jti, nonce: 'n', at_hash, email: 'alice@example.com' },
    ...{ given_name: 'Alice', family_name: 'Arnold', name: 'Alice Arnold', picture: `${url}/${sub}/picture` },
  })
})

describe('the dialog', () => {
  const at = (more: Record<string, string>, path = '/dialog/oauth', base = url) =>
    `${base}${path}?${new URLSearchParams({ client_id: app.client_id, redirect_uri: callback, state: 's', ...more })}`

  test.each(['/dialog/oauth', '/v3.2/dialog/oauth', '/v24.0/dialog/oauth'])('is at %s', async (path) => {
    expect((await throughPages(at({ scope: 'email' }, path))).href).toMatch(/\?code=AQ[\w-]{280,320}&state=s#_=_$/)
  })

  test.each(['email,user_friends', 'email user_friends'])('takes the scope %s', async (scope) => {
    const back = await throughPages(at({ scope, return_scopes: 'true' }), { granted: ['email', 'user_friends'] })
    expect(back.searchParams.get('granted_scopes')).toBe('email,user_friends,public_profile')
  })

  test('gives public_profile, whatever the user unticks', async () => {
    const own = await startFacebook()
    const back = await throughPages(at({ scope: 'email', return_scopes: 'true' }, undefined, own.url), { granted: [] })
    expect([back.searchParams.get('granted_scopes'), back.searchParams.get('denied_scopes')]).toEqual(['public_profile', 'email'])
  })

  test('asks once more with auth_type=reauthorize, and else not', async () => {
    const jar = new Jar()
    await throughPages(at({ scope: 'email' }), { jar })
    expect((await jar.open(at({ scope: 'email' }))).location?.searchParams.has('code')).toBe(true)
    const page = await jar.open(at({ scope: 'email', auth_type: 'reauthorize' }))
    expect(page.status).toBe(200)
    expect((await walk(page, url, { jar })).location?.searchParams.has('code')).toBe(true)
  })

  test.each([
    ['display', 'popup'],
    ['auth_nonce', 'n'],
    ['config_id', '1'],
  ])('takes %s', async (name, value) => {
    expect((await throughPages(at({ [name]: value }))).searchParams.has('code')).toBe(true)
  })

  test('says what it is', async () => {
    const jar = new Jar()
    const own = await startFacebook()
    const first = await jar.open(at({ scope: 'email' }, undefined, own.url))
    const { html } = await jar.post(first, own.url, { email: 'alice', pass: 'password', login: '1' })
    expect(/<title>([^<]*)</.exec(first.html)?.[1]).toBe('Log in to Facebook')
    for (const words of [
      '<h1>Continue as Alice Arnold?</h1>',
      'Example App is requesting access to:',
      '>Continue as Alice Arnold</button>',
      '>Cancel</button>',
    ])
      expect(html).toContain(words)
  })
})

test.each([
  ['http://app.example/callback', 400],
  ['https://app.example/callback', 201],
  ['http://localhost:3000/callback', 201],
])('an app that calls back to %s is registered with %i', async (redirect_uri, status) => {
  const { status: told } = await postJson(`${url}/_grantbox/sandboxes/facebook/apps`, {
    name: `App ${redirect_uri}`,
    redirect_uris: [redirect_uri],
  })
  expect(told).toBe(status)
})

test('ids look as the vendor’s', () => {
  expect([newAppId(), newAppSecret(), newUserId()]).toEqual([
    expect.stringMatching(/^1\d{14}$/),
    expect.stringMatching(/^[0-9a-f]{32}$/),
    expect.stringMatching(/^1000\d{11}$/),
  ])
})

test.each(['/oauth/access_token/', '/.well-known/oauth/openid/jwks/', '/debug_token/'])(
  '%s is answered where it was asked',
  async (path) => {
    const { status, headers } = await fetch(url + path, { redirect: 'manual' })
    expect([status < 300 || status >= 400, headers.get('location')]).toEqual([true, null])
  },
)
