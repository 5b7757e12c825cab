/** The rule that a name breaks; undefined when it may be one. */
export function nameProblem(name: string, what = 'A name'): string | undefined {
  if (name === '') return `${what} is needed.`
  if (name.length > 200) return `${what} has at most 200 characters.`
  return /\p{Cc}/u.test(name) ? `${what} has no control characters.` : undefined
}

/** The rule that a link breaks; undefined when it may be one. */
export function linkProblem(link: string): string | undefined {
  return /^https?:\/\/\S+$/i.test(link) && URL.canParse(link) ? undefined : 'A link starts with https:// and has no blanks.'
}

/** The fields that broke a rule, with the rule. */
export function problemsIn(rules: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(Object.entries(rules).flatMap(([name, problem]) => (problem === undefined ? [] : [[name, problem]])))
}
