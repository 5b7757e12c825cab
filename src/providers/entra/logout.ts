import { registeredFor } from '../../oauth/clients/redirect-pattern.ts'
import { withQuery } from '../../oauth/clients/redirect-uri.ts'
import { PageError } from '../../oauth/model/errors.ts'
import type { LogoutRequest } from '../../oauth/realm/asked.ts'
import type { Context, RequestDialect } from '../../oauth/realm/context.ts'
import { readIdTokenHint } from '../../oauth/tokens/own-jwt.ts'
import { findNamed } from '../../oauth/users/sign-in.ts'
import type { ApiRequest, Reply, Route } from '../provider.ts'
import { agree } from './admin-consent.ts'
import { refuse } from './errors.ts'
import { tenantOf } from './tenants.ts'

/** A sign-out: back goes the browser to an address that some application registered, and else nowhere; a hint spares the question. */
export const entraLogout: NonNullable<RequestDialect['logout']> = async (parameters, context) => {
  const { post_logout_redirect_uri, state, client_id, id_token_hint } = parameters
  const read = id_token_hint === undefined ? undefined : await readIdTokenHint(id_token_hint, context.realm)
  const hinted = read === undefined || 'problem' in read ? undefined : read
  const client = context.realm.store.findClient(client_id ?? hinted?.aud[0] ?? '')
  if (client !== undefined) context.trace.client_id = client.client_id
  const clients = client === undefined ? context.realm.directory.listClients() : [client]
  const known = clients.some(
    (one) => post_logout_redirect_uri !== undefined && registeredFor(one, post_logout_redirect_uri, context.realm) !== undefined,
  )
  const next =
    known && post_logout_redirect_uri !== undefined ? withQuery(post_logout_redirect_uri, state === undefined ? {} : { state }) : undefined
  return { next, hint: hinted === undefined ? hintOf(parameters.logout_hint, context) : { sub: hinted.sub, sid: hinted.sid, client } }
}

/** Whom a `logout_hint` means: the claim `login_hint` of his ID token, or his name. */
function hintOf(logout_hint: string | undefined, { realm }: Context): LogoutRequest['hint'] {
  if (logout_hint === undefined) return undefined
  const [, sealed] = /^O\.([\w-]+)$/.exec(logout_hint) ?? []
  const user = findNamed(sealed === undefined ? logout_hint : Buffer.from(sealed, 'base64url').toString(), realm)
  return user && { sub: user.user_id, sid: undefined, client: undefined }
}

/** An administrator agrees for everybody: at once, since nobody is there to be asked. */
function adminConsent({ query, params, context }: ApiRequest): Promise<Reply> {
  const { client_id = '', redirect_uri, state, scope } = query
  const client = context.realm.store.findClient(client_id)
  context.trace.client_id = client_id
  if (client === undefined) throw refuse(700016, `client_id '${client_id}' is not registered`, { client_id })
  const to = redirect_uri ?? client.app.redirect_uris[0]
  if (to === undefined || registeredFor(client, to, context.realm) === undefined) {
    throw new PageError('redirect_unregistered', 'redirect_uri is not registered', `redirect_uri is '${to}'`).naming({
      client_id,
      redirect_uri: to ?? '',
    })
  }
  const { tenant: asked = '' } = params
  agree(scope, client, context)
  const location = withQuery(to, { admin_consent: 'True', tenant: tenantOf(asked), state, scope })
  return Promise.resolve({ status: 302, headers: { location } })
}

export const consentRoutes: readonly Route[] = [
  { method: 'GET', path: '/:tenant/adminconsent', endpoint: 'authorize', handle: adminConsent },
  { method: 'GET', path: '/:tenant/v2.0/adminconsent', endpoint: 'authorize', handle: adminConsent },
]
