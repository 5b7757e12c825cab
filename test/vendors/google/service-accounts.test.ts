import { exportPKCS8, generateKeyPair, importPKCS8, SignJWT } from 'jose'
import { describe, expect, test } from 'vitest'
import { connectGrantbox } from '../../../src/index.ts'
import { calendar, keyFileOf, robot, web } from '../../support/google-client.ts'
import { startForFile } from '../../support/server.ts'
import { claimsOf, post, send } from '../../support/vendor-client.ts'

const { url, clock } = await startForFile({ defaultProvider: 'google' })
const bearer = (token: unknown) => ({ headers: { authorization: `Bearer ${token}` } })

describe('a service account', () => {
  const type = 'urn:ietf:params:oauth:grant-type:jwt-bearer'
  const assertion = async (claims: Record<string, unknown> = {}, file?: Record<string, string>) => {
    const { private_key = '', private_key_id, client_email = '', token_uri = '' } = file ?? (await keyFileOf(url))
    const now = Math.floor(clock.now() / 1000)
    return new SignJWT({ iss: client_email, aud: token_uri, scope: calendar, iat: now, exp: now + 3600, ...claims })
      .setProtectedHeader({ alg: 'RS256', typ: 'JWT', ...(private_key_id && { kid: private_key_id }) })
      .sign(await importPKCS8(private_key, 'RS256'))
  }
  const ask = async (claims: Record<string, unknown> = {}, file?: Record<string, string>) =>
    post(`${url}/token`, { grant_type: type, assertion: await assertion(claims, file) })

  test('has a key file as the vendor hands it out', async () => {
    const file = await keyFileOf(url)
    expect(Object.keys(file)).toEqual([
      ...['type', 'project_id', 'private_key_id', 'private_key', 'client_email', 'client_id', 'auth_uri', 'token_uri'],
      ...['auth_provider_x509_cert_url', 'client_x509_cert_url', 'universe_domain'],
    ])
    expect(file).toMatchObject({
      type: 'service_account',
      client_email: robot,
      client_id: expect.stringMatching(/^1\d{20}$/),
      token_uri: `${url}/token`,
    })
    expect(await keyFileOf(url)).toEqual(file)
    expect(await keyFileOf(url, 'vendor')).toMatchObject({
      private_key_id: file.private_key_id,
      token_uri: 'https://oauth2.googleapis.com/token',
      auth_provider_x509_cert_url: 'https://www.googleapis.com/oauth2/v1/certs',
    })
    const { body } = await send(String(file.client_x509_cert_url))
    expect(body[String(file.private_key_id)]).toMatch(/^-----BEGIN CERTIFICATE-----/)
    expect((await send(`${url}/robot/v1/metadata/x509/${web.client_id}`)).status).toBe(404)
    const none = await send(`${url}/_grantbox/sandboxes/google/clients/${web.client_id}/key-file`)
    expect([none.status, none.text]).toMatchObject([409, expect.stringContaining('no key file')])
  })

  test('has the same file in the library', async () => {
    const box = await connectGrantbox(url)
    expect(await box.sandbox('google').apps.keyFile(robot, 'vendor')).toEqual(await keyFileOf(url, 'vendor'))
  })

  test('gets a token of its own, which is none of a user’s', async () => {
    const { body, text } = await ask()
    expect(text).toBe(JSON.stringify(body, null, 2))
    expect(body).toEqual({ access_token: expect.stringMatching(/^ya29\.c\./), expires_in: 3599, token_type: 'Bearer' })
    const info = await send(`${url}/tokeninfo?access_token=${body.access_token}`)
    expect(info.body).toMatchObject({ azp: (await keyFileOf(url)).client_id, scope: calendar, access_type: 'online' })
    expect((await send(`${url}/oauth2/v2/userinfo`, bearer(body.access_token))).status).toBe(403)
  })

  test('acts for users of the Workspace domain alone', async () => {
    const { body } = await ask({ sub: 'bob@example.com', scope: 'email profile' })
    expect((await send(`${url}/oauth2/v2/userinfo`, bearer(body.access_token))).body.email).toBe('bob@example.com')
    const refused = await ask({ sub: 'alice@example.com', scope: 'email' })
    expect([refused.status, refused.body.error]).toEqual([401, 'unauthorized_client'])
    expect((await ask({ sub: 'nobody@example.com' })).body).toMatchObject({
      error: 'invalid_grant',
      error_description: 'Invalid email or User ID',
    })
  })

  test('gets an ID token for a service', async () => {
    const { body } = await ask({ scope: undefined, target_audience: 'https://service.example' })
    expect(Object.keys(body)).toEqual(['id_token'])
    expect(Object.keys(claimsOf(body.id_token))).toEqual(['aud', 'azp', 'email', 'email_verified', 'exp', 'iat', 'iss', 'sub'])
    expect(claimsOf(body.id_token)).toMatchObject({ aud: 'https://service.example', email: robot, iss: url })
  })

  const audience = 'Invalid JWT: Failed audience check.'
  const times =
    'Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your iat and exp values in the JWT claim.'

  test.each([
    ['of another audience', { aud: 'https://elsewhere.example' }, audience],
    ['that is too old', { iat: 1, exp: 3601 }, times],
    ['that lives too long', { exp: 9_999_999_999 }, times],
    ['of an account that is not there', { iss: 'x@y.iam.gserviceaccount.com' }, 'Invalid grant: account not found'],
    ['of a client that is none', { iss: web.client_id }, 'Invalid grant: account not found'],
  ])('is refused an assertion %s', async (_what, claims, error_description) => {
    const { status, text, explanation } = await ask(claims)
    expect([status, text]).toEqual([400, JSON.stringify({ error: 'invalid_grant', error_description }, null, 2)])
    expect(explanation).not.toBe('')
  })

  test('is refused what another key signed, and what has no scope', async () => {
    const { privateKey } = await generateKeyPair('RS256', { extractable: true })
    const foreign = { ...(await keyFileOf(url)), private_key: await exportPKCS8(privateKey) }
    expect((await ask({}, foreign)).body).toEqual({ error: 'invalid_grant', error_description: 'Invalid JWT Signature.' })
    expect((await ask({ scope: undefined })).body).toEqual({
      error: 'invalid_scope',
      error_description: 'Invalid OAuth scope or ID token audience provided.',
    })
    expect((await post(`${url}/token`, { grant_type: type })).body.error_description).toBe('Missing required parameter: assertion')
  })
})
