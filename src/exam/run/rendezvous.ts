import { AskedAnewError } from '../errors.ts'
import type { Signal } from '../play.ts'
import type { Given } from '../tasks.ts'

/** What the driver said of a task so far. */
export interface Heard {
  readonly signal?: Signal
  /** It asked for the next task; milliseconds by the clock that nobody moves. */
  readonly asked_at?: number
  /** It is still at this one, and wants to know when nothing more can be learnt of it. */
  readonly is_at_it?: boolean
}

/** Where an exam and its driver meet: the one lays tasks down, the other takes them and says what came of it. */
export class Rendezvous {
  #given: Given | undefined
  #waiting: PromiseWithResolvers<Given> | undefined
  #taken: () => void = () => {}
  #heard: Heard = {}
  #tell: () => void = () => {}

  /** Lays a task down. @returns when it was taken */
  give(given: Given): Promise<void> {
    this.#heard = {}
    return new Promise((resolve) => {
      this.#taken = resolve
      this.#lay(given)
    })
  }

  /** Tells whoever asks from now on that it is over. */
  end(): void {
    this.#lay({ do: 'nothing_left' })
  }

  #lay(given: Given): void {
    this.#given = given
    const waiting = this.#waiting
    this.#waiting = undefined
    if (waiting !== undefined) this.#hand(waiting.resolve)
  }

  #hand(take: (given: Given) => void): void {
    const given = this.#given
    if (given === undefined) return
    if (given.do !== 'nothing_left') {
      this.#given = undefined
      this.#heard = {}
      this.#taken()
    }
    take(given)
  }

  /**
   * The driver asks what to do next; it is answered when what it did before is judged. One that asks anew instead of waiting is answered in the place of the former.
   * @param is_at_it it is still at what it was given before
   * @throws AskedAnewError to the former
   */
  next(is_at_it: boolean): Promise<Given> {
    const asked = Promise.withResolvers<Given>()
    this.#heard = { ...this.#heard, asked_at: performance.now(), is_at_it }
    if (this.#given !== undefined) this.#hand(asked.resolve)
    else {
      this.#waiting?.reject(new AskedAnewError('the next task was asked for anew, and goes to who asked last'))
      this.#waiting = asked
      this.#tell()
    }
    return asked.promise
  }

  /** The driver says what it saw. */
  say(signal: Signal): void {
    this.#heard = { ...this.#heard, signal: { ...this.#heard.signal, ...signal } }
    this.#tell()
  }

  get heard(): Heard {
    return this.#heard
  }

  /** Called whenever the driver says something. */
  onWord(tell: () => void): void {
    this.#tell = tell
  }
}
