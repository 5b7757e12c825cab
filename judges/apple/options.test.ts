import Apple from '@auth/core/providers/apple'
import { expect, test } from 'vitest'
import { recordRequests } from '../../test/support/recording/judge-requests.ts'
import { aliceId, allowRedirects, startTeamForFile, throughPages, toldClient, web } from '../../test/vendors/apple/apple-team.ts'
import { authJs, grantApp, origin } from '../applications.ts'

/** Clients that are told where Apple is. */

const server = await startTeamForFile()
recordRequests('apple', 'options', server)
const base = `${server.url}/apple`
const { client_secret } = await toldClient(server)
const clientSecret = client_secret ?? ''

test('Auth.js finds it by its issuer', async () => {
  await allowRedirects(server, `${origin}/auth/callback/apple`)
  const application = authJs('apple', Apple({ clientId: web, clientSecret, issuer: base }))
  const { back, fields } = await throughPages(await application.begin())
  expect(await application.finish(back, fields)).toMatchObject({ user: { name: 'Alice Arnold', email: 'alice@example.com' } })
})

test('grant is told both addresses', async () => {
  const application = await grantApp('apple', {
    key: web,
    secret: clientSecret,
    authorize_url: `${base}/auth/authorize`,
    access_url: `${base}/auth/token`,
    scope: ['openid', 'name', 'email'],
    nonce: true,
    custom_params: { response_type: 'code id_token', response_mode: 'form_post' },
    response: ['tokens', 'jwt'],
  })
  await allowRedirects(server, `${application.origin}/connect/apple/callback`)
  const { back, fields } = await throughPages(await application.begin())
  expect(await application.finish(back, fields)).toMatchObject({ jwt: { id_token: { payload: { iss: base, sub: aliceId } } } })
})
