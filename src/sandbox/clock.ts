import type { Clock } from '../basics/clock.ts'

/** How a sandbox's time differs from the machine's; milliseconds. */
export interface ClockState {
  offset: number
  /** The time at which it stands still, or null. */
  frozen_at: number | null
}

/** Where every clock begins: at the machine's time. */
export const machineTime: ClockState = { offset: 0, frozen_at: null }

/** What may be set of a clock; `now` and `offset` are two ways to say the same. Milliseconds. */
export interface ClockChange {
  now?: number | undefined
  /** From the machine's time. */
  offset?: number | undefined
  frozen?: boolean | undefined
}

/** What RFC 3339 can say, from the epoch on; milliseconds. */
const latest = Date.UTC(10_000, 0) - 1

/** A clock was to be set to a time that nothing could write: it stays as it was. */
export class ClockRangeError extends Error {
  override readonly name = 'ClockRangeError'

  constructor() {
    super('a time from 1970 to 9999')
  }
}

/** A sandbox's clock: the machine's, moved or stopped. Whoever moves it, it keeps within what can be written. */
export class SandboxClock implements Clock {
  readonly #system: Clock
  #state: ClockState

  constructor(system: Clock, state: ClockState) {
    this.#system = system
    this.#state = state
  }

  now(): number {
    return this.#state.frozen_at ?? this.#system.now() + this.#state.offset
  }

  get state(): ClockState {
    return this.#state
  }

  /** What it is when it was moved by so many milliseconds, back when negative; a frozen one stays frozen at its new time. */
  advanced(milliseconds: number): ClockState {
    const { offset, frozen_at } = this.#state
    return { offset: offset + milliseconds, frozen_at: frozen_at === null ? null : frozen_at + milliseconds }
  }

  /** What it is when it was set, stopped or started; it goes on from where it stood unless told a time. */
  changed({ offset, now = offset === undefined ? this.now() : this.#system.now() + offset, frozen }: ClockChange): ClockState {
    const stop = frozen ?? this.#state.frozen_at !== null
    return { offset: offset ?? now - this.#system.now(), frozen_at: stop ? now : null }
  }

  /**
   * Goes on from a state, such as a snapshot's.
   * @throws ClockRangeError
   */
  load(state: ClockState): void {
    this.check(state)
    this.#state = state
  }

  /** @throws ClockRangeError for a state that it cannot have */
  check({ offset, frozen_at }: ClockState): void {
    const times = [this.#system.now() + offset, ...(frozen_at === null ? [] : [frozen_at])]
    if (!times.every((time) => time >= 0 && time <= latest)) throw new ClockRangeError()
  }
}
