import * as openid from 'openid-client'
import { describe, expect, test } from 'vitest'
import { rawRequest } from '../support/raw-request.ts'
import { start } from '../support/server.ts'
import { claimsOf, json, tokensOf } from '../support/standard-client.ts'
import { answerIn, callback, callbackOf, redeem } from '../support/standard-sign-in.ts'
import { throughSignIn } from '../support/through-sign-in.ts'

/** The metadata of a sandbox for whoever asks at a base URL. */
async function metadataAt(base: string): Promise<Record<string, unknown>> {
  return (await json(`${base}/.well-known/openid-configuration`)).body
}

const somePort = () => 20_000 + Math.floor(Math.random() * 10_000)

/** A start that knows how browsers call it; its other name is an address. */
async function twice(options: { internalUrl?: string; issuer?: string } = {}, port = somePort()) {
  const publicUrl = `http://localhost:${port}`
  const server = await start({ defaultProvider: 'standard', port, publicUrl, ...options })
  return { server, publicUrl, inside: server.url.replace('localhost', '127.0.0.1') }
}

describe('each client finds the issuer and the endpoints of the address by which it asks', () => {
  test.each([{}, { internalUrl: 'http://grantbox:9400' }])('with public_url and %j', async (options) => {
    const { publicUrl, inside } = await twice(options)
    for (const base of [publicUrl, inside, `${inside}/standard`]) {
      const metadata = await metadataAt(base)
      expect(metadata).toMatchObject({
        issuer: base,
        token_endpoint: `${base}/token`,
        jwks_uri: `${base}/jwks`,
        registration_endpoint: `${base}/register`,
        authorization_endpoint: `${publicUrl}${base.slice(new URL(base).origin.length)}/authorize`,
        authorization_response_iss_parameter_supported: false,
      })
      const { access_token, id_token } = await tokensOf(base, { scope: 'openid' })
      expect([claimsOf(access_token).iss, claimsOf(id_token).iss]).toEqual([base, base])
    }
  })

  test('the callback carries no iss, whether it has a code or an error, and a code may be redeemed at either address', async () => {
    const { publicUrl, inside } = await twice()
    const { code, ...rest } = answerIn(await callbackOf(publicUrl))
    expect(rest).toEqual({ state: 'xyz' })
    const { body } = await redeem(inside, code)
    expect(claimsOf(body.id_token).iss).toBe(inside)
    const refused = answerIn(await callbackOf(publicUrl, { prompt: 'none' }))
    expect(refused).toMatchObject({ error: 'login_required' })
    expect(refused).not.toHaveProperty('iss')
  })

  test('a sign-in that the control API does has none either', async () => {
    const { publicUrl } = await twice()
    const order = { client_id: 'standard-web', redirect_uri: 'http://127.0.0.1/callback', username: 'alice', scope: 'openid' }
    const { body } = await json(`${publicUrl}/_grantbox/sandboxes/standard/authorize`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(order),
    })
    expect(new URL(String(body.redirect_to)).searchParams.has('iss')).toBe(false)
  })

  test('an ID token that goes by way of the browser names an issuer all the same, and the journal says which', async () => {
    const { server, publicUrl } = await twice()
    const { id_token } = answerIn(await callbackOf(publicUrl, { response_type: 'code id_token' }))
    expect(claimsOf(id_token).iss).toBe(publicUrl)
    const noted = server
      .sandbox()
      .journal.list({})
      .flatMap(({ notes }) => notes ?? [])
    expect(noted.join()).toContain('setting issuer')
  })
})

describe.each([
  ['an ID token beside the code', openid.useCodeIdTokenResponseType],
  ['an answer as a JWT', openid.useJwtResponseMode],
])('%s', (_what, use) => {
  /** A code flow of a client that knows an address alone, by a browser that is at the other. */
  async function codeFlow(address: string, publicUrl: string) {
    const execute = [openid.allowInsecureRequests]
    const config = await openid.discovery(new URL(address), 'standard-web', 'standard-web-secret', undefined, { execute })
    use(config)
    const parameters = { redirect_uri: callback, scope: 'openid', state: 's', nonce: 'n' }
    const asked = openid.buildAuthorizationUrl(config, parameters)
    expect(asked.origin).toBe(publicUrl)
    return openid.authorizationCodeGrant(config, await throughSignIn(asked), { expectedState: 's', expectedNonce: 'n' })
  }

  test('is of the issuer where the browser is: a client there goes on, and one at the other address does not', async () => {
    const { publicUrl, inside } = await twice()
    expect((await codeFlow(publicUrl, publicUrl)).claims()?.iss).toBe(publicUrl)
    await expect(codeFlow(inside, publicUrl)).rejects.toThrow()
  })

  test('lets a client at the other address go on when that address is the fixed issuer', async () => {
    const port = somePort()
    const { publicUrl, inside } = await twice({ issuer: `http://127.0.0.1:${port}` }, port)
    expect((await codeFlow(inside, publicUrl)).claims()?.iss).toBe(inside)
  })
})

