import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type OAuthClientProvider, UnauthorizedError } from '@modelcontextprotocol/sdk/client/auth.js'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import type { OAuthClientInformationMixed, OAuthTokens } from '@modelcontextprotocol/sdk/shared/auth.js'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import { afterAll, expect, test } from 'vitest'
import { startForFile } from '../support/server.ts'
import { claimsOf } from '../support/standard-client.ts'
import { callback } from '../support/standard-sign-in.ts'
import { throughSignIn } from './sign-in.ts'

/** The MCP SDK's client against an MCP server of somebody else's, which leaves authorization to grantbox. */

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
function memory() {
  const kept: { client?: OAuthClientInformationMixed; tokens?: OAuthTokens; verifier?: string; authorization?: URL } = {}
  const provider: OAuthClientProvider = {
    redirectUrl: callback,
    clientMetadata: { client_name: 'An MCP client', redirect_uris: [callback], grant_types: ['authorization_code', 'refresh_token'] },
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
  const { kept, provider } = memory()
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
