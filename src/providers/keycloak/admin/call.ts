/**
 * In this room: the admin REST API, one file for each resource.
 * Elsewhere: what a realm knows (`realm/`).
 */

import { OAuthError } from '../../../oauth/model/errors.ts'
import type { OwnSpace } from '../../own-spaces.ts'
import type { ApiRequest, Reply, Route } from '../../provider.ts'
import { RealmData } from '../realm/data.ts'
import { list, type Members, members } from '../realm/members.ts'
import { checkAccess } from './access.ts'
import { keepAdminEvent } from './admin-events.ts'

/** A request to the admin API that may be answered. */
export interface AdminCall {
  request: ApiRequest
  /** The realm's world: its users, clients and grants. */
  world: OwnSpace
  /** What it knows beyond them. */
  realm: RealmData
  /** The body's members, when it is an object. */
  body: Members
  /** The body's objects, when it is a list. */
  items: Members[]
  now: number
  /** A part of the path. */
  part(name: string): string
}

/** The answer's body, 204 for none, or the whole answer. */
type Answer = Reply | { json: unknown } | undefined

/** JSON with status 200. */
export const json = (value: unknown): Answer => ({ json: value })

/** 201 with the address of what was made. */
export function created({ request: { base_url } }: AdminCall, path: string, body?: unknown): Reply {
  const headers = { Location: `${base_url}${path}` }
  return body === undefined ? { status: 201, headers } : { status: 201, headers: { ...headers, 'Cache-Control': 'no-cache' }, body }
}

/** What is not there. */
export function notFound(text: string, explanation: string): OAuthError {
  return new OAuthError('not_found', text, explanation).naming({ member: 'error' })
}

/** What is there already. */
export function conflict(text: string): OAuthError {
  return new OAuthError('invalid_request', text, text, {}, 409)
}

/** What cannot be done. @param member under which the vendor says it */
export function bad(text: string, member: 'error' | 'errorMessage' = 'errorMessage'): OAuthError {
  return new OAuthError('invalid_request', text).naming({ member })
}

/** The roles of which one lets somebody do it. */
export type Needs = readonly string[]

/** A route of a realm's administration, below `/admin/realms/{realm}`. */
export function adminRoute(
  method: Route['method'],
  path: string,
  needs: Needs,
  handle: (call: AdminCall) => Answer | Promise<Answer>,
): Route {
  return {
    method,
    path: `/admin/realms/{realm}${path}`,
    async handle(request) {
      const name = request.context.space?.path.realm ?? ''
      const world = request.spaces.find(name)
      if (world === undefined) throw notFound('Realm not found.', `There is no realm '${name}'`)
      const by = checkAccess(request, name, needs)
      if (/^application\/x-www-form-urlencoded/.test(request.headers['content-type'] ?? '')) {
        throw new OAuthError('unsupported_media_type', 'The body must be JSON', 'The admin API takes JSON; a form came')
      }
      const call: AdminCall = {
        request,
        world,
        realm: new RealmData(name, world.documents),
        body: members(request.body),
        items: list(request.body),
        now: world.clock.now(),
        part: (part) => decodeURIComponent(request.params[part] ?? ''),
      }
      if (method === 'GET') return replyOf(await handle(call))
      const { documents } = world
      return replyOf(
        await documents.transaction(() => {
          const before = { settings: call.realm.settings, username: world.store.findUserById(request.params.user ?? '')?.username }
          const answer = handle(call)
          keepAdminEvent(documents, { ...call, method, path, by, before, answer })
          return answer
        }),
      )
    },
  }
}

/** An answer as it is sent. */
export function replyOf(answer: Answer): Reply {
  if (answer === undefined) return { status: 204 }
  if ('status' in answer) return answer
  return {
    status: 200,
    headers: { 'Cache-Control': 'no-cache', 'Content-Type': 'application/json;charset=UTF-8' },
    body: JSON.stringify(answer.json),
  }
}

/** A page of a list, as `first` and `max` say. */
export function paged<T>(
  all: readonly T[],
  { first, max }: Readonly<Record<string, string | undefined>>,
  usual = Number.POSITIVE_INFINITY,
): T[] {
  const from = Math.max(0, Number(first ?? 0) || 0)
  const count = max === undefined ? usual : Number(max)
  return all.slice(from, count < 0 ? undefined : from + count)
}
