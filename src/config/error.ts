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
