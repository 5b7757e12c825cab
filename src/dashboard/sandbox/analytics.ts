/**
 * In this room: pages about what is in a sandbox as a whole: analytics, settings, spaces, approvals, messages, help.
 * Elsewhere: apps and users, which have rooms of their own, and the list of sandboxes (`sandboxes/`).
 */

import { ownValue } from '../../basics/own-value.ts'
import { type HourlyCount, hourLength } from '../../sandbox/counts.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import { grantNames } from '../flows/flow-steps.ts'
import { page } from '../frame/page.ts'
import { hasKids } from '../frame/vendor.ts'
import { part } from '../frame/visit.ts'
import { type Chart, drawChart, type Series } from './chart.ts'

/** How far back to look, how many hours one bar stands for, and after how many of them one is named. */
const ranges = {
  day: { label: '24 hours', hours: 24, bar: 1, labelEvery: 4 },
  week: { label: '7 days', hours: 168, bar: 6, labelEvery: 24 },
  month: { label: '30 days', hours: 720, bar: 24, labelEvery: 120 },
} as const

const analyticsPage = page<{
  ranges: readonly { label: string; href: string; current: boolean }[]
  charts: readonly Chart[]
  isEmpty: boolean
  sandboxHref: string
}>('analytics')

const icon = '<path d="M4 20h16M7 16v-5M12 16V6M17 16v-8"/>'

/** What the journal counted, drawn on the server. */
export const analyticsPages = part({ icon }, ({ get }) => {
  get('/analytics', (visit) => {
    const { sandbox, base, query } = visit
    const name = (Object.keys(ranges) as (keyof typeof ranges)[]).find((range) => range === query.text('range')) ?? 'day'
    const { hours, bar, labelEvery } = ranges[name]
    // Bars begin at hours that one reads: at midnight for days.
    const last = Math.floor(Math.floor(sandbox.clock.now() / hourLength) / bar) * bar
    const first = last - hours + bar
    const counts = sandbox.counts.since(first).filter(({ hour }) => hour < last + bar)
    const buckets = Array.from({ length: hours / bar }, (_, index) => first + index * bar)
    const labels = buckets.map((hour) => labelOf(hour, bar))
    const axis = buckets.map((hour) => (hour % labelEvery === 0 ? labelOf(hour, bar === 1 ? 1 : 24) : undefined))
    const series = seriesOf(counts, buckets, bar)
    return visit.show(analyticsPage, {
      title: 'Analytics',
      ranges: Object.entries(ranges).map(([value, { label }]) => ({
        label,
        href: `${base}/analytics?range=${value}`,
        current: value === name,
      })),
      charts: [
        drawChart('Sign-ins', [series('Sign-ins', 'sign_in', 0)], labels, axis),
        drawChart('Tokens by grant type', tokenSeries(counts, series), labels, axis),
        drawChart('API calls', [series('API calls', 'api', 1)], labels, axis),
        drawChart('Errors', errorSeries(sandbox, series), labels, axis),
      ],
      isEmpty: counts.length === 0,
      sandboxHref: `${base}/sandbox`,
    })
  })
})

type SeriesOf = (name: string, counted: HourlyCount['name'], color: number | 'bad') => Series

function seriesOf(counts: readonly HourlyCount[], buckets: readonly number[], bar: number): SeriesOf {
  const byName = Map.groupBy(counts, (count) => count.name)
  return (name, counted, color) => {
    const sums = buckets.map(() => 0)
    for (const { hour, count } of byName.get(counted) ?? []) {
      const bucket = Math.floor((hour - (buckets[0] ?? 0)) / bar)
      sums[bucket] = (sums[bucket] ?? 0) + count
    }
    return { name, color: `series-${color}`, counts: sums }
  }
}

/** Each grant type that brought tokens; always in one order, so that its colour stays. */
function tokenSeries(counts: readonly HourlyCount[], series: SeriesOf): Series[] {
  const names = [...new Set(counts.map((count) => count.name))].filter((name) => name.startsWith('token:')).sort()
  return names.map((name, index) => {
    const type = name.slice('token:'.length)
    return series(ownValue(grantNames, type) ?? type, name, index % 6)
  })
}

/** Errors, those apart that say the token is no good: the vendor's own number for it where it has one. */
function errorSeries({ provider }: Sandbox, series: SeriesOf): Series[] {
  const refused = series(hasKids(provider) ? '4011s' : 'Refused tokens', 'refused', 'bad')
  const all = series('Other errors', 'error', 5)
  return [refused, { ...all, counts: all.counts.map((count, bucket) => Math.max(0, count - (refused.counts[bucket] ?? 0))) }]
}

/** `14:00` for bars of hours, `1/2 6:00` for some hours, `1/2` for days; UTC. */
function labelOf(hour: number, bar: number): string {
  const time = new Date(hour * hourLength)
  const day = `${time.getUTCMonth() + 1}/${time.getUTCDate()}`
  const clock = `${time.getUTCHours()}:00`
  return bar === 1 ? clock : bar === 24 ? day : `${day} ${clock}`
}
