import type { MaybePromise } from '../../basics/maybe-promise.ts'
import { OAuthError } from '../../oauth/model/errors.ts'
import { readParameters } from '../../oauth/model/parameters.ts'
import type { ActiveAccessToken } from '../../oauth/model/records.ts'
import { scopes } from '../../oauth/model/scope.ts'
import { requireAccessToken } from '../../oauth/proof/access-token.ts'
import { presentedToken } from '../../oauth/proof/presented-token.ts'
import type { ApiRequest, Reply, Route } from '../provider.ts'
import { isIdentity, type Kind, kindOf, signsIn } from './scopes.ts'
import { type Installation, installationOf } from './teams.ts'

/** A call of a method by who has a token. */
export interface Call extends ApiRequest {
  /** From query and body. */
  args: Readonly<Record<string, string | undefined>>
  token: string
  active: ActiveAccessToken
  /** Whose the token is. */
  kind: Kind
  installation: Installation
}

/** What a call brings beside its header. @throws OAuthError */
export function argsOf({ query, body }: Pick<ApiRequest, 'query' | 'body'>): Readonly<Record<string, string | undefined>> {
  const { parameters, problem } = readParameters(body)
  if (problem !== undefined) throw problem
  return { ...query, ...parameters }
}

/** The scopes of a token as the vendor tells them: those of a user have `identify`. */
function provided({ scope }: ActiveAccessToken, kind: Kind): string[] {
  const granted = scopes(scope)
  const isUsers = kind === 'user' && !granted.some((one) => signsIn(one) || isIdentity(one))
  return isUsers && !granted.includes('identify') ? ['identify', ...granted] : granted
}

/**
 * A method of the API, by GET or POST.
 * @param needed the scope that a token must have
 */
export function method(name: string, needed: string | undefined, answer: (call: Call) => MaybePromise<Record<string, unknown>>): Route[] {
  const handle = async (request: ApiRequest): Promise<Reply> => {
    const { context, documents, settings, authorization } = request
    const args = argsOf(request)
    const presented = presentedToken(authorization, args.token)
    const active = await requireAccessToken(presented, context)
    const kind = kindOf(active.grant, active.user)
    const has = provided(active, kind)
    const headers = { 'X-OAuth-Scopes': has.join(','), ...(needed !== undefined && { 'X-Accepted-OAuth-Scopes': needed }) }
    if (needed !== undefined && !has.includes(needed)) {
      const explanation = `${name} needs the scope ${needed}; the token has: ${has.join(', ')}`
      throw new OAuthError('scope_missing', 'missing_scope', explanation, headers).naming({ needed, provided: has.join(',') })
    }
    const call = {
      ...request,
      args,
      token: presented?.token ?? '',
      active,
      kind,
      installation: installationOf(active.grant, documents, settings),
    }
    return { status: 200, headers, body: { ok: true, ...(await answer(call)) } }
  }
  return (['GET', 'POST'] as const).map((method) => ({ method, path: `/api/${name}`, handle }))
}
