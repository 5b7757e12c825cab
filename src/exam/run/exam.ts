/**
 * In this room: how an exam goes: its order, honest runs between, what is laid over the sandbox, when a task is over.
 * Elsewhere: what is tried and judged (`../armed/`), and who drives (`../browser/`, `cli/`, `library/`).
 */

import { systemClock } from '../../basics/clock.ts'
import type { JournalEntry } from '../../sandbox/journal.ts'
import { armedRules, placebos } from '../armed.ts'
import type { ArmedRule } from '../armed-rule.ts'
import { isByTheBook } from '../hints.ts'
import { isIn, type Signal, tookOf } from '../play.ts'
import { counts, type Profile, profiles } from '../profiles.ts'
import type { ControlRun } from '../report.ts'
import { lacking, type Scenario } from '../scenario.ts'
import type { Ability, Given } from '../tasks.ts'
import { atVendor, vendorRules } from '../vendor.ts'
import { notExercised, type Verdict } from '../verdict.ts'
import { partedAt, type RulesVersion, rulesVersion } from '../versions.ts'
import { Cast } from './cast.ts'
import type { Findings, Live } from './findings.ts'
import { honestFor, sham, troubleWith } from './honest.ts'
import type { ExamOptions, ExamWorld } from './options.ts'
import { guess, listed, type Part, planned } from './plan.ts'
import { Player, Stopped } from './player.ts'
import { quickest } from './quick.ts'
import { judged } from './settle.ts'
import { Tally } from './tally.ts'

/** An exam of one client: it plays its scenarios in order, and asks a driver for what only he can do. */
export class Exam {
  readonly options: ExamOptions
  /** All that may be tried. */
  readonly rules: readonly ArmedRule[]
  readonly rulesVersion: RulesVersion
  /** Whose exam it is, of those that have one of their own. */
  readonly vendor: string | undefined
  readonly cast: Cast
  /** Whether its server speaks by the RFCs alone. */
  readonly isByTheBook: boolean
  readonly started: number
  readonly #abilities: ReadonlySet<Ability>
  readonly #player: Player
  readonly #parts: readonly Part[]
  readonly #verdicts = new Map<ArmedRule, Verdict>()
  readonly #controls: ControlRun[] = []
  readonly #honest: JournalEntry[] = []
  #asked: ReadonlySet<ArmedRule> = new Set()
  #because: string | undefined
  #void: string | undefined
  #state: Findings['state'] = 'running'
  #scenario = 0

  private constructor({ find }: ExamWorld, options: ExamOptions, cast: Cast, player: Player) {
    const { exam: its = {}, name } = find().provider
    this.options = options
    this.vendor = Object.keys(its).length > 0 ? name : undefined
    this.rulesVersion = options.rules_version ?? rulesVersion
    this.rules = [...partedAt(armedRules, this.rulesVersion).had, ...vendorRules(its, name)]
    this.cast = cast
    this.#abilities = new Set(options.abilities)
    this.#player = player
    const asked = options.profiles.length > 0 ? options.profiles : (Object.keys(profiles) as Profile[])
    this.#parts = planned(this.rules, asked, options)
    this.started = systemClock.now()
    this.isByTheBook = isByTheBook(find())
  }

  /** @throws CastError when the client or its user cannot be had */
  static async begin(world: ExamWorld, wanted: ExamOptions): Promise<Exam> {
    const cast = new Cast(world.find, wanted)
    // The first who asks for a key waits until it is made: that is nothing to examine a client by.
    await world.find().keys.publicKeys()
    const options = atVendor(wanted, world.find().provider.exam ?? {})
    const exam = new Exam(world, options, cast, await Player.ready(world, options, cast))
    const stop = () => exam.stop()
    world.stopping.addEventListener('abort', stop)
    if (world.stopping.aborted) stop()
    exam
      .#go()
      .then(
        () => exam.#end('done'),
        (error) => {
          exam.#void ??= error instanceof Stopped ? 'it was stopped' : `grantbox failed: ${error instanceof Error ? error.message : error}`
          exam.#end('stopped')
        },
      )
      .finally(() => world.stopping.removeEventListener('abort', stop))
    return exam
  }

  /** The next task, when what came before is judged. @param is_at_it the driver is still at what it was given */
  next(is_at_it: boolean): Promise<Given> {
    return this.#player.next(is_at_it)
  }

  /** What the driver saw. */
  say(signal: Signal): void {
    this.#player.say(signal)
  }

