import { expect, test } from 'vitest'
import { keyOfCode } from '../../src/oauth/tokens/formats.ts'
import { allProviders } from '../../src/providers/registry.ts'
import { control } from '../support/control-client.ts'
import { start } from '../support/server.ts'
import { answerIn, callbackOf, redeem, callback as redirect_uri } from '../support/standard-sign-in.ts'

const settings = { code_format: 'long' } as const

test('a code may be long and full of what is encoded in a query (RFC 6749 §A.11), and is good byte for byte alone', async () => {
  const server = await start({ defaultProvider: 'standard' })
  server.server.sandboxes.update(server.sandbox(), { settings })
  const callback = await callbackOf(server.url)
  const { code = '' } = answerIn(callback)
  expect([code.length, [...'-._~+/='].filter((one) => !code.includes(one))]).toEqual([1500, []])
  expect(callback.search).toMatch(/^\?code=[\w.~%-]+&state=xyz&iss=/)
  for (const wrong of [code.slice(0, 255), code.replaceAll('+', ' '), `${code} `]) {
    expect((await redeem(server.url, wrong)).body.error).toBe('invalid_grant')
  }
  expect((await redeem(server.url, code)).status).toBe(200)
})

test('a code is good whatever the setting is when it comes back', async () => {
  const server = await start({ defaultProvider: 'standard' })
  const change = (code_format: 'vendor' | 'long') => server.server.sandboxes.update(server.sandbox(), { settings: { code_format } })
  const short = answerIn(await callbackOf(server.url)).code
  change('long')
  const long = answerIn(await callbackOf(server.url)).code
  expect((await redeem(server.url, short)).status).toBe(200)
  change('vendor')
  expect((await redeem(server.url, long)).status).toBe(200)
})

const withCodes = (await allProviders()).filter(({ grant_types }) => grant_types.includes('authorization_code')).map(({ id }) => id)

test.each(withCodes)('a code may be so at %s', async (provider) => {
  const server = await start({ defaultProvider: provider })
  const sandbox = server.server.sandboxes.update(server.sandbox(), { settings })
  const api = (what: string, body: object) => control(server, 'POST', `/sandboxes/${provider}/${what}`, body)
  const { body: app } = await api('apps', { name: 'Long codes', redirect_uris: [redirect_uri] })
  await api('users', { username: 'carol' })
  const scope = sandbox.scopes.includes('openid') ? 'openid' : app.scopes[0]
  const pkce = { code_challenge: 'a'.repeat(43), code_challenge_method: 'S256' }
  const about = { client_id: app.clients[0].client_id, redirect_uri, username: 'carol', scope, state: 'state-of-the-test' }
  const { status, body } = await api('authorize', { ...about, ...pkce })
  expect([status, body.code?.length, body.redirect_to]).toEqual([200, 1500, expect.stringMatching(/[?&#]code=[\w.%~-]+/)])
  const key = keyOfCode(body.code, sandbox)
  expect(key === undefined ? undefined : sandbox.store.ownerOfCode(key)).toMatchObject({ username: 'carol' })
})
