import { answers } from './armed/answers.ts'
import { api } from './armed/api.ts'
import { callback } from './armed/callback.ts'
import { callbackByBrowser } from './armed/callback-browser.ts'
import { device } from './armed/device.ts'
import { discovery } from './armed/discovery.ts'
import { fapi } from './armed/fapi.ts'
import { foreignCode } from './armed/foreign-code.ts'
import { atHash } from './armed/front-channel.ts'
import { idToken } from './armed/id-token.ts'
import { identity } from './armed/identity.ts'
import { kidAbsent } from './armed/kid-absent.ts'
import { logout } from './armed/logout.ts'
import { mcp } from './armed/mcp.ts'
import { listenerCloses } from './armed/native.ts'
import { outage } from './armed/outage.ts'
import { refresh } from './armed/refresh.ts'
import { tokenAnswers } from './armed/token-answers.ts'
import { tokenLives } from './armed/token-lives.ts'
import type { ArmedRule, Group } from './armed-rule.ts'
import type { Scenario } from './scenario.ts'

/** Every rule that shows only when somebody does something to the client. */
export const armedRules: readonly ArmedRule[] = [
  ...answers,
  ...callback,
  foreignCode,
  ...callbackByBrowser,
  listenerCloses,
  ...tokenLives,
  ...tokenAnswers,
  ...idToken,
  atHash,
  ...identity,
  ...refresh,
  ...api,
  ...device,
  ...logout,
  ...mcp,
  ...fapi,
  // Before the keys change, which a client may remember.
  kidAbsent,
  ...discovery,
  ...outage,
]

/** What is done before a group: the same machinery, and no harm. A client that it breaks proves nothing about the group. */
export const placebos: Partial<Record<Group, Scenario>> = {
  token: { title: 'A login', wants: 'success', steps: [{ arm: [{ endpoint: 'token', delay_ms: 50 }] }, { do: 'login' }] },
  id_token: { title: 'A login', wants: 'success', steps: [{ arm: [{ endpoint: 'token', id_token: 'resigned' }] }, { do: 'login' }] },
}
