import { seconds } from '../../basics/clock.ts'
import { given } from '../../basics/given.ts'
import type { MaybePromise } from '../../basics/maybe-promise.ts'
import { missing, OAuthError } from '../../oauth/model/errors.ts'
import type { User } from '../../oauth/model/records.ts'
import { scopes } from '../../oauth/model/scope.ts'
import { drawPicture } from '../picture.ts'
import type { ApiRequest, Reply, Route } from '../provider.ts'
import { isVersion } from './authorize.ts'
import { type Caller, callerOf, inspect } from './caller.ts'
import { beginDevice, dataAccess, pollDevice } from './devices.ts'
import { saidOf } from './errors.ts'
import { removeApp } from './events.ts'
import { scopedId } from './ids.ts'
import { decide, declinedOf, effectiveScope } from './permissions.ts'
import { nameOf, pictureOf } from './profile.ts'

/** What the API takes in the query of any call. */
const usual = ['access_token', 'appsecret_proof', 'fields', 'format', 'pretty', 'locale', 'method']

/** A route with the version of the API before it, or without. */
function atAll(
  method: Route['method'],
  path: string,
  handle: (request: ApiRequest) => MaybePromise<Reply>,
  query: readonly string[] = [],
): Route[] {
  return ['', '/:version'].map((prefix) => ({
    method,
    path: prefix + path,
    query: [...usual, ...query],
    handle: (request) => {
      const { version } = request.params
      if (version !== undefined && !isVersion(version)) throw nobody(version)
      return handle(request)
    },
  }))
}

function nobody(name: string): OAuthError {
  const message = `(#803) Some of the aliases you requested do not exist: ${name}`
  return new OAuthError('not_found', message, `'${name}' is neither a version of the API nor a user of the app`).naming({ code: '803' })
}

/** The user whom a path names: `me`, or by the id that the caller's app knows. @throws OAuthError */
function userIn({ params, context }: ApiRequest, { client, user }: Caller): User {
  const { node = 'me' } = params
  if (node === 'me') {
    if (user !== undefined) return user
    throw new OAuthError('token_missing', 'The token is of no user', 'An app called /me, by a token of its own: there is no current user')
  }
  const { directory } = context.realm
  const all = user === undefined ? directory.listUsers({ limit: 1000 }) : [user]
  const found = all.find((one) => scopedId(one, client.app) === node)
  if (found !== undefined) return found
  throw nobody(node)
}

/** The members of a user that an app may ask for; what it may not know is left out. */
const fields: Readonly<Record<string, (user: User, id: string, base: string, granted: readonly string[], size: number) => unknown>> = {
  id: (_user, id) => id,
  name: (user) => nameOf(user),
  first_name: ({ first_name }) => first_name || undefined,
  last_name: ({ last_name }) => last_name || undefined,
  short_name: (user) => user.first_name || nameOf(user),
  name_format: () => '{first} {last}',
  email: ({ email }, _id, _base, granted) => (granted.includes('email') ? (email ?? undefined) : undefined),
  picture: (_user, id, base, _granted, size) => ({
    data: { height: size, is_silhouette: false, url: pictureOf(id, base), width: size },
  }),
}

/** What stands between commas, but for those in what is asked of a field: `picture.width(50).height(50)`. */
function fieldsIn(text: string): string[] {
  const fields = ['']
  let depth = 0
  for (const letter of text) {
    depth += '({'.includes(letter) ? 1 : ')}'.includes(letter) ? -1 : 0
    if (letter === ',' && depth <= 0) fields.push('')
    else fields[fields.length - 1] += letter
  }
  return fields.map((one) => one.trim()).filter((one) => one !== '')
}

const sizes: Readonly<Record<string, number>> = { small: 50, normal: 100, large: 200, square: 50 }

