/**
 * In this room: what knows nothing of OAuth and what any room may use: texts that are random, JSON, the clock, folders, near words.
 * Elsewhere: whatever has a subject; then it belongs to the room of that subject.
 */

/** The sandbox's time. Issuing and checking read this clock alone, so that a test can push it. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number
}

/** Whole seconds since the epoch, as JWT claims want them (RFC 7519 §2, NumericDate). */
export function seconds(milliseconds: number): number {
  return Math.floor(milliseconds / 1000)
}

/** The machine's own time; everything else is derived from it. */
export const systemClock: Clock = { now: () => Date.now() }
