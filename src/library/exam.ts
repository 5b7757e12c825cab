import type { Profile } from '../exam/profiles.ts'
import type { Report, RuleReport } from '../exam/report.ts'
import type { Ability, Given } from '../exam/tasks.ts'
import type { ControlClient } from './control-client.ts'

/** What an exam is begun with; everything has a default. */
export interface ExamOptions {
  /** What the client is; guessed from what it asks when absent. */
  profile?: Profile | readonly Profile[]
  /** These rules or groups alone. */
  only?: readonly string[]
  /** What goes wrong most often and costs most, by 18 logins. */
  quick?: boolean
  /** What your driver can do and tell; `exam.run` makes of a plain function one that tells `signed_in`. */
  signals?: readonly Ability[]
  /** Rules that are not held against the client, each with the reason. */
  waive?: Readonly<Record<string, string>>
  /** How long an answer is held back at most, to see whether the client gives up waiting, such as "15s" or seconds; 45 s when absent. */
  patience?: string | number
  /** The rules as they were in this version, such as "2026.1"; the newest when absent. */
  rules_version?: string
  /** A client that is there, or one that is made for the exam; `exam` when absent. */
  client_id?: string
  /** Of one that is made; null for a public client. */
  client_secret?: string | null
  /** Of one that is made. */
  redirect_uri?: string
  /** Where its users come back from signing out. */
  post_logout_redirect_uri?: string
  /** Where it is told that its user signed out. */
  backchannel_logout_uri?: string
  /** Who logs in; the sandbox's first user when absent. */
  username?: string
}

/** What may be tried; the first is an honest login. */
export interface ExamScenario {
  /** Its place in the list. */
  number: number
  title: string
  /** The rules that it grades. */
  rules: string[]
}

/** What a driver says of the app after its task. */
export interface ExamSignal {
  signedIn?: boolean
  /** Whom the app shows: a subject, a username or an address; null for nobody. */
  user?: string | null
}

/** What a driver is told. It is not told what is tried. */
export interface ExamTask {
  /** Of the sandbox. */
  issuer: string
  client: { client_id: string; client_secret: string | null; redirect_uri: string | undefined }
  /** Who is to log in. */
  user: { username: string; password: string }
  /** How many calls at once, for `callApi`. */
  times: number
}

type Act = (task: ExamTask) => Promise<ExamSignal | undefined>

/** Who logs in, and what else he can do. */
export interface ExamDriver {
  login: Act
  /** Calls an API of the app with its tokens, `times` times at once. */
  callApi?: Act
  logout?: Act
}

/** An exam that goes on in a sandbox. */
export interface Exam {
  readonly id: string
  readonly scenarios: readonly ExamScenario[]
  /** Plays up to and with a scenario of the list. @returns what it graded so far of its rules */
  run(scenario: ExamScenario, driver: ExamDriver | Act): Promise<{ rules: RuleReport[] }>
  /** Plays all that is left. */
  runAll(driver: ExamDriver | Act): Promise<Report>
  /** What the driver is to do next; answered when what it did before is judged. */
  next(): Promise<Given>
  signal(signal: ExamSignal & { seen?: Record<string, unknown> }): Promise<void>
  report(): Promise<Report>
  /** Ends it; the sandbox is as before. */
  end(): Promise<void>
}

/** What the control API says of an exam that has begun. */
export interface Begun {
  id: string
  scenarios: { title: string; rules: string[] }[]
  client: ExamTask['client']
  issuer: string
  user: { username: string; sub: string; email: string | null }
  mallory: { username: string; sub: string }
}

/** @param path of the sandbox */
export async function beginExam(client: ControlClient, path: string, { profile, ...options }: ExamOptions = {}): Promise<Exam> {
  const profiles = profile === undefined ? {} : { profile: [profile].flat() }
  const signals = options.signals ?? ['signed_in']
  const begun = await client.post<Begun>(`${path}/exam`, { ...options, ...profiles, signals })
  const scenarios = begun.scenarios.map((scenario, number) => ({ number, ...scenario }))
  let pending: Given | undefined

  const next = async () => {
    const given = pending ?? (await client.post<Given>(`${path}/exam/next`, {}))
    pending = undefined
    return given
  }
  const signal: Exam['signal'] = async ({ signedIn, user, seen }) => {
    await client.post(`${path}/exam/signal`, { signed_in: signedIn, user, seen })
  }
  const report = () => client.get<Report>(`${path}/exam`)

  /** Does tasks until one comes that belongs to a later scenario. */
  const drive = async (driver: ExamDriver | Act, last: number) => {
    const acts: ExamDriver = typeof driver === 'function' ? { login: driver } : driver
    for (;;) {
      const given = await next()
      if (given.do === 'nothing_left' || given.scenario > last) {
        pending = given
        return
      }
      const act = { login: acts.login, call_api: acts.callApi, logout: acts.logout }[given.do]
      const { username = '', password = '', times = 1 } = given
      const said = await act?.({ issuer: begun.issuer, client: begun.client, user: { username, password }, times })
      if (said !== undefined) await signal(said)
    }
  }

  return {
    id: begun.id,
    scenarios,
    async run(scenario, driver) {
      await drive(driver, scenario.number)
      const { rules } = await report()
      return { rules: rules.filter(({ id }) => scenario.rules.includes(id)) }
    },
    async runAll(driver) {
      await drive(driver, Number.POSITIVE_INFINITY)
      return report()
    },
    next,
    signal,
    report,
    end: () => client.delete(`${path}/exam`),
  }
}

/** A matcher for `expect.extend`: of what an exam graded, nothing that must hold failed. */
export function toPassExam(rules: readonly RuleReport[]): { pass: boolean; message: () => string } {
  const failed = rules.filter(({ verdict, level }) => verdict === 'failed' && level === 'must')
  const lines = failed.map(({ id, message, mend, source }) => `${id}: ${message}\n  ${mend} (${source})`)
  return {
    pass: failed.length === 0,
    message: () =>
      failed.length === 0 ? 'expected a must of the exam to fail, and none did' : `failed what the exam asks for:\n${lines.join('\n')}`,
  }
}
