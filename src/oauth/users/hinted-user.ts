import { OAuthError } from '../model/errors.ts'
import type { Parameters } from '../model/parameters.ts'
import type { Client, User } from '../model/records.ts'
import type { Context } from '../realm/context.ts'
import { readIdTokenHint } from '../tokens/own-jwt.ts'
import { readAssertion } from './assertion.ts'
import { findSubject, magicName } from './sign-in.ts'

const hints = ['login_hint', 'login_hint_token', 'id_token_hint'] as const

/**
 * The user whom a backchannel request asks for, by the one hint that it has (CIBA §7.1).
 * @throws OAuthError `invalid_request`, `unknown_user_id`, `expired_login_hint_token`, `access_denied`
 */
export async function hintedUser(parameters: Parameters, client: Client, context: Context): Promise<User> {
  const given = hints.filter((name) => parameters[name] !== undefined)
  if (given.length !== 1) {
    const explanation = `${given.join(' and ') || 'No hint'} came; exactly one of ${hints.join(', ')} is needed (CIBA §7.1)`
    throw new OAuthError(given.length === 0 ? 'parameter_missing' : 'parameter_repeated', 'Exactly one hint is needed', explanation)
  }
  if (parameters.login_hint !== undefined) return named(parameters.login_hint, 'login_hint', context)
  if (parameters.login_hint_token !== undefined) return await vouchedFor(parameters.login_hint_token, client, context)
  return await signedIn(parameters.id_token_hint ?? '', client, context)
}

/** The user of an ID token that this client got from us; that it has expired is no matter. */
async function signedIn(hint: string, { client_id }: Client, context: Context): Promise<User> {
  const read = await readIdTokenHint(hint, context.realm)
  if (!('problem' in read) && read.aud.includes(client_id)) return named(read.sub, "the id_token_hint's sub", context)
  const problem = 'problem' in read ? read.problem : `it was issued to ${read.aud.join(', ')} and not to client '${client_id}'`
  throw new OAuthError('hint_invalid', 'The id_token_hint is not valid', `id_token_hint is refused: ${problem}`)
}

async function vouchedFor(token: string, client: Client, context: Context): Promise<User> {
  const assertion = await readAssertion(token, client, context)
  if (!('problem' in assertion)) return named(assertion.sub, "the login_hint_token's sub", context)
  if (assertion.reason === 'assertion_expired') {
    const explanation = `login_hint_token is refused: ${assertion.problem}`
    throw new OAuthError('expired_login_hint_token', 'The login_hint_token has expired', explanation)
  }
  throw new OAuthError('hint_invalid', 'The login_hint_token is not valid', `login_hint_token is refused: ${assertion.problem}`)
}

function named(name: string, where: string, { realm }: Context): User {
  const subject = findSubject(name, realm)
  if (subject.ok) return subject.user
  const explanation = `${where} is '${name}'. ${subject.explanation}`
  if (magicName(name) !== undefined)
    throw new OAuthError(['access_denied', subject.reason], 'The user cannot be asked', explanation, {}, 403)
  throw new OAuthError(['unknown_user_id', subject.reason], 'The user is not known', explanation)
}
