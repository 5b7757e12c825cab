import { createHash } from 'node:crypto'
import { given } from '../../basics/given.ts'
import { randomText } from '../../basics/random.ts'
import { OAuthError, PageError } from '../../oauth/model/errors.ts'
import type { Interaction } from '../../oauth/model/records.ts'
import type { Context } from '../../oauth/realm/context.ts'
import type { ApiRequest, Reply, Route } from '../provider.ts'
import type { SignInSteps } from '../sign-in-steps.ts'
import { identityProviders, usableProvider } from './realm/identity-providers.ts'
import { flag, text } from './realm/members.ts'
import { realmDataOf } from './realm-data-of.ts'

const path = '/realms/{realm}/broker/:alias'

type Query = ReturnType<SignInSteps['query']>

function loginPath(alias: string, realm: string, query: Query): string {
  const sent = new URLSearchParams({ session_code: randomText(43), ...query })
  return `/realms/${encodeURIComponent(realm)}/broker/${encodeURIComponent(alias)}/login?${sent}`
}

/** Where a sign-in leads that hints at an identity provider (`kc_idp_hint`). */
export function hintedPath({ request }: Pick<Interaction, 'request'>, context: Context, query: Query): string | undefined {
  const { kc_idp_hint = '' } = request.parameters ?? {}
  const realm = realmDataOf(context)
  const found = usableProvider(kc_idp_hint, realm)
  return found && loginPath(found.alias, realm.name, query)
}

/** The identity providers that the page for signing in offers. */
export function providerLinks(context: Context, query: Query) {
  const realm = realmDataOf(context)
  const offered = identityProviders(realm).filter(
    ({ alias, hideOnLogin, linkOnly }) =>
      flag(hideOnLogin) !== true && flag(linkOnly) !== true && usableProvider(alias, realm) !== undefined,
  )
  return offered.map(({ alias, displayName }) => {
    return { id: `social-${alias}`, text: text(displayName) ?? alias, path: loginPath(alias, realm.name, query) }
  })
}

const invalid = (why: string) => new PageError('invalid_request', 'Invalid Request', why)

/** Off to the identity provider, with what it may want to know of the client's request. */
function login({ params, query, context, spaces }: ApiRequest): Reply {
  const realm = realmDataOf(context)
  const provider = usableProvider(params.alias ?? '', realm)
  const world = spaces.find(realm.name)
  const interaction = world?.store.findInteraction(query.tab_id ?? '', world.clock.now())
  if (provider === undefined) throw unknown(params.alias)
  if (interaction === undefined) throw invalid(`tab_id '${query.tab_id ?? ''}' is no sign-in that is under way`)
  const { config, alias } = provider
  const { request, client, id } = interaction
  const { prompt, acr_values } = request.parameters ?? {}
  const app = createHash('sha256').update(client.client_id).digest('base64url').slice(0, 22)
  const scope = text(config.defaultScope) ?? 'openid'
  const asked = given({
    scope: scope.split(' ').includes('openid') ? scope : `openid ${scope}`,
    state: `${randomText(43)}.${id}.${app}.${query.client_data ?? ''}`,
    response_type: 'code',
    client_id: text(config.clientId) ?? '',
    redirect_uri: `${context.issuer}/broker/${alias}/endpoint`,
    login_hint: flag(config.loginHint) === true ? request.login_hint : undefined,
    ui_locales: flag(config.uiLocales) === true ? 'en' : undefined,
    prompt: text(config.prompt) ?? prompt,
    acr_values,
    nonce: randomText(22),
  })
  const url = text(config.authorizationUrl) ?? ''
  const location = `${url}${url.includes('?') ? '&' : '?'}${new URLSearchParams(asked)}`
  return { status: 303, headers: { Location: location, 'Cache-Control': 'no-store, must-revalidate, max-age=0' } }
}

function unknown(alias = ''): OAuthError {
  const why = `There is no identity provider '${alias}' that is enabled`
  return new OAuthError('not_found', `Identity Provider [${alias}] not found.`, why).naming({ member: 'error' })
}

/** Back from it: nobody is taken in, since no token of another server's is asked for. */
function endpoint({ params, context }: ApiRequest): never {
  if (usableProvider(params.alias ?? '', realmDataOf(context)) === undefined) throw unknown(params.alias)
  throw invalid('Nobody comes back from an identity provider: its tokens are not asked for')
}

/** The way to an identity provider. */
export const brokerRoutes: readonly Route[] = [
  { method: 'GET', path: `${path}/login`, endpoint: 'authorize', handle: login },
  { method: 'GET', path: `${path}/endpoint`, endpoint: 'authorize', handle: endpoint },
]
