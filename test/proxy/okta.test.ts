import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from 'jose'
import { expect, test } from 'vitest'
import { alice, custom, web } from '../support/okta-client.ts'
import { ask, secure, tunnel } from '../support/proxied.ts'
import { startForFile } from '../support/server.ts'

/** What the vendor's SDKs ask of an org, at the org's own address. */

const { url, ca } = await startForFile()
const host = 'dev-1.okta.com'
const basic = `Basic ${Buffer.from(`${web.client_id}:${web.client_secret}`).toString('base64')}`

async function call(path: string, headers: Record<string, string> = {}, form?: Record<string, string>) {
  const { socket } = await tunnel(url, `${host}:443`)
  const secured = await secure(socket, host, await ca())
  const body = form === undefined ? '' : new URLSearchParams(form).toString()
  const sent = { Host: host, ...headers, ...(form && { 'Content-Type': 'application/x-www-form-urlencoded' }) }
  const answer = await ask(secured, { path, method: form === undefined ? 'GET' : 'POST', headers: sent }, body)
  return { ...answer, json: JSON.parse(answer.text === '' ? '{}' : answer.text) as Record<string, unknown> }
}

const signIn = (server: string) =>
  call(`${server}/v1/token`, { Authorization: basic }, { grant_type: 'password', ...alice, scope: 'openid profile' })

test.each([
  [custom, `https://${host}${custom}`, `https://${host}${custom}`, 'api://default'],
  ['/oauth2', `https://${host}`, `https://${host}/oauth2`, `https://${host}`],
])('the server at %s speaks of itself by its address', async (server, issuer, base, audience) => {
  const { json } = await call(`${issuer.slice(`https://${host}`.length)}/.well-known/openid-configuration`)
  expect(json).toMatchObject({
    issuer,
    authorization_endpoint: `${base}/v1/authorize`,
    token_endpoint: `${base}/v1/token`,
    userinfo_endpoint: `${base}/v1/userinfo`,
    jwks_uri: `${base}/v1/keys`,
  })
  const { json: tokens } = await signIn(server)
  const keys = createLocalJWKSet((await call(`${server}/v1/keys`)).json as unknown as JSONWebKeySet)
  await jwtVerify(String(tokens.access_token), keys, { issuer, audience })
  await jwtVerify(String(tokens.id_token), keys, { issuer, audience: web.client_id })
  const me = await call(`${server}/v1/userinfo`, { Authorization: `Bearer ${tokens.access_token}` })
  expect(me.json).toMatchObject({ sub: '00ugrantboxalice0001', preferred_username: 'alice' })
})

test('a token holds at its server alone, also there', async () => {
  const { json } = await signIn(custom)
  const answer = await call('/oauth2/v1/userinfo', { Authorization: `Bearer ${json.access_token}` })
  expect([answer.status, answer.headers['www-authenticate']]).toEqual([401, expect.stringContaining('error="invalid_token"')])
})

test('what its pages are made of is there, too', async () => {
  const { socket } = await tunnel(url, `${host}:443`)
  const secured = await secure(socket, host, await ca())
  const answer = await ask(secured, { path: '/_grantbox/assets/web-message.js', headers: { Host: host } })
  expect([answer.status, answer.headers['content-type']]).toEqual([200, expect.stringContaining('javascript')])
})
