import { seconds } from '../../basics/clock.ts'
import { hasApp } from '../clients/unregistered.ts'
import type { ErrorCode } from '../model/error-codes.ts'
import { type AuthorizationError, codeOf, type ErrorKind, refusal } from '../model/errors.ts'
import type { Reason } from '../model/reasons.ts'
import type { AuthorizationRequest, Client, User } from '../model/records.ts'
import { scopes } from '../model/scope.ts'
import type { Context } from '../realm/context.ts'
import { subjectFor } from '../realm/subject.ts'
import type { Session } from '../storage/session-store.ts'
import { cleanUsername, findNamed, magicName } from '../users/sign-in.ts'

/** What stands between an authorization request and its answer: the page that removes it, and what `prompt=none` answers instead. */
export interface Obstacle {
  step: 'sign_in' | 'sign_up' | 'account' | 'select_account' | 'get_app' | 'consent'
  kind: ErrorKind
  explanation: string
}

/** Why the browser's session does not answer for the user by itself (OpenID Connect Core §3.1.2.3). */
export function sessionObstacle(
  { prompt, max_age, sub, login_hint }: AuthorizationRequest,
  client: Client,
  session: Session | undefined,
  { realm }: Context,
): Obstacle | undefined {
  if (prompt.includes('create')) return { step: 'sign_up', kind: 'login_required', explanation: 'prompt has create' }
  const signIn = (kind: Reason, explanation: string): Obstacle => ({ step: 'sign_in', kind, explanation })
  if (session === undefined)
    return signIn('session_missing', realm.sessions ? 'No user is signed in in this browser' : 'This provider has no sessions')
  if (prompt.includes('login')) return signIn('session_stale', 'prompt has login')
  if (prompt.includes('select_account')) {
    return { step: 'select_account', kind: 'account_selection_required', explanation: 'prompt has select_account' }
  }
  const { user, auth_time } = session
  if (max_age !== undefined && isOlder(auth_time, max_age, realm)) {
    return signIn('session_stale', `User '${user.username}' signed in more than max_age=${max_age} s ago`)
  }
  if (sub !== undefined && sub !== subjectFor(user, client, realm)) {
    return signIn('session_foreign', `The request is for sub '${sub}' (id_token_hint or claims), and '${user.username}' is signed in`)
  }
  const strict = realm.requests?.authorization?.passes?.includes('other_hints') !== true
  if (strict && login_hint !== undefined && meansAnother(login_hint, user, realm)) {
    const explanation = `login_hint means user '${login_hint}', and '${user.username}' is signed in`
    return { step: 'sign_in', kind: 'account_selection_required', explanation }
  }
  return undefined
}

function isOlder(auth_time: number, max_age: number, { clock, requests }: Context['realm']): boolean {
  const whole = requests?.authorization?.passes?.includes('whole_seconds') === true
  return whole ? seconds(auth_time) + max_age < seconds(clock.now()) : auth_time + max_age * 1000 <= clock.now()
}

/** A hint that means nobody we know means nothing. */
function meansAnother(login_hint: string, user: User, realm: Context['realm']): boolean {
  const magic = magicName(login_hint)
  if (magic !== undefined) return magic !== user.username
  const name = cleanUsername(login_hint)
  if (name.toLowerCase() === user.username.toLowerCase() || name === user.email) return false
  return findNamed(name, realm) !== undefined
}

/** What a signed-in user still has to do. */
export function userObstacle(request: AuthorizationRequest, client: Client, user: User, context: Context): Obstacle | undefined {
  if (!hasApp(user, client, context)) {
    const explanation = `App ${client.app.name} is not among the apps of user '${user.username}'`
    return { step: 'get_app', kind: ['interaction_required', 'app_missing'], explanation }
  }
  const { settings, sessions, store } = context.realm
  const consent = (explanation: string): Obstacle => ({ step: 'consent', kind: 'consent_missing', explanation })
  const asks = context.realm.requests?.asks_consent?.(client, context)
  if (asks === false && settings.auto_consent) return undefined
  if (request.prompt.includes('consent')) return consent('prompt has consent')
  // Without sessions the page asks only whether to continue, each time.
  if (!sessions) return settings.auto_continue ? undefined : consent(`User '${user.username}' is asked each time`)
  if (settings.auto_consent && asks !== true) return undefined
  const { requests } = context.realm
  if (requests?.consent !== undefined) {
    const why = requests.consent(request, client, user, context)
    return why === undefined ? undefined : consent(why)
  }
  const consented = scopes(store.findConsent(user, client))
  const missing = scopes(request.scope).filter((scope) => !consented.includes(scope))
  if (missing.length === 0) return undefined
  return consent(`User '${user.username}' has not allowed client '${client.client_id}' the scope ${missing.join(' ')}`)
}

const messages: Partial<Record<ErrorCode, string>> = {
  login_required: 'The user must sign in',
  account_selection_required: 'The user must choose an account',
  interaction_required: 'The user must do something first',
  consent_required: 'The user must consent',
}

/** What an obstacle is when no page may be shown (OpenID Connect Core §3.1.2.6). */
export function notSilently({ kind, explanation }: Obstacle, request: AuthorizationRequest, client: Client): AuthorizationError {
  const message = messages[codeOf(kind)] ?? 'The user is needed'
  const refused = refusal(request, client, kind, message, `prompt=none, but: ${explanation}`)
  return kind === 'consent_missing' ? refused.naming({ scope: request.scope }) : refused
}

/** Remembers what a user allowed on the consent page: what was asked for is decided anew, what was not stays. */
export function rememberConsent(
  request: AuthorizationRequest,
  client: Client,
  user: User,
  granted: string,
  { store, clock }: Pick<Context['realm'], 'store' | 'clock'>,
): void {
  const asked = scopes(request.scope)
  const before = scopes(store.findConsent(user, client)).filter((scope) => !asked.includes(scope))
  store.saveConsent(user, client, [...before, ...scopes(granted)].join(' '), clock.now())
}
