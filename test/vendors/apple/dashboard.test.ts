import { expect, test } from 'vitest'
import { DashboardClient } from '../../support/dashboard-client.ts'
import { askToken, callback, change, freshCode, freshTokens, startTeam, toldClient, web } from './apple-team.ts'
import { listener } from './listener.ts'

const at = (path: string) => `/dashboard/apple${path}`

test('the app’s card leads to a page that tells team and key, and makes a secret', async () => {
  const server = await startTeam()
  const dashboard = new DashboardClient(server.url)
  const path = at(`/apps/app_apple_example/clients/${web}/secret`)
  expect((await dashboard.get(at('/apps'))).html).toContain(path)
  const { html } = await dashboard.get(`${path}?expires_in=10m`)
  const { client_key } = await toldClient(server)
  for (const part of Object.values(client_key ?? {})) expect(html).toContain(part.trim())
  const client_secret = /<code id="made">([^<]+)</.exec(html)?.[1] ?? ''
  const form = { grant_type: 'authorization_code', code: await freshCode(server), redirect_uri: callback, client_id: web, client_secret }
  expect((await askToken(server, form)).status).toBe(200)
  server.clock.advance(601)
  expect((await askToken(server, form)).explanation).toMatch(/expired/)
})

test('buttons on a user’s page let the user leave the app, and say how the app took it', async () => {
  const server = await startTeam()
  const dashboard = new DashboardClient(server.url)
  await freshTokens(server)
  const user = at('/sandbox/users/alice')
  expect((await dashboard.get(user)).html).toContain('Stop using Apple Account with the app')
  const leave = (event = 'consent-revoked') => dashboard.submit(`${user}/events`, { client: web, event })
  expect((await leave()).html).toContain('It happened. The app has no address at which it is told; see the settings.')
  const { url, came } = await listener()
  await change(server, { notification_endpoint: url })
  expect((await leave('email-disabled')).html).toContain('It happened, and the app was told.')
  expect(came.length).toBe(1)
  await change(server, { notification_endpoint: 'http://127.0.0.1:1/' })
  expect((await leave('email-enabled')).html).toContain('It happened, and the app could not be told, or did not take it.')
  expect((await dashboard.post(`${user}/events`, { client: web, event: 'x' })).status).toBe(404)
  const deleted = await dashboard.post(`${user}/events`, { client: web, event: 'account-delete' })
  expect(deleted.location).toMatch(/^\/dashboard\/apple\/sandbox\?/)
})
