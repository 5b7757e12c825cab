import { compile, namesWithin } from '../../basics/template.ts'
import { passwordByEmail } from '../../oauth/grants/password-by-email.ts'
import { grantTypes } from '../../oauth/grants/registry.ts'
import { isSecretAlg } from '../../oauth/jose/jws.ts'
import { missing } from '../../oauth/model/errors.ts'
import type { Parameters } from '../../oauth/model/parameters.ts'
import { defaultSettings } from '../../oauth/model/settings.ts'
import type { TokenProfile, UserinfoProfile } from '../../oauth/model/token-profile.ts'
import type { GrantType, RequestDialect } from '../../oauth/realm/context.ts'
import { confidentialMethod } from '../clients.ts'
import type { OwnSetting } from '../own-settings.ts'
import type { Provider } from '../provider.ts'
import { idMaker } from './alphabet.ts'
import { callbackWording, documentRoutes, errorReply, overlaid, replier, tokenResponse } from './answers.ts'
import { collectionOf } from './collection-of.ts'
import type { AnswerDeclaration, OwnGrantType, ProviderDeclaration, UserinfoDeclaration } from './declaration.ts'
import { statement, tokenFormat } from './token-formats.ts'
import { userRoutes } from './user-routes.ts'
import { declaredWorld } from './world.ts'

/**
 * Makes a provider of its declaration: what is not said is as with `base`.
 * @param id how sandboxes name it
 */
export function declareProvider(id: string, declaration: ProviderDeclaration, base: Provider): Provider {
  const { access_token, refresh_token, id_token, userinfo, token_response, errors, ids = {} } = declaration
  const name = declaration.title ?? id
  const methods = declaration.client_authentication?.methods
  const grant_types = declaration.grant_types?.map((one) => (typeof one === 'string' ? one : one.name)) ?? base.grant_types
  const scopes = declaration.scopes ?? base.scopes
  const paths = declaredPaths(declaration.paths, base.paths)
  const alg = declaration.signing?.alg
  const reply = replier(token_response?.headers, token_response?.encoding)
  const provider: Provider = {
    ...base,
    id,
    name,
    paths,
    grant_types,
    scopes,
    ...(methods === undefined ? {} : { auth_methods: methods }),
    ...(saysTokenType(token_response) ? {} : { sender_constraints: false }),
    ...declaredHosts(declaration, base),
    ...declaredSpaces(declaration, base),
    ...(declaration.issuer_path === undefined ? {} : { issuer_path: declaration.issuer_path }),
    requests: { ...base.requests, ...declaredRequests(declaration, base) },
    ...declaredSettings(declaration, base),
    ids: {
      client_id: ids.client_id === undefined ? base.ids.client_id : idMaker(ids.client_id),
      client_secret: ids.client_secret === undefined ? base.ids.client_secret : idMaker(ids.client_secret),
      app_id: ids.app_id === undefined ? base.ids.app_id : idMaker(ids.app_id),
      user_id: ids.user_id === undefined ? base.ids.user_id : idMaker(ids.user_id),
    },
    tokens: {
      access: access_token === undefined ? base.tokens.access : tokenFormat(access_token),
      refresh: refresh_token === undefined ? base.tokens.refresh : tokenFormat(refresh_token),
      parameters: [...(base.tokens.parameters ?? []), ...namesWithin(declaration, 'parameters')],
      tokenResponse:
        token_response?.body === undefined
          ? joined(base.tokens.tokenResponse, declaration.scope_separator)
          : tokenResponse(token_response.body),
      idToken: id_token?.claims === undefined ? base.tokens.idToken : statement(id_token.claims),
      userinfo: userinfo === undefined ? base.tokens.userinfo : declaredUserinfo(userinfo),
    },
    signing_algs: declaration.signing?.algs ?? (alg === undefined ? base.signing_algs : isSecretAlg(alg) ? [] : [alg]),
    texts: { ...base.texts, logo: name, ...withoutUndefined(declaration.texts ?? {}) },
    ...(declaration.sign_in === undefined ? {} : { sign_in: { ...base.sign_in, ...withoutUndefined(declaration.sign_in) } }),
    ...(errors === undefined ? {} : { errorReply: errorReply(errors) }),
    ...declaredCallback(declaration),
    routes: [...base.routes, ...documentRoutes(declaration.documents ?? {}), ...userRoutes(userinfo?.at ?? {})],
    ...(token_response?.headers === undefined && token_response?.encoding === undefined
      ? {}
      : { tokenReply: (members, accept) => reply(200, members, accept) }),
    ...keyIds(declaration.signing?.key_id),
    ...(declaration.exam === undefined ? {} : { exam: declaration.exam }),
    world: base.world,
    collection: base.collection,
  }
  const { apps, users, company = name } = declaration
  const defaults = { company, scopes: scopes.map((scope) => scope.name), grant_types, auth_method: confidentialMethod(methods) }
  const world =
    apps === undefined && users === undefined
      ? inheritedWorld(base, provider, declaration.company)
      : declaredWorld({ apps: apps ?? [], users: users ?? [] }, defaults)
  return { ...provider, world, collection: collectionOf({ ...provider, world }) }
}

