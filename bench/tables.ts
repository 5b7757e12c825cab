import type { Result } from './measure.ts'
import type { Row } from './rows.ts'

/** A Markdown table. */
export function table(head: readonly string[], body: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map((_, column) => (column === 0 ? '---' : '---:'))), ...body.map(line)].join('\n')
}

/** The table of a row, what it was to reach, and by how much it did. */
export async function rowTable(row: Row, results: readonly Result[]): Promise<string> {
  const [first] = results
  const body = results.map((one) => [
    one.name,
    whole(one.perSecond),
    one.cpu === undefined ? '' : whole(one.cpu),
    one.p50.toFixed(2),
    one.p99.toFixed(2),
    one.peak === undefined ? '' : whole(one.peak),
    first === undefined || one === first ? '' : `${(first.perSecond / one.perSecond).toFixed(2)} ×`,
    first?.cpu === undefined || one.cpu === undefined || one === first ? '' : `${(one.cpu / first.cpu).toFixed(2)} ×`,
    one.failures === 0 ? '' : String(one.failures),
  ])
  const head = ['server', '/s', 'CPU µs', 'p50 ms', 'p99 ms', 'peak MB', 'the first is', 'by CPU', 'failures']
  const said = [...verdicts(row, results), ...(await shareOf(row, results)), ...(row.note === undefined ? [] : [`- ${row.note}`])]
  return [`### ${row.title}`, '', table(head, body), '', ...said, ''].join('\n')
}

function verdicts(row: Row, results: readonly Result[]): string[] {
  const [first] = results
  if (first === undefined) return []
  const goals = row.goals.flatMap(({ against, times, byCpu, latency }) => {
    const other = results.find((one) => one.name === against)
    if (other === undefined) return []
    const [rate, cpu] = [first.perSecond / other.perSecond, (other.cpu ?? Number.NaN) / (first.cpu ?? Number.NaN)]
    if (latency === true) {
      const figures = `${milliseconds(first)} beside ${milliseconds(other)} ms`
      return [verdict(`p50 and p99 no worse than ${against}`, first.p50 <= other.p50 && first.p99 <= other.p99, figures)]
    }
    if (times === undefined) return []
    return [byRateAndCpu(`≥ ${times} × ${against}${byCpu === true ? ' by CPU' : ''}`, times, rate, cpu, byCpu)]
  })
  return row.p99 === undefined ? goals : [...goals, verdict(`p99 under ${row.p99} ms`, first.p99 < row.p99, `${first.p99.toFixed(2)} ms`)]
}

const milliseconds = ({ p50, p99 }: Result) => `${p50.toFixed(2)} and ${p99.toFixed(2)}`

/** A ratio that is to be reached by requests per second and by CPU, or by CPU alone; which of them reached it is said. */
export function byRateAndCpu(goal: string, least: number, rate: number, cpu: number, cpuAlone?: true): string {
  const measured = `(${cpu.toFixed(2)} × by CPU, ${rate.toFixed(2)} × by rate)`
  if (cpu >= least && (rate >= least || cpuAlone === true)) return `- reached: ${goal} ${measured}`
  if (cpu >= least) return `- **reached by CPU alone**: ${goal} ${measured}`
  return `- **not reached**: ${goal} ${measured}`
}

async function shareOf({ share }: Row, [first]: readonly Result[]): Promise<string[]> {
  if (share === undefined || first === undefined) return []
  const { perSecond, cpu } = await share.measure()
  const goal = `≥ ${share.least} × ${share.of} (${whole(perSecond)}/s, ${whole(cpu)} µs)`
  return [byRateAndCpu(goal, share.least, first.perSecond / perSecond, cpu / (first.cpu ?? Number.NaN))]
}

/** One line that says whether something was reached. */
export function verdict(goal: string, reached: boolean, measured: string): string {
  return `- ${reached ? 'reached' : '**not reached**'}: ${goal} (${measured})`
}

export function whole(value: number): string {
  return Math.round(value).toLocaleString('en')
}
