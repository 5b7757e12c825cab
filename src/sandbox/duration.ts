import { z } from 'zod'

const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** A hundred years: with more, adding to a date soon leaves what a date can be. */
const longest = 100 * 365 * 86_400_000

const expected = 'a duration such as "5m", "90s", "250ms" or "1h", or a number of seconds'

/** Milliseconds of a duration, `"5m"` or a number of seconds; undefined when it is none. */
export function parseDuration(duration: string | number): number | undefined {
  const [, number, unit] = /^(-?\d+(?:\.\d+)?)(ms|s|m|h|d)?$/.exec(String(duration)) ?? []
  if (number === undefined) return undefined
  const milliseconds = Math.round(Number(number) * (units[unit ?? 's'] ?? Number.NaN))
  return Math.abs(milliseconds) <= longest ? milliseconds : undefined
}

/** A duration in a request's body; becomes milliseconds, which may be negative. */
export const duration = z.union([z.number(), z.string()], { error: expected }).transform((value, context) => {
  const milliseconds = parseDuration(value)
  if (milliseconds !== undefined) return milliseconds
  context.addIssue({ code: 'custom', message: expected })
  return z.NEVER
})

/** A setting that is a time to live; becomes whole seconds. */
export const wholeSeconds = duration.transform((milliseconds, context) => {
  if (milliseconds >= 0 && milliseconds % 1000 === 0) return milliseconds / 1000
  context.addIssue({ code: 'custom', message: 'whole seconds, 0 or more, also as "5m"' })
  return z.NEVER
})
