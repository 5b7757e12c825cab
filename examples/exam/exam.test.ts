import { startGrantbox, toPassExam } from 'grantbox'
import { afterAll, expect, test } from 'vitest'
import { App } from '../app.ts'

declare module 'vitest' {
  interface Matchers {
    toPassExam(): void
  }
}

expect.extend({ toPassExam })

const box = await startGrantbox({ provider: 'standard' })
const sandbox = await box.createSandbox()
const exam = await sandbox.exam({ profile: 'oidc', redirect_uri: 'http://localhost/callback' })

afterAll(() => box.close())

// The app signs in as it always does, and is not told what is tried on it.
test.each(exam.scenarios)('$number: $title', async (scenario) => {
  const { rules } = await exam.run(scenario, async ({ issuer, client, user }) => {
    const { client_id, client_secret, redirect_uri = '' } = client
    try {
      const registration = { client_id, client_secret: client_secret ?? '', redirect_uri, scope: 'openid profile' }
      const app = await App.connect(issuer, registration)
      const { redirect_to } = await sandbox.authorize({ ...(await app.begin()), username: user.username })
      await app.finish(redirect_to)
      return { signedIn: true, user: app.tokens?.claims()?.sub ?? null }
    } catch {
      return { signedIn: false, user: null }
    }
  })
  expect(rules).toPassExam()
})
