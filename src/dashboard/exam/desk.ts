import type { Signal } from '../../exam/play.ts'
import type { Exam } from '../../exam/run/exam.ts'
import { passing } from '../../exam/run/settle.ts'
import type { Given } from '../../exam/tasks.ts'

/** What somebody is asked to do. */
export type Doing = Exclude<Given, { do: 'nothing_left' }>

/** How long a page waits for the next task before it says that it does. Milliseconds. */
const moment = 1500

const desks = new WeakMap<Exam, Desk>()

/** The place at which a person does an exam: what he is to do lies there until he says how it went. */
export class Desk {
  readonly #exam: Exam
  #coming: Promise<void>
  #lies: Doing | undefined
  #last: Doing | undefined

  constructor(exam: Exam) {
    this.#exam = exam
    this.#coming = this.#fetch()
    desks.set(exam, this)
  }

  /** The desk of an exam that is done by hand. */
  static at(exam: Exam): Desk | undefined {
    return desks.get(exam)
  }

  /** What is to be done now; undefined while what was done is judged. */
  get task(): Doing | undefined {
    return this.#lies
  }

  /** What was to be done last. */
  get last(): Doing | undefined {
    return this.#last
  }

  /**
   * How it went; the next task is fetched.
   * @param task which one it was: what is said of another is of a page that is older
   * @param signal undefined when nobody can tell
   */
  say(task: number | undefined, signal: Signal | undefined): void {
    if (this.#lies === undefined || this.#lies.task !== task) return
    this.#lies = undefined
    if (signal !== undefined) this.#exam.say(signal)
    this.#coming = this.#fetch()
  }

  /** Until the next task lies there, but for a moment only. */
  async soon(): Promise<void> {
    await Promise.race([this.#coming, passing(moment)])
  }

  async #fetch(): Promise<void> {
    // Another driver may have asked since.
    const given = await this.#exam.next(false).catch(() => undefined)
    if (given !== undefined && given.do !== 'nothing_left') this.#last = this.#lies = given
  }
}
