import { createRemoteJWKSet, jwtVerify } from 'jose'
import { expect, test } from 'vitest'
import { allProviders } from '../../src/providers/registry.ts'
import { control } from '../support/control-client.ts'
import { start } from '../support/server.ts'
import { json, post, web } from '../support/standard-client.ts'
import { callbackOf, redeem } from '../support/standard-sign-in.ts'

const discovery = (base: string) => json(`${base}/.well-known/openid-configuration`)
const settings = { alias_path: '/moved/v7' }

test('discovery names the token endpoint and the key set elsewhere, where they answer as at their old places (RFC 8414 §2)', async () => {
  const server = await start({ defaultProvider: 'standard' })
  const { url } = server
  const { body: before } = await discovery(url)
  expect((await control(server, 'PATCH', '/sandboxes/standard', { settings })).status).toBe(200)
  const { body: after } = await discovery(url)
  const moved = { token_endpoint: `${url}/moved/v7/token`, jwks_uri: `${url}/moved/v7/jwks` }
  expect(after).toEqual({ ...before, ...moved })

  const code = (await callbackOf(url)).searchParams.get('code')
  const { status, body } = await redeem(`${url}/moved/v7`, code)
  expect(status).toBe(200)
  await jwtVerify(String(body.id_token), createRemoteJWKSet(new URL(moved.jwks_uri)), { issuer: url, audience: web.client_id })
  const seen = server.sandbox().journal.list().slice(-2)
  expect(seen.map((one) => [one.endpoint, one.url])).toEqual([
    ['token', '/moved/v7/token'],
    ['jwks', '/moved/v7/jwks'],
  ])
  expect((await post(url, '/token', { grant_type: 'client_credentials', ...web })).status).toBe(200)
  expect((await json(`${url}/jwks`)).status).toBe(200)
})

test('without the setting nothing is there', async () => {
  const { url } = await start({ defaultProvider: 'standard' })
  expect((await json(`${url}/moved/v7/jwks`)).status).toBe(404)
})

test.each(['moved', '/moved/', '/mo ved', '//moved', '/moved?x', '/../moved', ''])('is a path, which %j is not', async (alias_path) => {
  const server = await start({ defaultProvider: 'standard' })
  const { status, body } = await control(server, 'PATCH', '/sandboxes/standard', { settings: { alias_path } })
  expect([status, body.errors?.[0].field]).toEqual([400, 'settings.alias_path'])
})

const discovering = (await allProviders()).filter(({ paths }) => paths.discovery !== undefined && paths.jwks !== undefined)

test.each(discovering.map(({ id }) => id))('the key set that %s names elsewhere is its own', async (provider) => {
  const server = await start({ defaultProvider: 'iokids', made: [provider] })
  const { body: info } = await control(server, 'GET', `/sandboxes/${provider}`)
  const [document] = info.discovery ?? []
  const { body: before } = await json(document ?? `${info.issuer}/.well-known/openid-configuration`)
  await control(server, 'PATCH', `/sandboxes/${provider}`, { settings })
  const { body: after } = await json(document ?? `${info.issuer}/.well-known/openid-configuration`)
  const base = `${server.url}/${provider}`
  const elsewhere = (address: unknown) => String(address).replace(base, `${base}/moved/v7`)
  expect(after).toEqual({
    ...before,
    jwks_uri: elsewhere(before.jwks_uri),
    ...(before.token_endpoint !== undefined && { token_endpoint: elsewhere(before.token_endpoint) }),
  })
  expect((await json(String(after.jwks_uri))).body).toEqual((await json(String(before.jwks_uri))).body)
})
