import { blankUser, TakenError } from '../../oauth/model/directory.ts'
import { OAuthError } from '../../oauth/model/errors.ts'
import type { User } from '../../oauth/model/records.ts'
import { requireAccessToken } from '../../oauth/proof/access-token.ts'
import { presentedToken } from '../../oauth/proof/presented-token.ts'
import { idMaker } from '../data/alphabet.ts'
import type { ApiRequest, Reply, Route } from '../provider.ts'

/** How the vendor's user ids look: whole numbers. */
export const userIds = { prefix: '1', alphabet: 'digits', length: 9 } as const
const newUserId = idMaker(userIds)

/** The vendor's user APIs (wiki, "GET login/user" and "POST login/users"). */
export const socialidRoutes: readonly Route[] = [
  { method: 'GET', path: '/v2/marketing/login/user', handle: showUser },
  { method: 'POST', path: '/v2/marketing/login/users', handle: createUser },
]

async function showUser({ context, authorization, query }: ApiRequest): Promise<Reply> {
  const presented = presentedToken(authorization, undefined)
  const { user, issued_at } = await requireAccessToken(presented, context)
  if (user === undefined)
    throw new OAuthError('not_found', 'The token has no user', 'The token is a Login App Token; a user token is needed')
  const members = userMembers(user, issued_at, presented?.token)
  const fields = query.fields?.split(',').map((field) => field.trim())
  const shown = Object.entries(members).filter(([name, value]) => value !== undefined && (fields === undefined || fields.includes(name)))
  return { status: 200, headers: { Status: '200' }, body: Object.fromEntries(shown) }
}

function userMembers(user: User, signed_in_at: number, token: string | undefined): Record<string, unknown> {
  const name = `${user.first_name} ${user.last_name}`.trim()
  return {
    id: user.user_id,
    profile: name === '' ? undefined : { full_name: name },
    signed_in_at: new Date(signed_in_at).toISOString(),
    signed_up_at: new Date(user.created_at).toISOString(),
    token,
    username: user.username,
    email_address: user.email,
    active: !user.disabled,
    confirmed: user.claims.email_verified !== false,
    locked: false,
  }
}

/** With a Login App Token, which `client_credentials` gives. */
async function createUser({ context, authorization, directory, body, base_url }: ApiRequest): Promise<Reply> {
  const { client, user: caller } = await requireAccessToken(presentedToken(authorization, undefined), context)
  if (caller !== undefined) {
    const explanation = 'Creating users needs a Login App Token: grant_type=client_credentials'
    throw new OAuthError('invalid_token', 'The token is a user token', explanation)
  }
  const draft = (body as { user?: unknown } | undefined)?.user
  if (typeof draft !== 'object' || draft === null) {
    throw new OAuthError('invalid_request', 'Member user is missing', 'The body must be {"user":{"username","email_address","password"}}')
  }
  const { username, email_address, password } = draft as Record<string, unknown>
  const problem =
    typeof username !== 'string' || !/^[^\s/@][^\s/]{0,199}$/.test(username)
      ? 'username must be 1 to 200 characters without blanks'
      : email_address !== undefined && (typeof email_address !== 'string' || !/^[^\s@]+@[^\s@]+$/.test(email_address))
        ? 'email_address is not valid'
        : typeof password !== 'string' || password === ''
          ? 'password is missing'
          : undefined
  if (problem !== undefined) throw unprocessable(problem)
  const user_id = newUserId()
  try {
    directory.createUsers([
      {
        ...blankUser,
        user_id,
        username: String(username),
        password: String(password),
        email: email_address === undefined ? null : String(email_address),
        created_at: context.realm.clock.now(),
        apps: [client.app],
      },
    ])
  } catch (error) {
    if (error instanceof TakenError) throw unprocessable(`username '${username}' is taken`)
    throw error
  }
  return { status: 201, headers: { Status: '201', Location: `${base_url}/v1/marketing/login/users/${user_id}` }, body: { id: user_id } }
}

function unprocessable(what: string): OAuthError {
  return new OAuthError('invalid_request', what, what, {}, 422)
}
