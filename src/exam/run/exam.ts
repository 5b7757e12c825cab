/**
 * In this room: how an exam goes: its order, honest runs between, what is laid over the sandbox, when a task is over.
 * Elsewhere: what is tried and judged (`../armed/`), and who drives (`../browser/`, `cli/`, `library/`).
 */

import { systemClock } from '../../basics/clock.ts'
import type { JournalEntry } from '../../sandbox/journal.ts'
import { armedRules, placebos } from '../armed.ts'
import type { ArmedRule } from '../armed-rule.ts'
import { isByTheBook } from '../hints.ts'
import { isIn, type Play, type Signal, tookOf, wasDelivered } from '../play.ts'
import { counts, type Profile, profiles } from '../profiles.ts'
import type { ControlRun } from '../report.ts'
import type { Scenario } from '../scenario.ts'
import type { Ability, Given, Task } from '../tasks.ts'
import { atVendor, vendorRules } from '../vendor.ts'
import { notExercised, together, type Verdict } from '../verdict.ts'
import { Cast } from './cast.ts'
import { decideOnDevices } from './device-user.ts'
import type { Findings, Live } from './findings.ts'
import { honest, honestFor, sham, troubleWith } from './honest.ts'
import type { ExamOptions, ExamWorld } from './options.ts'
import { Overlay } from './overlay.ts'
import { doable, guess, lacking, type Part, planned } from './plan.ts'
import { Rendezvous } from './rendezvous.ts'
import { changeWithin, isCertain, judged, leftOf, passing, pauseOf, settleBy } from './settle.ts'
import { Stranger } from './stranger.ts'

/** An exam of one client: it plays its scenarios in order, and asks a driver for what only he can do. */
export class Exam {
  readonly options: ExamOptions
  /** All that may be tried. */
  readonly rules: readonly ArmedRule[]
  /** Whose exam it is, of those that have one of their own. */
  readonly vendor: string | undefined
  readonly cast: Cast
  /** Whether its server speaks by the RFCs alone. */
  readonly isByTheBook: boolean
  readonly started: number
  readonly #abilities: ReadonlySet<Ability>
  readonly #overlay: Overlay
  readonly #find: ExamWorld['find']
  readonly #stranger: Stranger
  readonly #company: string
  readonly #meet = new Rendezvous()
  readonly #stopFollowing: () => void
  readonly #ownerOf = new Map<number, Live>()
  readonly #verdicts = new Map<ArmedRule, Verdict>()
  readonly #controls: ControlRun[] = []
  readonly #honest: JournalEntry[] = []
  #profiles: readonly Profile[]
  #because: string | undefined
  #void: string | undefined
  #state: Findings['state'] = 'running'
  #live: Live | undefined
  #control: Play | undefined
  readonly #parts: readonly Part[]
  #task = 0
  #scenario = 0
  #changed: () => void = () => {}

  private constructor(world: ExamWorld, wanted: ExamOptions, cast: Cast, stranger: Stranger) {
    const { exam: its = {}, name } = world.find().provider
    const options = atVendor(wanted, its)
    this.options = options
    this.vendor = Object.keys(its).length > 0 ? name : undefined
    this.rules = [...armedRules, ...vendorRules(its, name)]
    this.cast = cast
    this.#abilities = new Set(options.abilities)
    this.#profiles = options.profiles
    this.#stranger = stranger
    const asked = options.profiles.length > 0 ? options.profiles : (Object.keys(profiles) as Profile[])
    this.#parts = planned(this.rules, asked, options)
    this.#find = world.find
    this.#overlay = new Overlay(world, cast, stranger, options.patience_ms)
    this.started = systemClock.now()
    this.#company = world.find().company
    this.isByTheBook = isByTheBook(world.find())
    this.#stopFollowing = world.find().journal.follow({ driver: 'any' }, (entry) => this.#took(entry))
    this.#meet.onWord(() => this.#changed())
  }

