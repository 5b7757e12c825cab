import { seconds } from '../../basics/clock.ts'
import { digest, randomText } from '../../basics/random.ts'
import { basicCredentials } from '../../oauth/clients/methods/secret.ts'
import { magicUsers } from '../../oauth/faults/magic-users.ts'
import { signJwt } from '../../oauth/jose/jwt.ts'
import { checkPassword } from '../../oauth/users/sign-in.ts'
import type { ApiRequest, Reply } from '../provider.ts'
import { result, unauthorized } from './envelope.ts'
import { wildixSettings } from './settings.ts'

/** Step 1: an extension and its password for a token that is good for one authentication at a service. */
export async function personalToken(request: ApiRequest): Promise<Reply> {
  const { context, query, settings, base_url } = request
  const { realm, trace, issuer } = context
  if (request.method === 'HEAD') return result({})
  const candidates = basicCredentials(request.authorization)
  const refuse = (explanation: string) => unauthorized('Basic realm="Wildix"', explanation)
  if (candidates === undefined) throw refuse('Step 1 asks for "Authorization: Basic" with the extension and its password')
  const [credentials] = candidates
  if (credentials === undefined) throw refuse('The Basic credentials are not base64 of extension:password (RFC 7617 §2)')
  trace.username = credentials.client_id
  const checked = checkPassword(credentials.client_id, credentials.client_secret, realm)
  if (!checked.ok) throw refuse(checked.explanation)
  const { user } = checked
  if (magicUsers.get(user.username)?.denies === true) throw refuse('The user is magic: deny')

  const now = realm.clock.now()
  const expires_at = now + wildixSettings.of(settings).personal_token_ttl * 1000
  const service = query.service ?? ''
  const pbx = new URL(base_url).host
  const claims = {
    iss: issuer,
    sub: `${user.username}@${pbx}`,
    aud: service === '' ? undefined : service,
    extension: user.username,
    pbx,
    iat: seconds(now),
    exp: seconds(expires_at),
    jti: randomText(22),
  }
  const token =
    service !== '' || query.type?.toUpperCase() === 'JWT' ? await signJwt(claims, await realm.keys.signing('RS256')) : randomText(60)
  realm.store.saveOneTimeToken({ digest: digest(token), user, service, details: { pbx }, issued_at: now, expires_at })
  return result({ token })
}
