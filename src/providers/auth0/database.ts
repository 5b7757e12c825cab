import { given } from '../../basics/given.ts'
import { blankUser, TakenError } from '../../oauth/model/directory.ts'
import { sendMessage } from '../../oauth/model/outbox.ts'
import type { User } from '../../oauth/model/records.ts'
import type { ApiRequest, Reply, Route } from '../provider.ts'
import { isAddress, objectIn, textsIn } from './bodies.ts'
import { databaseId, newObjectId, newTicket } from './ids.ts'
import { auth0Settings, database } from './settings.ts'

/** Users with passwords: how they come in, and how they get another password. */

/** Of a message's link: whose it is and until when it holds. */
interface Ticket {
  user_id: string
  purpose: 'verify_email' | 'reset_password'
  expires_at: number
}

/** Days in which a link must be followed. */
const ticketDays = 5

/** Sends a user a link, which stands in the outbox. */
export function sendTicket(
  user: User,
  purpose: Ticket['purpose'],
  path: string,
  { documents, context, base_url }: Pick<ApiRequest, 'documents' | 'context' | 'base_url'>,
): void {
  const at = context.realm.clock.now()
  const ticket = newTicket()
  documents.kind<Ticket>('ticket').put(ticket, { user_id: user.user_id, purpose, expires_at: at + ticketDays * 24 * 3600 * 1000 })
  sendMessage(documents, { to: user.email ?? '', by: 'email', kind: purpose, link: `${base_url}${path}?ticket=${ticket}`, at })
}

/** What is wrong with a password, as the vendor's policy `good` has it: eight characters, of three kinds. */
export function isWeak(password: string): boolean {
  const kinds = [/[a-z]/, /[A-Z]/, /[0-9]/, /[^A-Za-z0-9]/].filter((kind) => kind.test(password)).length
  return password.length < 8 || kinds < 3
}

const weak: Reply = {
  status: 400,
  body: {
    name: 'PasswordStrengthError',
    message: 'Password is too weak',
    code: 'invalid_password',
    description: {
      rules: [
        { message: 'At least %d characters in length', format: [8], code: 'lengthAtLeast', verified: false },
        {
          message: 'Contain at least %d of the following %d types of characters:',
          code: 'containsAtLeast',
          format: [3, 4],
          verified: false,
        },
      ],
      verified: false,
    },
    policy:
      '* At least 8 characters in length\n* Contain at least 3 of the following 4 types of characters:\n * lower case letters (a-z)\n * upper case letters (A-Z)\n * numbers (i.e. 0-9)\n * special characters (e.g. !@#$%^&*)',
    statusCode: 400,
  },
}

function bad(code: string, description: string): Reply {
  return { status: 400, body: { name: 'BadRequestError', code, description, statusCode: 400 } }
}

/** What whoever signs up under somebody's address is told: nothing of him, unless the tenant wants it. */
function taken({ settings, context }: ApiRequest): Reply {
  context.trace.explanation = 'There is a user with this address or username'
  const tells = auth0Settings.of(settings).signup_tells_user_exists
  return tells ? bad('user_exists', 'The user already exists.') : bad('invalid_signup', 'Invalid sign up')
}

/** `POST /dbconnections/signup`. */
const signUp: Route = {
  method: 'POST',
  path: '/dbconnections/signup',
  handle(request) {
    const { body, context, directory } = request
    const { realm, trace } = context
    const { client_id = '', email, password = '', connection, username, given_name, family_name, ...said } = textsIn(body)
    trace.client_id = client_id
    if (realm.store.findClient(client_id) === undefined) return bad('invalid_request', 'client_id is not known')
    if (connection !== database) return bad('invalid_request', 'connection is not known')
    if (!isAddress(email)) return bad('invalid_request', 'email is not valid')
    if (isWeak(password)) return weak
    if (realm.store.findUserByEmail(email) !== undefined) return taken(request)
    const id = newObjectId()
    const user_metadata = objectIn(body, 'user_metadata')
    const { nickname, name, picture } = said
    const claims = given({ email_verified: false, nickname, name, picture, user_metadata })
    const named = { username: username ?? email, password, email, first_name: given_name ?? '', last_name: family_name ?? '' }
    const made = { ...blankUser, ...named, user_id: databaseId(id), claims, created_at: realm.clock.now(), apps: [] }
    try {
      const [user] = directory.createUsers([made])
      if (user !== undefined) sendTicket(user, 'verify_email', '/u/email-verification', request)
    } catch (error) {
      if (error instanceof TakenError) return taken(request)
      throw error
    }
    trace.username = named.username
    return {
      status: 200,
      body: given({ _id: id, email_verified: false, email, username, given_name, family_name, nickname, name, picture, user_metadata }),
    }
  },
}

