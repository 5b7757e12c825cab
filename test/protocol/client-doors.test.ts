import { exportJWK, generateKeyPair } from 'jose'
import { describe, expect, test } from 'vitest'
import { valueAt } from '../../src/basics/data-path.ts'
import { readDeclarations } from '../../src/config/declarations.ts'
import { holdToRules, type NewClient } from '../../src/oauth/clients/rulebook.ts'
import { cibaType } from '../../src/oauth/model/grant-names.ts'
import { offeredToClients } from '../../src/providers/clients.ts'
import type { ApiRequest } from '../../src/providers/provider.ts'
import { allProviders } from '../../src/providers/registry.ts'
import { authClient } from '../../src/providers/wildix/access-token.ts'
import { settingsOf } from '../../src/sandbox/settings.ts'
import { startForFile } from '../support/server.ts'

const providers = await allProviders()
const server = await startForFile({ clientCertificates: 'always' })
const jwks = { keys: [await exportJWK((await generateKeyPair('ES256')).publicKey)] }
const privateJwks = { keys: [await exportJWK((await generateKeyPair('ES256', { extractable: true })).privateKey)] }
let count = 0
const codes = { grant_types: ['authorization_code'] }

async function send(path: string, body: object): Promise<{ status: number; body: unknown }> {
  const headers = { 'content-type': 'application/json' }
  const answer = await fetch(server.url + path, { method: 'POST', headers, body: JSON.stringify(body) })
  return { status: answer.status, body: await answer.json() }
}

async function post(path: string, body: object): Promise<boolean> {
  const { status } = await send(path, body)
  expect([201, 400]).toContain(status)
  return status === 201
}

/** Whether a door takes a client with these members. */
const doors: Readonly<Record<string, (members: Record<string, unknown>, count: number) => boolean | Promise<boolean>>> = {
  'the registration endpoint': (members) => post('/standard/register', { redirect_uris: ['https://a.example/'], ...members }),
  'the control API': (members, count) => post('/_grantbox/sandboxes/standard/apps', { name: `Door ${count}`, ...members }),
  'the config file': ({ token_endpoint_auth_method, grant_types, ...metadata }, count) => {
    const client = { client_id: `door-${count}`, client_secret: 'secret', token_endpoint_auth_method, grant_types, metadata }
    const sandboxes = { standard: { apps: [{ name: 'Door', clients: [client] }] } }
    const { problems } = readDeclarations({ sandboxes }, 'grantbox.yaml')
    for (const { where } of problems) expect(where).toMatch(/^grantbox.yaml: sandboxes.standard.apps\[0\].clients\[0\]/)
    return problems.length === 0
  },
}

describe('every door has the same rules for clients (RFC 7591 §2)', () => {
  test.each<[string, boolean, Record<string, unknown>]>([
    ['a method that nobody knows', false, { token_endpoint_auth_method: 'magic' }],
    ['private_key_jwt without keys', false, { token_endpoint_auth_method: 'private_key_jwt' }],
    ['private_key_jwt with keys', true, { token_endpoint_auth_method: 'private_key_jwt', jwks }],
    ['the private half of a key', false, { token_endpoint_auth_method: 'private_key_jwt', jwks: privateJwks }],
    ['a certificate without a subject', false, { token_endpoint_auth_method: 'tls_client_auth' }],
    ['a certificate with one', true, { token_endpoint_auth_method: 'tls_client_auth', tls_client_auth_san_dns: 'a.example' }],
    ['an algorithm that nobody knows', false, { id_token_signed_response_alg: 'XX999' }],
    ['an algorithm that is offered', true, { id_token_signed_response_alg: 'ES256' }],
    ['HS256 without a secret', false, { token_endpoint_auth_method: 'none', id_token_signed_response_alg: 'HS256' }],
    ['encryption without keys', false, { id_token_encrypted_response_alg: 'RSA-OAEP-256' }],
    ['a grant type that is not served', false, { grant_types: ['authorization_code', 'magic'] }],
    ['no grant type at all', false, { grant_types: [] }],
    ['client_credentials without a secret', false, { token_endpoint_auth_method: 'none', grant_types: ['client_credentials'] }],
    ['a response type without its grant type', false, { response_types: ['code token'] }],
    ['a delivery mode', true, { grant_types: ['authorization_code', cibaType], backchannel_token_delivery_mode: 'poll' }],
    ['a delivery mode without its grant type', false, { backchannel_token_delivery_mode: 'poll' }],
    ['ping without an endpoint', false, { grant_types: [cibaType], backchannel_token_delivery_mode: 'ping' }],
    ['a request object algorithm', true, { request_object_signing_alg: 'ES256' }],
    ['a relative logout URI', false, { backchannel_logout_uri: 'logout' }],
    ['a flag that is a text', false, { dpop_bound_access_tokens: 'yes' }],
    ['an age', true, { default_max_age: 60 }],
    ['an age below zero', false, { default_max_age: -1 }],
  ])('%s (taken: %s)', async (_about, taken, members) => {
    const verdicts: Record<string, boolean> = {}
    count += 1
    for (const [door, take] of Object.entries(doors)) verdicts[door] = await take({ ...codes, ...members }, count)
    expect(verdicts).toEqual(Object.fromEntries(Object.keys(doors).map((door) => [door, taken])))
  })
})

