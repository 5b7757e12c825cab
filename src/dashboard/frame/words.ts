const units = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1000],
] as const

/** A length of time as one says it: `4 minutes 12 seconds`, the two largest units of it. */
export function durationInWords(milliseconds: number): string {
  let rest = Math.round(Math.abs(milliseconds) / 1000) * 1000
  const parts: string[] = []
  for (const [unit, length] of units) {
    const count = Math.floor(rest / length)
    rest -= count * length
    if (count > 0) parts.push(`${count.toLocaleString('en-US')} ${unit}${count === 1 ? '' : 's'}`)
    else if (parts.length > 0) break
    if (parts.length === 2) break
  }
  return parts.length === 0 ? 'less than a second' : parts.join(' ')
}

/** A time seen from another: `4 minutes ago`, `in 2 hours`. */
export function agoInWords(time: number, now: number): string {
  if (Math.abs(time - now) < 1000) return 'now'
  return time > now ? `in ${durationInWords(time - now)}` : `${durationInWords(now - time)} ago`
}

/** `14:34:05.120`, UTC. */
export function clockTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString().slice(11, 23)
}

/** `2018-01-02 14:34:05 UTC` */
export function dateAndTime(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19).replace('T', ' ')} UTC`
}
