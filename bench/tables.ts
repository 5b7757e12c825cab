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
  const head = ['server', '/s', 'CPU µs', 'p50 ms', 'p99 ms', 'peak MB', 'grantbox is', 'by CPU', 'failures']
  return [`### ${row.title}`, '', table(head, body), '', ...verdicts(row, results), ...(await shareOf(row, results)), ''].join('\n')
}

function verdicts(row: Row, results: readonly Result[]): string[] {
  const [first] = results
  if (first === undefined) return []
  const goals = row.goals.flatMap(({ against, times, latency }) => {
    const other = results.find((one) => one.name === against)
    if (other === undefined) return []
    const ratio = first.perSecond / other.perSecond
    return [
      ...(times === undefined ? [] : [verdict(`≥ ${times} × ${against}`, ratio >= times, `${ratio.toFixed(2)} ×`)]),
      ...(latency === true
        ? [
            verdict(
              `p50 and p99 no worse than ${against}`,
              first.p50 <= other.p50 && first.p99 <= other.p99,
              `${first.p50.toFixed(2)} and ${first.p99.toFixed(2)} ms`,
            ),
          ]
        : []),
    ]
  })
  return row.p99 === undefined ? goals : [...goals, verdict(`p99 under ${row.p99} ms`, first.p99 < row.p99, `${first.p99.toFixed(2)} ms`)]
}

async function shareOf({ share }: Row, [first]: readonly Result[]): Promise<string[]> {
  if (share === undefined || first === undefined) return []
  const alone = await share.measure()
  const part = first.perSecond / alone
  return [verdict(`≥ ${share.least} × ${share.of} (${whole(alone)}/s)`, part >= share.least, `${part.toFixed(2)} ×`)]
}

/** One line that says whether something was reached. */
export function verdict(goal: string, reached: boolean, measured: string): string {
  return `- ${reached ? 'reached' : '**not reached**'}: ${goal} (${measured})`
}

export function whole(value: number): string {
  return Math.round(value).toLocaleString('en')
}