  /** What may be tried, the honest login first; what the profile turns out not to ask for is passed over. */
  get scenarios(): { title: string; rules: string[] }[] {
    return listed(this.#parts)
  }

  get findings(): Findings {
    return {
      profiles: this.#player.profiles,
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
    this.#player.end()
  }

  async #go(): Promise<void> {
    this.#void = (await this.#troubleOf('first')) ?? (await this.#shamRun())
    if (this.#void !== undefined) return
    if (this.#player.profiles.length === 0 && this.#player.control !== undefined) {
      const { profiles, because } = guess(this.#player.control)
      this.#player.profiles = profiles
      this.#because = because
    }
    const asked = this.#parts
      .flatMap(({ rules }) => rules)
      .filter((rule) => {
        const isCounted = counts(rule, this.#player.profiles, this.options.musts)
        const unused = this.#player.control && rule.unused?.(this.#player.control)
        if (unused !== undefined && isCounted) this.#verdicts.set(rule, notExercised('unused', unused))
        return unused === undefined && isCounted
      })
    this.#asked = new Set(this.options.quick ? quickest(asked, this.#abilities) : asked)
    const tally = new Tally()
    for (const part of this.#parts) {
      await this.#playPart(part, tally)
      if (!this.options.quick) await this.#close(tally, part.group)
    }
    await this.#close(tally, 'all')
  }

  /** A login that the server denies. @returns why the driver's word is worth nothing */
  async #shamRun(): Promise<string | undefined> {
    if (!this.#abilities.has('signed_in') && !this.#abilities.has('user')) return undefined
    const denied = this.#player.asPlay(await this.#play(sham))
    const ok = isIn(denied) !== true
    this.#controls.push({ what: 'sham', ok, took_ms: tookOf(denied) })
    return ok ? undefined : 'the driver says “signed in” of a login that the server denied: it would say so of everything'
  }

  /** An honest run, or one in which nothing is done that does harm. @returns why it was none */
  async #honestRun(what: string, scenario = honestFor(this.#abilities)): Promise<string | undefined> {
    const play = this.#player.asPlay(await this.#play(scenario))
    const trouble = troubleWith(play)
    this.#controls.push({ what, ok: trouble === undefined, took_ms: tookOf(play) })
    if (trouble === undefined) {
      this.#player.control ??= play
      this.#player.before = play
      this.#honest.push(...play.entries)
    }
    return trouble
  }

  async #playPart({ group, rules, scenarios }: Part, tally: Tally): Promise<void> {
    const asked = rules.filter((rule) => this.#asked.has(rule))
    const placebo = asked.length === 0 ? undefined : placebos[group]
    const harm = placebo && (await this.#troubleOf(`placebo of ${group}`, placebo))
    if (harm !== undefined)
      for (const rule of asked) this.#verdicts.set(rule, notExercised('unstable', `A change that does no harm: ${harm}.`))
    if (asked.length === 0 || harm !== undefined) return
    for (const { scenario, judges: all, number } of scenarios) {
      this.#scenario = number
      const judges = all.filter((rule) => asked.includes(rule))
      if (judges.length === 0) continue
      const lacks = lacking(scenario, this.#abilities)
      if (lacks.length > 0) {
        for (const rule of judges) tally.note(rule, notExercised('not-told', `The exam cannot: ${lacks.join(', ')}.`))
        continue
      }
      const live = await this.#play(scenario, judges)
      const play = this.#player.asPlay(live)
      for (const rule of judges) tally.note(rule, await this.#twice(rule, scenario, judged(rule, play)), () => this.#player.asPlay(live))
    }
  }

  /** What was shown stands when an honest run works afterwards. */
  async #close(tally: Tally, what: string): Promise<void> {
    if (tally.isEmpty) return
    const trouble = await this.#troubleOf(`after ${what}`)
    for (const [rule, verdict] of tally.close(trouble)) this.#verdicts.set(rule, verdict)
  }

  /** Why an honest run is none, the second time too. */
  async #troubleOf(what: string, scenario?: Scenario): Promise<string | undefined> {
    return (await this.#honestRun(what, scenario)) && this.#honestRun(`${what}, again`, scenario)
  }

  #play(scenario: Scenario, rules: readonly ArmedRule[] = []): Promise<Live> {
    return this.#player.play(scenario, rules, this.#scenario)
  }

  /** A failure that rests on timing is tried again; when it does not always come about, it says how often. */
  async #twice(rule: ArmedRule, scenario: Scenario, first: Verdict): Promise<Verdict> {
    if (first.verdict !== 'failed' || rule.timing !== true) return first
    const fails = async () => judged(rule, this.#player.asPlay(await this.#play(scenario, [rule]))).verdict === 'failed'
    if (await fails()) return first
    return { ...first, message: `${first.message} So it was in ${(await fails()) ? 2 : 1} of 3 tries.` }
  }
}
