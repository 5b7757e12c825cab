import { createServer } from 'node:http'
import { describe, expect, onTestFinished, test } from 'vitest'
import { Jar } from '../support/browser-jar.ts'
import { startForFile } from '../support/server.ts'
import { claimsOf, json, post, tokensOf, web } from '../support/standard-client.ts'
import { authorizeUrl, callback, callbackOf, challenge, verifier } from '../support/standard-sign-in.ts'

const server = await startForFile({ defaultProvider: 'standard' })
const resource = `${server.url}/resource`
const metadataUrl = `${server.url}/.well-known/oauth-protected-resource/resource`

const use = (token: unknown, init: RequestInit = {}, at = resource) =>
  json(at, { ...init, headers: { authorization: `Bearer ${token}`, ...init.headers } })
const writing = { method: 'POST', body: JSON.stringify({ a: 1 }), headers: { 'content-type': 'application/json' } }

describe('protected resource metadata (RFC 9728 §2 and §3)', () => {
  test('stands at the well-known path with the resource’s path behind it', async () => {
    const { status, body } = await json(metadataUrl)
    expect(status).toBe(200)
    expect(body).toMatchObject({
      resource,
      authorization_servers: [server.url],
      scopes_supported: ['read', 'write'],
      bearer_methods_supported: ['header'],
    })
    expect(body.dpop_signing_alg_values_supported).toContain('ES256')
  })

  test.each([
    ['the root', '/.well-known/oauth-protected-resource', ''],
    ['a named sandbox, behind the path', '/.well-known/oauth-protected-resource/standard/resource', '/standard/resource'],
    ['a named sandbox, before the path', '/standard/.well-known/oauth-protected-resource/resource', '/standard/resource'],
    ['the root of a named sandbox', '/.well-known/oauth-protected-resource/standard', '/standard'],
  ])('of %s names exactly that resource', async (_what, path, named) => {
    const { body } = await json(server.url + path)
    expect(body.resource).toBe(server.url + named)
    expect(body.authorization_servers).toEqual([named === '' ? server.url : `${server.url}/standard`])
  })

  test('is a vendor’s that has such a resource alone, and discovery names it', async () => {
    expect((await json(`${server.url}/.well-known/oauth-protected-resource/iokids`)).status).toBe(404)
    const { body } = await json(`${server.url}/.well-known/oauth-authorization-server`)
    expect(body).toMatchObject({ protected_resources: [resource], client_id_metadata_document_supported: true })
  })
})

