import { createHash } from 'node:crypto'
import { connect as dial } from 'node:net'
import { Duplex } from 'node:stream'
import { connect } from 'node:tls'
import * as oauth from 'oauth4webapi'
import * as client from 'openid-client'
import { describe, expect, test } from 'vitest'
import type { ClientMetadata } from '../../src/oauth/model/records.ts'
import type { Sandbox } from '../../src/sandbox/sandbox.ts'
import { makeCertificate, sendTls, type TestCertificate } from '../support/client-certificates.ts'
import { addClient } from '../support/iokids-setup.ts'
import { start, startForFile } from '../support/server.ts'

const server = await startForFile({ defaultProvider: 'standard' })
const sandbox = server.sandbox()
const ca = await server.ca()
const { port } = new URL(server.url)
const mtls = `https://mtls.localhost:${port}`
const own = { grant_type: 'client_credentials', scope: 'read' }

const mine = await makeCertificate({
  subject: [
    ['C', 'US'],
    ['O', 'Find Fluffy, LLC'],
    ['CN', 'fluffy'],
  ],
  names: [
    ['dns', 'client.example'],
    ['uri', 'https://client.example/a,b'],
    ['ip', Uint8Array.of(10, 0, 0, 7)],
    ['ip', Uint8Array.of(0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7)],
    ['email', 'ops@client.example'],
  ],
})
const other = await makeCertificate({ subject: [['CN', 'stranger']] })

function addTlsClient(method: string, metadata: ClientMetadata, box: Sandbox = sandbox): string {
  const app = box.directory.listApps()[0]
  return addClient(box, { client_secret: null, token_endpoint_auth_method: method, metadata }, app).client_id
}

function post(form: Record<string, string>, certificate?: TestCertificate, url = `${mtls}/token`) {
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  return sendTls(url, { ca, method: 'POST', headers, body: String(new URLSearchParams(form)), certificate })
}

/** What those clients give to fetch. */
interface Sent {
  method: string
  headers: Record<string, string>
  body?: unknown
}

/** fetch as it is written for clients by others, over TLS with a certificate. */
function fetchWith(certificate: TestCertificate) {
  return async (url: string, { method, headers, body }: Sent): Promise<Response> => {
    const answer = await sendTls(url, {
      ca,
      method,
      headers,
      body: body ? String(body) : undefined,
      certificate,
    })
    const answered = Object.entries(answer.headers).map(([name, value]): [string, string] => [name, String(value)])
    return new Response(answer.text, { status: answer.status, headers: answered })
  }
}

describe('clients written by others find the way from discovery (RFC 8705 §5)', () => {
  test.each([
    ['tls_client_auth', { tls_client_auth_subject_dn: 'CN=fluffy,O=Find Fluffy\\, LLC,C=US' }],
    ['self_signed_tls_client_auth', { jwks: { keys: [{ ...mine.jwk }] } }],
  ])('%s with openid-client', async (method, metadata) => {
    const client_id = addTlsClient(method, metadata)
    const settings = { use_mtls_endpoint_aliases: true }
    const issuer = new URL(`https://localhost:${port}`)
    const options = { [client.customFetch]: fetchWith(mine) }
    const configuration = await client.discovery(issuer, client_id, settings, client.TlsClientAuth(), options)
    configuration[client.customFetch] = fetchWith(mine)
    expect(await client.clientCredentialsGrant(configuration, { scope: 'read' })).toMatchObject({ token_type: 'bearer', scope: 'read' })
  })

  test('oauth4webapi uses a certificate-bound token at userinfo', async () => {
    const client_id = addTlsClient('tls_client_auth', {
      tls_client_auth_san_dns: 'client.example',
      tls_client_certificate_bound_access_tokens: true,
    })
    const me: oauth.Client = { client_id, use_mtls_endpoint_aliases: true }
    const issuer = new URL(`https://localhost:${port}`)
    const options = { [oauth.customFetch]: fetchWith(mine) }
    const as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, options))
    const form = new URLSearchParams({ username: 'alice', password: 'password', scope: 'openid' })
    const answer = await oauth.genericTokenEndpointRequest(as, me, oauth.TlsClientAuth(), 'password', form, options)
    const { access_token } = await oauth.processGenericTokenEndpointResponse(as, me, answer)
    const claims = await oauth.processUserInfoResponse(as, me, 'alice', await oauth.userInfoRequest(as, me, access_token, options))
    expect(claims.sub).toBe('alice')
  })
})

