import type { Clock } from '../basics/clock.ts'

/** How a sandbox's time differs from the machine's; milliseconds. */
export interface ClockState {
  offset: number
  /** The time at which it stands still, or null. */
  frozen_at: number | null
}

/** What may be set of a clock; `now` and `offset` are two ways to say the same. Milliseconds. */
export interface ClockChange {
  now?: number | undefined
  /** From the machine's time. */
  offset?: number | undefined
  frozen?: boolean | undefined
}

/** A sandbox's clock: the machine's, moved or stopped. */
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

  /** Moves the clock by so many milliseconds, back when negative; a frozen one stays frozen at its new time. */
  advance(milliseconds: number): ClockState {
    const { offset, frozen_at } = this.#state
    this.#state = { offset: offset + milliseconds, frozen_at: frozen_at === null ? null : frozen_at + milliseconds }
    return this.#state
  }

  /** Sets, stops or starts the clock; it goes on from where it stood unless told a time. */
  set({ offset, now = offset === undefined ? this.now() : this.#system.now() + offset, frozen }: ClockChange): ClockState {
    const stop = frozen ?? this.#state.frozen_at !== null
    this.#state = { offset: offset ?? now - this.#system.now(), frozen_at: stop ? now : null }
    return this.#state
  }
  /** Goes on from a snapshot. */
  load(state: ClockState): void {
    this.#state = state
  }
}
