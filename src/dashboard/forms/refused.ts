import { toProblem } from '../../control/problem.ts'

/**
 * What the control API's rules said against the fields of a form, in their words.
 * @throws whatever is no refusal of a field
 */
export function refusedFields(error: unknown): Record<string, string> {
  const { errors } = toProblem(error)
  if (errors.length === 0) throw error
  const problems: Record<string, string> = {}
  for (const { field, expected, suggestion } of errors) {
    const [name = field] = field.split(/[.[]/)
    problems[name] ??=
      `Expected${name === field ? '' : ` at ${field}`}: ${expected}.${suggestion === undefined ? '' : ` Did you mean ${suggestion}?`}`
  }
  return problems
}