describe('tls_client_auth (RFC 8705 §2.1)', () => {
  test.each<[string, ClientMetadata]>([
    ['the subject', { tls_client_auth_subject_dn: 'CN=fluffy,O=Find Fluffy\\, LLC,C=US' }],
    ['the subject, written another way', { tls_client_auth_subject_dn: 'cn = FLUFFY, 2.5.4.10="Find Fluffy,  LLC", c=us' }],
    ['the subject with escaped octets', { tls_client_auth_subject_dn: 'CN=fluffy,O=Find Fluffy\\2C LLC,C=US' }],
    ['a DNS name in any letter case', { tls_client_auth_san_dns: 'Client.EXAMPLE' }],
    ['a URI with a comma', { tls_client_auth_san_uri: 'https://client.example/a,b' }],
    ['an IPv4 address', { tls_client_auth_san_ip: '10.0.0.7' }],
    ['an IPv6 address, written another way', { tls_client_auth_san_ip: '2001:0db8:0::0007' }],
    ['an e-mail address', { tls_client_auth_san_email: 'ops@CLIENT.example' }],
  ])('knows a client by %s', async (_what, metadata) => {
    const client_id = addTlsClient('tls_client_auth', metadata)
    expect((await post({ ...own, client_id }, mine)).status).toBe(200)
    const refused = await post({ ...own, client_id }, other)
    expect(refused).toMatchObject({ status: 401, body: { error: 'invalid_client' } })
    expect(refused.explanation).toMatch(/registered tls_client_auth_\w+ '.*'; the certificate's subject is 'CN=stranger'/)
  })

  test.each<[string, ClientMetadata]>([
    ['the subject in the wrong order', { tls_client_auth_subject_dn: 'C=US,O=Find Fluffy\\, LLC,CN=fluffy' }],
    ['a part of the subject', { tls_client_auth_subject_dn: 'CN=fluffy' }],
    ['a domain above the DNS name', { tls_client_auth_san_dns: 'example' }],
    ['a DNS name where a URI is', { tls_client_auth_san_dns: 'https://client.example/a,b' }],
    ['an e-mail address in other letters', { tls_client_auth_san_email: 'OPS@client.example' }],
  ])('does not know one by %s', async (_what, metadata) => {
    const client_id = addTlsClient('tls_client_auth', metadata)
    expect((await post({ ...own, client_id }, mine)).status).toBe(401)
  })

  test('a client registers exactly one of them (RFC 8705 §2.1.2)', async () => {
    for (const metadata of [{}, { tls_client_auth_san_dns: 'client.example', tls_client_auth_san_ip: '10.0.0.7' }]) {
      const answer = await post({ ...own, client_id: addTlsClient('tls_client_auth', metadata) }, mine)
      expect(answer.status).toBe(401)
      expect(answer.explanation).toMatch(/must register exactly one of/)
    }
  })

  test('without a certificate it is told where one is asked for', async () => {
    const client_id = addTlsClient('tls_client_auth', { tls_client_auth_san_dns: 'client.example' })
    const plain = await fetch(`${server.url}/token`, { method: 'POST', body: new URLSearchParams({ ...own, client_id }) })
    expect(plain.status).toBe(401)
    expect(plain.headers.get('grantbox-explain')).toContain(
      `no certificate came with the TLS connection: use https://127.0.0.1:${port}/_mtls`,
    )
    expect((await post({ ...own, client_id })).status).toBe(401)
    const unasked = await post({ ...own, client_id }, mine, `https://localhost:${port}/token`)
    expect(unasked.explanation).toMatch(/no certificate came/)
  })

  test('a secret does not stand for the certificate, nor the certificate for a secret', async () => {
    const client_id = addTlsClient('tls_client_auth', { tls_client_auth_san_dns: 'client.example' })
    const withSecret = await post({ ...own, client_id, client_secret: 'x' }, mine)
    expect(withSecret.status).toBe(401)
    expect(withSecret.explanation).toMatch(/registered for tls_client_auth and came with client_secret_post/)
    const app = sandbox.directory.listApps()[0]
    const metadata = { tls_client_auth_san_dns: 'client.example' }
    const bySecret = addClient(sandbox, { token_endpoint_auth_method: 'client_secret_post', metadata }, app).client_id
    const withCertificate = await post({ ...own, client_id: bySecret }, mine)
    expect(withCertificate).toMatchObject({ status: 401, body: { error: 'invalid_client' } })
  })
})

describe('the setting trusted_client_ca', async () => {
  const named = (name: string, draft: Omit<Parameters<typeof makeCertificate>[0], 'subject'> = {}) =>
    makeCertificate({ subject: [['CN', name]], names: [['dns', 'client.example']], ...draft })
  const root = await named('root', { authority: true })
  const intermediate = await named('intermediate', { authority: true, issuer: root })
  const issued = await named('issued', { issuer: intermediate })
  const box = server.server.sandboxes.create({
    provider: sandbox.provider,
    settings: { trusted_client_ca: root.certificate.toString() },
  })
  const client_id = addTlsClient('tls_client_auth', { tls_client_auth_san_dns: 'client.example' }, box)
  const ask = (certificate: TestCertificate) => post({ ...own, client_id }, certificate, `${mtls}/${box.name}/token`)

  test('lets in who was issued under it', async () => {
    expect((await ask(issued)).status).toBe(200)
    expect((await ask(await named('direct', { issuer: root }))).status).toBe(200)
  })

  test.each<[string, () => Promise<TestCertificate>, RegExp]>([
    ['its own issuer', () => named('own'), /'CN=own' was issued by none of: CN=root/],
    [
      'another authority of the same name',
      async () => named('x', { issuer: await named('root', { authority: true }) }),
      /was issued by none of/,
    ],
    [
      'an issuer that is no authority',
      async () => named('x', { issuer: await named('leaf', { issuer: root }) }),
      /'CN=x' was issued by none of/,
    ],
    ['a certificate that has expired', () => named('old', { issuer: root, lifetime: -60 }), /'CN=old' expired at/],
  ])('keeps out %s', async (_what, make, explanation) => {
    const answer = await ask(await make())
    expect(answer).toMatchObject({ status: 401, body: { error: 'invalid_client' } })
    expect(answer.explanation).toMatch(/not trusted under the setting trusted_client_ca/)
    expect(answer.explanation).toMatch(explanation)
  })

  test('holds on a connection that resumes a TLS session, whose certificates would be lost', async () => {
    const first = await shake(`mtls.localhost`, issued)
    const again = await shake(`mtls.localhost`, issued, first.session)
    expect(again.resumed).toBe(false)
    // Where nobody is asked, sessions are resumed as ever.
    expect((await shake('localhost', undefined, (await shake('localhost')).session)).resumed).toBe(true)
  })

  test('is refused when it is no certificate', async () => {
    const settings = { trusted_client_ca: 'nonsense' }
    const answer = await fetch(`${server.url}/_grantbox/sandboxes/${box.name}`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ settings }),
    })
    expect(answer.status).toBeGreaterThanOrEqual(400)
    expect(await answer.text()).toContain('certificates as PEM')
  })
})

