import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { AuthClient } from '@auth0/auth0-auth-js'
import { expect, test } from 'vitest'
import { totp } from '../../src/providers/totp.ts'
import { recordRequests } from '../../test/support/recording/judge-requests.ts'
import { totpProofs } from '../../test/support/recording/totp-proofs.ts'
import { postJson, send } from '../../test/support/vendor-client.ts'
import { alice, startTenantForFile, web } from '../../test/vendors/auth0/auth0-tenant.ts'

/** The library beneath the vendor's SDKs, with second factors. */

const server = await startTenantForFile()
setDefaultCACertificates([...getCACertificates('default'), await server.ca()])
recordRequests('auth0', 'auth-js', server, totpProofs('secret'))
const base = server.https
const sandbox = `${server.url}/_grantbox/sandboxes/auth0`
const { mfa } = new AuthClient({ domain: new URL(base).host, clientId: web.client_id, clientSecret: web.client_secret })

async function policy(multi_factor: string): Promise<void> {
  const body = JSON.stringify({ settings: { multi_factor } })
  await send(sandbox, { method: 'PATCH', headers: { 'content-type': 'application/json' }, body })
}

async function mfaToken(username = alice.username): Promise<string> {
  const asked = { grant_type: 'password', ...web, username, password: alice.password, scope: 'openid' }
  const { body } = await postJson(`${base}/oauth/token`, asked)
  expect(body.error).toBe('mfa_required')
  return String(body.mfa_token)
}

async function sentCode(): Promise<string> {
  const { body } = await send(`${sandbox}/outbox?kind=mfa`)
  return (body.items as { code: string }[])[0]?.code ?? ''
}

test('an app is enrolled, listed, asked for and shown; a wrong code is refused', async () => {
  await policy('always')
  const first = await mfaToken()
  expect(await mfa.listAuthenticators({ mfaToken: first })).toEqual([])
  const enrolled = await mfa.enrollAuthenticator({ mfaToken: first, authenticatorTypes: ['otp'] })
  if (enrolled.authenticatorType !== 'otp') throw new Error('another authenticator')
  expect(enrolled.recoveryCodes).toHaveLength(1)
  const now = () => totp(enrolled.secret, server.clock.now())
  const tokens = await mfa.verify({ mfaToken: first, factorType: 'otp', otp: now() })
  expect(tokens.claims?.amr).toEqual(['mfa'])

  const second = await mfaToken()
  const listed = await mfa.listAuthenticators({ mfaToken: second })
  expect(listed.map(({ authenticatorType, active }) => [authenticatorType, active])).toEqual([
    ['recovery-code', true],
    ['otp', true],
  ])
  expect(await mfa.challengeAuthenticator({ mfaToken: second, challengeType: 'otp' })).toEqual({ challengeType: 'otp' })
  await expect(mfa.verify({ mfaToken: second, factorType: 'otp', otp: '000000' })).rejects.toMatchObject({ message: 'Invalid otp_code.' })
  const [recoveryCode = ''] = enrolled.recoveryCodes ?? []
  const recovered = await mfa.verify({ mfaToken: second, factorType: 'recovery-code', recoveryCode })
  expect(recovered.recoveryCode).toMatch(/^[A-Z0-9]{24}$/)
})

test('a phone is enrolled and asked for with codes that stand in the outbox, and not taken away by who has the password alone', async () => {
  const first = await mfaToken('bob@example.com')
  const draft = { authenticatorTypes: ['oob'] as ['oob'], oobChannels: ['sms'] as ['sms'], phoneNumber: '+15550123' }
  const enrolled = await mfa.enrollAuthenticator({ mfaToken: first, ...draft })
  if (enrolled.authenticatorType !== 'oob') throw new Error('another authenticator')
  await mfa.verify({ mfaToken: first, factorType: 'oob', oobCode: enrolled.oobCode ?? '', bindingCode: await sentCode() })
  // Recordings know seconds: the next message is to be the newer one there, too.
  server.clock.advance(5)
  const second = await mfaToken('bob@example.com')
  const phone = (await mfa.listAuthenticators({ mfaToken: second })).find(({ oobChannels }) => oobChannels?.includes('sms'))
  const authenticatorId = phone?.id ?? ''
  const asked = await mfa.challengeAuthenticator({ mfaToken: second, challengeType: 'oob', authenticatorId })
  const shown = { mfaToken: second, factorType: 'oob', oobCode: asked.oobCode ?? '', bindingCode: await sentCode() } as const
  expect((await mfa.verify(shown)).accessToken).toBeTruthy()
  await expect(mfa.deleteAuthenticator({ mfaToken: await mfaToken('bob@example.com'), authenticatorId })).rejects.toThrow(
    'User is already enrolled.',
  )
})
