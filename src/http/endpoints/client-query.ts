import type { FastifyRequest } from 'fastify'
import { OAuthError } from '../../oauth/model/errors.ts'
import { isCodeName, isSecretName } from '../../oauth/model/secret-names.ts'
import { noteTo } from '../../oauth/realm/context.ts'
import { listed } from '../../oauth/realm/unread.ts'
import { exchangeOf } from '../exchange.ts'

/**
 * What the query of a client endpoint means: nothing, since the parameters stand in the body (RFC 6749 §3.2). What clients append
 * to every URL is ignored and noted. Secrets are refused, because URLs are logged (RFC 6749 §2.3.1, RFC 9700 §2.6).
 * @returns the refusal, which the caller raises where its dialect wants it
 */
export function queryProblem(request: FastifyRequest): OAuthError | undefined {
  const query = Object.entries(request.query ?? {})
  if (query.length === 0) return undefined
  const { context, sandbox } = exchangeOf(request)
  const renamed = sandbox.provider.requests?.parameters ?? {}
  // A parameter without a value counts as absent (RFC 6749 §3.2), and holds no secret.
  const secret = query.filter(([name, value]) => [value].flat().some((one) => one !== '') && isSecret(name, renamed))
  if (secret.length > 0) {
    const explanation = `The query has ${listed(secret.map(nameOf))}: secrets in a URL are logged; this endpoint takes its parameters from the body alone (RFC 6749 §3.2)`
    return new OAuthError('invalid_request', 'Parameters belong in the body', explanation)
  }
  noteTo(
    context,
    `The query has ${listed(query.map(nameOf))}: without effect, because this endpoint takes its parameters from the body (RFC 6749 §3.2)`,
  )
  return undefined
}

/** By the name on the wire, or by the RFC's name of what the vendor calls otherwise. */
function isSecret(wire: string, renamed: Readonly<Record<string, string>>): boolean {
  const names = Object.hasOwn(renamed, wire) ? [wire, renamed[wire] ?? ''] : [wire]
  return names.some((name) => isSecretName(name) || isCodeName(name))
}

/** Notes the query of an endpoint that reads none. */
export function noteQuery(request: FastifyRequest): void {
  const names = Object.keys(request.query ?? {})
  if (names.length > 0) noteTo(exchangeOf(request).context, `The query has ${listed(names)}: without effect at this endpoint`)
}

const nameOf = ([name]: readonly [string, unknown]) => name
