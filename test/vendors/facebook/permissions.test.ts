import { createHmac } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { Jar } from '../../support/browser-jar.ts'
import { post, postJson } from '../../support/vendor-client.ts'
import { listener } from '../apple/listener.ts'
import { app, callback, change, freshToken, graph, startFacebook, throughPages } from './facebook-app.ts'

const at = (url: string, more: Record<string, string> = {}) =>
  `${url}/v24.0/dialog/oauth?${new URLSearchParams({ client_id: app.client_id, redirect_uri: callback, state: 's', scope: 'email,user_friends', ...more })}`

async function tokenAt(url: string, back: URL): Promise<string> {
  const { body } = await post(`${url}/oauth/access_token`, { ...app, code: back.searchParams.get('code') ?? '', redirect_uri: callback })
  return String(body.access_token)
}

describe('in the dialog', () => {
  test('the user unticks what he does not give, and is asked for it with auth_type=rerequest alone', async () => {
    const server = await startFacebook()
    const { url } = server
    const jar = new Jar()
    const back = await throughPages(at(url, { return_scopes: 'true' }), { jar, granted: ['email'] })
    expect(back.href).toMatch(/&granted_scopes=email%2Cpublic_profile&denied_scopes=user_friends&state=s#_=_$/)
    const access_token = await tokenAt(url, back)
    expect((await graph(server, '/me/permissions', { access_token })).body).toEqual({
      data: [
        { permission: 'email', status: 'granted' },
        { permission: 'public_profile', status: 'granted' },
        { permission: 'user_friends', status: 'declined' },
      ],
    })
    const again = await jar.open(at(url))
    expect(again.location?.searchParams.get('code')).toMatch(/^AQ/)
    const asked = await jar.open(at(url, { auth_type: 'rerequest' }))
    expect(asked.html).toContain('value="user_friends" checked')
    const given = await throughPages(at(url, { auth_type: 'rerequest' }), { jar, granted: ['email', 'user_friends'] })
    const { body } = await graph(server, '/me/permissions', { access_token: await tokenAt(url, given) })
    expect((body.data as { status: string }[]).map(({ status }) => status)).toEqual(['granted', 'granted', 'granted'])
  })

  test.each([
    ['granted_scopes', /^\?granted_scopes=email%2Cpublic_profile&denied_scopes=user_friends&state=s#_=_$/],
    ['code granted_scopes', /^\?code=AQ[\w-]{280,320}&granted_scopes=email%2Cpublic_profile&denied_scopes=user_friends&state=s#_=_$/],
    [
      'token granted_scopes',
      /^#access_token=EAA[A-Za-z0-9]{180}&expires_in=5400&granted_scopes=email%2Cpublic_profile&denied_scopes=user_friends&state=s$/,
    ],
    ['code token', /^#code=AQ[\w-]{280,320}&access_token=EAA[A-Za-z0-9]{180}&expires_in=5400&state=s$/],
    ['code', /^\?code=AQ[\w-]{280,320}&state=s#_=_$/],
  ])('response_type=%s tells what the user gave', async (response_type, told) => {
    const { url } = await startFacebook()
    const back = await throughPages(at(url, { response_type }), { granted: ['email'] })
    expect(back.search + back.hash).toMatch(told)
  })

  test('who cancels goes back as the vendor says it', async () => {
    const { url } = await startFacebook()
    const back = await throughPages(at(url), { decision: 'deny' })
    expect(back.href).toBe(
      `${callback}?error=access_denied&error_code=200&error_description=Permissions+error&error_reason=user_denied&state=s#_=_`,
    )
  })

  test('auth_type=reauthenticate asks for the password again', async () => {
    const { url } = await startFacebook()
    const jar = new Jar()
    await throughPages(at(url), { jar })
    expect((await jar.open(at(url, { auth_type: 'reauthenticate' }))).html).toContain('name="pass"')
  })
})

describe('permissions are taken back', () => {
  test('one, and the token has it no more', async () => {
    const server = await startFacebook()
    const access_token = await freshToken(server)
    const { body: me } = await graph(server, '/me', { access_token })
    const { status, text } = await graph(server, `/v24.0/${me.id}/permissions/email`, { access_token }, 'DELETE')
    expect([status, text]).toEqual([200, '{"success":true}'])
    expect(Object.keys((await graph(server, '/me', { access_token, fields: 'id,email' })).body)).toEqual(['id'])
    const { body } = await graph(server, '/me/permissions', { access_token })
    expect(body.data).toContainEqual({ permission: 'email', status: 'declined' })
    const once = await graph(server, '/me/permissions/email', { access_token }, 'DELETE')
    expect([once.status, once.body.error]).toMatchObject([400, { code: 100 }])
  })

  test('all, and the app is told by a request that it can check', async () => {
    const server = await startFacebook()
    const { url, came } = await listener()
    await change(server, { deauthorize_callback: url })
    const access_token = await freshToken(server)
    const { body: me } = await graph(server, '/me', { access_token })
    const proven = { access_token: `${app.client_id}|${app.client_secret}` }
    expect((await graph(server, `/${me.id}/permissions`, proven, 'DELETE')).text).toBe('{"success":true}')
    expect(came.map(({ type }) => type)).toEqual(['application/x-www-form-urlencoded'])
    const [signature = '', payload = ''] = (new URLSearchParams(came[0]?.body).get('signed_request') ?? '').split('.')
    expect(signature).toBe(createHmac('sha256', app.client_secret).update(payload).digest('base64url'))
    const told = JSON.parse(Buffer.from(payload, 'base64url').toString())
    expect(Object.keys(told)).toEqual(['algorithm', 'issued_at', 'user_id'])
    expect(told).toMatchObject({ algorithm: 'HMAC-SHA256', user_id: me.id })
  })

  test('by the user, who may ask for the deletion of the data, too', async () => {
    const server = await startFacebook()
    const { url, came } = await listener()
    await change(server, { data_deletion_callback: url })
    const access_token = await freshToken(server)
    const events = `${server.url}/_grantbox/sandboxes/facebook/users/alice/events`
    const { body } = await postJson(events, { client_id: app.client_id, event: 'data_deletion' })
    expect([body, came.length]).toEqual([{ told: { url, status: 200 } }, 1])
    expect((await graph(server, '/me', { access_token })).status).toBe(401)
    expect((await postJson(events, { client_id: app.client_id, event: 'deauthorize' })).body).toEqual({ told: null })
  })
})
