import { OAuthError } from '../../oauth/model/errors.ts'
import type { ActiveAccessToken, User } from '../../oauth/model/records.ts'
import { scopes } from '../../oauth/model/scope.ts'
import { noteTo } from '../../oauth/realm/context.ts'
import { listed } from '../../oauth/realm/unread.ts'
import { issueTokens } from '../../oauth/tokens/issue.ts'
import type { ApiRequest, Reply } from '../provider.ts'
import { authService, presentedAccessToken, result, unauthorized } from './envelope.ts'
import { wildixSettings } from './settings.ts'

/** Step 3: the access token for a token of a service. */
export async function serviceToken(request: ApiRequest): Promise<Reply> {
  const { context, body, headers, settings } = request
  const { client, grant, user } = await authenticated(request)
  if (!/^application\/json\s*(;|$)/i.test(headers['content-type'] ?? '') || typeof body !== 'object' || body === null) {
    throw badRequest('JSON is required', 'The body must be a JSON object, sent as application/json: {"aud":"…","scope":"…"}')
  }
  const { aud, scope, ...rest } = body as Record<string, unknown>
  const unread = Object.keys(rest)
  if (unread.length > 0) noteTo(context, `The request has ${listed(unread)}: without effect in step 3`)
  if (typeof aud !== 'string' || aud === '') throw badRequest('aud is required')
  if (typeof scope !== 'string' || scope.trim() === '') throw badRequest('scope is required')
  const { services, service_token_shape } = wildixSettings.of(settings)
  const offered = Object.hasOwn(services, aud) ? services[aud] : undefined
  if (offered === undefined) {
    throw forbidden(`aud '${aud}' is not among the services: ${Object.keys(services).join(', ') || 'none'} (setting services)`)
  }
  const beyond = scopes(scope).find((one) => !offered.includes(one))
  if (beyond !== undefined) throw forbidden(`scope '${beyond}' is not offered for ${aud}, which offers: ${offered.join(', ') || 'none'}`)

  const granted = scopes(scope).join(' ')
  const issued = await issueTokens({ grant, user, scope: granted, audience: [aud], refresh: 'none' }, undefined, client, context)
  const token = issued.access_token
  const members = { token, accessToken: token, tokenType: 'Bearer', expiresIn: issued.expires_in }
  switch (service_token_shape) {
    case 'flat':
      return { ...result({}), body: members }
    case 'both':
      return result(members, { token })
    default:
      return result(members)
  }
}

async function authenticated(request: ApiRequest): Promise<ActiveAccessToken & { user: User }> {
  const token = await presentedAccessToken(request)
  const { user, details, grant } = token
  if (user === undefined || grant.grant_type !== 'personal_token' || details.aud?.includes(authService) !== true) {
    const explanation = `The token is not one of step 2: its audience is ${details.aud?.join(', ') ?? 'not set'}, not ${authService}`
    throw unauthorized('Bearer', explanation)
  }
  return { ...token, user }
}

function badRequest(message: string, explanation: string = message): OAuthError {
  return new OAuthError('invalid_request', message, explanation)
}

function forbidden(explanation: string): OAuthError {
  return new OAuthError('access_denied', 'Forbidden', explanation, {}, 403)
}