describe('self_signed_tls_client_auth (RFC 8705 §2.2)', () => {
  test.each<[string, Record<string, unknown>]>([
    ['its key', { ...mine.jwk }],
    ['itself in x5c', { ...mine.jwk, x5c: [mine.x5c] }],
  ])('knows a certificate by %s in the registered keys', async (_what, key) => {
    const client_id = addTlsClient('self_signed_tls_client_auth', { jwks: { keys: [{ ...other.jwk, x: 'AAAA' }, key] } })
    expect((await post({ ...own, client_id }, mine)).status).toBe(200)
    const refused = await post({ ...own, client_id }, other)
    expect(refused).toMatchObject({ status: 401, body: { error: 'invalid_client' } })
    expect(refused.explanation).toMatch(/None of the 2 keys .* \(subject 'CN=stranger'/)
  })

  test('x5c is the certificate, and another one of the same key is not', async () => {
    const client_id = addTlsClient('self_signed_tls_client_auth', { jwks: { keys: [{ ...mine.jwk, x5c: [other.x5c] }] } })
    expect((await post({ ...own, client_id }, mine)).status).toBe(401)
  })
})

describe('certificate-bound access tokens (RFC 8705 §3)', () => {
  const client_id = addTlsClient('self_signed_tls_client_auth', {
    jwks: { keys: [{ ...mine.jwk }] },
    tls_client_certificate_bound_access_tokens: true,
  })
  const thumbprint = createHash('sha256').update(Buffer.from(mine.x5c, 'base64')).digest('base64url')
  const login = { grant_type: 'password', username: 'alice', password: 'password', scope: 'openid', client_id }
  const userinfo = (access_token: unknown, certificate?: TestCertificate, base = mtls) =>
    sendTls(`${base}/userinfo`, { ca, headers: { authorization: `Bearer ${access_token}` }, certificate })

  test('carry the thumbprint and work with the certificate alone', async () => {
    const { body } = await post(login, mine)
    expect(body.token_type).toBe('Bearer')
    const introspected = await post({ token: String(body.access_token), client_id }, mine, `${mtls}/introspect`)
    expect(introspected.body).toMatchObject({ active: true, token_type: 'Bearer', cnf: { 'x5t#S256': thumbprint } })
    expect((await userinfo(body.access_token, mine)).status).toBe(200)
    for (const [certificate, explanation] of [
      [other, /'.*' came/],
      [undefined, /no certificate came/],
    ] as const) {
      const answer = await userinfo(body.access_token, certificate)
      expect(answer).toMatchObject({ status: 401, body: { error: 'invalid_token' } })
      expect(answer.headers['www-authenticate']).toMatch(/^Bearer error="invalid_token"/)
      expect(answer.explanation).toMatch(explanation)
    }
    expect((await fetch(`${server.url}/userinfo`, { headers: { authorization: `Bearer ${body.access_token}` } })).status).toBe(401)
  })

  test('are not made without a certificate; a public client binds its refresh tokens too (§4)', async () => {
    const metadata = { tls_client_certificate_bound_access_tokens: true }
    const spa = addTlsClient('none', metadata)
    const none = await post({ ...login, client_id: spa })
    expect(none).toMatchObject({ status: 400, body: { error: 'invalid_request' } })
    expect(none.explanation).toMatch(/tls_client_certificate_bound_access_tokens .* no certificate came/)
    const { body } = await post({ ...login, client_id: spa }, mine)
    const form = { grant_type: 'refresh_token', client_id: spa, refresh_token: String(body.refresh_token) }
    const stolen = await post(form, other)
    expect(stolen).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
    expect(stolen.explanation).toMatch(/the certificate has x5t#S256/)
    expect((await post(form, mine)).status).toBe(200)
  })
})

/** A TLS handshake and a request after it, which gives the server time to hand out a session. */
function shake(
  servername: string,
  certificate?: TestCertificate,
  session?: Buffer,
  to = port,
): Promise<{ resumed: boolean; session: Buffer | undefined; text: string }> {
  return new Promise((resolve, reject) => {
    const shown = certificate === undefined ? {} : { cert: certificate.cert, key: certificate.key }
    const socket = connect({ host: '127.0.0.1', port: Number(to), servername, ca, ...shown, ...(session === undefined ? {} : { session }) })
    let latest: Buffer | undefined
    let text = ''
    socket.on('session', (given) => {
      latest = given
    })
    socket.on('error', reject)
    socket.on('secureConnect', () => socket.write('GET /.well-known/openid-configuration HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'))
    socket.on('data', (chunk) => {
      text += chunk
    })
    socket.on('end', () => resolve({ resumed: socket.isSessionReused(), session: latest, text }))
  })
}

/** Sends a request over TLS whose first message leaves in pieces of 100 bytes, and gives what came back. */
function inPieces(request: string): Promise<string> {
  const raw = dial(Number(port), '127.0.0.1').setNoDelay()
  let split = true
  const pieces = new Duplex({
    read() {},
    async write(chunk: Buffer, _encoding, done) {
      if (split) {
        split = false
        for (let at = 0; at < chunk.length; at += 100) {
          raw.write(chunk.subarray(at, at + 100))
          await new Promise((resolve) => setTimeout(resolve, 5))
        }
      } else raw.write(chunk)
      done()
    },
  })
  raw.on('data', (chunk) => pieces.push(chunk)).on('end', () => pieces.push(null))
  return new Promise((resolve, reject) => {
    const socket = connect({ socket: pieces, servername: 'mtls.localhost', ca, cert: mine.cert, key: mine.key })
    let text = ''
    socket.on('secureConnect', () => socket.write(request))
    socket.on('data', (chunk) => {
      text += chunk
    })
    socket.on('error', reject).on('end', () => resolve(text))
  })
}

describe('where a certificate is asked for', () => {
  const discovered = async (url: string, trusted = ca) => (await sendTls(`${url}/.well-known/openid-configuration`, { ca: trusted })).body

  test('a sandbox answers there as at its own host, with one issuer', async () => {
    const plain = await discovered(`https://localhost:${port}`)
    expect(await discovered(mtls)).toEqual({ ...plain })
    expect(plain).toMatchObject({
      issuer: `https://localhost:${port}`,
      tls_client_certificate_bound_access_tokens: true,
      mtls_endpoint_aliases: {
        token_endpoint: `https://127.0.0.1:${port}/_mtls/token`,
        userinfo_endpoint: `https://127.0.0.1:${port}/_mtls/userinfo`,
        introspection_endpoint: `https://127.0.0.1:${port}/_mtls/introspect`,
        revocation_endpoint: `https://127.0.0.1:${port}/_mtls/revoke`,
        device_authorization_endpoint: `https://127.0.0.1:${port}/_mtls/device_authorization`,
      },
    })
    expect((await discovered(`https://localhost:${port}/standard`)).mtls_endpoint_aliases).toMatchObject({
      token_endpoint: `https://127.0.0.1:${port}/_mtls/standard/token`,
    })
  })

  test('a host that a sandbox lists has one too, and one that is listed by that name stands for itself', async () => {
    const hosts = ['bank.example', 'mtls.listed.example']
    const { name } = server.server.sandboxes.create({ provider: sandbox.provider, hosts })
    const there = await discovered(`https://mtls.bank.example:${port}`)
    expect(there.issuer).toBe(`https://bank.example:${port}`)
    expect(await discovered(`https://mtls.listed.example:${port}`)).toMatchObject({
      issuer: `https://mtls.listed.example:${port}`,
      mtls_endpoint_aliases: { token_endpoint: `https://mtls.listed.example:${port}/token` },
    })
    server.server.sandboxes.delete(server.sandbox(name))
  })

  test.each([
    ['127.0.0.1', true],
    ['[::1]', true],
    ['192.0.2.7', false],
  ])('an address has none but the loopback ones: %s', async (host, has) => {
    const response = await sendTls(`https://localhost:${port}/.well-known/openid-configuration`, {
      ca,
      headers: { host: `${host}:${port}` },
    })
    const { mtls_endpoint_aliases, token_endpoint_auth_methods_supported } = response.body
    expect(mtls_endpoint_aliases).toEqual(has ? expect.objectContaining({ token_endpoint: `https://${host}:${port}/token` }) : undefined)
    expect(String(token_endpoint_auth_methods_supported).includes('tls_client_auth')).toBe(has)
  })

  test('with client_certificates: always it is asked for at every host', async () => {
    const always = await start({ defaultProvider: 'standard', clientCertificates: 'always' })
    const trusted = await always.ca()
    const document = await discovered(always.https, trusted)
    expect(document.mtls_endpoint_aliases).toMatchObject({ token_endpoint: `${always.https}/token` })
    const client_id = addTlsClient('tls_client_auth', { tls_client_auth_san_dns: 'client.example' }, always.sandbox())
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    const body = String(new URLSearchParams({ ...own, client_id }))
    const answer = await sendTls(`${always.https}/token`, { ca: trusted, method: 'POST', headers, body, certificate: mine })
    expect(answer.status).toBe(200)
  })

  test('a ClientHello that comes in pieces is put together', async () => {
    const client_id = addTlsClient('tls_client_auth', { tls_client_auth_san_dns: 'client.example' })
    const body = String(new URLSearchParams({ ...own, client_id }))
    const text = await inPieces(
      `POST /token HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    )
    expect(text).toMatch(/^HTTP\/1\.1 200 /)
  })
})
