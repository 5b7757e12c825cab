import { describe, expect, test } from 'vitest'
import { authorizeUrl, brandon, findFluffy, freshCode, passwordTokens, postmanCallback, postToken } from '../support/iokids-client.ts'
import { addClient, credentials } from '../support/iokids-setup.ts'
import { postForm } from '../support/raw-request.ts'
import { startForFile } from '../support/server.ts'

const server = await startForFile()
const sandbox = server.sandbox()
const { client_id, client_secret } = findFluffy

const basic = (id: string, secret: string, encoding: BufferEncoding = 'utf8') => ({
  authorization: `Basic ${Buffer.from(`${id}:${secret}`, encoding).toString('base64')}`,
})
const own = { grant_type: 'client_credentials' }

describe('client_secret_basic and client_secret_post (RFC 6749 §2.3.1)', () => {
  test.each<[string, Record<string, string>, Record<string, string>]>([
    ['both in the body', findFluffy, {}],
    ['both in the header', {}, basic(client_id, client_secret)],
    ['the scheme in any letter case', {}, { authorization: basic(client_id, client_secret).authorization.replace('Basic', 'bASIC') }],
    ['the header, and the same client_id in the body', { client_id }, basic(client_id, client_secret)],
    ['the same in both places', findFluffy, basic(client_id, client_secret)],
    ['the header, and an empty client_secret in the body', { client_secret: '' }, basic(client_id, client_secret)],
    ['the body, beside a Bearer token', findFluffy, { authorization: 'Bearer an.old.token' }],
  ])('takes %s', async (_what, form, headers) => {
    expect((await postToken(server.url, { ...own, ...form }, headers)).status).toBe(200)
  })

  test.each<[string, Record<string, string>, Record<string, string>]>([
    ['another client_id in the body', { client_id: 'other' }, basic(client_id, client_secret)],
    ['another client_secret in the body', { client_id, client_secret: 'other' }, basic(client_id, client_secret)],
  ])('a header with %s is invalid_request', async (_what, form, headers) => {
    const { status, body } = await postToken(server.url, { ...own, ...form }, headers)
    expect(status).toBe(400)
    expect(body).toMatchObject({ error: 'invalid_request', error_code: 4001 })
  })

  test.each<[string, string]>([
    ['a wrong secret', basic(client_id, 'wrong').authorization],
    ['an unknown client', basic('nobody', client_secret).authorization],
    ['an empty secret', basic(client_id, '').authorization],
    ['no colon', `Basic ${Buffer.from('nothing').toString('base64')}`],
    ['no base64', 'Basic ###'],
    ['no credentials', 'Basic'],
    ['a lone percent sign', basic('%', '%').authorization],
  ])('the header with %s is a 401 that challenges (RFC 6749 §5.2)', async (_what, authorization) => {
    const { status, body, headers } = await postToken(server.url, own, { authorization })
    expect(status).toBe(401)
    expect(body).toMatchObject({ error: 'invalid_client', error_code: 4010 })
    expect(headers.get('www-authenticate')).toBe('Basic realm="iokids", charset="UTF-8"')
  })

  test.each<[string, Record<string, string>, Record<string, string>]>([
    ['a wrong secret', { client_id, client_secret: 'wrong' }, {}],
    ['a wrong secret, beside a Bearer token', { client_id, client_secret: 'wrong' }, { authorization: 'Bearer x' }],
    ['no secret', { client_id }, {}],
    ['an empty secret', { client_id, client_secret: '' }, {}],
    ['an unknown client', { client_id: 'nobody', client_secret }, {}],
    ['no client', {}, {}],
  ])('the body with %s is a 401 without a challenge, which would open a password box', async (_what, form, headers) => {
    const answer = await postToken(server.url, { ...own, ...form }, headers)
    expect(answer.status).toBe(401)
    expect(answer.body).toMatchObject({ error: 'invalid_client', error_code: 4010 })
    expect(answer.headers.get('www-authenticate')).toBeNull()
  })

  test('Postman refreshes with Basic though it was told to use the body', async () => {
    const { refresh_token } = await passwordTokens(server.url)
    const { status } = await postToken(server.url, { grant_type: 'refresh_token', refresh_token }, basic(client_id, client_secret))
    expect(status).toBe(200)
  })
})