function declaredCallback({ authorization_response, errors, scope_separator }: ProviderDeclaration): Pick<Provider, 'callbackWording'> {
  const ofErrors = errors?.endpoints?.authorize
  if (authorization_response === undefined && ofErrors === undefined && scope_separator === undefined) return {}
  // A body from elsewhere has no `state`.
  const { endpoints: _endpoints, grant_types: _grant_types, body: _body, bodies: _bodies, reasons = {}, ...common } = errors ?? {}
  const named = Object.fromEntries(Object.entries(reasons).map(([reason, { body: _its, ...said }]) => [reason, said]))
  const success = authorization_response?.body ?? { '*': '{answer}' }
  return { callbackWording: callbackWording(success, ofErrors && overlaid({ ...common, reasons: named }, ofErrors), scope_separator) }
}

/** A host that has an endpoint is one of the vendor's. */
function declaredHosts({ hosts, endpoint_hosts }: ProviderDeclaration, base: Provider): Pick<Provider, 'hosts' | 'endpoint_hosts'> {
  if (endpoint_hosts === undefined) return hosts === undefined ? {} : { hosts }
  const named = withoutUndefined(endpoint_hosts)
  return { hosts: [...new Set([...(hosts ?? base.hosts ?? []), ...Object.values(named)])], endpoint_hosts: named }
}

/** The same answer, with the vendor's separator between scopes. */
function joined(response: TokenProfile['tokenResponse'], separator: string | undefined): TokenProfile['tokenResponse'] {
  if (separator === undefined) return response
  return (issued, material) => response({ ...issued, scope: issued.scope.replaceAll(' ', separator) }, material)
}

function declaredUserinfo({ scope, body }: UserinfoDeclaration): UserinfoProfile {
  if (body === undefined) return { scope: scope === undefined ? 'openid' : scope }
  return { scope: scope ?? null, body: statement(body) }
}

/** Whether an answer can say that a token is no bearer token: one whose `token_type` is fixed cannot. */
function saysTokenType(answer: AnswerDeclaration | undefined): boolean {
  return answer?.body === undefined || String(answer.body.token_type).includes('{token_type}')
}

/** The extended provider's world, as far as it fits: its apps have the scopes and its clients the grant types that there are. */
function inheritedWorld(base: Provider, { grant_types, scopes }: Provider, company = base.world.company): Provider['world'] {
  const known = scopes.map((scope) => scope.name)
  return {
    company,
    apps: base.world.apps.map((app) => ({
      ...app,
      scopes: scopes === base.scopes ? app.scopes : known,
      clients: app.clients.map((client) => ({
        ...client,
        // Who had all has all.
        grant_types: base.grant_types.every((one) => client.grant_types.includes(one))
          ? grant_types
          : client.grant_types.filter((one) => grant_types.includes(one)),
      })),
    })),
    users: base.world.users,
  }
}

function declaredPaths(own: ProviderDeclaration['paths'] = {}, base: Provider['paths']): Provider['paths'] {
  const paths = Object.entries({ ...base, ...own }).filter(([, path]) => path !== null && path !== undefined)
  return Object.fromEntries(paths) as unknown as Provider['paths']
}

