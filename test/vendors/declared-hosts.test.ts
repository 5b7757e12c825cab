import { allowInsecureRequests, authorizationCodeGrant, customFetch, discovery, fetchUserInfo } from 'openid-client'
import { describe, expect, test } from 'vitest'
import { guideExample, problemsOf, startDeclared, startDeclaredForFile } from '../support/declared.ts'
import { rawRequest } from '../support/raw-request.ts'
import { web } from '../support/standard-client.ts'
import { callback } from '../support/standard-sign-in.ts'
import { throughSignIn } from '../support/through-sign-in.ts'
import { basic, claimsOf, send } from '../support/vendor-client.ts'

describe('a host for each endpoint', async () => {
  const server = await startDeclaredForFile({
    ...guideExample('endpoint_hosts'),
    access_token: { format: 'jwt', claims: { iss: '{iss}', jti: '{jti}' } },
  })
  const { port } = new URL(server.url)
  const at = (host: string, path: string, init: Parameters<typeof rawRequest>[2] = {}) =>
    rawRequest(server.url, path, { ...init, headers: { ...init?.headers, host: `${host}:${port}` } })

  test.each(['login.acme.example', 'sts.acme.example', 'Graph.acme.example'])('is what the metadata say at %s', async (host) => {
    const document = JSON.parse((await at(host, '/.well-known/openid-configuration')).text)
    expect(document).toMatchObject({
      issuer: `http://sts.acme.example:${port}`,
      userinfo_endpoint: `http://graph.acme.example:${port}/userinfo`,
      jwks_uri: `http://keys.acme.example:${port}/jwks`,
      token_endpoint: `http://${host}:${port}/token`,
    })
  })

  test('has it alone, and says where it is', async () => {
    expect((await at('keys.acme.example', '/jwks')).status).toBe(200)
    const elsewhere = await at('login.acme.example', '/jwks')
    expect([elsewhere.status, elsewhere.headers['grantbox-explain']]).toEqual([
      404,
      'acme has jwks at keys.acme.example; login.acme.example was asked',
    ])
    expect((await at('graph.acme.example', '/userinfo')).status).toBe(401)
    expect((await at('keys.acme.example', '/userinfo')).status).toBe(404)
  })

  test('is what tokens name as their issuer, whichever of its hosts made them', async () => {
    const form = { method: 'POST', body: 'grant_type=client_credentials', headers: { 'content-type': 'application/x-www-form-urlencoded' } }
    const headers = { ...form.headers, ...basic(web.client_id, web.client_secret) }
    const { access_token } = JSON.parse((await at('login.acme.example', '/token', { ...form, headers })).text)
    expect(claimsOf(access_token).iss).toBe(`http://sts.acme.example:${port}`)
  })

  test('is of no matter at grantbox’s own names, nor at a host that the sandbox lists itself', async () => {
    const { body } = await send(`${server.url}/.well-known/openid-configuration`)
    expect(body).toMatchObject({ issuer: server.url, userinfo_endpoint: `${server.url}/userinfo`, jwks_uri: `${server.url}/jwks` })
    server.server.sandboxes.update(server.sandbox(), { hosts: ['alias.example'] })
    const alias = JSON.parse((await at('alias.example', '/.well-known/openid-configuration')).text)
    expect(alias.jwks_uri).toBe(`http://alias.example:${port}/jwks`)
    expect((await at('alias.example', '/jwks')).status).toBe(200)
  })

  test('lets openid-client go through a code flow at all of them', async () => {
    // Names of nobody, which only the Host header tells.
    const resolve: typeof fetch = async (address, init = {}) => {
      const { hostname, pathname, search } = new URL(String(address))
      const headers = Object.fromEntries(new Headers(init.headers))
      const {
        status,
        headers: answered,
        text,
      } = await at(hostname, pathname + search, {
        method: init.method ?? 'GET',
        headers,
        ...(init.body ? { body: String(init.body) } : {}),
      })
      return new Response(text, { status, headers: { 'content-type': String(answered['content-type'] ?? '') } })
    }
    const config = await discovery(new URL(`http://sts.acme.example:${port}`), web.client_id, web.client_secret, undefined, {
      execute: [allowInsecureRequests],
      [customFetch]: resolve as never,
    })
    const asked = new URLSearchParams({
      response_type: 'code',
      client_id: web.client_id,
      redirect_uri: callback,
      scope: 'openid',
      state: 's',
    })
    const back = await throughSignIn(`${server.url}/authorize?${asked}`)
    back.searchParams.set('iss', config.serverMetadata().issuer)
    const tokens = await authorizationCodeGrant(config, back, { expectedState: 's' })
    expect(tokens.claims()?.iss).toBe(`http://sts.acme.example:${port}`)
    expect((await fetchUserInfo(config, tokens.access_token, 'alice')).sub).toBe('alice')
  })
})

test('the issuer at another host keeps its path and space', async () => {
  const server = await startDeclared({
    spaces: { pool: { default: 'p1' } },
    issuer_path: '/{pool}',
    endpoint_hosts: { issuer: 'idp.acme.example', authorize: 'auth.acme.example', token: 'auth.acme.example' },
  })
  const host = `auth.acme.example:${new URL(server.url).port}`
  const { text } = await rawRequest(server.url, '/p7/.well-known/openid-configuration', { headers: { host } })
  expect(JSON.parse(text)).toMatchObject({ issuer: `http://${host.replace('auth', 'idp')}/p7`, token_endpoint: `http://${host}/token` })
})

test.each<[object, string]>([
  [{ endpoint_hosts: { jwks: 'https://keys.acme.example' } }, 'providers.acme.endpoint_hosts.jwks: expected a host name'],
  [{ endpoint_hosts: { jwks: '*.acme.example' } }, 'providers.acme.endpoint_hosts.jwks: expected one host name'],
  [{ endpoint_hosts: { keys: 'keys.acme.example' } }, 'providers.acme.endpoint_hosts.keys: unknown key'],
  [{ endpoint_hosts: { tokn: 'a.example' } }, 'providers.acme.endpoint_hosts.tokn: unknown key; did you mean token?'],
])('a mistake in %o is told with its path', (declaration, line) => {
  expect(problemsOf(declaration).join('\n')).toContain(line)
})
