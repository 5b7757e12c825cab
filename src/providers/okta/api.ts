import { sameSecret } from '../../basics/random.ts'
import { OAuthError } from '../../oauth/model/errors.ts'
import type { User } from '../../oauth/model/records.ts'
import type { ApiRequest, Reply, Route } from '../provider.ts'
import { type ApiErrorNumber, noCache } from './api-errors.ts'
import { oktaSettings } from './settings.ts'

/** What every call of the vendor's API begins and ends with. */

export type JsonObject = Readonly<Record<string, unknown>>

/** An error of the API with its number, for people told in `explanation`. */
export function failure(
  number: ApiErrorNumber,
  explanation: string,
  { what = '', causes = [] }: { what?: string; causes?: readonly string[] } = {},
): OAuthError {
  return new OAuthError('invalid_request', explanation, explanation).naming({ number, what, causes: causes.join('\n') })
}

/** A thing that is not there: `Not found: Resource not found: 00u… (User)`. */
export function notThere(id: string, type: 'User' | 'UserGroup' | 'Session'): OAuthError {
  return failure('E0000007', `There is no ${type} '${id}'`, { what: `${id} (${type})` })
}

/** A call that answers at once. */
export function route(method: Route['method'], path: string, handle: (request: ApiRequest) => Reply): Route {
  return { method, path, handle: async (request) => handle(request) }
}

export function json(body: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): Reply {
  return { status, headers: { ...noCache, ...headers }, body }
}

export const empty: Reply = { status: 204, headers: noCache }

/** @throws OAuthError `E0000003` for what is no JSON object */
export function bodyOf({ body }: Pick<ApiRequest, 'body'>): JsonObject {
  if (isObject(body)) return body
  throw failure('E0000003', 'A JSON object was expected in the body')
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A text of an object; undefined when it has none of this name. */
export function textIn(object: JsonObject, name: string): string | undefined {
  const value = object[name]
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** Holds a call to the API token. @throws OAuthError `E0000011` for a wrong one, `E0000005` for none */
export function checkApiToken({ authorization, settings }: Pick<ApiRequest, 'authorization' | 'settings'>): void {
  const [, token] = /^SSWS\s+(.+)$/i.exec(authorization ?? '') ?? []
  if (token !== undefined && sameSecret(token, oktaSettings.of(settings).api_token)) return
  if (authorization !== undefined) throw failure('E0000011', 'The Authorization header is not "SSWS" and the setting api_token')
  throw failure('E0000005', 'The call needs "Authorization: SSWS <token>", with the setting api_token')
}

export function iso(time: number): string {
  return new Date(time).toISOString()
}

/** A user's name as links have it. */
export function nameOf({ first_name, last_name }: User): string {
  return `${first_name} ${last_name}`.trim()
}

export function link(href: string, ...allow: string[]) {
  return { href, hints: { allow } }
}
