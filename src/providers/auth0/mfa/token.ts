import { randomFrom, sameSecret } from '../../../basics/random.ts'
import type { Client, User } from '../../../oauth/model/records.ts'
import type { Context } from '../../../oauth/realm/context.ts'
import { auth0Settings } from '../settings.ts'
import { activeOnes } from './authenticators.ts'
import { MfaError } from './error.ts'

/** A sign-in that waits for a second factor. */
export interface Waiting {
  user_id: string
  client_id: string
  grant_type: string
  scope: string
  requested_scope?: string | undefined
  /** The APIs that its tokens are for. */
  resource?: readonly string[] | undefined
}

interface Kept extends Waiting {
  token: string
  /** Milliseconds. */
  expires_at: number
}

/** Milliseconds that it waits. */
const lifetime = 10 * 60 * 1000
const hex = '0123456789abcdef'
const base64url = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

const kept = ({ realm }: Context) => realm.documents.kind<Kept>('mfa_token')

/** Whether a user has to show a second factor. */
export function needsFactor(user: User, { documents, settings }: Pick<Context['realm'], 'documents' | 'settings'>): boolean {
  const { multi_factor } = auth0Settings.of(settings)
  return multi_factor === 'always' || (multi_factor === 'enrolled' && activeOnes(user, documents).length > 0)
}

/** What stands for a sign-in until its second factor was shown. */
export function newMfaToken(waiting: Waiting, context: Context): string {
  const key = randomFrom(hex, 64)
  const [iv, text, mac] = [22, 171, 43].map((length) => randomFrom(base64url, length))
  const token = `Fe26.2*1*${key}*${iv}*${text}*${context.realm.clock.now() + lifetime}*${randomFrom(hex, 64)}*${mac}`
  kept(context).put(key, { ...waiting, token, expires_at: context.realm.clock.now() + lifetime })
  return token
}

const keyOf = (token: string) => token.split('*')[2] ?? ''

/**
 * The sign-in that a token stands for.
 * @param client whose it must be; absent where the token alone says so
 * @throws MfaError
 */
export function waitingFor(token: string, context: Context, client?: Client): Waiting {
  const found = kept(context).get(keyOf(token))
  if (found === undefined || !sameSecret(found.token, token)) {
    throw new MfaError('invalid_grant', 'Malformed mfa_token', 'mfa_token is none that was given here, or it was used')
  }
  if (found.expires_at <= context.realm.clock.now()) {
    throw new MfaError('expired_token', 'mfa_token is expired', 'An mfa_token lives ten minutes', { status: 401 })
  }
  if (client !== undefined && client.client_id !== found.client_id) {
    throw new MfaError('invalid_grant', 'Malformed mfa_token', `mfa_token was given to client '${found.client_id}'`)
  }
  return found
}

/** Its factor was shown: it stands for nothing any more. */
export function spendMfaToken(token: string, context: Context): void {
  kept(context).delete(keyOf(token))
}
