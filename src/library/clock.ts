import type { ControlClient } from './control-client.ts'
import type { Duration } from './tokens.ts'

/** A sandbox's time. */
export interface ClockState {
  /** RFC 3339. */
  now: string
  /** How far it is from the machine's clock, or was when it was stopped. */
  offset_ms: number
  frozen: boolean
}

/** A sandbox's clock, by which its tokens are issued and checked. */
export interface Clock {
  get(): Promise<ClockState>
  /** Moves it, back when negative. */
  advance(by: Duration): Promise<ClockState>
  /** Sets the time. */
  set(now: string | Date): Promise<ClockState>
  /** Stops it, at the given time if one is given. */
  freeze(now?: string | Date): Promise<ClockState>
  /** Lets it go on from where it stands. */
  unfreeze(): Promise<ClockState>
  /** Back to the machine's time. */
  reset(): Promise<ClockState>
}

export function clock(client: ControlClient, path: string): Clock {
  const change = (body: object) => client.patch<ClockState>(`${path}/clock`, body)
  const text = (time: string | Date) => (typeof time === 'string' ? time : time.toISOString())
  return {
    get: () => client.get(`${path}/clock`),
    advance: (by) => client.post(`${path}/clock/advance`, { by }),
    set: (now) => change({ now: text(now) }),
    freeze: (now) => change({ ...(now !== undefined && { now: text(now) }), frozen: true }),
    unfreeze: () => change({ frozen: false }),
    reset: () => change({ offset_ms: 0, frozen: false }),
  }
}
