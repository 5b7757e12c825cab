import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import express from 'express'
import { auth, requiresAuth } from 'express-openid-connect'
import { afterAll, expect, test } from 'vitest'
import { recordRequests } from '../../test/support/recording/judge-requests.ts'
import { aliceId, startTenantForFile, TenantJar, web } from '../../test/vendors/auth0/auth0-tenant.ts'
import { throughPage } from './sign-in.ts'

/** express-openid-connect, over plain http and below a path, with the vendor's own way to sign out. */

const server = await startTenantForFile()
recordRequests('auth0', 'express', server)

async function serve(auth0Logout: boolean) {
  const application = express()
  const listener = createServer(application).listen(0, 'localhost')
  await once(listener, 'listening')
  afterAll(() => {
    listener.closeAllConnections()
    listener.close()
  })
  const baseURL = `http://localhost:${(listener.address() as AddressInfo).port}`
  application.use(
    auth({
      issuerBaseURL: server.url,
      baseURL,
      clientID: web.client_id,
      clientSecret: web.client_secret,
      secret: 'a long text that signs the cookies of the session',
      authRequired: false,
      idpLogout: true,
      auth0Logout,
      authorizationParams: { response_type: 'code', scope: 'openid profile email' },
    }),
  )
  application.get('/profile', requiresAuth(), (request, response) => void response.json(request.oidc.user))
  return baseURL
}

test.each([true, false])('signs in, knows the user and signs out (auth0Logout: %s)', async (auth0Logout) => {
  const baseURL = await serve(auth0Logout)
  const jar = new TenantJar()
  const asked = await jar.open(`${baseURL}/profile`)
  const back = await throughPage(asked.location ?? '', jar)
  const signedIn = await jar.open(back.href)
  expect(signedIn.location?.pathname).toBe('/profile')
  const profile = JSON.parse((await jar.open(`${baseURL}/profile`)).html)
  expect(profile).toMatchObject({ sub: aliceId, email: 'alice@example.com', nickname: 'alice', sid: expect.any(String) })
  const left = await jar.open(`${baseURL}/logout`)
  expect(left.location?.pathname).toBe(auth0Logout ? '/v2/logout' : '/oidc/logout')
  const signedOut = await jar.open(left.location?.href ?? '')
  expect(signedOut.location?.href).toBe(`${baseURL}/`)
  expect((await jar.open(`${baseURL}/profile`)).location?.pathname).toBe('/authorize')
})
