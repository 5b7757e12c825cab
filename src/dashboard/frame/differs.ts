import type { Sandbox } from '../../sandbox/sandbox.ts'
import { dateAndTime, durationInWords } from './words.ts'

/** Icons of the menu that the top bar has, too. */
export const clockIcon = '<circle cx="12" cy="12" r="8.500"/><path d="M12 7v5l3.500 2"/>'
export const faultIcon = '<path d="M13 3 5.500 13.500H12L11 21l7.500-10.500H12z"/>'

/** Something by which a sandbox is not as its vendor for now, and where that ends. */
export interface Difference {
  path: string
  icon: string
  /** What it is about, for who hears the page. */
  about: string
  says: string
}

/** What the top bar says of a sandbox: that its clock differs, and how many faults are armed. */
export function differencesOf({ clock, faults }: Sandbox): Difference[] {
  const time = clockInWords(clock.state)
  const armed = faults.size === 1 ? 'One fault armed' : `${faults.size.toLocaleString('en-US')} faults armed`
  return [
    ...(time === undefined ? [] : [{ path: '/time', icon: clockIcon, about: 'The sandbox’s clock: ', says: time }]),
    ...(faults.size === 0 ? [] : [{ path: '/faults', icon: faultIcon, about: '', says: armed }]),
  ]
}

/** `2 hours ahead`, as seen from the machine's; undefined when it goes as that. */
function clockInWords({ offset, frozen_at }: Sandbox['clock']['state']): string | undefined {
  if (frozen_at !== null) return `Stopped at ${dateAndTime(frozen_at)}`
  return Math.abs(offset) < 1000 ? undefined : `${durationInWords(offset)} ${offset > 0 ? 'ahead' : 'behind'}`
}
