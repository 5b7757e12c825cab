import { hash } from 'node:crypto'
import { seconds } from '../../basics/clock.ts'
import { given } from '../../basics/given.ts'
import type { MaybePromise } from '../../basics/maybe-promise.ts'
import { randomFrom } from '../../basics/random.ts'
import { OAuthError } from '../../oauth/model/errors.ts'
import type { ActiveAccessToken, User } from '../../oauth/model/records.ts'
import { scopes } from '../../oauth/model/scope.ts'
import { requireAccessToken } from '../../oauth/proof/access-token.ts'
import { presentedToken } from '../../oauth/proof/presented-token.ts'
import type { Context } from '../../oauth/realm/context.ts'
import type { ApiRequest, Reply, Route } from '../provider.ts'
import { apiError, noUserAgent } from './api-errors.ts'
import { isGitHubApp } from './app-kind.ts'
import { covers } from './scopes.ts'
import { hasExpiringTokens } from './tokens.ts'
import { type Addresses, addressesOf } from './urls.ts'

/** A request with a user's token. */
export interface Call extends ApiRequest {
  token: ActiveAccessToken
  user: User
  at: Addresses
}

/** What a call of the API asks for. */
export interface Needs {
  /** Scopes of which one will do, or for a GitHub App the permission that is called so among its app's scopes; nothing when absent. */
  scopes?: readonly string[]
  /** What is answered who has none of them. */
  refused?: { status: 403 | 404; message: string }
  /** Its page in the documentation, below `https://docs.github.com/rest`. */
  page: string
}

/** A route of the API, which a server of a company's own has below `/api/v3`. */
export function atBoth(
  method: Route['method'],
  path: string,
  handle: (request: ApiRequest, at: Addresses) => MaybePromise<Reply>,
): Route[] {
  return ['', '/api/v3'].map((prefix) => ({
    method,
    path: prefix + path,
    handle: (request) => handle(request, addressesOf(request.base_url, prefix)),
  }))
}

/** A route for tokens of users. */
export function apiRoute(path: string, needs: Needs, answer: (call: Call) => MaybePromise<Reply>): Route[] {
  return atBoth('GET', path, (request, at) => {
    const { context, authorization } = request
    const seen: Seen = { needs }
    return withApiHeaders(request, seen, async () => {
      const token = await requireAccessToken(presentedToken(authorization?.replace(/^token(?=\s)/i, 'Bearer'), undefined), context)
      seen.token = token
      const { user } = token
      if (user === undefined) throw apiError(401, 'Bad credentials', 'The token is no token of a user', '')
      requireOneOf(token, needs)
      return answer({ ...request, token, user, at })
    })
  })
}

/** What is known of a request when it is answered. */
interface Seen {
  needs?: Needs
  token?: ActiveAccessToken
}

/** What is answered or refused, with what each answer of the API tells; nothing of what the client has already (RFC 9110 §13.1.2). */
export async function withApiHeaders({ context, headers }: ApiRequest, seen: Seen, answer: () => MaybePromise<Reply>): Promise<Reply> {
  try {
    if (headers['user-agent'] === undefined) throw noUserAgent()
    const reply = await answer()
    const all = { ...headersOf(context, seen), ...reply.headers }
    const isKnown = reply.headers?.ETag !== undefined && headers['if-none-match'] === reply.headers.ETag
    return isKnown ? { status: 304, headers: all } : { ...reply, headers: all }
  } catch (error) {
    if (!(error instanceof OAuthError)) throw error
    const { kind, message, explanation, status, about } = error
    throw new OAuthError(kind, message, explanation, { ...headersOf(context, seen), ...error.headers }, status).naming(about)
  }
}

/** An answer with its tag. */
export function tagged(body: unknown): Reply {
  return { status: 200, headers: { ETag: `W/"${hash('sha256', JSON.stringify(body))}"` }, body }
}

/** @throws OAuthError when the token was given for none of the scopes */
function requireOneOf({ client, scope }: ActiveAccessToken, { scopes: wanted = [], refused, page }: Needs): void {
  if (refused === undefined) return
  const has = isGitHubApp(client) ? client.app.scopes : scopes(scope)
  if (wanted.some((one) => covers(has, one))) return
  if (isGitHubApp(client)) {
    const explanation = `The app's scopes stand for the permissions of a GitHub App, and it has none of: ${wanted.join(', ')}`
    throw apiError(403, 'Resource not accessible by integration', explanation, page)
  }
  const explanation = `The token's scope is '${scope}'; one of these is needed: ${wanted.join(', ')}`
  throw apiError(refused.status, refused.message, explanation, page)
}

/** What each answer tells of its token. */
function headersOf({ realm }: Context, { needs, token }: Seen): Record<string, string> {
  const now = seconds(realm.clock.now())
  const ofApp = token !== undefined && isGitHubApp(token.client)
  return given({
    'X-OAuth-Scopes': token === undefined || ofApp ? undefined : scopes(token.scope).join(', '),
    'X-Accepted-OAuth-Scopes': token === undefined || ofApp ? undefined : (needs?.scopes ?? []).join(', '),
    'X-OAuth-Client-Id': token?.client.client_id,
    'github-authentication-token-expiration':
      token !== undefined && hasExpiringTokens(token.client) ? expiration(token.expires_at) : undefined,
    'X-GitHub-Media-Type': 'github.v3; format=json',
    'X-GitHub-Request-Id': randomFrom('0123456789ABCDEF', 4).concat(':', randomFrom('0123456789ABCDEF', 6)),
    'X-RateLimit-Limit': token === undefined ? '60' : '5000',
    'X-RateLimit-Remaining': token === undefined ? '59' : '4999',
    'X-RateLimit-Used': '1',
    'X-RateLimit-Reset': String(now + 3600),
    'X-RateLimit-Resource': 'core',
  }) as Record<string, string>
}

/** As `2026-11-27 16:00:00 UTC`. */
function expiration(time: number): string {
  return `${new Date(time).toISOString().slice(0, 19).replace('T', ' ')} UTC`
}
