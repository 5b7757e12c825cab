import { createHash, randomBytes } from 'node:crypto'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { ManagementClient } from 'auth0'
import { AuthenticationClient } from 'auth0/legacy'
import { describe, expect, test } from 'vitest'
import { recordRequests } from '../../test/support/recording/judge-requests.ts'
import { claimsOf } from '../../test/support/vendor-client.ts'
import { alice, aliceId, audience, callback, database, machine, startTenantForFile, web } from '../../test/vendors/auth0/auth0-tenant.ts'
import { throughPage } from './sign-in.ts'

/** The vendor's SDK for Node.js, which puts https before the tenant's domain. */

const server = await startTenantForFile()
setDefaultCACertificates([...getCACertificates('default'), await server.ca()])
recordRequests('auth0', 'node', server)
const domain = new URL(server.https).host
const authentication = new AuthenticationClient({ domain, ...{ clientId: web.client_id, clientSecret: web.client_secret } })
const scope = 'openid profile email offline_access'
function authorizationUrl(client_id: string, more: Record<string, string> = {}): URL {
  const query = { client_id, redirect_uri: callback, response_type: 'code', scope, state: 's', ...more }
  return new URL(`${server.https}/authorize?${new URLSearchParams(query)}`)
}

describe('AuthenticationClient.oauth', () => {
  test('exchanges a code, checks the ID token, refreshes and revokes', async () => {
    const code = (await throughPage(authorizationUrl(web.client_id))).searchParams.get('code') ?? ''
    const { data } = await authentication.oauth.authorizationCodeGrant({ code, redirect_uri: callback })
    expect(claimsOf(data.id_token)).toMatchObject({ iss: `https://${domain}/`, sub: aliceId })
    const { data: refreshed } = await authentication.oauth.refreshTokenGrant({ refresh_token: data.refresh_token ?? '' })
    expect(refreshed.refresh_token).not.toBe(data.refresh_token)
    await authentication.oauth.revokeRefreshToken({ token: refreshed.refresh_token ?? '' })
    await expect(authentication.oauth.refreshTokenGrant({ refresh_token: refreshed.refresh_token ?? '' })).rejects.toMatchObject({
      error: 'invalid_grant',
      error_description: 'Unknown or invalid refresh token.',
      statusCode: 403,
    })
  })

  test('exchanges a code with PKCE, for an API', async () => {
    const code_verifier = randomBytes(32).toString('base64url')
    const code_challenge = createHash('sha256').update(code_verifier).digest('base64url')
    const asked = { audience, code_challenge, code_challenge_method: 'S256' }
    const code = (await throughPage(authorizationUrl(web.client_id, asked))).searchParams.get('code') ?? ''
    const { data } = await authentication.oauth.authorizationCodeGrantWithPKCE({ code, code_verifier, redirect_uri: callback })
    expect(claimsOf(data.access_token).aud).toEqual([audience, `https://${domain}/userinfo`])
  })

  test('gets tokens by password, in the default directory and in a realm, and by client credentials', async () => {
    for (const realm of [undefined, database]) {
      const { data } = await authentication.oauth.passwordGrant({ ...alice, scope, ...(realm && { realm }) })
      expect(claimsOf(data.id_token).sub).toBe(aliceId)
    }
    await expect(authentication.oauth.passwordGrant({ ...alice, password: 'x' })).rejects.toMatchObject({
      error: 'invalid_grant',
      error_description: 'Wrong email or password.',
    })
    const { data } = await authentication.oauth.clientCredentialsGrant({ audience })
    expect(claimsOf(data.access_token)).toMatchObject({ gty: 'client-credentials', aud: audience })
  })
})

describe('AuthenticationClient.database', () => {
  test('signs up, refuses a second time, and sends a message to change the password', async () => {
    const user = { email: 'carol@example.com', password: 'Password1!', connection: database }
    const { data } = await authentication.database.signUp(user)
    expect(data).toMatchObject({ email: user.email, email_verified: false })
    await expect(authentication.database.signUp(user)).rejects.toMatchObject({ statusCode: 400 })
    const { data: told } = await authentication.database.changePassword({ email: user.email, connection: database })
    expect(told).toBe("We've just sent you an email to reset your password.")
  })
})

describe('ManagementClient', () => {
  const management = new ManagementClient({ domain, clientId: machine.client_id, clientSecret: machine.client_secret })

  test('makes, finds, changes and deletes users', async () => {
    const made = await management.users.create({ connection: database, email: 'dora@example.com', password: 'Password1!', name: 'Dora' })
    const id = made.user_id ?? ''
    expect(made).toMatchObject({ email: 'dora@example.com', name: 'Dora', email_verified: false })
    const changed = await management.users.update(id, { app_metadata: { plan: 'gold' }, email_verified: true })
    expect(changed).toMatchObject({ app_metadata: { plan: 'gold' }, email_verified: true })
    const found = await management.users.list({ q: 'email:"dora@example.com"' })
    expect(found.data.map((user) => user.user_id)).toEqual([id])
    expect((await management.users.listUsersByEmail({ email: 'dora@example.com' })).length).toBe(1)
    await management.users.delete(id)
    await expect(management.users.get(id)).rejects.toMatchObject({ statusCode: 404 })
  })

  test('makes roles and gives them to users', async () => {
    const role = await management.roles.create({ name: 'editor', description: 'May edit' })
    await management.users.roles.assign(aliceId, { roles: [role.id ?? ''] })
    const held = await management.users.roles.list(aliceId)
    expect(held.data).toEqual([expect.objectContaining({ id: role.id, name: 'editor' })])
    await management.users.roles.delete(aliceId, { roles: [role.id ?? ''] })
    expect((await management.users.roles.list(aliceId)).data).toEqual([])
  })
})