/** `GET /me` and `GET /{user}`. */
function profile(request: ApiRequest): Reply {
  const caller = callerOf(request)
  const user = userIn(request, caller)
  const id = scopedId(user, caller.client.app)
  const asked = fieldsIn(request.query.fields ?? 'name,id')
  const granted = scopes(caller.scope)
  const told: Record<string, unknown> = {}
  for (const one of asked) {
    const [name = ''] = one.split(/[.({]/)
    const value = fields[name]
    if (value === undefined) {
      const message = `(#100) Tried accessing nonexisting field (${name}) on node type (User)`
      throw new OAuthError('parameter_invalid', message, `fields has '${name}'; there are: ${Object.keys(fields).join(', ')}`).naming({
        code: '100',
      })
    }
    const width = Number(/\b(?:width|height)\((\d{1,4})\)/.exec(one)?.[1] ?? sizes[/\btype\((\w+)\)/.exec(one)?.[1] ?? 'square'] ?? 50)
    told[name] = value(user, id, request.base_url, granted, width)
  }
  return { status: 200, body: given({ ...told, ...(!('id' in told) && { id }) }) }
}

/** `GET /{user}/picture`: a drawing of ours, the same for a user each time. */
async function picture({ params, query }: ApiRequest): Promise<Reply> {
  const size = Number(query.width ?? query.height ?? sizes[query.type ?? 'square'] ?? 50)
  const body = await drawPicture(params.node ?? '', Math.min(Math.max(size || 50, 16), 1024))
  return { status: 200, headers: { 'content-type': 'image/svg+xml', 'cache-control': 'public, max-age=86400, no-transform' }, body }
}

/** `GET /debug_token`, for the app itself: what a token is, or why it does not hold. */
function debugToken(request: ApiRequest): Reply {
  const caller = callerOf(request)
  const { input_token } = request.query
  if (input_token === undefined) throw missing('input_token')
  const { context } = request
  const seen = inspect(input_token, context)
  if (!('token' in seen)) {
    const { message, code, error_subcode } = saidOf(new OAuthError(seen.reason, '', seen.explanation).naming(seen.about))
    context.trace.explanation = seen.explanation
    return { status: 200, body: { data: { error: given({ code, message, subcode: error_subcode }), is_valid: false, scopes: [] } } }
  }
  const { client, user, grant, issued_at, expires_at, scope } = seen.token
  if (client.row !== caller.client.row) {
    const explanation = `input_token is of client '${client.client_id}', and client '${caller.client.client_id}' asks about it`
    const message = '(#100) The App_id in the input_token did not match the Viewing App'
    throw new OAuthError('token_foreign', message, explanation).naming({ code: '100' })
  }
  const about = { app_id: client.client_id, type: user === undefined ? 'APP' : 'USER', application: client.app.name }
  if (user === undefined) return { status: 200, body: { data: { ...about, is_valid: true, scopes: [] } } }
  const granted = scopes(effectiveScope(scope, user, client.app, context.realm.documents))
  const issued = seconds(issued_at)
  const data = {
    ...about,
    data_access_expires_at: issued + dataAccess,
    expires_at: seconds(expires_at),
    is_valid: true,
    ...(grant.grant_type !== 'implicit' && { issued_at: issued }),
    scopes: granted,
    granular_scopes: granted.filter((one) => one !== 'public_profile').map((one) => ({ scope: one })),
    user_id: scopedId(user, client.app),
  }
  return { status: 200, body: { data } }
}

/** What a user gave the caller's app. */
function grantedTo({ client, user: own, scope }: Caller, user: User, { context }: ApiRequest): string[] {
  const { store, clock, documents } = context.realm
  const all = own === undefined ? (store.findGrant(client.client_id, user, clock.now() + 1)?.scope ?? '') : scope
  return scopes(effectiveScope(all, user, client.app, documents))
}

/** `GET /{user}/permissions`. */
function permissions(request: ApiRequest): Reply {
  const caller = callerOf(request)
  const user = userIn(request, caller)
  const as = (status: string) => (permission: string) => ({ permission, status })
  const declined = declinedOf(user, caller.client.app, request.documents)
  return { status: 200, body: { data: [...grantedTo(caller, user, request).map(as('granted')), ...declined.map(as('declined'))] } }
}

/** `DELETE /{user}/permissions` takes the app away, and with a name behind it that permission alone. */
async function revoke(request: ApiRequest): Promise<Reply> {
  const caller = callerOf(request)
  const { client } = caller
  const user = userIn(request, caller)
  const { permission } = request.params
  const { context, documents } = request
  if (permission === undefined) {
    await removeApp(user, client, context)
    return { status: 200, body: { success: true } }
  }
  if (!grantedTo(caller, user, request).includes(permission) || permission === 'public_profile') {
    const explanation = `User '${user.username}' did not give '${permission}' to app ${client.app.name}, or it cannot be taken away alone`
    throw new OAuthError('parameter_invalid', '(#100) Permission not granted', explanation).naming({ code: '100' })
  }
  decide(user, client.app, documents, [], [permission])
  const { store, clock } = context.realm
  const left = scopes(store.findConsent(user, client)).filter((one) => one !== permission)
  store.saveConsent(user, client, left.join(' '), clock.now())
  return { status: 200, body: { success: true } }
}

/** The vendor's API, as far as logins need it. */
export const facebookRoutes: readonly Route[] = [
  ...atAll('GET', '/me', profile),
  ...atAll('GET', '/debug_token', debugToken, ['input_token']),
  ...atAll('POST', '/device/login', beginDevice, ['scope']),
  ...atAll('POST', '/device/login_status', pollDevice, ['code']),
  ...atAll('GET', '/:node', profile),
  ...atAll('GET', '/:node/picture', picture, ['width', 'height', 'type', 'redirect']),
  ...atAll('GET', '/:node/permissions', permissions),
  ...atAll('DELETE', '/:node/permissions', revoke),
  ...atAll('DELETE', '/:node/permissions/:permission', revoke),
]
