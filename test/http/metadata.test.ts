import { expect, test } from 'vitest'
import { rawRequest } from '../support/raw-request.ts'
import { start, startForFile } from '../support/server.ts'

const { url, sandbox } = await startForFile({ defaultProvider: 'standard' })

test('a fault strikes the key set', async () => {
  sandbox().faults.add({ endpoint: 'jwks', after: 0, times: 1, status: 503 })
  expect((await rawRequest(url, '/jwks')).status).toBe(503)
  sandbox().faults.clear()
  expect((await rawRequest(url, '/jwks')).status).toBe(200)
})

test('keys and settings that change are seen at once', async () => {
  const own = await start({ defaultProvider: 'standard' })
  const keys = async () => JSON.parse((await rawRequest(own.url, '/jwks')).text).keys.length
  const issuer = async () => JSON.parse((await rawRequest(own.url, '/.well-known/openid-configuration')).text).issuer
  const before = await keys()
  expect(await keys()).toBe(before)
  await own.sandbox().keys.rotate('rotate')
  expect(await keys()).toBe(2 * before)
  expect(await issuer()).toBe(own.url)
  own.server.sandboxes.update(own.sandbox(), { settings: { issuer: 'https://elsewhere.example' } })
  expect(await issuer()).toBe('https://elsewhere.example')
})

test('each address of a sandbox has its own document', async () => {
  const at = async (target: string, host: string) => JSON.parse((await rawRequest(url, target, { headers: { host } })).text)
  const path = '/.well-known/openid-configuration'
  expect((await at(path, 'one.example')).issuer).toBe('http://one.example')
  expect((await at(path, 'two.example:8080')).issuer).toBe('http://two.example:8080')
  expect((await at(`/standard${path}`, 'one.example')).issuer).toBe('http://one.example/standard')
  // Both speak of one issuer, and of different places for certificates.
  const [plain, mtls] = [await at(path, '127.0.0.1'), await at(path, 'mtls.127.0.0.1')]
  expect(mtls.issuer).toBe(plain.issuer)
})
