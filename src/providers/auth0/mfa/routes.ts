/**
 * In this room: second factors: what users have, the tokens of sign-ins that wait for one, the routes and grants by which it is shown.
 * Elsewhere: the grants with passwords that ask for one (`auth0/grants.ts`), the arithmetic of codes (`providers/totp.ts`).
 */

import { randomBytes } from 'node:crypto'
import { given } from '../../../basics/given.ts'
import { authenticateClient } from '../../../oauth/clients/authentication.ts'
import { OAuthError } from '../../../oauth/model/errors.ts'
import type { User } from '../../../oauth/model/records.ts'
import { scopes } from '../../../oauth/model/scope.ts'
import { requireAccessToken } from '../../../oauth/proof/access-token.ts'
import { presentedToken } from '../../../oauth/proof/presented-token.ts'
import type { ApiRequest, Reply, Route } from '../../provider.ts'
import { base32 } from '../../totp.ts'
import { mfaAudience } from '../apis.ts'
import { isAddress, textsIn } from '../bodies.ts'
import { type Authenticator, activeOnes, authenticatorsOf, enrol, recoveryCodeOf, removeAuthenticator } from './authenticators.ts'
import { MfaError } from './error.ts'
import { sendFactorCode } from './oob.ts'
import { waitingFor } from './token.ts'

/** Whoever asks: in the course of a sign-in by its `mfa_token`, or with an access token for the audience of second factors. */
interface Asking {
  user: User
  signing_in: boolean
}

/** @throws MfaError, OAuthError */
async function asking({ authorization, context }: ApiRequest, scope: string): Promise<Asking> {
  const presented = presentedToken(authorization, undefined)
  const { store } = context.realm
  if (presented?.token.startsWith('Fe26.') === true) {
    const user = store.findUserById(waitingFor(presented.token, context).user_id)
    if (user === undefined) throw new MfaError('invalid_grant', 'Malformed mfa_token', 'The user of the mfa_token is gone')
    context.trace.username = user.username
    return { user, signing_in: true }
  }
  const { user, details, scope: has } = await requireAccessToken(presented, context)
  const audience = mfaAudience(context.issuer)
  if (user === undefined || details.aud?.includes(audience) !== true || !scopes(has).includes(scope)) {
    const explanation = `The token is no mfa_token, nor one for ${audience} with the scope ${scope}`
    throw new OAuthError(['invalid_token', 'audience_wrong'], 'Invalid token', explanation)
  }
  return { user, signing_in: false }
}

function route(method: Route['method'], path: string, scope: string, handle: (request: ApiRequest, asking: Asking) => Reply): Route {
  return { method, path, handle: async (request) => handle(request, await asking(request, scope)) }
}

function view({ id, authenticator_type, active, oob_channel, to }: Authenticator) {
  const oob_channels = oob_channel && [oob_channel]
  const name = oob_channel === 'email' ? to : to?.replace(/.{5}$/, 'XXXXX')
  return given({ id, authenticator_type, active, oob_channel, oob_channels, name })
}

const list = route('GET', '/mfa/authenticators', 'read:authenticators', ({ documents }, { user }) => {
  const all = authenticatorsOf(user, documents)
  const recovery = { id: `recovery-code|${all[0]?.id.split('|')[1]}`, authenticator_type: 'recovery-code', active: true }
  const has = all.length > 0 && recoveryCodeOf(user, documents) !== undefined
  return { status: 200, body: [...(has ? [recovery] : []), ...all.map(view)] }
})

const remove = route('DELETE', '/mfa/authenticators/:id', 'remove:authenticators', ({ documents, params: { id = '' } }, asked) => {
  // Else who has only the password could take the second factor away.
  if (asked.signing_in && activeOnes(asked.user, documents).length > 0) throw enrolled()
  removeAuthenticator(asked.user, id, documents)
  return { status: 204 }
})

function enrolled(): MfaError {
  const explanation = 'Whoever has a second factor shows it before another one: with an access token, not with the mfa_token'
  return new MfaError('access_denied', 'User is already enrolled.', explanation)
}

/** A new factor of the user. An app's secret is told; to an address a code is sent. */
const associate = route('POST', '/mfa/associate', 'enroll', ({ body, documents, context }, { user, signing_in }) => {
  if (signing_in && activeOnes(user, documents).length > 0) throw enrolled()
  const { authenticator_types = [], oob_channels = [] } = (body ?? {}) as Partial<Record<string, readonly unknown[]>>
  if (authenticator_types.includes('otp')) {
    const secret = base32(randomBytes(20))
    const { recovery_codes } = enrol(user, { authenticator_type: 'otp', secret }, documents)
    const label = [context.realm.company, user.email ?? user.username].map(encodeURIComponent).join(':')
    const query = new URLSearchParams({ secret, issuer: context.realm.company, algorithm: 'SHA1', digits: '6', period: '30' })
    return {
      status: 200,
      body: given({ authenticator_type: 'otp', secret, barcode_uri: `otpauth://totp/${label}?${query}`, recovery_codes }),
    }
  }
  const [oob_channel] = authenticator_types.includes('email') ? ['email'] : oob_channels
  if (oob_channel !== 'sms' && oob_channel !== 'voice' && oob_channel !== 'email') throw unfit('authenticator_types or oob_channels')
  const said = textsIn(body)
  const to = oob_channel === 'email' ? (said.email ?? user.email ?? undefined) : said.phone_number
  if (oob_channel === 'email' ? !isAddress(to) : !/^\+\d{5,15}$/.test(to ?? '')) {
    throw unfit(oob_channel === 'email' ? 'email' : 'phone_number')
  }
  const { made, recovery_codes } = enrol(user, { authenticator_type: 'oob', oob_channel, to: to ?? '' }, documents)
  const oob_code = sendFactorCode(user, made, context)
  return { status: 200, body: given({ authenticator_type: 'oob', binding_method: 'prompt', recovery_codes, oob_channel, oob_code }) }
})

function unfit(name: string): MfaError {
  return new MfaError('invalid_request', `${name} is not valid`, `${name} is not one that the vendor knows`, { status: 400 })
}

/** Asks for a factor: of an app it only says so, to an address it sends a code. */
const challenge: Route = {
  method: 'POST',
  path: '/mfa/challenge',
  async handle({ body, authorization, context, documents }) {
    const said = textsIn(body)
    const client = await authenticateClient(authorization, said, context)
    const { mfa_token, challenge_type = 'otp oob', authenticator_id } = said
    if (mfa_token === undefined) {
      throw new MfaError('invalid_request', 'Missing required parameter: mfa_token', 'mfa_token is missing', { status: 400 })
    }
    const user = context.realm.store.findUserById(waitingFor(mfa_token, context, client).user_id)
    const fits = ({ id, authenticator_type }: Authenticator) =>
      authenticator_id === undefined ? challenge_type.split(' ').includes(authenticator_type) : id === authenticator_id
    const found = user && activeOnes(user, documents).find(fits)
    if (user === undefined || found === undefined) {
      const explanation = `The user has no active authenticator for '${authenticator_id ?? challenge_type}'; /mfa/associate makes one`
      throw new MfaError('unsupported_challenge_type', 'User does not have any of the requested authenticators', explanation)
    }
    context.trace.username = user.username
    if (found.authenticator_type === 'otp') return { status: 200, body: { challenge_type: 'otp' } }
    const oob_code = sendFactorCode(user, found, context)
    return { status: 200, body: { challenge_type: 'oob', oob_code, binding_method: 'prompt' } }
  },
}

/** Where users have second factors. */
export const mfaRoutes: readonly Route[] = [list, remove, associate, challenge]
