import { describe, expect, test } from 'vitest'
import { newAppId, newClientId, newClientSecret, newUserId } from '../../../src/providers/slack/ids.ts'
import { Jar } from '../../support/browser-jar.ts'
import { addUser } from '../../support/iokids-setup.ts'
import { type Answer, basic, claimsOf, post, postJson, send } from '../../support/vendor-client.ts'
import {
  aliceId,
  app,
  ask,
  authorizeAt,
  call,
  callback,
  codeOf,
  goOn,
  install,
  rotating,
  shape,
  startWorkspace,
  startWorkspaceForFile,
} from './slack-client.ts'

/** What is known of the vendor, to the byte, beside its errors and the tokens of an installation. */

const server = await startWorkspaceForFile()
const { url } = server
const change = ({ url }: { url: string }, settings: object) =>
  send(`${url}/_grantbox/sandboxes/slack`, {
    method: 'PATCH',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ settings }),
  })
const said = ({ status, text }: Answer) => [status, text]
const userToken = async (user_scope: string) =>
  ((await install(server, { user_scope })).body.authed_user as { access_token: string }).access_token
const ends = '"team":{"id":"T0GRANTBOX1","name":"Example Workspace"},"enterprise":null,"is_enterprise_install":false}'

describe('oauth.v2.access takes a code', () => {
  const { client_id, client_secret } = app
  const header = basic(client_id, client_secret)
  const at = `${url}/api/oauth.v2.access`
  type Form = Record<string, string>
  test.each<[string, (form: Form) => Promise<Answer>]>([
    ['as a form, the app in the header', (form) => post(at, form, header)],
    ['as a form with the app in it', (form) => post(at, { ...form, client_id, client_secret })],
    ['with a grant type', (form) => post(at, { ...form, grant_type: 'authorization_code' }, header)],
    ['as JSON', (form) => postJson(at, form, header)],
    ['as a query', (form) => send(`${at}?${new URLSearchParams({ ...form, client_id, client_secret })}`)],
  ])('%s', async (_how, asked) => {
    const own = await codeOf(server, '/oauth/v2/authorize', { scope: 'commands', team: 'T0GRANTBOX2' })
    const { status, text } = await asked({ code: own, redirect_uri: callback })
    const team = ends.replace('T0GRANTBOX1', 'T0GRANTBOX2').replace('Example', 'Second')
    expect([status, shape(text)]).toEqual([
      200,
      `{"ok":true,"app_id":"A0GRANTBOX1","authed_user":{"id":"${aliceId}"},"scope":"commands","token_type":"bot","access_token":"xoxb-…","bot_user_id":"U…",${team}`,
    ])
  })

  test('without a redirect URI where the authorization had none, which goes to the first', async () => {
    const jar = new Jar()
    const { location } = await goOn(
      jar,
      await jar.open(authorizeAt(server, '/oauth/v2/authorize', { scope: 'commands', redirect_uri: '' })),
      url,
    )
    expect(location?.href).toMatch(/^https:\/\/www\.getpostman\.com\/oauth2\/callback\?code=1234567890\.\d{13}\.[0-9a-f]{64}&state=s$/)
    expect((await ask(server, 'oauth.v2.access', { code: location?.searchParams.get('code') ?? '' })).body.ok).toBe(true)
  })

  test('with the verifier of its challenge', async () => {
    const code_challenge = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'
    const code = await codeOf(server, '/oauth/v2/authorize', { scope: 'commands', code_challenge, code_challenge_method: 'S256' })
    const form = { code, redirect_uri: callback, code_verifier: 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk' }
    expect((await ask(server, 'oauth.v2.access', form)).body.ok).toBe(true)
  })

  test('with granular_bot_scope and tracked, which the page of the vendor sends', async () => {
    const code = await codeOf(server, '/oauth/v2/authorize', { scope: 'commands', granular_bot_scope: '1', tracked: '1' })
    expect((await ask(server, 'oauth.v2.access', { code, redirect_uri: callback })).body.ok).toBe(true)
  })
})

describe('a call that is malformed is answered 200 with what was wrong of it', () => {
  const sent = (type: string, body: string) =>
    send(`${url}/api/oauth.v2.access`, { method: 'POST', headers: { 'content-type': type }, body: Buffer.from(body) })
  const words = (error: string, message: string) =>
    JSON.stringify({ ok: false, error, response_metadata: { messages: [`[ERROR] ${message}`] } })
  const unsupported = 'The content type is not supported'
  test.each([
    ['invalid_form_data', 'application/x-www-form-urlencoded', '', 'The request has no parameters'],
    ['missing_post_type', '', 'code=x', unsupported],
    ['invalid_post_type', 'text/xml', '<code/>', unsupported],
  ])('%s for "%s"', async (error, type, body, message) => {
    expect(said(await sent(type, body))).toEqual([200, words(error, message)])
  })
})

describe('an exchange is refused with', () => {
  test('user_email_unverified for who did not verify his address and signs in', async () => {
    const own = await startWorkspace()
    const user = addUser(own.sandbox(), {
      username: 'carol',
      password: 'password',
      email: 'carol@example.com',
      claims: { email_verified: false },
    })
    const authorized = await postJson(`${own.url}/_grantbox/sandboxes/slack/authorize`, {
      ...{ client_id: app.client_id, username: user.username, redirect_uri: callback, scope: 'openid email' },
    })
    const code = new URL(String(authorized.body.redirect_to)).searchParams.get('code') ?? ''
    const answer = await ask(own, 'openid.connect.token', { code, redirect_uri: callback })
    expect(said(answer)).toEqual([200, '{"ok":false,"error":"user_email_unverified"}'])
    expect(answer.explanation).toMatch(/'carol' is not verified/)
  })

  test('cannot_install_an_org_installed_app in a workspace of an organization that has the app', async () => {
    const own = await startWorkspace()
    await change(own, { enterprise: 'Example Organization' })
    const { body } = await install(own, { scope: 'commands' })
    const { id } = body.enterprise as { id: string }
    const everywhere = await install(own, { scope: 'commands', team: id })
    expect(shape(everywhere.text)).toBe(
      `{"ok":true,"app_id":"A0GRANTBOX1","authed_user":{"id":"${aliceId}"},"scope":"commands","token_type":"bot","access_token":"xoxb-…","bot_user_id":"U…","team":null,"enterprise":{"id":"${id}","name":"Example Organization"},"is_enterprise_install":true}`,
    )
    const again = await install(own, { scope: 'commands', team: 'second' })
    expect(said(again)).toEqual([200, '{"ok":false,"error":"cannot_install_an_org_installed_app"}'])
    expect(again.explanation).toMatch(/installed in all of Example Organization/)
    expect((await install(own, { scope: 'commands', team: 'second' }, rotating)).body.ok).toBe(true)
  })

  test('oauth_authorization_url_mismatch for openid at the page of installations', async () => {
    const code = await codeOf(server, '/oauth/v2/authorize', { scope: 'openid' })
    expect(said(await ask(server, 'oauth.v2.access', { code, redirect_uri: callback }))).toEqual([
      200,
      '{"ok":false,"error":"oauth_authorization_url_mismatch"}',
    ])
  })
})

describe('who signs in', () => {
  const signedIn = async (query: Record<string, string>, by = app) => {
    const asked = { response_type: 'code', scope: 'openid profile email', nonce: 'n', client_id: by.client_id, ...query }
    return ask(
      server,
      'openid.connect.token',
      { code: await codeOf(server, '/openid/connect/authorize', asked), redirect_uri: callback },
      by,
    )
  }
  const picture = (id: string, size: number) => `${url}/avatars/${id}-${id === aliceId ? '02c3063b8e5b' : '3a3d6f1738bc'}_${size}.svg`
  const second = { team_name: 'Second Workspace', team_domain: 'second' }
  const named = (members: object) =>
    Object.fromEntries(Object.entries(members).map(([name, value]) => [`https://slack.com/${name}`, value]))
  const verified = { email: 'alice@example.com', email_verified: true, date_email_verified: 1_705_312_800 }

  test('has an ID token with these claims, in this order', async () => {
    const { body } = await signedIn({ team: 'second' })
    const claims = claimsOf(body.id_token)
    const { iat, auth_time, at_hash } = claims
    expect(Number(iat) - Number(auth_time)).toBeLessThan(5)
    expect(JSON.stringify(claims)).toBe(
      JSON.stringify({
        ...{ iss: url, sub: aliceId, aud: app.client_id, exp: Number(iat) + 300, iat, auth_time, nonce: 'n', at_hash },
        ...named({ team_id: 'T0GRANTBOX2', user_id: aliceId }),
        ...verified,
        ...{ locale: 'en-US', name: 'Alice Arnold', picture: picture(aliceId, 512), given_name: 'Alice', family_name: 'Arnold' },
        ...named({ ...second, team_image_230: picture('T0GRANTBOX2', 230), team_image_default: true }),
      }),
    )
  })

  test('is told of at userInfo with these members, in this order', async () => {
    const { body } = await signedIn({ team: 'T0GRANTBOX2' })
    const sizes = (id: string, prefix: string, all: number[]) => Object.fromEntries(all.map((size) => [prefix + size, picture(id, size)]))
    expect((await call(server, 'openid.connect.userInfo', body.access_token)).text).toBe(
      JSON.stringify({
        ...{ ok: true, sub: aliceId, ...named({ user_id: aliceId, team_id: 'T0GRANTBOX2' }), ...verified },
        ...{ name: 'Alice Arnold', picture: picture(aliceId, 512), given_name: 'Alice', family_name: 'Arnold', locale: 'en-US' },
        ...named({
          ...second,
          ...sizes(aliceId, 'user_image_', [24, 32, 48, 72, 192, 512]),
          ...sizes('T0GRANTBOX2', 'team_image_', [34, 44, 68, 88, 102, 132, 230]),
          team_image_default: true,
        }),
      }),
    )
  })

  test('at an app whose tokens rotate has a refresh token, once', async () => {
    const first = await signedIn({}, rotating)
    const answer = (id_token: unknown) =>
      `{"ok":true,"access_token":"xoxe.xoxp-…","token_type":"Bearer","id_token":"${id_token}","refresh_token":"xoxe-…","expires_in":43200}`
    expect(shape(first.text)).toBe(answer(first.body.id_token))
    const form = { grant_type: 'refresh_token', refresh_token: String(first.body.refresh_token) }
    const next = await ask(server, 'openid.connect.token', form, rotating)
    expect(shape(next.text)).toBe(answer(next.body.id_token))
    expect(said(await ask(server, 'openid.connect.token', form, rotating))).toEqual([200, '{"ok":false,"error":"invalid_refresh_token"}'])
  })

  const identity = (more: string, team = '') =>
    `{"ok":true,"user":{"name":"Alice Arnold","id":"${aliceId}"${more}},"team":{"id":"T0GRANTBOX1"${team}}}`
  const images = [24, 32, 48, 72, 192, 512].map((size) => `,"image_${size}":"${picture(aliceId, size)}"`).join('')
  test.each([
    ['identity.basic', identity('')],
    ['identity.basic,identity.email', identity(',"email":"alice@example.com"')],
    ['identity.basic,identity.avatar', identity(images)],
    ['identity.basic,identity.team', identity('', ',"name":"Example Workspace","domain":"example"')],
  ])('is told of at users.identity by %s', async (scope, text) => {
    expect(said(await call(server, 'users.identity', await userToken(scope)))).toEqual([200, text])
  })
})

describe('a method answers', () => {
  const about = '"url":"https://example.slack.com/","team":"Example Workspace"'
  test('auth.test for a bot and for a user', async () => {
    const { body } = await install(server, { scope: 'commands', user_scope: 'search:read' })
    const bot = await call(server, 'auth.test', body.access_token)
    expect(shape(bot.text)).toBe(
      `{"ok":true,${about},"user":"exampleapp","team_id":"T0GRANTBOX1","user_id":"U…","bot_id":"B…","is_enterprise_install":false}`,
    )
    const user = await call(server, 'auth.test', (body.authed_user as { access_token: string }).access_token)
    expect(user.text).toBe(
      `{"ok":true,${about},"user":"alice","team_id":"T0GRANTBOX1","user_id":"${aliceId}","is_enterprise_install":false}`,
    )
  })

  test('team.info, and users.info with an address where that may be seen', async () => {
    const token = await userToken('team:read,users:read')
    expect((await call(server, 'team.info', token)).text).toBe(
      '{"ok":true,"team":{"id":"T0GRANTBOX1","name":"Example Workspace","domain":"example","email_domain":"","icon":{"image_default":true}}}',
    )
    const { headers } = await call(server, 'users.info', token, { user: aliceId })
    expect([headers.get('x-oauth-scopes'), headers.get('x-accepted-oauth-scopes')]).toEqual([
      'identify,search:read,team:read,users:read',
      'users:read',
    ])
    expect(said(await call(server, 'users.info', token, { user: 'U0NOBODY000' }))).toEqual([200, '{"ok":false,"error":"user_not_found"}'])
  })

  test.each(['/oauth/device', '/oauth/introspect', '/oauth/revoke'])('nothing at %s', async (path) => {
    const method = path.split('/').at(-1)
    expect(said(await post(url + path, { token: 'x' }))).toEqual([200, `{"ok":false,"error":"unknown_method","req_method":"${method}"}`])
  })
})

test('ids look as the vendor’s', () => {
  expect([newAppId(), newUserId(), newClientId(), newClientSecret()]).toEqual([
    expect.stringMatching(/^A[0-9A-Z]{10}$/),
    expect.stringMatching(/^U[0-9A-Z]{10}$/),
    expect.stringMatching(/^\d{10}\.\d{13}$/),
    expect.stringMatching(/^[0-9a-f]{32}$/),
  ])
})

describe('the pages say', () => {
  const titleOf = (html: string) => /<title>([^<]*)<\/title>/.exec(html)?.[1]
  test('Sign in · Slack, and what the app asks for, with Allow and Cancel', async () => {
    const jar = new Jar()
    const place = await jar.open(authorizeAt(server, '/oauth/v2/authorize', { scope: 'chat:write,users:read' }))
    const signIn = await jar.post(place, url, { domain: 'example' })
    const consent = await jar.post(signIn, url, { email: 'alice', password: 'password' })
    expect([titleOf(place.html), titleOf(signIn.html)]).toEqual(['Sign in · Slack', 'Sign in · Slack'])
    for (const words of ['Sign in to your workspace', 'placeholder="your-workspace"', '>.slack.com<']) expect(place.html).toContain(words)
    for (const words of [
      'Example App is requesting permission to access the Example Workspace Slack workspace',
      'What will Example App be able to view?',
      'What will Example App be able to do?',
      'name="action" value="allow"',
      'name="action" value="cancel"',
    ])
      expect(consent.html).toContain(words)
  })
})

test.each(['/api/openid.connect.token/', '/openid/connect/keys/', '/api/auth.test/'])('%s is answered where it was asked', async (path) => {
  const { status, headers } = await fetch(url + path, { redirect: 'manual' })
  expect([status < 300 || status >= 400, headers.get('location')]).toEqual([true, null])
})
