import OktaJwtVerifier from '@okta/jwt-verifier'
import { describe, expect, test } from 'vitest'
import { alice, codeOf, custom, redeem, token, web } from '../../test/support/okta-client.ts'
import { start } from '../../test/support/server.ts'

/** @okta/jwt-verifier, as an API has it in front of itself. */

const testing = { disableHttpsCheck: true }

describe('a custom server', () => {
  test('gives access tokens and ID tokens that it takes, with its claims asserted', async () => {
    const { url } = await start({ defaultProvider: 'okta' })
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
    const { url, server } = await start({ defaultProvider: 'okta' })
    const verifier = new OktaJwtVerifier({ issuer: `${url}${custom}`, cacheMaxAge: 1, testing } as OktaJwtVerifier.VerifierOptions)
    const mint = async () => String((await token(url, { grant_type: 'password', ...alice, scope: 'openid' })).body.access_token)
    const first = await mint()
    await verifier.verifyAccessToken(first, 'api://default')
    await server.sandboxes.find('okta')?.keys.rotate('rotate')
    await verifier.verifyAccessToken(await mint(), 'api://default')
    await verifier.verifyAccessToken(first, 'api://default')
    await server.sandboxes.find('okta')?.keys.rotate('retire')
    await new Promise((resolve) => setTimeout(resolve, 5))
    await expect(verifier.verifyAccessToken(first, 'api://default')).rejects.toThrow(/key/)
  })
})
