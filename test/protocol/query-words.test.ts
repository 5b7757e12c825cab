import { expect, test } from 'vitest'
import type { Provider } from '../../src/providers/provider.ts'
import { standard } from '../../src/providers/standard/standard.ts'
import { control } from '../support/control-client.ts'
import { start } from '../support/server.ts'
import { alice, post, tokensOf, web } from '../support/standard-client.ts'

/** A vendor that takes a token from the query of its revocation, is asked for tokens by GET, and has secrets of its own. */
const vendor: Provider = {
  ...standard,
  id: 'vendor',
  requests: {
    ...standard.requests,
    parameters: { pin: 'password' },
    secrets: ['master', 'sso_ticket'],
    query: { revocation: ['token'], token: ['grant_type', 'client_id', 'client_secret', 'scope'] },
    by_get: ['token'],
  },
}

async function open() {
  const server = await start({ defaultProvider: 'standard', declared: { providers: [vendor], sandboxes: [] } })
  await control(server, 'POST', '/sandboxes', { name: 'v', provider: 'vendor' })
  const base = `${server.url}/v`
  const journal = async () => (await control(server, 'GET', '/sandboxes/v/requests')).body.items.at(-1)
  return { server, base, journal }
}

test('takes from the query what the vendor takes there, and masks it', async () => {
  const { base, journal } = await open()
  const { access_token = '' } = await tokensOf(base, { pin: alice.password })
  const answer = await fetch(`${base}/revoke?token=${access_token}&x=1`, { method: 'POST', body: new URLSearchParams(web) })
  expect(answer.status).toBe(200)
  expect(await journal()).toMatchObject({
    url: `/v/revoke?token=${access_token.slice(0, 6)}…&x=1`,
    notes: [
      'The query has x: without effect, because this endpoint takes its parameters from the body, and token from the query (RFC 6749 §3.2)',
    ],
  })
  expect((await post(base, '/introspect', { ...web, token: access_token })).body).toEqual({ active: false })
  const secret = await fetch(`${base}/revoke?token=x&client_secret=y`, { method: 'POST', body: new URLSearchParams(web) })
  expect([secret.status, decodeURIComponent(secret.headers.get('grantbox-explain') ?? '')]).toEqual([
    400,
    expect.stringContaining('The query has client_secret'),
  ])
  expect((await fetch(`${base}/introspect?token=x`, { method: 'POST', body: new URLSearchParams(web) })).status).toBe(400)
})

test('answers GET where the vendor does', async () => {
  const { base, journal } = await open()
  const answer = await fetch(`${base}/token?${new URLSearchParams({ ...web, grant_type: 'client_credentials', scope: 'read' })}`)
  expect([answer.status, await answer.json()]).toEqual([200, expect.objectContaining({ scope: 'read' })])
  expect((await journal()).url).not.toContain(web.client_secret)
  expect((await fetch(`${base}/introspect?x=1`)).status).toBe(405)
})

test('what the body says as well is without effect in the query', async () => {
  const { base, journal } = await open()
  const { access_token = '' } = await tokensOf(base, { pin: alice.password })
  await fetch(`${base}/revoke?token=other`, { method: 'POST', body: new URLSearchParams({ ...web, token: access_token }) })
  expect((await journal()).notes).toEqual(['The query has token: without effect, because the body has it as well'])
  expect((await post(base, '/introspect', { ...web, token: access_token })).body).toEqual({ active: false })
})

test("masks and refuses a vendor's own secrets, and what it calls secrets otherwise", async () => {
  const { base, journal } = await open()
  for (const name of ['pin', 'master', 'sso_ticket']) {
    const answer = await fetch(`${base}/token?${name}=geheim-geheim-geheim`, {
      method: 'POST',
      body: new URLSearchParams({ ...web, grant_type: 'client_credentials' }),
    })
    expect([name, answer.status, (await journal()).url]).toEqual([name, 400, `/v/token?${name}=…`])
    await post(base, '/token', { ...web, grant_type: 'client_credentials', [name]: 'geheim-geheim-geheim' })
    expect([name, (await journal()).request_body[name]]).toEqual([name, '…'])
  }
})

test('the setting for tokens by query notes what of it has no effect', async () => {
  const { server } = await open()
  await control(server, 'PATCH', '/sandboxes/standard', { settings: { query_token_requests: true } })
  const query = new URLSearchParams({ ...web, grant_type: 'client_credentials', 'api-version': '1.0' })
  expect((await fetch(`${server.url}/token?${query}`, { method: 'POST' })).status).toBe(200)
  expect(server.sandbox('standard').journal.list().at(-1)?.notes).toEqual([
    'The request has api-version: without effect with grant_type client_credentials',
  ])
})

test.each([
  ['POST', '/gateway/v1/auth/token', { client_id: 'gateway-client', client_secret: 'gateway-secret' }, {}],
  ['GET', '/wildix/api/v1/personal/token', undefined, { authorization: `Basic ${btoa('extension:password')}` }],
] as const)('%s %s ignores what is appended, once or twice, notes it, and takes no secret there', async (method, path, form, headers) => {
  const { server } = await open()
  const ask = (query: string) =>
    fetch(`${server.url}${path}?${query}`, { method, headers, ...(form && { body: new URLSearchParams(form) }) })
  for (const query of ['client-request-id=1', 'x=1&x=2', 'p=B2C_1_signin&api-version=1.0', 'x', '=1']) {
    const { status } = await ask(query)
    const entry = server.sandbox(path.split('/')[1]).journal.list().at(-1)
    expect([query, status, entry?.notes?.length]).toEqual([query, 200, 1])
  }
  const { status, headers: answered } = await ask('client_secret=x')
  expect([status, answered.get('grantbox-explain')]).toEqual([400, expect.stringContaining('client_secret')])
})