describe('a client that shows a secret has one', () => {
  test('which the registration endpoint and the control API make up', async () => {
    const members = { token_endpoint_auth_method: 'client_secret_post' }
    const registered = await send('/standard/register', { redirect_uris: ['https://a.example/'], ...members })
    expect(registered.body).toMatchObject({ client_secret: expect.stringMatching(/./) })
    const created = await send('/_grantbox/sandboxes/standard/apps', { name: 'With a secret', ...members })
    expect(created.body).toMatchObject({ clients: [{ client_secret: expect.stringMatching(/./) }] })
  })

  test('and which the config file has to say, for it would be another one at each start', () => {
    const client = { client_id: 'a', token_endpoint_auth_method: 'client_secret_post' }
    const { problems } = readDeclarations({ sandboxes: { standard: { apps: [{ name: 'A', clients: [client] }] } } }, 'grantbox.yaml')
    const message = 'a client of client_secret_post has a secret, and none came'
    expect(problems).toEqual([{ where: 'grantbox.yaml: sandboxes.standard.apps[0].clients[0].client_secret', message }])
  })
})

describe('clients that came by no door keep the rules too', () => {
  const held = (client: NewClient, provider: string) => {
    const known = providers.find(({ id }) => id === provider)
    if (known === undefined) throw new Error(`there is no provider ${provider}`)
    const settings = settingsOf(known, {})
    expect(() => holdToRules(client, offeredToClients(known, settings), settings)).not.toThrow()
  }

  test.each(
    providers
      .filter(({ own_spaces }) => own_spaces === undefined)
      .flatMap(({ id, world }) => world.apps.flatMap(({ clients }) => clients.map((one) => [id, one] as const))),
  )('those that %s preloads', (provider, client) => held(client, provider))

  test('one that nobody registered, but for its grant types, which are all', async () => {
    await send('/_grantbox/sandboxes', { name: 'lenient', provider: 'standard', settings: { strictness: 'lenient' } })
    const form = new URLSearchParams({ grant_type: 'client_credentials', client_id: 'a-stranger' })
    expect((await fetch(`${server.url}/lenient/token`, { method: 'POST', body: form })).status).toBe(200)
    held(codesOnly(server.sandbox('lenient').store.findClient('a-stranger')), 'standard')
  })

  test("and Wildix' own service, to which nobody speaks by a grant type", async () => {
    const wildix = await server.reach('wildix')
    const client = authClient({ context: { realm: wildix }, directory: wildix.directory } as unknown as ApiRequest)
    expect(client.grant_types).toEqual([])
    held(codesOnly(client), 'wildix')
  })

  function codesOnly(client: NewClient | undefined): NewClient {
    if (client === undefined) throw new Error('the client is not there')
    return { ...client, grant_types: ['authorization_code'] }
  }
})

describe('members in languages (OpenID Connect Dynamic Client Registration §2.1)', () => {
  const create = (members: object) =>
    send('/_grantbox/sandboxes/standard/apps', { name: `In languages ${JSON.stringify(members)}`, ...members })

  test('are taken by the control API as by the registration endpoint', async () => {
    const { status, body } = await create({ 'client_name#de': 'Werkzeug', 'logo_uri#fr-CA': 'https://a.example/fr.png' })
    expect(status).toBe(201)
    const metadata = { 'client_name#de': 'Werkzeug', 'logo_uri#fr-CA': 'https://a.example/fr.png' }
    expect(body).toMatchObject({ clients: [{ metadata }] })
  })

  test('must be what the member is', async () => {
    const { status, body } = await create({ 'logo_uri#fr': 'no address' })
    expect(status).toBe(400)
    expect(body).toMatchObject({ errors: [{ field: 'logo_uri#fr' }] })
  })

  test('are unknown of members that people do not read, beside whatever else is wrong', async () => {
    const { status, body } = await create({ 'contacts#de': ['a@b.example'], client_secret: '' })
    expect(status).toBe(400)
    const errors = [{ field: 'client_secret' }, { field: 'contacts#de', unknown: true }]
    expect(body).toMatchObject({ errors })
  })
})

test("the control API's description has the type of each member of a client", async () => {
  const description = await (await fetch(`${server.url}/_grantbox/openapi.json`)).json()
  const path = [
    'paths',
    '/_grantbox/sandboxes/{sandbox}/apps',
    'post',
    'requestBody',
    'content',
    'application/json',
    'schema',
    'properties',
  ]
  expect(valueAt(description, path)).toMatchObject({
    client_name: { type: 'string' },
    contacts: { type: 'array', items: { type: 'string' } },
    default_max_age: { type: 'integer' },
    dpop_bound_access_tokens: { type: 'boolean' },
    jwks: { type: 'object' },
    tls_client_auth_san_dns: { type: 'string' },
  })
})
