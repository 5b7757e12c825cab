import { setTimeout as sleep } from 'node:timers/promises'
import type { Report } from '../../src/exam/report.ts'
import type { Sandbox as Box } from '../../src/library/sandbox.ts'
import { addClient, newApp, newClient } from '../../src/sandbox/new-app.ts'
import type { Sandbox } from '../../src/sandbox/sandbox.ts'

const grant_type = 'urn:ietf:params:oauth:grant-type:device_code'
const own = { client_id: 'television', client_secret: null }

/** Adds the client of a device to a sandbox. */
export function addDevice(sandbox: Sandbox): void {
  const grant_types = [grant_type, 'refresh_token']
  addClient(
    sandbox,
    newApp(sandbox, { name: 'Television' }),
    newClient(sandbox, { ...own, grant_types, token_endpoint_auth_method: 'none' }),
  )
}

/** Takes a device through an exam; it does wrong what these rules say. */
export async function examineDevice(box: Box, options: Record<string, unknown>, wrong: ReadonlySet<string>): Promise<Report> {
  const exam = await box.exam({ ...own, ...options })
  const report = await exam.runAll(async ({ issuer }) => ({ signedIn: await signIn(issuer, wrong) }))
  await exam.end()
  return report
}

/** RFC 8628 §3.4 and §3.5. @returns whether there are tokens at the end */
async function signIn(issuer: string, wrong: ReadonlySet<string>): Promise<boolean> {
  const form = (members: Record<string, string>) => ({
    method: 'POST',
    body: new URLSearchParams({ client_id: own.client_id, ...members }),
  })
  const found = await fetch(`${issuer}/.well-known/openid-configuration`)
  const { device_authorization_endpoint, token_endpoint } = (await found.json()) as Record<string, string>
  const answer = await fetch(String(device_authorization_endpoint), form({ scope: 'openid' }))
  const device = (await answer.json()) as { device_code: string; interval?: number; verification_uri_complete: string }
  if (wrong.has('device-shows-code')) await fetch(device.verification_uri_complete)
  let pause = wrong.has('device-interval') ? 0.1 : (device.interval ?? 5)
  let rest = wrong.has('device-ends') ? 1 : 0
  for (let polls = 0; ; polls++) {
    // Nobody has to wait before the first (RFC 8628 §3.5).
    if (polls > 0) await sleep(pause * 1000)
    const init = {
      ...form({ grant_type, device_code: device.device_code }),
      redirect: 'manual',
      signal: AbortSignal.timeout(2000),
    } as const
    const poll = await fetch(String(token_endpoint), init)
      .then(async (answer) => (await answer.json()) as Record<string, string>)
      .catch(() => ({ error: 'away' }) as Record<string, string>)
    if (poll.access_token !== undefined) return true
    const { error = 'away' } = poll
    if (error === 'slow_down' && !wrong.has('device-slow-down')) pause += 5
    if (error === 'away' && wrong.has('device-survives')) return false
    if (error === 'away') pause *= 2
    if (!['away', 'slow_down', 'authorization_pending'].includes(error) && rest-- <= 0) return false
  }
}
