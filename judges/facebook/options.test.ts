import Facebook from '@auth/core/providers/facebook'
import { expect, test } from 'vitest'
import { recordRequests } from '../../test/support/recording/judge-requests.ts'
import { allowRedirects, app, startFacebookForFile, throughPages } from '../../test/vendors/facebook/facebook-app.ts'
import { authJs, grantApp, origin } from '../applications.ts'

/** Clients that are told where Facebook is. */

const server = await startFacebookForFile()
recordRequests('facebook', 'options', server)
const base = `${server.url}/facebook`
const email = 'alice@example.com'

test('Auth.js is told each address', async () => {
  await allowRedirects(server, `${origin}/auth/callback/facebook`)
  const provider = Facebook({
    clientId: app.client_id,
    clientSecret: app.client_secret,
    authorization: { url: `${base}/v24.0/dialog/oauth`, params: { scope: 'email' } },
    token: `${base}/oauth/access_token`,
    userinfo: `${base}/me?fields=id,name,email,picture`,
  })
  const application = authJs('facebook', provider)
  // Of the address of the profile its own function keeps to the vendor's.
  expect((await throughPages(await application.begin())).searchParams.get('code')).toMatch(/^AQ/)
})

test('grant is told each address', async () => {
  const application = await grantApp('facebook', {
    key: app.client_id,
    secret: app.client_secret,
    authorize_url: `${base}/dialog/oauth`,
    access_url: `${base}/oauth/access_token`,
    profile_url: `${base}/me?fields=id,name,email`,
    scope: ['email'],
    response: ['tokens', 'profile'],
  })
  await allowRedirects(server, `${application.origin}/connect/facebook/callback`)
  expect(await application.finish(await throughPages(await application.begin()))).toMatchObject({
    profile: { name: 'Alice Arnold', email },
  })
})
