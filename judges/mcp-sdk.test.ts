import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { auth, extractWWWAuthenticateParams, type OAuthClientProvider, UnauthorizedError } from '@modelcontextprotocol/sdk/client/auth.js'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import type { OAuthClientInformationMixed, OAuthTokens } from '@modelcontextprotocol/sdk/shared/auth.js'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import { afterAll, describe, expect, test } from 'vitest'
import { startForFile } from '../test/support/server.ts'
import { bob, claimsOf, json } from '../test/support/standard-client.ts'
import { callback } from '../test/support/standard-sign-in.ts'
import { throughSignIn } from '../test/support/through-sign-in.ts'

/** The MCP SDK's client against a resource of grantbox's own, and against an MCP server of somebody else's that leaves authorization to grantbox. */

const server = await startForFile({ defaultProvider: 'standard' })
const mcp = await serveMcp()

/** An MCP server with one tool; it takes access tokens of grantbox that are for itself (RFC 9068 §4). */
async function serveMcp(): Promise<string> {
  const keys = createRemoteJWKSet(new URL(`${server.url}/jwks`))
  const listener = createServer(async (request, response) => {
    if (request.url === '/.well-known/oauth-protected-resource/mcp') {
      const metadata = { resource: `${origin}/mcp`, authorization_servers: [server.url], scopes_supported: ['read', 'offline_access'] }
      return response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(metadata))
    }
    const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? ''
    const options = { issuer: server.url, audience: `${origin}/mcp`, typ: 'at+jwt', currentDate: new Date(server.clock.now()) }
    const user = await jwtVerify(token, keys, options).catch(() => undefined)
    if (user === undefined) {
      const challenge = `Bearer resource_metadata="${origin}/.well-known/oauth-protected-resource/mcp"`
      return response.writeHead(401, { 'WWW-Authenticate': challenge }).end()
    }
    const tools = new McpServer({ name: 'who', version: '1.0.0' })
    tools.registerTool('whoami', { description: 'Says who calls' }, () => ({
      content: [{ type: 'text', text: String(user.payload.sub) }],
    }))
    const transport = new StreamableHTTPServerTransport()
    await tools.connect(transport as Parameters<typeof tools.connect>[0])
    await transport.handleRequest(request, response)
  }).listen(0, '127.0.0.1')
  await once(listener, 'listening')
  afterAll(() => {
    listener.closeAllConnections()
    listener.close()
  })
  const origin = `http://127.0.0.1:${(listener.address() as AddressInfo).port}`
  return `${origin}/mcp`
}

/** What an application keeps for the SDK. */
function application(clientMetadataUrl?: string) {
  const kept: { client?: OAuthClientInformationMixed; tokens?: OAuthTokens; verifier?: string; authorization?: URL } = {}
  const provider: OAuthClientProvider = {
    redirectUrl: callback,
    ...(clientMetadataUrl === undefined ? {} : { clientMetadataUrl }),
    clientMetadata: {
      client_name: 'An MCP client',
      redirect_uris: [callback],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
    },
    clientInformation: () => kept.client,
    saveClientInformation: (client) => {
      kept.client = client
    },
    tokens: () => kept.tokens,
    saveTokens: (tokens) => {
      kept.tokens = tokens
    },
    redirectToAuthorization: (authorization) => {
      kept.authorization = authorization
    },
    saveCodeVerifier: (verifier) => {
      kept.verifier = verifier
    },
    codeVerifier: () => kept.verifier ?? '',
  }
  return { kept, provider }
}

async function callTool(authProvider: OAuthClientProvider): Promise<unknown> {
  const client = new Client({ name: 'test', version: '1.0.0' })
  await client.connect(new StreamableHTTPClientTransport(new URL(mcp), { authProvider }) as Parameters<typeof client.connect>[0])
  const { content } = await client.callTool({ name: 'whoami' })
  await client.close()
  return content
}

test('401, metadata, registration, PKCE and tokens for this resource; then a refresh when they have expired', async () => {
  const { kept, provider } = application()
  await expect(callTool(provider)).rejects.toBeInstanceOf(UnauthorizedError)
  expect(kept.authorization?.searchParams.get('resource')).toBe(mcp)
  expect(kept.authorization?.searchParams.get('code_challenge_method')).toBe('S256')

  const back = await throughSignIn(kept.authorization ?? '')
  await new StreamableHTTPClientTransport(new URL(mcp), { authProvider: provider }).finishAuth(back.searchParams.get('code') ?? '')
  expect(claimsOf(kept.tokens?.access_token)).toMatchObject({ aud: mcp, sub: 'alice', client_id: kept.client?.client_id })
  expect(await callTool(provider)).toEqual([{ type: 'text', text: 'alice' }])

  server.clock.advance(3601)
  const before = kept.tokens
  expect(await callTool(provider)).toEqual([{ type: 'text', text: 'alice' }])
  expect(kept.tokens?.refresh_token).not.toBe(before?.refresh_token)
  expect(claimsOf(kept.tokens?.access_token).aud).toBe(mcp)
})

describe('at the resource that grantbox has, from nothing', () => {
  /** 401 → metadata → registration or document → PKCE → tokens. */
  async function connect(base: string, { kept, provider }: ReturnType<typeof application>) {
    const serverUrl = `${base}/resource`
    const { resourceMetadataUrl, scope } = extractWWWAuthenticateParams(await fetch(serverUrl))
    const given = { serverUrl, ...(resourceMetadataUrl && { resourceMetadataUrl }), ...(scope !== undefined && { scope }) }
    expect(await auth(provider, given)).toBe('REDIRECT')
    const back = await throughSignIn(kept.authorization ?? '', bob)
    expect(await auth(provider, { ...given, authorizationCode: back.searchParams.get('code') ?? '' })).toBe('AUTHORIZED')
    return given
  }

  const use = (token: unknown, at: string) => json(at, { headers: { authorization: `Bearer ${token}` } })

  test.each(['', '/standard'])('registers, signs in with PKCE for this resource, calls it and refreshes (at "%s")', async (prefix) => {
    const base = server.url + prefix
    const resource = `${base}/resource`
    const app = application()
    const given = await connect(base, app)
    expect(app.kept.authorization?.searchParams.get('resource')).toBe(resource)
    expect(app.kept.authorization?.searchParams.get('code_challenge_method')).toBe('S256')
    expect(claimsOf(app.kept.tokens?.access_token)).toMatchObject({ aud: resource, sub: 'bob', scope: 'read' })
    expect((await use(app.kept.tokens?.access_token, resource)).status).toBe(200)

    const before = app.kept.tokens
    expect(before?.refresh_token).toBeDefined()
    expect(await auth(app.provider, given)).toBe('AUTHORIZED')
    expect(app.kept.tokens?.access_token).not.toBe(before?.access_token)
    expect((await use(app.kept.tokens?.access_token, resource)).body).toMatchObject({ sub: 'bob' })
  })

  test('is known by its metadata document and registers nothing', async () => {
    const client_id = 'https://mcp.example/client.json'
    const document = { ...application().provider.clientMetadata, client_id }
    const { name } = await server.server.sandboxes.create({
      provider: server.sandbox().provider,
      settings: { documents: { [client_id]: document }, registration: 'off' },
    })
    const app = application(client_id)
    await connect(`${server.url}/${name}`, app)
    expect(claimsOf(app.kept.tokens?.access_token)).toMatchObject({ client_id, sub: 'bob' })
  })
})
