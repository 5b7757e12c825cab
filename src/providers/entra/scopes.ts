import { type Api, findApi } from '../../oauth/model/api.ts'
import { missing, OAuthError } from '../../oauth/model/errors.ts'
import type { Parameters } from '../../oauth/model/parameters.ts'
import type { Client } from '../../oauth/model/records.ts'
import { scopes } from '../../oauth/model/scope.ts'
import type { Settings } from '../../oauth/model/settings.ts'
import type { Context } from '../../oauth/realm/context.ts'
import { refuse } from './errors.ts'
import { manifestOf } from './settings.ts'
import { graph } from './world.ts'

const openIdScopes: readonly string[] = ['openid', 'profile', 'email', 'offline_access']

/** Whether a scope is OpenID Connect's and no API's. */
export function isOpenId(scope: string): boolean {
  return openIdScopes.includes(scope)
}

/** A scope of an API: `.default` stands for all that the application was configured with. */
export interface ApiScope {
  api: Api
  name: string
}

/** The API of a client's own, unless it is registered as one: its tokens are of the older version where the manifest does not say. */
export function apiOf(name: string, client: Client, settings: Settings): Api | undefined {
  const found = findApi(name, settings)
  if (found !== undefined || name !== client.client_id) return found
  const { requestedAccessTokenVersion = 1 } = manifestOf(client, settings)
  return { identifier: name, client_id: name, token_version: String(requestedAccessTokenVersion) }
}

/**
 * Reads one scope: `User.Read` is Graph's, all others have their API before the last slash, and an API alone stands for its `.default`.
 * @throws OAuthError 500011 for an API that is not there
 */
export function readScope(scope: string, client: Client, settings: Settings): ApiScope {
  const alone = apiOf(scope, client, settings)
  if (alone !== undefined) return { api: alone, name: '.default' }
  const slash = scope.lastIndexOf('/')
  if (slash < 0) return { api: findApi(graph.identifier, settings) ?? graph, name: scope }
  const resource = scope.slice(0, slash).replace(/\/$/, '')
  const api = apiOf(resource, client, settings)
  if (api === undefined) throw refuse(500011, `scope '${scope}' names an API that no setting apis has`, { resource })
  return { api, name: scope.slice(slash + 1) }
}

/** How a scope stands in answers: Graph's without what is before it. */
export function written({ api, name }: ApiScope): string {
  return api.identifier === graph.identifier ? name : `${api.identifier}/${name}`
}

/** What of an application's configured permissions is of an API: for users, or for the application by itself. */
export function configured(client: Client, api: Api, kind: 'scopes' | 'roles', settings: Settings): string[] {
  const names = client.app.scopes.filter((one) => !isOpenId(one)).map((one) => readScope(one, client, settings))
  return names.filter((one) => one.api.identifier === api.identifier && Object.hasOwn(api[kind] ?? {}, one.name)).map(({ name }) => name)
}

/** The scopes that a request names, with `.default` as what it stands for. @throws OAuthError 500011, 70011 */
export function readScopes(requested: string, client: Client, { settings }: Pick<Context['realm'], 'settings'>): string[] {
  const read = scopes(requested).flatMap((one) => {
    if (isOpenId(one)) return [one]
    const scope = readScope(one, client, settings)
    const { api, name } = scope
    if (name === '.default')
      return configured(client, api, 'scopes', settings)
        .map((its) => written({ api, name: its }))
        .concat(written(scope))
    if (settings.strictness !== 'lenient' && !Object.hasOwn(api.scopes ?? {}, name)) {
      const there = Object.keys(api.scopes ?? {}).join(', ')
      throw refuse(70011, `${api.name ?? api.identifier} has no scope '${name}'; it has: ${there || 'none'}`, { scope: one })
    }
    return [written(scope)]
  })
  return [...new Set(read)]
}

