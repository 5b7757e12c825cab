import type { ControlRun } from './report.ts'
import { failed, notExercised, passed, type Verdict } from './verdict.ts'

/** The rule that the honest runs between the others show. */
export const recovery = {
  id: 'outage-recovers',
  level: 'must',
  group: 'outage',
  source: 'RFC 9110 §15.6.4',
  why: 'One login that failed keeps the next from working: a session, a flag or a cookie that it left behind.',
  mend: 'What a failed sign-in leaves behind must not stop the next.',
} as const

/** After each group an honest login works. */
export function recovers(controls: readonly ControlRun[]): Verdict {
  const later = controls.filter(({ what }) => what.startsWith('after '))
  if (later.length === 0) return notExercised('stopped', 'No honest login came after what was tried.')
  const stuck = later.find(({ what, ok }) => !ok && what.endsWith(', again'))
  return stuck === undefined
    ? passed('signal', `Of the honest logins (${later.length}) between what was tried ${later.filter(({ ok }) => ok).length} worked.`, [])
    : failed('signal', `No honest login worked ${stuck.what.replace(/, again$/, '')}, though it had before.`, [])
}
