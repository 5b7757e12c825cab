import { OAuthError } from './errors.ts'

/** The parameters of a request: each once, none empty (RFC 6749 §3.1 and §3.2). */
export type Parameters = Readonly<Record<string, string | undefined>>

/** A request's parameters, and those that were refused because they came twice or are no strings. */
export interface ReadParameters {
  parameters: Parameters
  problem: OAuthError | undefined
}

/** A client's request, decoded. */
export interface ClientRequest extends ReadParameters {
  /** The header. */
  authorization: string | undefined
}

/**
 * An object without a prototype, whose members are only what a client sent. `Object.create(null)` makes a dictionary, which is
 * read several times more slowly than the instance of a class.
 */
class Members {
  [name: string]: string
}
Object.setPrototypeOf(Members.prototype, null)
Reflect.deleteProperty(Members.prototype, 'constructor')

/**
 * Reads decoded parameters from a query, a form or a JSON object. An empty parameter counts as absent; a repeated one, or one
 * that is no string, is a problem that the caller raises where the dialect wants it (RFC 6749 §3.1: "MUST NOT be included more
 * than once"). Of a repeated one the first stands, so that an error can still find the client.
 * @param repeatable parameters that may repeat, such as `resource` (RFC 8707 §2); their values are joined by blanks
 * @param isKnown which parameters are held to that; those that nobody knows are ignored, however they come
 */
export function readParameters(
  source: unknown,
  repeatable: readonly string[] = [],
  isKnown: (name: string) => boolean = () => true,
): ReadParameters {
  const parameters: Record<string, string> = new Members()
  let problem: OAuthError | undefined
  if (source !== undefined && source !== null && (typeof source !== 'object' || Array.isArray(source))) {
    return { parameters, problem: new OAuthError('invalid_request', 'The parameters must be a form or a JSON object') }
  }
  const given: Record<string, unknown> = source === undefined || source === null ? {} : (source as Record<string, unknown>)
  for (const name of Object.keys(given)) {
    const value = given[name]
    if (typeof value === 'string') {
      if (value !== '') parameters[name] = value
    } else if (Array.isArray(value) && value.every((one) => typeof one === 'string')) {
      const filled = value.filter((one) => one !== '')
      if (repeatable.includes(name)) parameters[name] = filled.join(' ')
      else {
        if (filled[0] !== undefined) parameters[name] = filled[0]
        if (!isKnown(name)) continue
        const explanation = `A parameter may come once (RFC 6749 §3.1 and §3.2): ${name} came ${value.length} times`
        problem ??= new OAuthError('parameter_repeated', `Parameter ${name} is given more than once`, explanation).naming({
          parameter: name,
        })
      }
    } else if (value !== null && !isKnown(name)) parameters[name] = JSON.stringify(value)
    else if (value !== null) {
      const explanation = `${name} came as ${describe(value)}; a string was expected`
      problem ??= new OAuthError('parameter_invalid', `Parameter ${name} must be a string`, explanation).naming({ parameter: name })
    }
  }
  return { parameters, problem }
}

/** Members of JSON as parameters (RFC 9101 §4): numbers in digits, objects as JSON, several texts side by side. */
export function parametersOf(members: Iterable<readonly [name: string, value: unknown]>): Parameters {
  const parameters: Record<string, string> = new Members()
  for (const [name, value] of members) {
    if (value === undefined || value === null || value === '') continue
    if (typeof value === 'string') parameters[name] = value
    else if (Array.isArray(value) && value.every((one) => typeof one === 'string')) parameters[name] = value.join(' ')
    else parameters[name] = JSON.stringify(value)
  }
  return parameters
}

function describe(value: unknown): string {
  return Array.isArray(value) ? 'a list' : typeof value === 'object' ? 'an object' : `a ${typeof value}`
}