/** What a grant begins with. A user may let an application do whatever an API has; its configured permissions are not the limit. */
export function entraScope(requested: string | undefined, client: Client, context: Context, parameters: Parameters): string {
  const { trace, realm, space } = context
  if (trace.grant_type === 'client_credentials') return applicationScope(requested ?? parameters.audience, client, context)
  // The older version knows no scopes: the application gets what it was configured with.
  if (space?.edition === 'v1') {
    const { apis } = realm.settings
    const names = apis.flatMap((api) => configured(client, api, 'scopes', realm.settings).map((name) => written({ api, name })))
    return [...new Set([...openIdScopes, ...names])].join(' ')
  }
  if (requested === undefined) throw missing('scope')
  return readScopes(requested, client, realm).join(' ')
}

/** An application by itself asks for all of one API: `{API}/.default`. */
function applicationScope(requested: string | undefined, client: Client, { realm, space }: Context): string {
  if (requested === undefined) throw missing(space?.edition === 'v1' ? 'resource' : 'scope')
  // Microsoft's client for Java asks for OpenID Connect's as well, which is let pass.
  const [first = '', ...others] = scopes(requested).filter((one) => !isOpenId(one))
  const isDefault = space?.edition === 'v1' || first.endsWith('/.default')
  if (!isDefault || others.length > 0) {
    throw refuse(1002012, `scope '${requested}' is not one API with /.default behind it`, { scope: requested })
  }
  return written(readScope(first, client, realm.settings))
}

/**
 * The one API that a token is for, and the scopes there: of those that were asked for, else the first of the grant; Graph when only
 * OpenID Connect's are there.
 * @throws OAuthError 28000 when several were asked for
 */
export function oneApi(granted: string, requested: string | undefined, client: Client, context: Context): { api: Api; scope: string } {
  const { settings } = context.realm
  const read = (one: string) => readScope(one, client, settings)
  const asked = requested === undefined ? undefined : readScopes(requested, client, context.realm)
  const all = scopes(granted)
  const named = (asked ?? all).filter((one) => !isOpenId(one))
  const apis = [...new Map(named.map((one) => [read(one).api.identifier, read(one).api])).values()]
  const [api = findApi(graph.identifier, settings) ?? graph] = apis
  if (asked !== undefined && apis.length > 1) {
    const names = apis.map(({ identifier }) => identifier).join(', ')
    throw refuse(28000, `scope names several APIs, and a token is for one: ${names}`, { scope: requested ?? '' })
  }
  const its = (asked === undefined || asked.every(isOpenId) ? all : asked).filter(
    (one) => !isOpenId(one) && read(one).api.identifier === api.identifier,
  )
  const beyond = its.find(
    (one) => !all.includes(one) && !configured(client, api, 'scopes', settings).includes(read(one).name) && read(one).name !== '.default',
  )
  if (beyond !== undefined) {
    throw refuse(65001, `scope '${beyond}' was not consented to: the grant has ${granted}, and the application is not configured for it`)
  }
  return { api, scope: [...all.filter(isOpenId), ...its].join(' ') }
}

/** The API that a request to the older version names; the newer one has scopes for that. */
export function entraTargets({ audience }: Parameters, { realm, space }: Context): readonly string[] | undefined {
  if (audience === undefined) return undefined
  if (space?.edition !== 'v1') throw refuse(901002, `resource '${audience}' came, which v1 takes; here scopes begin with their API`)
  const api = findApi(audience, realm.settings)
  if (api === undefined) throw refuse(500011, `resource '${audience}' is none of the setting apis`, { resource: audience })
  return [api.identifier]
}

/** A refusal for a token that is for another API. */
export function wrongAudience(aud: readonly string[] | undefined): OAuthError {
  return new OAuthError(
    ['invalid_token', 'audience_wrong'],
    'Access token validation failure. Invalid audience.',
    `The token is for ${aud?.join(', ') ?? 'nobody'}, and this is ${graph.identifier}`,
  )
}
