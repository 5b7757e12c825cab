import { AuthorizationCode, ClientCredentials, type ModuleOptions, ResourceOwnerPassword } from 'simple-oauth2'
import { describe, expect, test } from 'vitest'
import { startForFile } from '../test/support/server.ts'
import { alice, userinfoStatus, web } from '../test/support/standard-client.ts'
import { callback } from '../test/support/standard-sign-in.ts'
import { throughSignIn } from '../test/support/through-sign-in.ts'

/** simple-oauth2: each of its grants, refresh and revocation. */

const server = await startForFile({ defaultProvider: 'standard' })
const options: ModuleOptions = {
  client: { id: web.client_id, secret: web.client_secret },
  auth: { tokenHost: server.url, tokenPath: '/token', revokePath: '/revoke' },
}

describe.each(['header', 'body'] as const)('with its credentials in the %s', (authorizationMethod) => {
  const configured: ModuleOptions = { ...options, options: { authorizationMethod } }

  test('client credentials', async () => {
    const { token } = await new ClientCredentials(configured).getToken({ scope: 'read' })
    expect(token).toMatchObject({ token_type: 'Bearer', expires_in: 3600, scope: 'read' })
    expect(token.refresh_token).toBeUndefined()
  })

  test('password', async () => {
    const { token } = await new ResourceOwnerPassword(configured).getToken({ ...alice, scope: 'openid read' })
    expect(await userinfoStatus(server.url, token.access_token)).toBe(200)
  })

  test('a code, refresh, and revocation of both tokens', async () => {
    const client = new AuthorizationCode({ ...configured, auth: { ...options.auth, authorizePath: '/authorize' } })
    const url = client.authorizeURL({ redirect_uri: callback, scope: 'openid profile', state: 's' })
    const code = (await throughSignIn(url)).searchParams.get('code') ?? ''
    const first = await client.getToken({ code, redirect_uri: callback })
    expect(first.expired()).toBe(false)
    const second = await first.refresh()
    expect(second.token.refresh_token).not.toBe(first.token.refresh_token)
    expect(await userinfoStatus(server.url, second.token.access_token)).toBe(200)
    await second.revokeAll()
    expect(await userinfoStatus(server.url, second.token.access_token)).toBe(401)
    await expect(second.refresh()).rejects.toMatchObject({ output: { statusCode: 400 }, data: { payload: { error: 'invalid_grant' } } })
  })
})

test('a token that it keeps comes to life again from JSON', async () => {
  const client = new ResourceOwnerPassword(options)
  const kept = JSON.stringify(await client.getToken({ ...alice, scope: 'openid' }))
  const refreshed = await client.createToken(JSON.parse(kept)).refresh()
  expect(await userinfoStatus(server.url, refreshed.token.access_token)).toBe(200)
})

test('a wrong secret is a 401 with invalid_client', async () => {
  const client = new ClientCredentials({ ...options, client: { id: web.client_id, secret: 'wrong' } })
  await expect(client.getToken({})).rejects.toMatchObject({
    output: { statusCode: 401 },
    data: { payload: { error: 'invalid_client' } },
  })
})
