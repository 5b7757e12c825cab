import type { SandboxClock } from '../../sandbox/clock.ts'
import { dateAndTime, durationInWords } from './words.ts'

/** How a sandbox's clock differs from the machine's, for the top bar: `2 hours ahead`; undefined when it does not. */
export function clockInWords(clock: SandboxClock): string | undefined {
  const { offset, frozen_at } = clock.state
  if (frozen_at !== null) return `Stopped at ${dateAndTime(frozen_at)}`
  return Math.abs(offset) < 1000 ? undefined : `${durationInWords(offset)} ${offset > 0 ? 'ahead' : 'behind'}`
}
