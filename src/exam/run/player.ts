import type { JournalEntry } from '../../sandbox/journal.ts'
import type { ArmedRule } from '../armed-rule.ts'
import { type Play, type Signal, wasDelivered } from '../play.ts'
import type { Profile } from '../profiles.ts'
import { pauseOf, type Scenario } from '../scenario.ts'
import type { Ability, Given, Task } from '../tasks.ts'
import type { Cast } from './cast.ts'
import { decideOnDevices } from './device-user.ts'
import type { Live } from './findings.ts'
import type { ExamOptions, ExamWorld } from './options.ts'
import { Overlay } from './overlay.ts'
import { doable } from './plan.ts'
import { Rendezvous } from './rendezvous.ts'
import { send } from './sending.ts'
import { changeWithin, graceBy, isCertain, isKept, leftOf, passing, settleBy } from './settle.ts'
import { Stranger } from './stranger.ts'

/** Somebody ended the exam. */
export class Stopped extends Error {}

/** Plays scenarios, one at a time: it lays them over the sandbox, has the driver do his part, and keeps the requests that belong to each. */
export class Player {
  profiles: readonly Profile[]
  /** The first honest run. */
  control: Play | undefined
  /** The honest run before. */
  before: Play | undefined
  readonly #options: ExamOptions
  readonly #abilities: ReadonlySet<Ability>
  readonly #cast: Cast
  readonly #find: ExamWorld['find']
  readonly #overlay: Overlay
  readonly #stranger: Stranger
  readonly #company: string
  readonly #meet = new Rendezvous()
  readonly #stopFollowing: () => void
  readonly #ownerOf = new Map<number, Live>()
  readonly #keysAt: number[] = []
  #live: Live | undefined
  #task = 0
  #scenario = 0
  #isOver = false
  #changed: () => void = () => {}

  private constructor(world: ExamWorld, options: ExamOptions, cast: Cast, stranger: Stranger) {
    this.#options = options
    this.profiles = options.profiles
    this.#abilities = new Set(options.abilities)
    this.#cast = cast
    this.#find = world.find
    this.#stranger = stranger
    this.#overlay = new Overlay(world, cast, stranger, options.patience_ms)
    this.#company = world.find().company
    this.#stopFollowing = world.find().journal.follow({ driver: 'any' }, (entry) => this.#took(entry))
    this.#meet.onWord(() => this.#changed())
  }

  static async ready(world: ExamWorld, options: ExamOptions, cast: Cast): Promise<Player> {
    return new Player(world, options, cast, await Stranger.open())
  }

  /** The next task, when what came before is judged. @param is_at_it the driver is still at what it was given */
  next(is_at_it: boolean): Promise<Given> {
    return this.#meet.next(is_at_it)
  }

  /** What the driver saw. */
  say(signal: Signal): void {
    this.#meet.say(signal)
  }

  /** Everything is as before, and whoever asks for a task is told that nothing is left. */
  end(): void {
    this.#isOver = true
    this.#stopFollowing()
    this.#overlay.end()
    this.#cast.leave()
    this.#stranger.close()
    this.#changed()
    this.#meet.end()
  }

  /**
   * Plays a scenario from a clean beginning; it is over when its rules are certain, or nothing more comes.
   * @param number its place among all
   * @throws Stopped
   */
  async play(scenario: Scenario, rules: readonly ArmedRule[], number: number): Promise<Live> {
    this.#overlay.clear()
    this.#scenario = number
    const live: Live = { scenario, entries: [], moments: [], strayed: [], sent: [] }
    this.#live = live
    this.#stranger.strayed = live.strayed
    const steps = doable(scenario.steps, this.#abilities)
    const last = steps.findLast((step) => 'do' in step)
    for (const step of steps) {
      if ('if_needed' in step) {
        if (isKept(rules, this.asPlay(live))) break
      } else if ('wait' in step || 'pause' in step) await passing('wait' in step ? step.wait : pauseOf(this.#options))
      else if ('send' in step) live.sent.push(...(await send(step.send, this.asPlay(live), this.#find())))
      else if (!('do' in step)) await this.#overlay.do(step)
      else await this.#ask(step, live, step === last ? rules : [])
    }
    this.#live = undefined
    return live
  }

  /** Has the driver do something, and waits until that is over. */
  async #ask(task: Task, live: Live, rules: readonly ArmedRule[]): Promise<void> {
    this.#check()
    await this.#meet.give(this.#given(task))
    this.#check()
    const taken_at = performance.now()
    const before = live.entries.length
    const waits = { settle_ms: settleBy(this.control), grace_ms: graceBy(this.before), by_hand: this.#options.by_hand }
    for (;;) {
      const entries = live.entries.slice(before)
      const isDelivered = live.scenario.wants === 'refusal' && entries.some((entry) => entry.fault !== undefined && wasDelivered(entry))
      const left = leftOf({ heard: this.#meet.heard, taken_at, now: performance.now(), entries, isDelivered, ...waits })
      if (left === 0 || (this.#meet.heard.asked_at !== undefined && isCertain(rules, this.asPlay(live)))) break
      await changeWithin(left, (tell) => (this.#changed = tell))
      this.#check()
    }
    live.moments.push({ task, from: taken_at, to: performance.now(), signal: this.#meet.heard.signal })
  }

  #given({ do: what, ...task }: Task): Given {
    const login = what === 'login' ? this.#cast.credentials('username' in task ? task.username : undefined, this.#company) : {}
    return { task: ++this.#task, scenario: this.#scenario, do: what, ...task, ...login }
  }

  #check(): void {
    if (this.#isOver) throw new Stopped()
  }

  #took(entry: JournalEntry): void {
    if (entry.endpoint === 'jwks') this.#keysAt.push(entry.at_ms)
    const live = (entry.grant_id !== undefined && this.#ownerOf.get(entry.grant_id)) || this.#live
    if (live === undefined) return
    if (entry.grant_id !== undefined) this.#ownerOf.set(entry.grant_id, live)
    live.entries.push(entry)
    if (live !== this.#live) return
    decideOnDevices(live, this.#cast, this.#find())
    this.#changed()
  }

  /** What came of it so far. */
  asPlay({ scenario, entries, moments, strayed, sent }: Live): Play {
    const last = Math.max(0, ...entries.map(({ at_ms, duration_ms }) => at_ms + duration_ms))
    const { client, alice, mallory } = this.#cast
    return {
      scenario,
      profiles: this.profiles,
      abilities: this.#abilities,
      client,
      people: { alice, mallory },
      entries: [...entries],
      moments,
      strayed: [...strayed],
      keys_at: [...this.#keysAt],
      sent,
      control: this.control,
      patience_ms: this.#options.patience_ms,
      quiet_ms: performance.now() - last,
    }
  }
}
