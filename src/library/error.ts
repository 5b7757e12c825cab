/** What was wrong with one member of a request. */
export interface FieldError {
  /** Such as `settings.rotation` or `redirect_uris[0]`. */
  field: string
  expected: string
  came?: unknown
  /** The known name that a misspelt one most likely meant. */
  suggestion?: string
}

/** A refusal of grantbox, or that it could not be reached: the members of RFC 9457. */
export class GrantboxError extends Error {
  /** The status of the answer; 0 when there was none. */
  readonly status: number
  readonly title: string
  /** What was wrong, in a sentence or two. */
  readonly detail: string
  /** Every member of the request that was wrong. */
  readonly errors: readonly FieldError[]

  constructor(
    problem: { status: number; title: string; detail: string; errors?: readonly FieldError[] | undefined },
    options?: { cause: unknown },
  ) {
    super(problem.detail, options)
    this.name = 'GrantboxError'
    this.status = problem.status
    this.title = problem.title
    this.detail = problem.detail
    this.errors = problem.errors ?? []
  }
}
