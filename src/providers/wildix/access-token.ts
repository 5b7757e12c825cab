import { digest } from '../../basics/random.ts'
import { none } from '../../oauth/clients/methods/none.ts'
import { completeClient } from '../../oauth/clients/rulebook.ts'
import type { Client } from '../../oauth/model/records.ts'
import { presentedToken } from '../../oauth/proof/presented-token.ts'
import { issueTokens } from '../../oauth/tokens/issue.ts'
import type { ApiRequest, Reply } from '../provider.ts'
import { authService, result, unauthorized } from './envelope.ts'
import { wildixSettings } from './settings.ts'

const refusals = {
  unknown: 'The personal token was not issued by this sandbox, or it was altered',
  expired: 'The personal token has expired: they live as long as the setting personal_token_ttl says',
  used: 'The personal token was used before: it is good for one authentication (setting personal_token_single_use)',
  revoked: 'The user of the personal token is disabled',
} as const

/** Step 2: the personal token for an access token of the authentication service. */
export async function accessToken(request: ApiRequest): Promise<Reply> {
  const { context, settings } = request
  const { realm, trace } = context
  // A HEAD takes nothing.
  if (request.method === 'HEAD') return result({})
  const token = presentedToken(request.authorization, undefined)?.token
  if (token === undefined) throw unauthorized('Bearer', 'Step 2 asks for "Authorization: Bearer" with the personal token of step 1')
  const { personal_token_single_use } = wildixSettings.of(settings)
  const taken = realm.store.takeOneTimeToken(digest(token), realm.clock.now(), !personal_token_single_use)
  if (typeof taken === 'string') throw unauthorized('Bearer', refusals[taken])
  const { user, service, details } = taken
  trace.username = user.username
  if (!isThisService(service, request)) {
    throw unauthorized(
      'Bearer',
      service === ''
        ? 'The personal token is for the PBX alone: step 1 was asked without service'
        : `The personal token is for the service '${service}', which is neither ${authService} nor this address`,
    )
  }
  const client = authClient(request)
  const created_at = realm.clock.now()
  const grant = realm.store.saveGrant({
    client,
    user,
    grant_type: 'personal_token',
    scope: '',
    details: { vendor: details },
    created_at,
  })
  trace.grant_id = grant.id
  trace.client_id = client.client_id
  const issued = await issueTokens({ grant, user, scope: '', audience: [authService], refresh: 'none' }, undefined, client, context)
  return result({ accessToken: issued.access_token, expiresIn: issued.expires_in })
}

/** `service` is what the user put for this service: the vendor's name, or our host with port and prefix. */
function isThisService(service: string, { base_url, headers, context }: ApiRequest): boolean {
  const bare = (address: string) =>
    address
      .replace(/^https?:\/\//i, '')
      .replace(/(?<!\/)\/+$/, '')
      .toLowerCase()
  const path = new URL(base_url).pathname
  const addressed = `${headers.host ?? ''}${path === '/' ? '' : path}`
  return [authService, base_url, context.issuer, addressed].some((one) => bare(one) === bare(service))
}

/**
 * The client that the three steps have none of: every grant belongs to one, so that it can be listed and revoked. It is made
 * when it is first needed.
 */
export function authClient({ context, directory }: ApiRequest): Client {
  const { store, clock } = context.realm
  const there = store.findClient(authService)
  if (there !== undefined) return there
  const created_at = clock.now()
  const draft = { scopes: [], redirect_uris: [], mobile_store_links: {}, icon: null, created_at }
  const app = directory.createApp({
    ...draft,
    app_id: 'app_auth_service',
    name: 'Wildix Auth',
    description: 'The authentication service: service tokens are issued to it.',
  })
  return directory.createClient(app, {
    ...completeClient({ client_id: authService, client_secret: null }, { auth_method: none.name, grant_types: [] }),
    created_at,
  })
}
