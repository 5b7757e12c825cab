import { describe, expect, test } from 'vitest'
import { claimsOf, headerOf, postJson, send } from '../../support/vendor-client.ts'
import { alice, aliceId, askToken, audience, callback, database, freshCode, startTenantForFile, web } from './auth0-tenant.ts'

/** What tokens say, claim by claim. */

const server = await startTenantForFile()
const { url } = server
const sandbox = `${url}/_grantbox/sandboxes/auth0`
const scope = 'openid read:messages offline_access'
const grant = (name: string) => `http://auth0.com/oauth/grant-type/${name}`

/** The newest code that was sent. */
async function sent(to: string): Promise<string> {
  const { body } = await send(`${sandbox}/outbox?to=${encodeURIComponent(to)}`)
  return (body.items as { code: string }[])[0]?.code ?? ''
}

async function byMessage(to: Record<string, string>, realm: 'email' | 'sms') {
  await postJson(`${url}/passwordless/start`, { ...web, connection: realm, send: 'code', ...to })
  const [username = ''] = Object.values(to)
  return askToken(server, { grant_type: grant('passwordless/otp'), ...web, realm, username, otp: await sent(username), audience, scope })
}

const byCode = async () =>
  askToken(server, {
    grant_type: 'authorization_code',
    ...web,
    redirect_uri: callback,
    code: await freshCode(server, { audience, scope }),
  })

describe('an access token for an API', () => {
  /** What stands there of every user, and of how the user came in. */
  const claims = (sub: unknown, gty?: string) => ({
    iss: `${url}/`,
    sub,
    aud: [audience, `${url}/userinfo`],
    iat: expect.any(Number),
    exp: expect.any(Number),
    scope,
    ...(gty !== undefined && { gty }),
    azp: web.client_id,
    jti: expect.stringMatching(/^[\w-]{22}$/),
  })
  const ways: [way: string, ask: () => ReturnType<typeof askToken>, sub: unknown, gty: string | undefined][] = [
    ['a code', byCode, aliceId, undefined],
    ['a password', () => askToken(server, { grant_type: 'password', ...web, ...alice, audience, scope }), aliceId, 'password'],
    [
      'a password in a realm',
      () => askToken(server, { grant_type: grant('password-realm'), realm: database, ...web, ...alice, audience, scope }),
      aliceId,
      'password',
    ],
    [
      'a code by e-mail',
      () => byMessage({ email: 'kim@example.com' }, 'email'),
      expect.stringMatching(/^email\|[0-9a-f]{24}$/),
      'passwordless',
    ],
    ['a code by SMS', () => byMessage({ phone_number: '+15550123' }, 'sms'), expect.stringMatching(/^sms\|[0-9a-f]{24}$/), 'passwordless'],
  ]

  test.each(ways)('that came of %s has these claims in their order, and after a refresh', async (_way, ask, sub, gty) => {
    const { body } = await ask()
    const refreshed = await askToken(server, { grant_type: 'refresh_token', ...web, refresh_token: body.refresh_token })
    for (const [token, expected] of [
      [body.access_token, claims(sub, gty)],
      [refreshed.body.access_token, claims(sub, 'refresh_token')],
    ] as const) {
      expect(headerOf(String(token))).toMatch(/^\{"alg":"RS256","typ":"JWT","kid":"[\w-]{21}"\}$/)
      const told = claimsOf(token)
      expect(told).toEqual(expected)
      expect(Object.keys(told)).toEqual(Object.keys(expected))
      expect(Number(told.exp) - Number(told.iat)).toBe(86_400)
    }
  })
})
