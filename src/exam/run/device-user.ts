import { cleanUserCode, decideDevice } from '../../oauth/deferred/device.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import { answerOf, bodyOf, text } from '../traffic.ts'
import type { Cast } from './cast.ts'
import type { Live } from './findings.ts'

/** Whoever signs in by a device decides when the scenario says so: nobody has to open the page for it. */
export function decideOnDevices({ scenario, entries }: Live, { client, alice }: Pick<Cast, 'client' | 'alice'>, sandbox: Sandbox): void {
  const { after = 0, denies = false } = scenario.device ?? {}
  for (const entry of entries) {
    if (entry.endpoint !== 'device_authorization' || entry.status !== 200 || entry.client_id !== client.client_id) continue
    const { user_code, device_code } = answerOf(entry)
    const polls = entries.filter((one) => one.endpoint === 'token' && text(bodyOf(one), 'device_code') === device_code)
    const code = cleanUserCode(String(user_code))
    if (code !== undefined && polls.length >= after) decideDevice(code, alice, denies ? 'denied' : 'allowed', sandbox)
  }
}
