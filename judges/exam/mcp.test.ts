import { auth, extractWWWAuthenticateParams, type OAuthClientProvider } from '@modelcontextprotocol/sdk/client/auth.js'
import { withOAuth } from '@modelcontextprotocol/sdk/client/middleware.js'
import type { OAuthClientInformationMixed, OAuthTokens } from '@modelcontextprotocol/sdk/shared/auth.js'
import { expect, test } from 'vitest'
import type { ExamDriver, Sandbox } from '../../src/index.ts'
import { nobody, redirect_uri, startExaminer, through } from './examined.ts'

/** The same as in clients.test.ts, of the client of the Model Context Protocol's SDK, with a provider object that has none of the optional methods. */

const { verdicts } = await startExaminer()

/** What an application keeps for the SDK: a client that was registered beforehand, of which nobody noted where. */
function application({ client_id, client_secret }: { client_id: string; client_secret: string | null }) {
  const kept: { tokens?: OAuthTokens; verifier?: string; authorization?: URL; client: OAuthClientInformationMixed } = {
    client: { client_id, ...(client_secret !== null && { client_secret }) },
  }
  const provider: OAuthClientProvider = {
    redirectUrl: redirect_uri,
    clientMetadata: { client_name: 'An agent', redirect_uris: [redirect_uri], grant_types: ['authorization_code', 'refresh_token'] },
    clientInformation: () => kept.client,
    tokens: () => kept.tokens,
    saveTokens: (tokens) => {
      kept.tokens = tokens
    },
    async redirectToAuthorization(authorization) {
      kept.authorization = authorization
      // Where nobody asked for a sign-in, the browser opens by itself.
      if (kept.tokens !== undefined) await fetch(authorization, { redirect: 'manual' })
    },
    saveCodeVerifier: (verifier) => {
      kept.verifier = verifier
    },
    codeVerifier: () => kept.verifier ?? '',
  }
  return { kept, provider }
}

function agent(sandbox: Sandbox): ExamDriver {
  let app: ReturnType<typeof application> | undefined
  return {
    async login({ issuer, client, user }) {
      app ??= application(client)
      const { kept, provider } = app
      delete kept.tokens
      delete kept.authorization
      const serverUrl = `${issuer}/resource`
      try {
        const { resourceMetadataUrl, scope } = extractWWWAuthenticateParams(await fetch(serverUrl))
        const given = { serverUrl, ...(resourceMetadataUrl && { resourceMetadataUrl }), ...(scope !== undefined && { scope }) }
        if ((await auth(provider, given)) !== 'REDIRECT') return nobody
        const begun = String(app.kept.authorization)
        if (!begun.startsWith(sandbox.url)) {
          await fetch(begun, { redirect: 'manual' })
          return nobody
        }
        const back = await through(sandbox, begun, { user })
        const code = back.searchParams.get('code')
        if (code === null) return nobody
        return (await auth(provider, { ...given, authorizationCode: code })) === 'AUTHORIZED' ? { signedIn: true } : nobody
      } catch {
        return nobody
      }
    },
    async callApi({ issuer, times }) {
      if (app === undefined) return nobody
      const call = withOAuth(app.provider, `${issuer}/resource`)(fetch)
      await Promise.allSettled(Array.from({ length: times }, () => call(`${issuer}/resource`)))
      return { signedIn: app.kept.tokens !== undefined }
    },
  }
}

const signals = ['signed_in', 'call_api', 'at_once'] as const

test('the MCP SDK sends PKCE and the resource, compares the resource, and neither issuer nor what PKCE the server offers', {
  timeout: 120_000,
}, async () => {
  const expected = {
    'request-csrf-protection': 'passed',
    'request-pkce': 'passed',
    'callback-iss-wrong': 'failed',
    'callback-iss-missing': 'failed',
    'token-redirect-not-followed': 'passed',
    'mcp-resource': 'passed',
    'mcp-resource-mismatch': 'passed',
    'mcp-pkce-advertised': 'failed',
    'mcp-metadata-issuer': 'failed',
    'mcp-state': 'failed',
    'mcp-scope': 'passed',
    'mcp-credentials-per-issuer': 'failed',
  }
  expect(await verdicts(agent, Object.keys(expected), { profile: 'mcp', client_secret: null, signals })).toEqual(expected)
})

test('the MCP SDK refreshes in parallel, repeats a refused refresh, and begins a sign-in where a refresh is not answered', {
  timeout: 120_000,
}, async () => {
  const expected = {
    'refresh-single-flight': 'failed',
    'refresh-after-401': 'passed',
    'refresh-invalid-grant-ends': 'failed',
    'refresh-outage-keeps-session': 'failed',
  }
  expect(await verdicts(agent, Object.keys(expected), { profile: 'mcp', client_secret: null, signals })).toEqual(expected)
})

test('the MCP SDK does not form-encode its Basic credentials', { timeout: 60_000 }, async () => {
  const expected = { 'token-basic-encoded': 'failed' }
  const options = { profile: 'mcp', client_secret: 'exam+secret/with %41 and=colon:', signals } as const
  expect(await verdicts(agent, Object.keys(expected), options)).toEqual(expected)
})
