/** One kind of thing in a chart: how often it happened in each bucket. */
export interface Series {
  name: string
  /** The style sheet's colour. */
  color: string
  counts: readonly number[]
}

/** A bar chart as numbers for SVG, so that the page needs no style of its own. */
export type Chart = ReturnType<typeof drawChart>

const [width, height, left, right, top, bottom] = [480, 180, 40, 8, 10, 24]

/**
 * Draws stacked bars.
 * @param labels what each bucket is called
 * @param axis what is written below it, where anything is
 */
export function drawChart(title: string, series: readonly Series[], labels: readonly string[], axis: readonly (string | undefined)[]) {
  const sums = labels.map((_, bucket) => series.reduce((sum, { counts }) => sum + (counts[bucket] ?? 0), 0))
  const highest = niceCeiling(Math.max(1, ...sums))
  const step = (width - left - right) / labels.length
  const scale = (height - top - bottom) / highest
  const round = (value: number) => Math.round(value * 100) / 100
  const bars = labels.flatMap((label, bucket) => {
    let base = height - bottom
    return series.flatMap(({ name, color, counts }) => {
      const count = counts[bucket] ?? 0
      if (count === 0) return []
      base -= count * scale
      const text = `${label}: ${count.toLocaleString('en-US')} ${name}`
      return {
        x: round(left + bucket * step + step * 0.15),
        y: round(base),
        width: round(step * 0.7),
        height: round(count * scale),
        color,
        text,
      }
    })
  })
  return {
    title,
    total: sums.reduce((a, b) => a + b, 0),
    width,
    height,
    bars,
    lines: [0, 0.5, 1].flatMap((part) => {
      const value = highest * part
      return Number.isInteger(value) ? { y: round(height - bottom - value * scale), label: value.toLocaleString('en-US') } : []
    }),
    labels: axis.flatMap((text, bucket) => (text === undefined ? [] : { x: round(left + bucket * step + step / 2), text })),
    /** With their sums; drawn when there are several. */
    series: series.map(({ name, color, counts }) => ({ name, color, total: counts.reduce((a, b) => a + b, 0) })),
    /** The same as text, without the buckets in which nothing happened. */
    table: labels.flatMap((label, bucket) =>
      sums[bucket] === 0 ? [] : { label, counts: series.map(({ counts }) => counts[bucket] ?? 0) },
    ),
  }
}

/** The next number of 1, 2, 4 and 6 times a power of ten, whose half is whole where it can be. */
function niceCeiling(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value))
  return ([1, 2, 4, 6, 10].find((factor) => factor * power >= value) ?? 10) * power
}