test('a fixed issuer is everywhere, and a slash at its end stays', async () => {
  const issuer = 'https://id.example/main/'
  const { publicUrl, inside } = await twice({ internalUrl: 'http://127.0.0.1:1', issuer })
  for (const base of [publicUrl, inside]) {
    expect(await metadataAt(base)).toMatchObject({ issuer, authorization_response_iss_parameter_supported: true })
    expect(claimsOf((await tokensOf(base)).access_token).iss).toBe(issuer)
  }
  expect(answerIn(await callbackOf(publicUrl))).toMatchObject({ iss: issuer })
})

test.each([
  ['public_url', false],
  ['internal_url', false],
  ['issuer', true],
])('the setting %s of a sandbox says the same of that one alone', async (name, announced) => {
  const server = await start({ defaultProvider: 'standard' })
  server.server.sandboxes.create({ name: 't42', provider: server.sandbox().provider, settings: { [name]: `${server.url}/t42` } })
  expect((await metadataAt(`${server.url}/t42`)).authorization_response_iss_parameter_supported).toBe(announced)
  expect((await metadataAt(server.url)).authorization_response_iss_parameter_supported).toBe(true)
  expect('iss' in answerIn(await callbackOf(`${server.url}/t42`))).toBe(announced)
})

test.each([
  ['https', 'id.example', 'https://id.example'],
  ['https', 'ID.example', 'https://id.example'],
  ['https', 'id.example:8443', 'https://id.example:8443'],
  ['https', 'other.example', 'http://other.example'],
  ['http', 'id.example', 'http://id.example'],
])('whoever calls the host of an %s public_url (%s) where TLS ended before us came by %s', async (scheme, host, issuer) => {
  const publicHost = issuer.includes('other') ? 'id.example' : new URL(issuer).host
  const server = await start({ defaultProvider: 'standard', publicUrl: `${scheme}://${publicHost}` })
  const { text } = await rawRequest(server.url, '/.well-known/openid-configuration', { headers: { host } })
  expect(JSON.parse(text).issuer).toBe(issuer)
})

test('over a port of ours, which speaks both, http and https stay apart', async () => {
  const port = 20_000 + Math.floor(Math.random() * 10_000)
  const server = await start({ defaultProvider: 'standard', port, publicUrl: `https://localhost:${port}` })
  expect((await metadataAt(server.url)).issuer).toBe(server.url)
})

describe('a name that is told to others is known', () => {
  test('as the audience of a request object, and as the issuer of an ID token that is exchanged', async () => {
    const { publicUrl, inside } = await twice({ internalUrl: 'http://grantbox:9400' })
    const { id_token, access_token } = await tokensOf(publicUrl, { scope: 'openid' })
    const form = {
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      client_id: 'standard-web',
      client_secret: 'standard-web-secret',
      subject_token: id_token ?? '',
      subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
    }
    const answer = await json(`${inside}/token`, { method: 'POST', body: new URLSearchParams(form) })
    expect(answer.body).toMatchObject({ access_token: expect.any(String) })
    const userinfo = await json(`${inside}/userinfo`, { headers: { authorization: `Bearer ${access_token}` } })
    expect(userinfo.body).toMatchObject({ sub: 'alice' })
  })
})

describe('an issuer with a slash at its end', () => {
  test.each(['', '/standard'])('is found wherever a client puts the well-known path: %j', async (path) => {
    const server = await start({ defaultProvider: 'standard' })
    const issuer = `${server.url}${path}/`
    server.server.sandboxes.update(server.sandbox(), { settings: { issuer } })
    const wellKnown = '.well-known/oauth-authorization-server'
    for (const url of [
      `${issuer}${wellKnown}`,
      `${issuer}/${wellKnown}`,
      `${server.url}/${wellKnown}${path}/`,
      `${server.url}/${wellKnown}${path}`,
    ]) {
      expect((await json(url)).body).toMatchObject({ issuer })
    }
    const { access_token, id_token } = await tokensOf(server.url, { scope: 'openid' })
    expect([claimsOf(access_token).iss, claimsOf(id_token).iss]).toEqual([issuer, issuer])
    expect(answerIn(await callbackOf(server.url))).toMatchObject({ iss: issuer })
  })

  test('has its metadata below its own path, which is served with all that stands there', async () => {
    const server = await start({ defaultProvider: 'standard', issuer: 'https://id.example/tenants/acme/' })
    for (const path of [
      '/tenants/acme/.well-known/openid-configuration',
      '/.well-known/oauth-authorization-server/tenants/acme',
      '/tenants/acme//.well-known/openid-configuration',
    ]) {
      expect((await json(server.url + path)).body).toMatchObject({ issuer: 'https://id.example/tenants/acme/' })
    }
    expect((await json(`${server.url}/tenants/acme/jwks`)).status).toBe(200)
  })
})
