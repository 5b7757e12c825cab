import type { AuthorizationRequest } from '../../oauth/model/records.ts'
import type { AccountForm, AccountOutcome, AccountPage, AccountVisit } from '../account-pages.ts'
import { isAddress } from './bodies.ts'
import { sendTicket } from './database.ts'
import { database } from './settings.ts'

/** Who forgot a password asks for a link at the sign-in; what it leads to is in `database.ts`. */

const requestPath = `/u/reset-password/request/${database}`
const sentPath = `/u/reset-password/check-email/${database}`

const form: AccountForm = { id: 'reset', submit: { text: 'Continue', name: 'action', value: 'default' }, error_id: 'error-element-' }
const email = { name: 'email', label: 'Email address', kind: 'email', required: true, autocomplete: 'email' } as const

/** Sends a link to whom there is; nobody is told who that is. */
function send(values: Readonly<Record<string, string | undefined>>, { context, world }: AccountVisit): AccountOutcome {
  const to = values.email?.trim()
  if (!isAddress(to)) return { errors: { email: 'Email is not valid.' }, explanation: 'email is no address' }
  const user = context.realm.store.findUserByEmail(to)
  const at = { documents: world.documents, context, base_url: context.issuer.slice(0, -1) }
  if (user !== undefined) sendTicket(user, 'reset_password', '/u/reset-verify', at)
  return { next: sentPath, values: { email: to } }
}

/** Where `screen_hint=reset-password` leads. */
export function hintedPage({ parameters }: AuthorizationRequest): string | undefined {
  return parameters?.screen_hint === 'reset-password' ? requestPath : undefined
}

export const resetPages: readonly AccountPage[] = [
  { path: requestPath, link: 'Forgot password?', heading: 'Forgot Your Password?', rows: [[email]], first: email.name, form, submit: send },
  {
    path: sentPath,
    heading: 'Check Your Email',
    rows: [[email]],
    first: email.name,
    form: { ...form, submit: { text: 'Resend email', name: 'action', value: 'resend-email' } },
    submit: send,
  },
]
