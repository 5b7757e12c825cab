import { hasApp } from '../../oauth/clients/unregistered.ts'
import type { Parameters } from '../../oauth/model/parameters.ts'
import type { Reason } from '../../oauth/model/reasons.ts'
import type { AuthorizationRequest, Client, User } from '../../oauth/model/records.ts'
import { checkPassword, findNamed, isKnownName, type SignIn } from '../../oauth/users/sign-in.ts'
import { decisionOf, type SignInMessage } from '../../providers/sign-in-pages.ts'
import type { Exchange } from '../exchange.ts'

/** What the sign-in page shows. */
export interface SignInForm {
  /** Which of the two the page asks, or where somebody signs in; both when absent. */
  step?: 'place' | 'name' | 'password' | undefined
  /** What was typed before, or hinted at; where the page asks for a place, that. */
  username?: string | undefined
  error?: SignInMessage | undefined
  /** Why the page comes. */
  note?: string | undefined
}

/** Whether it is still to be asked where somebody signs in. */
export function asksPlace({ sandbox }: Exchange, { parameters }: Pick<AuthorizationRequest, 'parameters'>): boolean {
  const { places, sign_in } = sandbox.provider
  return places !== undefined && sign_in?.place !== undefined && parameters?.[places.parameter] === undefined
}

/** What pages call where somebody signs in for a request. */
export function placeName({ sandbox }: Exchange, { parameters }: Pick<AuthorizationRequest, 'parameters'>): string {
  const { places } = sandbox.provider
  const named = places && parameters?.[places.parameter]
  return (named === undefined ? undefined : places?.find(named, sandbox)?.name) ?? sandbox.company
}

/** The first page, with a name that was hinted at; one that is known need not be typed again. */
export function firstForm({ sandbox }: Exchange, username: string | undefined, request?: AuthorizationRequest): SignInForm {
  const { authorization } = sandbox.requests ?? {}
  const atOnce = request !== undefined && authorization?.asks_at_once?.(request, sandbox.settings) === true
  if (sandbox.provider.sign_in?.next === undefined || atOnce) return { username }
  return { username, step: username !== undefined && isKnownName(username, sandbox) ? 'password' : 'name' }
}

/** What a form of the sign-in said, by our names in place of the vendor's. */
export function readForm({ sandbox }: Exchange, parameters: Parameters): Parameters {
  const { sign_in } = sandbox.provider
  if (sign_in === undefined) return parameters
  const { place, username, password, remember, stay, consent, accounts } = sign_in
  const buttons = { allow: consent?.allow, deny: consent?.deny, stay: stay?.yes, leave: stay?.no, switch: accounts?.other }
  return {
    ...parameters,
    place: place && parameters[place.field.name],
    username: parameters[username?.name ?? 'username'],
    password: parameters[password?.name ?? 'password'],
    remember: remember && parameters[remember.name],
    never_again: stay?.box && parameters[stay.box.name],
    decision: parameters.decision ?? decisionOf(parameters, buttons),
  }
}

/** What comes of a form: who signs in, why he may not, or the page that comes, and what was wrong when something was. */
export type SignInOutcome =
  | { user: User }
  | { denied: string }
  | { form: SignInForm; problem?: { code: 'access_denied'; reason: Reason; explanation: string } }

/** Who signs in with what was typed or clicked. */
export function signInWith(exchange: Exchange, client: Client, typed: Parameters): SignInOutcome {
  const { sandbox, context } = exchange
  const { next, unknown_name, refused, disabled, disabled_goes_back } = sandbox.provider.sign_in ?? {}
  const { pick, username = pick ?? '', password } = typed
  const picked = pick === undefined ? undefined : sandbox.store.findUser(pick)
  if (picked !== undefined && !picked.disabled && hasApp(picked, client, context)) return { user: picked }
  if (next !== undefined && password === undefined) {
    if (unknown_name === undefined || isKnownName(username, sandbox)) return { form: { step: 'password', username } }
    const explanation = `There is no user '${username}' in sandbox '${sandbox.name}'`
    return {
      form: { step: 'name', username, error: unknown_name },
      problem: { code: 'access_denied', reason: 'user_unknown', explanation },
    }
  }
  const { told, ...checked } = tryPassword(username, password ?? '', exchange)
  if (checked.ok) return { user: checked.user }
  const { reason, explanation, proven } = checked
  if (disabled_goes_back === true && proven === true) return { denied: explanation }
  const error = told ?? (reason === 'user_disabled' ? disabled : undefined) ?? refused ?? { text: 'Username or password is not right.' }
  return { form: { step: next && 'password', username, error }, problem: { code: 'access_denied', reason, explanation } }
}

/** Checks a password, unless the vendor looks at none now, and tells the vendor what came of it. */
function tryPassword(username: string, password: string, { sandbox }: Exchange): SignIn & { told?: SignInMessage } {
  const { attempts } = sandbox.provider.account_pages ?? {}
  const user = attempts && findNamed(username, sandbox)
  const text = user && attempts?.refusal(user, sandbox)
  if (text !== undefined) {
    const explanation = `The password of user '${username}' is not looked at, for too many were wrong`
    return { ok: false, reason: 'user_locked', explanation, told: { text } }
  }
  const checked = checkPassword(username, password, sandbox)
  if (user !== undefined && (checked.ok || checked.reason === 'password_wrong')) attempts?.count(user, checked.ok, sandbox)
  return checked
}
