import { describe, expect, test } from 'vitest'
import { clientToken } from '../../../src/providers/facebook/devices.ts'
import { Jar } from '../../support/browser-jar.ts'
import { fetchAt } from '../../support/recording/replay.ts'
import { type Answer, post } from '../../support/vendor-client.ts'
import { app, askToken, graph, startFacebook, startFacebookForFile } from './facebook-app.ts'

/** Login for Devices, as far as it can be told without the vendor's word for it. */

const server = await startFacebookForFile()
const { url } = server
const access_token = `${app.client_id}|${clientToken(app)}`
const begin = (form: Record<string, string> = {}, at = server) =>
  post(`${at.url}/v24.0/device/login`, { access_token, scope: 'email,public_profile', ...form })
const poll = (code: unknown, form: Record<string, string> = {}, at = server) =>
  post(`${at.url}/v24.0/device/login_status`, { access_token, code: String(code), ...form })

/** Goes through the pages with a code. */
async function enter(user_code: unknown, decision: Record<string, string> = { __CONFIRM__: '1' }): Promise<string> {
  const jar = new Jar()
  const signIn = await jar.post(await jar.open(`${url}/device`), url, { user_code: String(user_code) })
  const consent = await jar.post(signIn, url, { email: 'alice', pass: 'password', login: '1' })
  return (await jar.post(consent, url, decision)).html
}

const waits = (message: string, code: number, error_subcode: number, title: string, text: string) => ({
  error: {
    message,
    type: 'OAuthException',
    code,
    error_subcode,
    error_user_title: title,
    error_user_msg: text,
    fbtrace_id: expect.stringMatching(/^A/),
  },
})
const told = ({ status, body }: Answer) => [status, body]

describe('a device', () => {
  test('gets a code for its user and, when he has let it in, a token', async () => {
    const { status, body, headers } = await begin()
    expect([status, headers.get('content-type'), Object.keys(body)]).toEqual([
      200,
      'application/json; charset=UTF-8',
      ['code', 'user_code', 'verification_uri', 'expires_in', 'interval'],
    ])
    expect(body).toEqual({
      code: expect.stringMatching(/^[0-9a-f]{32}$/),
      user_code: expect.stringMatching(/^[A-Z]{4}-[A-Z]{4}$/),
      verification_uri: `${url}/device`,
      expires_in: 420,
      interval: 5,
    })
    expect(told(await poll(body.code))).toEqual([
      400,
      waits(
        'This request requires the user to take a pending action',
        31,
        1349174,
        'Device Login Authorization Pending',
        'User has not yet authorized your application. Continue polling.',
      ),
    ])
    expect(told(await poll(body.code))).toEqual([
      400,
      waits(
        'User request limit reached',
        17,
        1349172,
        'OAuth Device Excessive Polling',
        'Your device is polling too frequently. Space your requests with a minimum interval of 5 seconds.',
      ),
    ])
    expect(await enter(body.user_code)).toContain('Success!')
    server.clock.advance(6)
    const { status: done, body: token } = await poll(body.code)
    expect([done, Object.keys(token)]).toEqual([200, ['access_token', 'data_access_expiration_time', 'expires_in']])
    expect(token).toEqual({
      access_token: expect.stringMatching(/^EAA[A-Za-z0-9]{180}$/),
      data_access_expiration_time: expect.closeTo(server.clock.now() / 1000 + 90 * 86_400, -1),
      expires_in: 5_183_944,
    })
    expect((await graph(server, '/me', { access_token: String(token.access_token), fields: 'email' })).body.email).toBe('alice@example.com')
  })

  test('is told that its user declined, and that its code is too old', async () => {
    const own = await startFacebook()
    const { body: old } = await begin({}, own)
    own.clock.advance(421)
    expect(told(await poll(old.code, {}, own))).toEqual([
      400,
      waits(
        'The session has expired',
        463,
        1349152,
        'Activation Code Expired',
        'The code you entered has expired. Please go back to your device for a new code and try again.',
      ),
    ])
    const { body } = await begin()
    expect(await enter(body.user_code, { __CANCEL__: '1' })).toContain('Not connected')
    expect(told(await poll(body.code))).toEqual([
      400,
      waits('The user declined the request', 31, 1349173, 'Device Login Declined', 'The user did not let your application in.'),
    ])
  })

  test('finds the page at the vendor’s host', async () => {
    const by = await fetchAt(server)
    const body = new URLSearchParams({ access_token, scope: 'email' })
    const answer = await by('https://graph.facebook.com/v24.0/device/login', { method: 'POST', body })
    expect(((await answer.json()) as { verification_uri: string }).verification_uri).toBe('https://www.facebook.com/device')
    expect((await by('https://www.facebook.com/device', {})).status).toBe(200)
  })

  test.each([
    ['no token', { access_token: '' }, 400, 2500],
    ['a wrong client token', { access_token: `${app.client_id}|x` }, 401, 190],
  ])('with %s is refused', async (_what, form, status, code) => {
    const answer = await begin(form)
    expect([answer.status, answer.body.error]).toMatchObject([status, { code }])
  })

  test('may show the app’s secret or a token of the app, but gets nothing at the token endpoint', async () => {
    const { body: own } = await askToken(server, { ...app, grant_type: 'client_credentials' })
    for (const by of [`${app.client_id}|${app.client_secret}`, String(own.access_token)]) {
      expect((await begin({ access_token: by })).status).toBe(200)
    }
    const { body } = await begin()
    const grant_type = 'urn:ietf:params:oauth:grant-type:device_code'
    const { status } = await post(`${url}/oauth/access_token`, { ...app, grant_type, device_code: String(body.code) })
    expect(status).toBe(400)
  })
})
