import type { FastifyRequest } from 'fastify'
import { isSecretIn } from '../../oauth/clients/dialect.ts'
import { OAuthError } from '../../oauth/model/errors.ts'
import { noteTo } from '../../oauth/realm/context.ts'
import { listed } from '../../oauth/realm/unread.ts'
import { exchangeOf } from '../exchange.ts'

/**
 * What the query of a client endpoint means: nothing, since the parameters stand in the body (RFC 6749 §3.2). What clients append
 * to every URL is ignored and noted. Secrets are refused, because URLs are logged (RFC 6749 §2.3.1, RFC 9700 §2.6).
 * @param taken parameters that the vendor does take from there
 * @returns the refusal, which the caller raises where its dialect wants it
 */
export function queryProblem(request: FastifyRequest, taken: readonly string[] = []): OAuthError | undefined {
  const query = Object.entries(request.query ?? {}).filter(([name]) => !taken.includes(name))
  if (query.length === 0) return undefined
  const { context } = exchangeOf(request)
  const isSecret = isSecretIn(context.realm.requests)
  // A parameter without a value counts as absent (RFC 6749 §3.2), and holds no secret.
  const secret = query.filter(([name, value]) => [value].flat().some((one) => one !== '') && isSecret(name))
  const where = taken.length === 0 ? 'from the body alone' : `from the body, and ${taken.join(', ')} from the query`
  if (secret.length > 0) {
    const explanation = `The query has ${listed(secret.map(nameOf))}: secrets in a URL are logged; this endpoint takes its parameters ${where} (RFC 6749 §3.2)`
    return new OAuthError('parameter_misplaced', 'Parameters belong in the body', explanation).naming({
      parameter: secret.map(nameOf).join(', '),
    })
  }
  const why = `because this endpoint takes its parameters ${taken.length === 0 ? 'from the body' : where}`
  noteTo(context, `The query has ${listed(query.map(nameOf))}: without effect, ${why} (RFC 6749 §3.2)`)
  return undefined
}

/** The part of a query that is taken. */
export function takenQuery(request: FastifyRequest, taken: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(request.query ?? {}).filter(([name]) => taken.includes(name)))
}

/** Notes the query of an endpoint that reads none. */
export function noteQuery(request: FastifyRequest): void {
  const names = Object.keys(request.query ?? {})
  if (names.length > 0) noteTo(exchangeOf(request).context, `The query has ${listed(names)}: without effect at this endpoint`)
}

const nameOf = ([name]: readonly [string, unknown]) => name
