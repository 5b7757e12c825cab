import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import OktaJwtVerifier from '@okta/jwt-verifier'
import { describe, expect, onTestFinished, test } from 'vitest'
import { alice, codeOf, custom, redeem, token, web } from '../../test/support/okta-client.ts'
import { recordRequests } from '../../test/support/recording/judge-requests.ts'
import { startForFile } from '../../test/support/server.ts'
import { claimsOf } from '../../test/support/vendor-client.ts'

/** @okta/jwt-verifier, as an API has it in front of itself. */

const testing = { disableHttpsCheck: true }
const server = await startForFile({ defaultProvider: 'okta' })
recordRequests('okta', 'jwt-verifier', server)
const { url } = server

describe('a custom server', () => {
  test('gives access tokens and ID tokens that it takes, with its claims asserted', async () => {
    const verifier = new OktaJwtVerifier({
      issuer: `${url}${custom}`,
      clientId: web.client_id,
      assertClaims: { cid: web.client_id, 'groups.includes': ['Developers'], 'scp.includes': ['groups'] },
      testing,
    } as OktaJwtVerifier.VerifierOptions)
    const { body } = await redeem(url, await codeOf(url, { scope: 'openid profile groups' }))
    const access = await verifier.verifyAccessToken(String(body.access_token), 'api://default')
    expect(access.claims).toMatchObject({ sub: 'alice', uid: '00ugrantboxalice0001', aud: 'api://default' })
    const identity = new OktaJwtVerifier({ issuer: `${url}${custom}`, testing } as OktaJwtVerifier.VerifierOptions)
    const id = await identity.verifyIdToken(String(body.id_token), web.client_id, 'n-1')
    expect(id.claims).toMatchObject({ sub: '00ugrantboxalice0001' })
    await expect(identity.verifyAccessToken(String(body.access_token), 'api://other')).rejects.toThrow(/audience/)
    await expect(identity.verifyIdToken(String(body.id_token), web.client_id, 'other')).rejects.toThrow(/nonce/)
  })

  test('gives tokens that end, and keys that change', async () => {
    const verifier = new OktaJwtVerifier({ issuer: `${url}${custom}`, cacheMaxAge: 1, testing } as OktaJwtVerifier.VerifierOptions)
    const mint = async () => String((await token(url, { grant_type: 'password', ...alice, scope: 'openid' })).body.access_token)
    const change = async (mode: string) => {
      const headers = { 'content-type': 'application/json' }
      const body = JSON.stringify({ mode })
      expect((await fetch(`${url}/_grantbox/sandboxes/okta/keys/rotate`, { method: 'POST', headers, body })).status).toBe(200)
    }
    const first = await mint()
    await verifier.verifyAccessToken(first, 'api://default')
    await change('rotate')
    await verifier.verifyAccessToken(await mint(), 'api://default')
    await verifier.verifyAccessToken(first, 'api://default')
    await change('retire')
    await new Promise((resolve) => setTimeout(resolve, 5))
    await expect(verifier.verifyAccessToken(first, 'api://default')).rejects.toThrow(/key/)
  })
})

test('an API whose code knows the vendor alone is led here by the proxy', { timeout: 60_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'grantbox-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const ca = join(folder, 'ca.pem')
  await writeFile(ca, await server.ca())
  const env = { ...process.env, NODE_USE_ENV_PROXY: '1', HTTPS_PROXY: url, NODE_EXTRA_CA_CERTS: ca }
  const { stdout } = await promisify(execFile)(process.execPath, [join(import.meta.dirname, 'unchanged.ts')], { env })
  const [claims, access_token] = JSON.parse(stdout)
  expect(claims).toMatchObject({ iss: `https://dev-1.okta.com${custom}`, aud: 'api://default', sub: 'alice' })
  expect(claimsOf(access_token)).toEqual(claims)
})
