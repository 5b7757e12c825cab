import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { AuthenticationClient } from 'auth0/legacy'
import { expect, test } from 'vitest'
import { recordRequests } from '../../test/support/recording/judge-requests.ts'
import { claimsOf, send } from '../../test/support/vendor-client.ts'
import { startTenantForFile, web } from '../../test/vendors/auth0/auth0-tenant.ts'

/** The vendor's SDK for Node.js, with codes that are read where nothing is sent. */

const server = await startTenantForFile()
setDefaultCACertificates([...getCACertificates('default'), await server.ca()])
recordRequests('auth0', 'passwordless', server)
const domain = new URL(server.https).host
const authentication = new AuthenticationClient({ domain, clientId: web.client_id, clientSecret: web.client_secret })
const scope = 'openid profile email offline_access'

async function sentCode(to: string): Promise<string> {
  const { body } = await send(`${server.url}/_grantbox/sandboxes/auth0/outbox?to=${encodeURIComponent(to)}`)
  return (body.items as { code: string }[])[0]?.code ?? ''
}

test('signs a new user in by a code that is read from the outbox, by e-mail and by SMS', async () => {
  await authentication.passwordless.sendEmail({ email: 'new@example.com', send: 'code' })
  const { data } = await authentication.passwordless.loginWithEmail({
    email: 'new@example.com',
    code: await sentCode('new@example.com'),
    scope,
  })
  expect(claimsOf(data.id_token)).toMatchObject({ email: 'new@example.com', sub: expect.stringMatching(/^email\|[0-9a-f]{24}$/) })
  await authentication.passwordless.sendSMS({ phone_number: '+15005550006' })
  const phone = { phone_number: '+15005550006', code: await sentCode('+15005550006'), scope }
  const { data: bySms } = await authentication.passwordless.loginWithSMS(phone)
  expect(claimsOf(bySms.id_token).sub).toMatch(/^sms\|/)
  await expect(authentication.passwordless.loginWithSMS(phone)).rejects.toMatchObject({ error: 'invalid_grant' })
})
