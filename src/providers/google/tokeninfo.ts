import { seconds } from '../../basics/clock.ts'
import { given } from '../../basics/given.ts'
import { boundsProblem } from '../../oauth/jose/check.ts'
import { readHeader } from '../../oauth/jose/jwt.ts'
import { OAuthError } from '../../oauth/model/errors.ts'
import { requireAccessToken } from '../../oauth/proof/access-token.ts'
import { presentedToken } from '../../oauth/proof/presented-token.ts'
import type { Context } from '../../oauth/realm/context.ts'
import { readOwnJwt } from '../../oauth/tokens/own-jwt.ts'
import type { ApiRequest, Reply, Route } from '../provider.ts'
import { isOffline } from './consent.ts'
import { profileOf } from './profile.ts'
import { answeredScope } from './scopes.ts'
import { numberOf } from './service-account.ts'

/** What a token is, for whoever asks. */
async function tokeninfo({ context, authorization, query, body }: ApiRequest, worded: Wording): Promise<Reply> {
  const form = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {}
  const parameter = (name: string) => query[name] ?? (typeof form[name] === 'string' ? form[name] : undefined)
  const id_token = parameter('id_token')
  if (id_token !== undefined) return { status: 200, body: await ofIdToken(id_token, context) }
  const presented = presentedToken(authorization, parameter('access_token'))
  if (presented === undefined) throw invalid('Neither access_token nor id_token came, nor a Bearer header')
  try {
    return { status: 200, body: worded(await ofAccessToken(presented.token, context)) }
  } catch (error) {
    throw error instanceof OAuthError ? invalid(error.explanation) : error
  }
}

function invalid(explanation: string): OAuthError {
  return new OAuthError(['invalid_token', 'token_unknown'], 'Invalid Value', explanation, {}, 400)
}

async function ofAccessToken(token: string, context: Context): Promise<TokenInfo> {
  const { client, user, scope, grant, expires_at } = await requireAccessToken({ token, scheme: 'Bearer' }, context)
  const azp = user === undefined ? numberOf(client) : client.client_id
  const { email, email_verified } = user === undefined ? {} : profileOf(user, scope, context.issuer)
  const exp = seconds(expires_at)
  const expires_in = exp - seconds(context.realm.clock.now())
  const access_type = isOffline(grant) ? 'offline' : 'online'
  return { azp, sub: user?.user_id, scope: answeredScope(scope), exp, expires_in, email, email_verified, access_type }
}

/** What is known of an access token. */
interface TokenInfo {
  azp: string
  sub: string | undefined
  scope: string
  exp: number
  expires_in: number
  email: string | undefined
  email_verified: boolean | undefined
  access_type: 'offline' | 'online'
}

type Wording = (info: TokenInfo) => Record<string, unknown>

/** Everything is a text. */
const inTexts: Wording = ({ azp, sub, scope, exp, expires_in, email, email_verified, access_type }) => {
  const times = { exp: String(exp), expires_in: String(expires_in) }
  return given({ azp, aud: azp, sub, scope, ...times, email, email_verified: email_verified && String(email_verified), access_type })
}

/** The names of the older versions. */
const older: Wording = ({ azp, sub, scope, expires_in, email, email_verified, access_type }) =>
  given({ issued_to: azp, audience: azp, user_id: sub, scope, expires_in, email, verified_email: email_verified, access_type })

async function ofIdToken(token: string, { realm }: Context): Promise<Record<string, string>> {
  const read = await readOwnJwt(token, realm)
  if ('problem' in read) throw invalid(`id_token is not believed: ${read.problem}`)
  const bounds = { now: seconds(realm.clock.now()), needed: ['exp'], early: 0, late: 0, rule: 'RFC 7519 §4.1.4' } as const
  const problem = boundsProblem(read, bounds, 'id_token')
  if (problem !== undefined) throw invalid(problem.problem)
  const { alg, kid, typ } = readHeader(token) ?? {}
  const all = Object.entries({ ...read.claims, ...given({ alg, kid, typ }) })
  return Object.fromEntries(all.map(([name, value]) => [name, String(value)]))
}

const ways: readonly (readonly [path: string, worded: Wording])[] = [
  ['/tokeninfo', inTexts],
  ['/oauth2/v3/tokeninfo', inTexts],
  ['/oauth2/v2/tokeninfo', older],
  ['/oauth2/v1/tokeninfo', older],
]

export const tokeninfoRoutes: readonly Route[] = ways.flatMap(([path, worded]) =>
  (['GET', 'POST'] as const).map(
    (method): Route => ({ method, path, endpoint: 'introspection', handle: (request) => tokeninfo(request, worded) }),
  ),
)