function declaredRequests(declaration: ProviderDeclaration, base: Provider): RequestDialect {
  const { parameters, scope_separator, grant_types = [], client_authentication = {}, requests = {} } = declaration
  const { secret_in, grant_type_first } = client_authentication
  const { required, ...differing } = requests
  const byEmail = Object.values(parameters ?? {}).includes('email')
  const grants = new Map<string, GrantType>(byEmail ? [[passwordByEmail.grant_type, passwordByEmail]] : [])
  for (const own of grant_types) {
    const like =
      typeof own === 'string' ? undefined : (grants.get(own.like) ?? base.requests?.grants?.get(own.like) ?? grantTypes.get(own.like))
    if (typeof own !== 'string' && like !== undefined) grants.set(own.name, ownGrant(own, like))
  }
  return {
    ...withoutUndefined({ parameters, secret_in, grant_type_first, scope_separator, ...differing }),
    ...(required === undefined ? {} : { checks: (asked) => present(required, asked) }),
    ...(grants.size === 0 ? {} : { grants: new Map([...(base.requests?.grants ?? []), ...grants]) }),
  }
}

/** @throws OAuthError when an authorization request lacks one of these */
function present(required: readonly string[], asked: Parameters): void {
  const absent = required.find((one) => asked[one] === undefined)
  if (absent !== undefined) throw missing(absent, `authorization requests must have ${required.join(', ')}`)
}

/** A grant type under the vendor's own name. */
function ownGrant({ name, required = [] }: OwnGrantType, like: GrantType): GrantType {
  return {
    ...like,
    grant_type: name,
    redeem(parameters, client, context) {
      const absent = required.find((one) => parameters[one] === undefined)
      if (absent === undefined) return like.redeem.call(this, parameters, client, context)
      throw missing(absent, `grant_type ${name} asks for ${required.join(', ')}`)
    },
  }
}

/** A name that neither the protocol nor the extended provider knows becomes a setting of this provider's own. */
function declaredSettings(
  { settings = {}, lifetimes = {}, signing = {} }: ProviderDeclaration,
  base: Provider,
): Pick<Provider, 'settings' | 'own_settings'> {
  const said = Object.entries(
    withoutUndefined({
      access_token_ttl: lifetimes.access_token,
      refresh_token_ttl: lifetimes.refresh_token,
      code_ttl: lifetimes.code,
      id_token_ttl: lifetimes.id_token,
      signing_alg: signing.alg,
      ...settings,
    }),
  )
  const [protocol, own] = [said.filter(([name]) => isProtocols(name)), said.filter(([name]) => !isProtocols(name))]
  return {
    settings: { ...base.settings, ...Object.fromEntries(protocol) },
    own_settings: {
      ...base.own_settings,
      ...Object.fromEntries(
        own.map(([name, value]) => [name, { ...(base.own_settings?.[name] ?? declaredSetting(value)), default: value }]),
      ),
    },
  }
}

function isProtocols(name: string): boolean {
  return Object.hasOwn(defaultSettings, name)
}

/** A setting that takes what its default is. */
function declaredSetting(value: unknown): Omit<OwnSetting, 'default'> {
  return {
    says: '',
    accepts({ z }) {
      switch (typeof value) {
        case 'boolean':
          return z.boolean()
        case 'number':
          return z.number()
        case 'string':
          return z.string()
        default:
          return z.unknown()
      }
    },
  }
}

function keyIds(template: string | undefined): Pick<Provider, 'kid'> {
  if (template === undefined) return {}
  const fill = compile(template)
  return { kid: (alg, number) => String(fill({ alg, number })) }
}

function withoutUndefined<T extends object>(members: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>
  }
}

function declaredSpaces({ spaces }: ProviderDeclaration, base: Provider): Pick<Provider, 'spaces' | 'own_spaces'> {
  if (spaces === undefined) return {}
  const [part] = Object.entries(spaces).flatMap(([name, { own }]) => (own === true ? [name] : []))
  return { spaces: { ...base.spaces, ...spaces }, ...(part !== undefined && { own_spaces: { part } }) }
}
