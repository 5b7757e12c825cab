import { isRegistered } from '../clients/redirect-pattern.ts'
import { hasApp } from '../clients/unregistered.ts'
import type { AuthorizationRequest, Client, User } from '../model/records.ts'
import { type Context, noteTo } from '../realm/context.ts'
import { findNamed, findSubject, magicName } from '../users/sign-in.ts'

/**
 * The user who signs in without a page, as the setting `auto_sign_in` has it; nobody where the page must be shown: for a hint that is
 * absent or unknown, for a user without the app, and where the answer would go to a redirect URI that nobody registered.
 */
export function autoUser(request: AuthorizationRequest, client: Client, context: Context): User | undefined {
  const { auto_sign_in } = context.realm.settings
  if (auto_sign_in === null) return undefined
  const name = auto_sign_in === 'login_hint' ? request.login_hint : auto_sign_in
  const why = (reason: string) => {
    noteTo(context, `The setting auto_sign_in is without effect: ${reason}`)
    return undefined
  }
  if (!isRegistered(client, request.redirect_uri, context.realm)) return why('the redirect_uri is not registered')
  if (name === undefined) return why('the request has no login_hint')
  if (magicName(name) === undefined && findNamed(name, context.realm) === undefined) return why(`there is no user '${name}'`)
  const subject = findSubject(name, context.realm)
  if (!subject.ok) return why(subject.explanation)
  return hasApp(subject.user, client, context) ? subject.user : why(`user '${subject.user.username}' does not have the app`)
}