/** `POST /dbconnections/change_password`: the same answer whoever asks, and a message for whom there is. */
const changePassword: Route = {
  method: 'POST',
  path: '/dbconnections/change_password',
  handle(request) {
    const { email, connection } = textsIn(request.body)
    if (!isAddress(email)) return { status: 400, body: { error: 'email is required.' } }
    if (connection !== database) return { status: 400, body: { error: 'connection is required.' } }
    const user = request.context.realm.store.findUserByEmail(email)
    if (user !== undefined) sendTicket(user, 'reset_password', '/u/reset-verify', request)
    const headers = { 'Content-Type': 'text/html; charset=utf-8' }
    return { status: 200, headers, body: "We've just sent you an email to reset your password." }
  },
}

function ticketed(purpose: Ticket['purpose'], ticket: string | undefined, { documents, context }: ApiRequest): User | undefined {
  const found = documents.kind<Ticket>('ticket').get(ticket ?? '')
  if (found?.purpose !== purpose || found.expires_at <= context.realm.clock.now()) return undefined
  return context.realm.store.findUserById(found.user_id)
}

const html = { 'Content-Type': 'text/html; charset=utf-8' }
const gone: Reply = {
  status: 400,
  headers: html,
  body: '<!doctype html><title>Invalid Link</title><p>This link has expired or was used.</p>',
}

/** The link of the message that asks whether the address is the user's. */
const verifyEmail: Route = {
  method: 'GET',
  path: '/u/email-verification',
  handle(request) {
    const { query, directory, documents, method } = request
    const user = ticketed('verify_email', query.ticket, request)
    if (user === undefined) return gone
    if (method === 'GET') {
      directory.updateUser({ ...user, claims: { ...user.claims, email_verified: true } })
      documents.kind('ticket').delete(query.ticket ?? '')
    }
    return { status: 200, headers: html, body: '<!doctype html><title>Email Verified</title><p>Your email address has been verified.</p>' }
  },
}

/** The link of the message with which a password is changed: a page with one field. */
const resetPage: Route = {
  method: 'GET',
  path: '/u/reset-verify',
  handle(request) {
    if (ticketed('reset_password', request.query.ticket, request) === undefined) return gone
    const form = `<form method="post"><input type="hidden" name="ticket" value="${request.query.ticket}">
<label>New password <input type="password" name="password-reset" id="password-reset"></label>
<button type="submit" name="action" value="default">Reset password</button></form>`
    return { status: 200, headers: html, body: `<!doctype html><title>Reset your password</title>${form}` }
  },
}

const resetPassword: Route = {
  method: 'POST',
  path: '/u/reset-verify',
  handle(request) {
    const { ticket, 'password-reset': password = '' } = textsIn(request.body)
    const user = ticketed('reset_password', ticket, request)
    if (user === undefined) return gone
    if (isWeak(password))
      return { status: 400, headers: html, body: '<!doctype html><title>Reset your password</title><p>Password is too weak</p>' }
    request.directory.updateUser({ ...user, password })
    request.documents.kind('ticket').delete(ticket ?? '')
    return {
      status: 200,
      headers: html,
      body: '<!doctype html><title>Password Changed!</title><p>Your password has been changed successfully.</p>',
    }
  },
}

/** The routes of the database of users. */
export const databaseRoutes: readonly Route[] = [signUp, changePassword, verifyEmail, resetPage, resetPassword]