describe('the resource', () => {
  test('challenges a request without token, saying where its metadata is and no error (RFC 9728 §5.1, RFC 6750 §3.1)', async () => {
    const { status, headers } = await json(resource)
    expect(status).toBe(401)
    const said = headers.get('www-authenticate') ?? ''
    expect(said).toMatch(/^Bearer resource_metadata="/)
    expect(said).toContain(`resource_metadata="${metadataUrl}"`)
    expect(said).toContain('scope="read"')
    expect(said).not.toContain('error')
    expect((await json(`${server.url}/standard/resource`)).headers.get('www-authenticate')).toContain(
      `resource_metadata="${server.url}/.well-known/oauth-protected-resource/standard/resource"`,
    )
  })

  test('tells whose token it is', async () => {
    const { access_token } = await tokensOf(server.url, { scope: 'read' })
    const { status, body } = await use(access_token)
    expect(status).toBe(200)
    expect(body).toEqual({ resource, sub: 'alice', username: 'alice', client_id: 'standard-web', scope: 'read' })
  })

  test('reads with scope read and writes with scope write', async () => {
    const { access_token: reader } = await tokensOf(server.url, { scope: 'read' })
    const { access_token: writer } = await tokensOf(server.url, { scope: 'write' })
    expect((await use(writer, writing)).body).toMatchObject({ received: { a: 1 }, scope: 'write' })
    for (const [token, init, scope] of [
      [reader, writing, 'write'],
      [writer, {}, 'read'],
    ] as const) {
      const refused = await use(token, init)
      expect(refused.status).toBe(403)
      expect(refused.body.error).toBe('insufficient_scope')
      expect(refused.headers.get('www-authenticate')).toBe(
        `Bearer error="insufficient_scope", error_description="The access token lacks scope ${scope}", resource_metadata="${metadataUrl}", scope="${scope}"`,
      )
    }
  })

  test.each<[string, () => Promise<unknown>]>([
    ['is none', async () => 'x'],
    ['is a refresh token', async () => (await tokensOf(server.url)).refresh_token],
    ['is an ID token', async () => (await tokensOf(server.url, { scope: 'openid read' })).id_token],
    [
      'was revoked',
      async () => {
        const { access_token = '' } = await tokensOf(server.url)
        await post(server.url, '/revoke', { token: access_token, ...web })
        return access_token
      },
    ],
  ])('refuses a token that %s', async (_what, make) => {
    const { status, headers } = await use(await make())
    expect(status).toBe(401)
    const said = headers.get('www-authenticate') ?? ''
    expect(said).toMatch(/^Bearer error="invalid_token"/)
    expect(said).toContain(`resource_metadata="${metadataUrl}"`)
  })

  test('a DPoP-bound token is challenged as DPoP, with the metadata', async () => {
    const { access_token } = await tokensOf(server.url, { scope: 'read' })
    const answer = await json(resource, { headers: { authorization: `DPoP ${access_token}` } })
    expect(answer.status).toBe(401)
    expect(answer.headers.get('www-authenticate')).toMatch(/^DPoP error=.*resource_metadata="/)
  })

  test.each<[string, string, number]>([
    ['this resource', resource, 200],
    ['this resource with a slash', `${resource}/`, 200],
    ['the issuer', server.url, 200],
    ['another resource', 'https://api.example/', 401],
    ['another sandbox', `${server.url}/iokids`, 401],
  ])('a token for %s (RFC 8707 §2)', async (_what, audience, status) => {
    const { access_token } = await tokensOf(server.url, { scope: 'read', resource: audience })
    expect(claimsOf(access_token).aud).toBe(audience)
    const answer = await use(access_token)
    expect(answer.status).toBe(status)
    if (status === 401) expect(answer.headers.get('grantbox-explain')).toContain(audience)
  })
})

/** A document server on this machine. */
async function documents(answer: (url: string) => { status?: number; body: string }) {
  const asked: string[] = []
  const listener = createServer((request, response) => {
    asked.push(request.url ?? '')
    const { status = 200, body } = answer(request.url ?? '')
    response.writeHead(status, { 'content-type': 'application/json' }).end(body)
  })
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    listener.close()
  })
  const address = listener.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return { url: `http://127.0.0.1:${address.port}`, asked }
}

