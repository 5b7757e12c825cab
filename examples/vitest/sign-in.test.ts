import { type Grantbox, type Sandbox, startGrantbox } from 'grantbox'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { App } from '../app.ts'

let box: Grantbox
let sandbox: Sandbox
let app: App

beforeAll(async () => {
  box = await startGrantbox({ provider: 'standard' })
})

afterAll(() => box.close())

// A world for each test: they need no order, and can run side by side.
beforeEach(async () => {
  sandbox = await box.createSandbox()
  app = await App.connect(sandbox.url, {
    client_id: 'standard-web',
    client_secret: 'standard-web-secret',
    redirect_uri: 'http://localhost/callback',
    scope: 'openid profile',
  })
})

async function signIn(username = 'alice') {
  const { redirect_to } = await sandbox.authorize({ ...(await app.begin()), username })
  await app.finish(redirect_to)
}

test('shows the profile of whoever signed in', async () => {
  await sandbox.users.create({ username: 'carol', name: 'Carol Cole' })
  await signIn('carol')
  expect(await app.profile()).toMatchObject({ name: 'Carol Cole' })
})

test('refreshes when the access token has expired', async () => {
  await signIn()
  await sandbox.clock.advance('2h')
  await expect(app.profile()).rejects.toMatchObject({ status: 401 })
  await app.refresh()
  expect(await app.profile()).toMatchObject({ sub: 'alice' })
})

test('says so when the provider is down', async () => {
  await sandbox.faults.add({ endpoint: 'token', status: 503 })
  await expect(signIn()).rejects.toMatchObject({ cause: { status: 503 } })
})