  /** @throws CastError when the client or its user cannot be had */
  static async begin(world: ExamWorld, options: ExamOptions): Promise<Exam> {
    const cast = new Cast(world.find, options)
    // The first who asks for a key waits until it is made: that is nothing to examine a client by.
    await world.find().keys.publicKeys()
    const exam = new Exam(world, options, cast, await Stranger.open())
    exam.#go().then(
      () => exam.#end('done'),
      (error) => {
        exam.#void ??= error instanceof Stopped ? 'it was stopped' : `grantbox failed: ${error instanceof Error ? error.message : error}`
        exam.#end('stopped')
      },
    )
    return exam
  }

  /** The next task, when what came before is judged. @param is_at_it the driver is still at what it was given */
  next(is_at_it: boolean): Promise<Given> {
    return this.#meet.next(is_at_it)
  }

  /** What the driver saw. */
  say(signal: Signal): void {
    this.#meet.say(signal)
  }

  /** What may be tried, the honest login first; what the profile turns out not to ask for is passed over. */
  get scenarios(): { title: string; rules: string[] }[] {
    const tried = [{ scenario: honest, judges: [] }, ...this.#parts.flatMap(({ scenarios }) => scenarios)]
    return tried.map(({ scenario, judges }) => ({ title: scenario.title, rules: judges.map(({ id }) => id) }))
  }

  get findings(): Findings {
    return {
      profiles: this.#profiles,
      because: this.#because,
      verdicts: this.#verdicts,
      controls: this.#controls,
      void: this.#void,
      honest: this.#honest,
      state: this.#state,
    }
  }

  /** Ends it where it is; the sandbox is as before. */
  stop(): void {
    if (this.#state === 'running') this.#end('stopped')
  }

  #end(state: Findings['state']): void {
    if (this.#state !== 'running') return
    this.#state = state
    this.#stopFollowing()
    this.#overlay.end()
    this.cast.leave()
    this.#stranger.close()
    this.#changed()
    this.#meet.end()
  }

  async #go(): Promise<void> {
    this.#void = (await this.#troubleOf('first')) ?? (await this.#shamRun())
    if (this.#void !== undefined) return
    if (this.#profiles.length === 0 && this.#control !== undefined) {
      const { profiles, because } = guess(this.#control)
      this.#profiles = profiles
      this.#because = because
    }
    for (const part of this.#parts) await this.#playPart(part)
  }

  /** A login that the server denies. @returns why the driver's word is worth nothing */
  async #shamRun(): Promise<string | undefined> {
    if (!this.#abilities.has('signed_in') && !this.#abilities.has('user')) return undefined
    const denied = await this.#play(sham)
    const ok = isIn(denied) !== true
    this.#controls.push({ what: 'sham', ok, took_ms: tookOf(denied) })
    return ok ? undefined : 'the driver says “signed in” of a login that the server denied: it would say so of everything'
  }

  /** An honest run, or one in which nothing is done that does harm. @returns why it was none */
  async #honestRun(what: string, scenario = honestFor(this.#abilities)): Promise<string | undefined> {
    const play = await this.#play(scenario)
    const trouble = troubleWith(play)
    this.#controls.push({ what, ok: trouble === undefined, took_ms: tookOf(play) })
    if (trouble === undefined) {
      this.#control ??= play
      this.#honest.push(...play.entries)
    }
    return trouble
  }

  async #playPart({ group, rules, scenarios }: Part): Promise<void> {
    const found = new Map<ArmedRule, Verdict[]>()
    const note = (rule: ArmedRule, verdict: Verdict) => found.set(rule, [...(found.get(rule) ?? []), verdict])
    const asked = rules.filter((rule) => counts(rule, this.#profiles, this.options.musts) && !this.#isUnused(rule))
    const placebo = asked.length === 0 ? undefined : placebos[group]
    const harm = placebo && (await this.#troubleOf(`placebo of ${group}`, placebo))
    if (harm !== undefined)
      for (const rule of asked) this.#verdicts.set(rule, notExercised('unstable', `A change that does no harm: ${harm}.`))
    if (asked.length === 0 || harm !== undefined) {
      this.#scenario += scenarios.length
      return
    }
    for (const { scenario, judges: all } of scenarios) {
      this.#scenario++
      const judges = all.filter((rule) => asked.includes(rule))
      if (judges.length === 0) continue
      const lacks = lacking(scenario, this.#abilities)
      if (lacks.length > 0) {
        for (const rule of judges) note(rule, notExercised('not-told', `The exam cannot: ${lacks.join(', ')}.`))
        continue
      }
      const play = await this.#play(scenario, judges)
      for (const rule of judges) note(rule, await this.#twice(rule, scenario, judged(rule, play)))
    }
    const trouble = await this.#troubleOf(`after ${group}`)
    let isFirst = true
    for (const rule of asked) {
      const verdict = together(found.get(rule) ?? [])
      // Who is stuck afterwards may have been so before: what that does not explain stands.
      const stands = verdict.verdict === 'failed' && (isFirst || verdict.proof === 'wire' || verdict.proof === 'canary')
      const isShaken = trouble !== undefined && verdict.verdict !== 'not_exercised' && !stands
      if (verdict.verdict === 'failed') isFirst = false
      this.#verdicts.set(rule, isShaken ? notExercised('unstable', `Afterwards ${trouble}.`) : verdict)
    }
  }

  #isUnused(rule: ArmedRule): boolean {
    const why = this.#control && rule.unused?.(this.#control)
    if (why !== undefined) this.#verdicts.set(rule, notExercised('unused', why))
    return why !== undefined
  }

  /** Why an honest run is none, the second time too. */
  async #troubleOf(what: string, scenario?: Scenario): Promise<string | undefined> {
    return (await this.#honestRun(what, scenario)) && this.#honestRun(`${what}, again`, scenario)
  }

  /** A failure that rests on timing is tried again; when it does not always come about, it says how often. */
  async #twice(rule: ArmedRule, scenario: Scenario, first: Verdict): Promise<Verdict> {
    if (first.verdict !== 'failed' || rule.timing !== true) return first
    const fails = async () => judged(rule, await this.#play(scenario, [rule])).verdict === 'failed'
    if (await fails()) return first
    return { ...first, message: `${first.message} So it was in ${(await fails()) ? 2 : 1} of 3 tries.` }
  }

  /** Plays a scenario from a clean beginning; it is over when its rules are certain, or nothing more comes. */
  async #play(scenario: Scenario, rules: readonly ArmedRule[] = []): Promise<Play> {
    this.#overlay.clear()
    const live: Live = { scenario, entries: [], moments: [] }
    this.#live = live
    this.#stranger.strayed.length = 0
    const steps = doable(scenario.steps, this.#abilities)
    const last = steps.findLast((step) => 'do' in step)
    for (const step of steps) {
      if ('wait' in step || 'pause' in step) await passing('wait' in step ? step.wait : pauseOf(this.options))
      else if (!('do' in step)) await this.#overlay.do(step)
      else await this.#ask(step, live, step === last ? rules : [])
    }
    this.#live = undefined
    return this.#asPlay(live)
  }

  /** Has the driver do something, and waits until that is over. */
  async #ask(task: Task, live: Live, rules: readonly ArmedRule[]): Promise<void> {
    this.#check()
    await this.#meet.give(this.#given(task))
    this.#check()
    const taken_at = performance.now()
    const before = live.entries.length
    const settle_ms = settleBy(this.#control)
    const { by_hand } = this.options
    for (;;) {
      const entries = live.entries.slice(before)
      const isDelivered = live.scenario.wants === 'refusal' && entries.some((entry) => entry.fault !== undefined && wasDelivered(entry))
      const left = leftOf({ heard: this.#meet.heard, taken_at, now: performance.now(), entries, isDelivered, settle_ms, by_hand })
      if (left === 0 || (this.#meet.heard.asked_at !== undefined && isCertain(rules, this.#asPlay(live)))) break
      await changeWithin(left, (tell) => (this.#changed = tell))
      this.#check()
    }
    live.moments.push({ task, from: taken_at, to: performance.now(), signal: this.#meet.heard.signal })
  }

  #given({ do: what, ...task }: Task): Given {
    const login = what === 'login' ? this.cast.credentials('username' in task ? task.username : undefined, this.#company) : {}
    return { task: ++this.#task, scenario: this.#scenario, do: what, ...task, ...login }
  }

  #check(): void {
    if (this.#state !== 'running') throw new Stopped()
  }

  #took(entry: JournalEntry): void {
    const live = (entry.grant_id !== undefined && this.#ownerOf.get(entry.grant_id)) || this.#live
    if (live === undefined) return
    if (entry.grant_id !== undefined) this.#ownerOf.set(entry.grant_id, live)
    live.entries.push(entry)
    if (live !== this.#live) return
    decideOnDevices(live, this.cast, this.#find())
    this.#changed()
  }

  #asPlay({ scenario, entries, moments }: Live): Play {
    const last = Math.max(0, ...entries.map(({ at_ms, duration_ms }) => at_ms + duration_ms))
    const { client, alice, mallory } = this.cast
    return {
      scenario,
      profiles: this.#profiles,
      abilities: this.#abilities,
      client,
      people: { alice, mallory },
      entries: [...entries],
      moments,
      strayed: [...this.#stranger.strayed],
      control: this.#control,
      patience_ms: this.options.patience_ms,
      quiet_ms: performance.now() - last,
    }
  }
}

/** Somebody ended the exam. */
class Stopped extends Error {}
