import { scopeFor } from '../../../oauth/clients/scope.ts'
import { missing } from '../../../oauth/model/errors.ts'
import type { Parameters } from '../../../oauth/model/parameters.ts'
import type { User } from '../../../oauth/model/records.ts'
import type { Context, GrantType } from '../../../oauth/realm/context.ts'
import { checkPassword } from '../../../oauth/users/sign-in.ts'
import { keptApi } from '../apis.ts'
import { mfaOob, mfaOtp, mfaRecoveryCode } from '../grant-names.ts'
import { issueFor } from '../issue.ts'
import { takeOtp, takeRecoveryCode } from './authenticators.ts'
import { MfaError } from './error.ts'
import { takeFactorCode } from './oob.ts'
import { needsFactor, newMfaToken, spendMfaToken, waitingFor } from './token.ts'

/** The same for users who must show a second factor: who knows the password is told so, with a token to go on with. */
export function withFactor(grantType: GrantType): GrantType {
  return {
    ...grantType,
    redeem(parameters, client, context) {
      const { username, password } = parameters
      const checked = username && password ? checkPassword(username, password, context.realm) : undefined
      if (checked?.ok !== true || !needsFactor(checked.user, context.realm)) return grantType.redeem(parameters, client, context)
      const { user } = checked
      context.trace.username = user.username
      const waiting = {
        user_id: user.user_id,
        client_id: client.client_id,
        grant_type: grantType.grant_type,
        scope: scopeFor(parameters, client, context),
        requested_scope: parameters.scope,
        ...keptApi(parameters, context),
      }
      const mfa_token = newMfaToken(waiting, context)
      const explanation = `User '${user.username}' must show a second factor: POST /mfa/challenge, or /mfa/associate when there is none yet`
      throw new MfaError('mfa_required', 'Multifactor authentication required', explanation, { mfa_token })
    },
  }
}

interface Factor {
  grant_type: string
  /** What is shown, by its parameters. */
  shows: readonly (keyof Parameters & string)[]
  isRight(user: User, parameters: Parameters, context: Context): boolean
  refusal: string
}

const factors: readonly Factor[] = [
  {
    grant_type: mfaOtp,
    shows: ['otp'],
    isRight: (user, { otp = '' }, { realm }) => takeOtp(user, otp, realm.documents, realm.clock.now()),
    refusal: 'Invalid otp_code.',
  },
  {
    grant_type: mfaOob,
    shows: ['oob_code', 'binding_code'],
    isRight: (user, { oob_code = '', binding_code = '' }, context) => takeFactorCode(user, oob_code, binding_code, context),
    refusal: 'Invalid binding_code.',
  },
  {
    grant_type: mfaRecoveryCode,
    shows: ['recovery_code'],
    isRight: (user, { recovery_code = '' }, { realm }) => takeRecoveryCode(user, recovery_code, realm.documents),
    refusal: 'MFA Authorization rejected.',
  },
]

function grantOf({ grant_type, shows, isRight, refusal }: Factor): GrantType {
  return {
    grant_type,
    parameters: ['mfa_token', ...shows],
    redeem(parameters, client, context) {
      const { mfa_token = '' } = parameters
      for (const name of ['mfa_token', ...shows]) if (parameters[name] === undefined) throw missing(name)
      const { user_id, resource, ...given } = waitingFor(mfa_token, context, client)
      const user = context.realm.store.findUserById(user_id)
      if (user === undefined || !isRight(user, parameters, context)) {
        const explanation = `${shows.at(-1)} is not what the user has, was used, or is too old; codes that were sent stand in the outbox`
        throw new MfaError('invalid_grant', refusal, explanation)
      }
      spendMfaToken(mfa_token, context)
      const details = { vendor: { amr: 'mfa' }, ...(resource && { resource }) }
      return issueFor(user, client, { ...given, details }, context)
    },
  }
}

/** What the token endpoint takes of users who were told `mfa_required`. */
export const mfaGrants: readonly GrantType[] = factors.map(grantOf)
