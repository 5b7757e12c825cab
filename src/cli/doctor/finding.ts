/** One thing that was looked at. */
export interface Finding {
  /** In a word or two: `config`, `port 9400`. */
  topic: string
  /** `note` is what may be as it is; `wrong` is what keeps something from working. */
  state: 'ok' | 'note' | 'wrong'
  /** What was found, in a sentence. */
  said: string
  /** What to do about it. */
  mend?: string
}

const marks = { ok: 'ok   ', note: 'note ', wrong: 'WRONG' } as const

/** A line for each, and below it what to do. */
export function listed(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ topic }) => topic.length))
  const lines = findings.map(({ topic, state, said, mend }) => {
    const indent = `\n${' '.repeat(width + 9)}`
    const below = mend === undefined ? '' : `\n→ ${mend}`
    return `${marks[state]}  ${topic.padEnd(width)}  ${`${said}${below}`.replaceAll('\n', indent)}\n`
  })
  return lines.join('')
}
