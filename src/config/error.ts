import { pathText } from '../basics/data-path.ts'
import type { SchemaProblem } from '../basics/read-by-schema.ts'

/** One thing that is wrong with the configuration, and where it was written. */
export interface ConfigProblem {
  /** `flag --port`, `environment variable GRANTBOX_PORT`, `grantbox.config.yaml: port`. */
  where: string
  /** What was expected and what came instead. */
  message: string
}

/** The configuration cannot be used. It carries every problem at once, so that one look mends them all. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly problems: readonly ConfigProblem[]

  constructor(problems: readonly ConfigProblem[]) {
    const lines = problems.map((problem) => `${problem.where}: ${problem.message}`)
    super(lines.length === 1 ? lines.join() : `The configuration has ${lines.length} problems:\n  ${lines.join('\n  ')}`)
    this.problems = problems
  }
}

/**
 * What a schema refuses, at its place.
 * @param label how the place is named that the data came from
 * @param base where in that place the data stands
 */
export function configProblem(
  { path, expected, came, unknown, suggestion }: SchemaProblem,
  label: string,
  base: string[] = [],
): ConfigProblem {
  const where = `${label}: ${pathText([...base, ...path])}`
  if (unknown) return { where, message: `unknown key${suggestion === undefined ? '' : `; did you mean ${suggestion}?`}` }
  return { where, message: expected.startsWith('expected ') ? expected : `expected ${expected}, got ${shown(came)}` }
}

/** What came, as far as it need be told. */
export function shown(value: unknown): string {
  if (value === undefined) return 'nothing'
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 80 ? `${text.slice(0, 80)}…` : text
}
