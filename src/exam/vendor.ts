import { limits, type VendorExam, type VendorMoment, type VendorRequest, type VendorRule } from '../providers/vendor-exam.ts'
import type { JournalEntry } from '../sandbox/journal.ts'
import type { ArmedRule } from './armed-rule.ts'
import { notDelivered } from './judging.ts'
import { isIn, type Play } from './play.ts'
import { isProfile } from './profiles.ts'
import type { ExamOptions } from './run/options.ts'
import type { Scenario, Step } from './scenario.ts'
import { bodyOf, queryOf, text } from './traffic.ts'
import { exhibits, failed, notExercised, passed, type Verdict } from './verdict.ts'
import { seconds } from './words.ts'

/** A vendor's own rules, to be played and judged like all others. */
export function vendorRules({ rules = [], limits: its = {} }: VendorExam, vendor: string): ArmedRule[] {
  const limited = Object.entries(limits).flatMap(([name, endpoint]): VendorRule[] => {
    const at_most = its[name as keyof typeof limits]
    if (at_most === undefined) return []
    // So many calls that who asks anew for each of them asks too often.
    const when = { calls: at_most + 1 }
    const why = `${vendor} takes no more of these requests from a client in a minute, and refuses the rest.`
    const mend = 'Keep what was answered as long as it is good.'
    return [{ id: `limit-${name.replaceAll('_', '-')}`, why, mend, when, request: { endpoint }, at_most, within: 60_000 }]
  })
  return [...limited, ...rules].map((rule) => ({
    id: rule.id,
    level: rule.level ?? 'must',
    group: 'vendor',
    source: rule.source ?? `${vendor}'s own rule`,
    why: rule.why,
    mend: rule.mend,
    scenarios: [scenarioOf(rule.when)],
    judge: (play) => judge(rule, play),
  }))
}

/** An exam at a vendor that has one of its own: what nobody said is as the vendor has it. */
export function atVendor(options: ExamOptions, { profile = [], must = [], waive = {} }: VendorExam): ExamOptions {
  const profiles = options.profiles.length > 0 ? options.profiles : profile.filter(isProfile)
  return { ...options, profiles, musts: must, waive: { ...waive, ...options.waive } }
}

/** A login and calls, and calls again when something has happened. */
function scenarioOf({ settings, advance, expire, calls = 1 }: VendorMoment = {}): Scenario {
  const call: Step[] = calls === 0 ? [] : [{ do: 'call_api', times: calls }]
  const happens: Step[] = [...(advance === undefined ? [] : [{ advance }]), ...(expire === undefined ? [] : [{ expire }])]
  return {
    title: calls === 0 ? 'A login' : 'A login and calls of the API',
    wants: 'success',
    ...(calls > 0 && { needs: ['call_api'] }),
    steps: [
      ...(settings === undefined ? [] : [{ set: settings }]),
      { do: 'login' },
      ...call,
      ...(happens.length === 0 ? [] : [...happens, ...call]),
    ],
  }
}

function judge(rule: VendorRule, play: Play): Verdict {
  const asked = play.entries.filter((entry) => fits(rule.request, entry))
  const [first] = asked
  const wrong = wrongParameters(rule, asked) ?? tooMany(rule, asked)
  if (wrong !== undefined) return wrong
  const tasks = play.scenario.steps.filter((step) => 'do' in step).length
  // As long as it goes on, more may come.
  if (play.moments.length < tasks) return notExercised('no-login', 'The driver did not come to the end.')
  if (rule.followed_by !== undefined) return followed(rule.request, rule.followed_by, play)
  if (first === undefined && rule.at_most === undefined) return notDelivered(`no ${worded(rule.request)} came`)
  return passed(
    'wire',
    `${counted(asked.length, rule.request)} came, as ${rule.source ?? 'the vendor'} has it.`,
    exhibits(undefined, asked),
  )
}

function fits({ endpoint, method, path, grant_type, status }: VendorRequest, entry: JournalEntry): boolean {
  return (
    entry.endpoint === endpoint &&
    (method === undefined || entry.method === method) &&
    (path === undefined || entry.url.replace(/[?#].*$/s, '').endsWith(path)) &&
    (grant_type === undefined || text(bodyOf(entry), 'grant_type') === grant_type) &&
    (status === undefined || entry.status === status)
  )
}

function wrongParameters({ request, having = [], never = [] }: VendorRule, asked: readonly JournalEntry[]): Verdict | undefined {
  for (const entry of asked) {
    const sent = { ...queryOf(entry), ...bodyOf(entry) }
    const lacking = having.find((name) => sent[name] === undefined)
    if (lacking !== undefined) return failed('wire', `A ${worded(request)} came without ${lacking}.`, exhibits(undefined, [entry]))
    const extra = never.find((name) => sent[name] !== undefined)
    if (extra !== undefined) return failed('wire', `A ${worded(request)} came with ${extra}.`, exhibits(undefined, [entry]))
  }
  return undefined
}

function tooMany(rule: VendorRule, asked: readonly JournalEntry[]): Verdict | undefined {
  const { request, at_most, within = Number.POSITIVE_INFINITY, per = 'user' } = rule
  if (at_most === undefined) return undefined
  for (const its of Map.groupBy(asked, (entry) => (per === 'sign_in' ? entry.grant_id : undefined)).values()) {
    for (const [index, first] of its.entries()) {
      const course = its.slice(index).filter(({ time }) => time - first.time < within)
      if (course.length <= at_most) continue
      const time = Number.isFinite(within) ? ` within ${seconds(within)}` : per === 'sign_in' ? ' in one sign-in' : ''
      return failed('wire', `${counted(course.length, request)} came${time}, and ${at_most} may.`, exhibits(undefined, course))
    }
  }
  return undefined
}

/** Whether one request after the other came. */
function followed(request: VendorRequest, then: readonly VendorRequest[], play: Play): Verdict {
  const deed = play.entries.find((entry) => fits(request, entry))
  if (deed === undefined) return notDelivered(`no ${worded(request)} came`)
  const seen: JournalEntry[] = []
  for (const wanted of then) {
    const last = seen.at(-1) ?? deed
    const next = play.entries.find((entry) => entry.id > last.id && fits(wanted, entry))
    if (next === undefined) {
      const proof = isIn(play) === undefined ? 'silence' : 'signal'
      return failed(proof, `After a ${worded(request)} no ${worded(wanted)} came.`, exhibits(deed, seen))
    }
    seen.push(next)
  }
  return passed('wire', `After a ${worded(request)} came ${then.map(worded).join(', then ')}.`, exhibits(deed, seen))
}

function worded({ endpoint, method, path, grant_type, status }: VendorRequest): string {
  const what = path === undefined ? `request to ${endpoint}` : `${method ?? 'request to'} ${path}`
  const by = grant_type === undefined ? '' : ` by ${grant_type}`
  return `${what}${by}${status === undefined ? '' : ` that was answered with ${status}`}`
}

function counted(count: number, request: VendorRequest): string {
  return `${count} × ${worded(request)}`
}