describe('a client that a document describes (Client ID Metadata Document)', () => {
  const client_id = 'https://tool.example/client.json'
  const document = {
    client_id,
    client_name: 'Document Tool',
    redirect_uris: [callback],
    grant_types: ['authorization_code', 'refresh_token'],
  }
  const withDocuments = (map: Record<string, unknown>) => {
    const { name } = server.server.sandboxes.create({ provider: server.sandbox().provider, settings: { documents: map } })
    return `${server.url}/${name}`
  }
  const ask = (id: string) => ({ client_id: id, scope: 'openid read', code_challenge: challenge, code_challenge_method: 'S256' })
  const redeem = (base: string, code: string | null, id: string) =>
    post(base, '/token', {
      grant_type: 'authorization_code',
      code: code ?? '',
      redirect_uri: callback,
      client_id: id,
      code_verifier: verifier,
    })

  test('signs in, redeems and refreshes without having registered', async () => {
    const base = withDocuments({ [client_id]: document })
    expect((await new Jar().open(authorizeUrl(base, ask(client_id)))).html).toContain('Document Tool')
    const back = await callbackOf(base, ask(client_id))
    const { status, body } = await redeem(base, back.searchParams.get('code'), client_id)
    expect(status).toBe(200)
    expect(claimsOf(body.access_token)).toMatchObject({ client_id, sub: 'alice' })
    const refreshed = await post(base, '/token', { grant_type: 'refresh_token', refresh_token: String(body.refresh_token), client_id })
    expect(refreshed.status).toBe(200)
  })

  test('is as its document says now', async () => {
    let name = 'Before'
    const { url, asked } = await documents((path) => ({ body: JSON.stringify({ ...document, client_id: url + path, client_name: name }) }))
    const id = `${url}/me.json`
    expect((await new Jar().open(authorizeUrl(server.url, ask(id)))).html).toContain('Before')
    name = 'Afterwards'
    expect((await new Jar().open(authorizeUrl(server.url, ask(id)))).html).toContain('Afterwards')
    expect(asked).toEqual(['/me.json', '/me.json'])
    expect(server.sandbox().store.findClient(id)?.app.name).toBe('Afterwards')
  })

  test('stays when its document is gone', async () => {
    let gone = false
    const { url } = await documents((path) => ({ status: gone ? 404 : 200, body: JSON.stringify({ ...document, client_id: url + path }) }))
    const id = `${url}/me.json`
    const back = await callbackOf(server.url, ask(id))
    gone = true
    expect((await redeem(server.url, back.searchParams.get('code'), id)).status).toBe(200)
  })

  test.each<[string, unknown, string]>([
    ['another client_id', { ...document, client_id: 'https://other.example/c' }, 'its own address'],
    ['a secret', { ...document, client_secret: 'x' }, 'no secret'],
    ['client_secret_basic', { ...document, token_endpoint_auth_method: 'client_secret_basic' }, 'no secret'],
    ['no redirect URI', { client_id }, 'redirect_uris'],
    ['a bad redirect URI', { ...document, redirect_uris: ['javascript:alert(1)'] }, 'javascript'],
    ['a grant type that nobody has', { ...document, grant_types: ['magic'] }, 'magic'],
    ['no object', 'text', 'its own address'],
  ])('is refused when its document has %s', async (_what, body, why) => {
    const base = withDocuments({ [client_id]: body })
    const page = await new Jar().open(authorizeUrl(base, ask(client_id)))
    expect(page.status).toBe(400)
    expect(page.html).toContain('Unknown app')
    expect(page.html).toContain(why)
    expect((await post(base, '/token', { grant_type: 'authorization_code', client_id })).body.error).toBe('invalid_client')
  })

  test.each([
    ['https://elsewhere.example/client.json', 'documents'],
    ['http://elsewhere.example/client.json', 'not https'],
    ['http://10.0.0.1/client.json', 'not https'],
    ['http://127.0.0.1:1/', 'no path'],
    ['http://127.0.0.1:1/a/../b', 'dot segment'],
    ['http://me@127.0.0.1:1/a', 'username'],
    ['http://127.0.0.1:1/a#b', 'fragment'],
    ['http://127.0.0.1:1/a', 'cannot be read'],
  ])('%s is refused', async (id, why) => {
    const { status, html } = await new Jar().open(authorizeUrl(server.url, ask(id)))
    expect(status).toBe(400)
    expect(html).toContain(why)
  })

  test('a document that is too long, no JSON or redirected is refused', async () => {
    const answers: [{ status?: number; more?: object; text?: string }, number][] = [
      [{ more: { padding: 'x'.repeat(60 * 1024) } }, 200],
      [{ more: { padding: 'x'.repeat(64 * 1024) } }, 400],
      [{ text: '<html>' }, 400],
      [{ status: 302 }, 400],
      [{ status: 500 }, 400],
    ]
    for (const [{ status = 200, more, text }, expected] of answers) {
      const { url } = await documents((path) => ({
        status,
        body: text ?? JSON.stringify({ ...document, client_id: url + path, ...more }),
      }))
      expect((await new Jar().open(authorizeUrl(server.url, ask(`${url}/c`)))).status).toBe(expected)
    }
  })

  test('is a matter of the standard provider: elsewhere such a client_id is just unknown', async () => {
    const { url, asked } = await documents(() => ({ body: '{}' }))
    const answer = await post(`${server.url}/iokids`, '/oauth/token', { grant_type: 'client_credentials', client_id: `${url}/c` })
    expect(answer.body.error).toBe('invalid_client')
    expect(asked).toEqual([])
  })
})
