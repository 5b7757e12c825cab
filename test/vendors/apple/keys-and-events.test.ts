import { generateKeyPairSync } from 'node:crypto'
import { tmpdir } from 'node:os'
import { createRemoteJWKSet, jwtVerify, SignJWT } from 'jose'
import { describe, expect, test } from 'vitest'
import { connectGrantbox } from '../../../src/index.ts'
import { runCommand } from '../../support/command-line.ts'
import { postJson, send } from '../../support/vendor-client.ts'
import {
  aliceId,
  askToken,
  authorized,
  bobId,
  callback,
  change,
  freshCode,
  freshTokens,
  startTeam,
  toldClient,
  vendorHost,
  web,
} from './apple-team.ts'
import { listener } from './listener.ts'

describe('secrets are made', () => {
  test('by the control API, for as long as one asks, and are taken', async () => {
    const server = await startTeam()
    const at = `${server.url}/_grantbox/sandboxes/apple/clients/${web}/secret`
    const { body } = await postJson(at, { expires_in: '10m' })
    const left = Date.parse(String(body.expires_at)) - server.clock.now()
    expect(left / 1000).toBeCloseTo(600, -1)
    const code = await freshCode(server)
    const form = {
      grant_type: 'authorization_code',
      code,
      redirect_uri: callback,
      client_id: web,
      client_secret: String(body.client_secret),
    }
    expect((await askToken(server, form)).status).toBe(200)
    const { body: expired } = await postJson(at, { expires_in: -1 })
    expect((await askToken(server, { ...form, client_secret: String(expired.client_secret) })).explanation).toMatch(/expired/)
  })

  test('by the command and by the library', async () => {
    const server = await startTeam()
    const { stdout } = await runCommand(['secret', '--url', server.url, '--client-id', web, '--expires-in', '1h', '--json'], {
      cwd: tmpdir(),
    })
    const printed = JSON.parse(stdout) as { client_secret: string }
    const box = await connectGrantbox(server.url)
    const made = await box.sandbox('apple').apps.makeSecret(web, '1h')
    for (const { client_secret } of [printed, made]) {
      const form = {
        grant_type: 'authorization_code',
        code: await freshCode(server),
        redirect_uri: callback,
        client_id: web,
        client_secret,
      }
      expect((await askToken(server, form)).status).toBe(200)
    }
  })

  test("by who registered a key, and then with no other; other vendors' secrets are kept", async () => {
    const server = await startTeam()
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const client_id = 'com.example.own'
    const jwks = { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'OWNKEY1234' }] }
    const apps = `${server.url}/_grantbox/sandboxes/apple/apps/app_apple_example/clients`
    const { status, body } = await postJson(apps, { client_id, jwks })
    expect([status, body.client_secret, body.client_key]).toEqual([201, null, undefined])
    const iat = Math.floor(server.clock.now() / 1000)
    const client_secret = await new SignJWT({ iss: 'GRANTBOX26', iat, exp: iat + 60, aud: vendorHost, sub: client_id })
      .setProtectedHeader({ alg: 'ES256', kid: 'OWNKEY1234' })
      .sign(privateKey)
    const form = { grant_type: 'authorization_code', code: await freshCode(server, { client_id }), redirect_uri: callback }
    expect((await askToken(server, { ...form, client_id, client_secret })).status).toBe(200)
    expect((await postJson(`${server.url}/_grantbox/sandboxes/apple/clients/${client_id}/secret`, {})).status).toBe(409)
    expect((await postJson(`${server.url}/_grantbox/sandboxes/standard/clients/standard-web/secret`, {})).status).toBe(409)
  })

  test('not by a client that was given a secret of another kind, which none of them is then', async () => {
    const server = await startTeam()
    const apps = `${server.url}/_grantbox/sandboxes/apple/apps/app_apple_example/clients`
    const client = { client_id: 'com.example.odd', client_secret: 'a-shared-secret' }
    const { status, body } = await postJson(apps, client)
    expect([status, body.client_secret, body.client_key]).toEqual([201, null, undefined])
    const code = await freshCode(server, { client_id: client.client_id })
    const refused = await askToken(server, { grant_type: 'authorization_code', code, redirect_uri: callback, ...client })
    expect([refused.status, refused.text]).toEqual([400, '{"error":"invalid_client"}'])
    expect((await postJson(`${server.url}/_grantbox/sandboxes/apple/clients/${client.client_id}/secret`, {})).status).toBe(409)
  })

  test('of the lines of a .p8 file that a client was given', async () => {
    const server = await startTeam()
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const pem = privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()
    const apps = `${server.url}/_grantbox/sandboxes/apple/apps/app_apple_example/clients`
    const { body } = await postJson(apps, { client_id: 'com.example.own', client_secret: pem.replaceAll('\n', '') })
    expect((body.client_key as { private_key: string }).private_key).toBe(pem)
  })

  test('of a key that is a .p8 file, with its id and its team', async () => {
    const { client_key } = await toldClient(await startTeam())
    expect(client_key).toEqual({
      team_id: 'GRANTBOX26',
      key_id: expect.stringMatching(/^[A-Z0-9]{10}$/),
      private_key: expect.stringMatching(/^-----BEGIN PRIVATE KEY-----\n[\s\S]+\n-----END PRIVATE KEY-----\n$/),
    })
  })
})

