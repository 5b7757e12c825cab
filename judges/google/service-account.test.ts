import { GoogleAuth, type JWTInput, OAuth2Client } from 'google-auth-library'
import { expect, test } from 'vitest'
import { calendar, keyFileOf, robot } from '../../test/support/google-client.ts'
import { recordRequests } from '../../test/support/recording/judge-requests.ts'
import { startForFile } from '../../test/support/server.ts'
import { assertionProofs } from '../../test/vendors/google/assertion-proofs.ts'
import { leadHere } from '../lead-here.ts'

/** google-auth-library with a key file, unchanged. */

const server = await startForFile({ defaultProvider: 'google' })
await leadHere(server)
recordRequests('google', 'service-account', server, assertionProofs)

test('a service account gets its tokens by its key file', async () => {
  const credentials: JWTInput = await keyFileOf(server.url, 'vendor')
  const auth = new GoogleAuth({ credentials, scopes: [calendar] })
  const token = await auth.getAccessToken()
  expect(token).toMatch(/^ya29\.c\./)
  const target = 'https://service.example'
  const client = await new GoogleAuth({ credentials }).getIdTokenClient(target)
  const idToken = await client.idTokenProvider.fetchIdToken(target)
  const ticket = await new OAuth2Client().verifyIdToken({ idToken, audience: target })
  expect(ticket.getPayload()).toMatchObject({ email: robot, email_verified: true })
  const forBob = new GoogleAuth({ credentials, scopes: ['email'], clientOptions: { subject: 'bob@example.com' } })
  expect(await forBob.getAccessToken()).toMatch(/^ya29\.a0A/)
  const forAlice = new GoogleAuth({ credentials, scopes: ['email'], clientOptions: { subject: 'alice@example.com' } })
  await expect(forAlice.getAccessToken()).rejects.toThrow(/unauthorized_client/)
})