describe('odd credentials in a Basic header', () => {
  const app = sandbox.directory.listApps()[0]
  const secrets = ['a:b::c', 'a+b', 'a b', '50%', '%41', 'pässwörd', '密码', ' blank ', '%', '+%2B+']
  const clients = secrets.map((secret) => addClient(sandbox, { client_secret: secret }, app))

  test.each(clients.map((client) => [client.client_secret ?? '', client.client_id]))(
    'secret "%s" is taken as it is',
    async (secret, id) => {
      expect((await postToken(server.url, own, basic(id, secret))).status).toBe(200)
    },
  )

  test.each(clients.map((client) => [client.client_secret ?? '', client.client_id]))(
    'secret "%s" is taken form-encoded (RFC 6749 §2.3.1, appendix B)',
    async (secret, id) => {
      const encoded = new URLSearchParams({ s: secret }).toString().slice(2)
      expect((await postToken(server.url, own, basic(id, encoded))).status).toBe(200)
    },
  )

  test('bytes that are not UTF-8 are read as latin-1, as Python sends them', async () => {
    const client = clients.find((one) => one.client_secret === 'pässwörd')
    expect((await postToken(server.url, own, basic(client?.client_id ?? '', 'pässwörd', 'latin1'))).status).toBe(200)
  })

  test('a plus is not a blank when the client sent it as it is', async () => {
    const plus = addClient(sandbox, { client_secret: 'x+y' }, app)
    const blank = addClient(sandbox, { client_secret: 'x y' }, app)
    expect((await postToken(server.url, own, basic(plus.client_id, 'x+y'))).status).toBe(200)
    expect((await postToken(server.url, own, basic(plus.client_id, 'x y'))).status).toBe(401)
    expect((await postToken(server.url, own, basic(blank.client_id, 'x+y'))).status).toBe(200)
  })

  test('a client id with a colon cannot be told from its secret: the first colon splits (RFC 7617 §2)', async () => {
    const client = addClient(sandbox, { client_id: 'first', client_secret: 'second:third' }, app)
    expect((await postToken(server.url, own, basic(client.client_id, 'second:third'))).status).toBe(200)
    expect((await postToken(server.url, own, basic('first:second', 'third'))).status).toBe(200)
  })

  test('an odd client_id in header and body, each encoded its own way, names one client', async () => {
    const client = addClient(sandbox, { client_id: 'odd id+1', client_secret: 's' }, app)
    const form = new URLSearchParams({ ...own, client_id: client.client_id }).toString()
    for (const id of ['odd id+1', 'odd+id%2B1']) expect((await postForm(server.url, '/oauth/token', form, basic(id, 's'))).status).toBe(200)
  })
})

describe('a public client', () => {
  const app = sandbox.directory.listApps()[0]
  const client = addClient(sandbox, { client_secret: null, token_endpoint_auth_method: 'none' }, app)
  const login = { grant_type: 'password', ...brandon }

  test.each<[string, Record<string, string>, Record<string, string>]>([
    ['no secret', credentials(client), {}],
    ['an empty secret', { client_id: client.client_id, client_secret: '' }, {}],
    ['an empty password in the header', {}, basic(client.client_id, '')],
  ])('names itself with %s', async (_what, form, headers) => {
    expect((await postToken(server.url, { ...login, ...form }, headers)).status).toBe(200)
  })

  test('is refused with a secret, for it has none', async () => {
    const { status, body } = await postToken(server.url, { ...login, client_id: client.client_id, client_secret: 'x' })
    expect(status).toBe(401)
    expect(body.error).toBe('invalid_client')
  })

  test('cannot use client_credentials (RFC 6749 §4.4)', async () => {
    const { body } = await postToken(server.url, { ...own, ...credentials(client) })
    expect(body).toMatchObject({ error: 'unauthorized_client', error_code: 4005 })
  })

  test('must use PKCE (RFC 9700 §2.1.1)', async () => {
    const answer = await fetch(authorizeUrl(server.url, { client_id: client.client_id }), { redirect: 'manual' })
    const location = new URL(answer.headers.get('location') ?? '')
    expect(location.searchParams.get('error')).toBe('invalid_request')
    expect(location.searchParams.get('error_description')).toBe('code_challenge is missing')
  })

  test('redeems a code with its verifier alone, an empty client_secret beside it', async () => {
    const code_verifier = 'a'.repeat(43)
    const code = await freshCode(server, server.url, { client_id: client.client_id, code_challenge: code_verifier })
    const form = { grant_type: 'authorization_code', code, redirect_uri: postmanCallback, code_verifier }
    const { status } = await postToken(server.url, { ...form, client_id: client.client_id, client_secret: '' })
    expect(status).toBe(200)
  })
})
