/** Random numbers that follow from a seed (mulberry32), for what must be repeatable. */
export interface Seeded {
  /** From 0 to 1, without 1. */
  number(): number
  /** A whole number from 0 to `bound`, without it. */
  below(bound: number): number
  pick<T>(list: readonly [T, ...T[]]): T
}

export function seeded(seed: number): Seeded {
  let state = seed >>> 0
  const number = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (bound: number) => Math.floor(number() * bound)
  return { number, below, pick: (list) => list[below(list.length)] ?? list[0] }
}