describe('an app is told', () => {
  test('by a signed payload that its user left, whose tokens are dead and whose name comes once more', async () => {
    const server = await startTeam()
    const { url, came } = await listener()
    await change(server, { notification_endpoint: url })
    const { refresh_token = '' } = await freshTokens(server)
    const ask = async () => Object.keys((await authorized(server, { scope: 'name' })).body.form as object)
    expect(await ask()).not.toContain('user')
    const events = `${server.url}/_grantbox/sandboxes/apple/users/alice/events`
    const { body } = await postJson(events, { client_id: web, event: 'consent-revoked' })
    expect(body).toEqual({ told: { url, status: 200 } })
    expect(came.map(({ type }) => type)).toEqual(['application/json'])
    const { payload } = JSON.parse(came[0]?.body ?? '') as { payload: string }
    const checked = await jwtVerify(payload, createRemoteJWKSet(new URL(`${server.url}/auth/keys`)), {
      currentDate: new Date(server.clock.now()),
      issuer: vendorHost,
      audience: web,
    })
    expect(JSON.parse(String(checked.payload.events))).toEqual({ type: 'consent-revoked', sub: aliceId, event_time: checked.payload.iat })
    const { client_secret } = await toldClient(server)
    const again = await askToken(server, { grant_type: 'refresh_token', refresh_token, client_id: web, client_secret: client_secret ?? '' })
    expect(again.body.error_description).toBe('The token has expired or has been revoked.')
    expect(await ask()).toContain('user')
  })

  test('of the relay address, and of an account that is deleted', async () => {
    const server = await startTeam()
    const { url, came } = await listener()
    await change(server, { notification_endpoint: url })
    const box = await connectGrantbox(server.url)
    const { users } = box.sandbox('apple')
    for (const event of ['email-disabled', 'email-enabled', 'account-delete']) await users.event('bob', { client_id: web, event })
    const told = came.map(({ body }) => {
      const { payload } = JSON.parse(body) as { payload: string }
      const claims = JSON.parse(Buffer.from(payload.split('.')[1] ?? '', 'base64url').toString()) as { events: string }
      return JSON.parse(claims.events) as Record<string, unknown>
    })
    const relay = { email: expect.stringMatching(/@privaterelay\.appleid\.com$/), is_private_email: 'true' }
    const at = { event_time: expect.any(Number) }
    expect(told).toEqual([
      { type: 'email-disabled', sub: bobId, ...relay, ...at },
      { type: 'email-enabled', sub: bobId, ...relay, ...at },
      { type: 'account-delete', sub: bobId, ...at },
    ])
    expect((await send(`${server.url}/_grantbox/sandboxes/apple/users/bob`)).status).toBe(404)
  })

  test('not when it has no address, and the events have names', async () => {
    const server = await startTeam()
    const events = `${server.url}/_grantbox/sandboxes/apple/users/alice/events`
    expect((await postJson(events, { client_id: web, event: 'consent-revoked' })).body).toEqual({ told: null })
    const { status, text } = await postJson(events, { client_id: web, event: 'left' })
    expect([status, text]).toEqual([400, expect.stringContaining('email-disabled')])
    expect((await postJson(`${server.url}/_grantbox/sandboxes/standard/users/alice/events`, { client_id: web, event: 'x' })).status).toBe(
      409,
    )
  })
})
