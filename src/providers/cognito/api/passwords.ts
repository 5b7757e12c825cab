import type { User } from '../../../oauth/model/records.ts'
import { checkPassword } from '../../../oauth/users/sign-in.ts'
import { countPassword, lockedOut } from '../attempts.ts'
import { ApiError, notAuthorized } from '../errors.ts'
import { passwordProblem } from '../password-policy.ts'
import type { Pool } from './pool.ts'

/** Holds a new password to the pool's policy. @throws ApiError InvalidPasswordException */
export function checkNewPassword(password: string, pool: Pool): void {
  const problem = passwordProblem(password, pool.record.Policies.PasswordPolicy)
  if (problem !== undefined) throw new ApiError('InvalidPasswordException', problem)
}

/**
 * Whose password it is.
 * @param unknown what is said of a name that nobody has
 * @throws ApiError NotAuthorizedException
 */
export function rightPassword(name: string, password: string, pool: Pool, unknown = () => wrong(`There is no user '${name}'`)): User {
  const known = pool.findUser(name)
  if (known !== undefined) holdOff(known, pool)
  const checked = checkPassword(name, password, pool.context.realm)
  if (checked.ok) {
    countPassword(checked.user, true, pool.world)
    return checked.user
  }
  const { reason, explanation } = checked
  if (reason === 'user_disabled') throw notAuthorized('User is disabled.', explanation, reason)
  if (reason === 'user_unknown') throw unknown()
  if (known !== undefined && reason === 'password_wrong') countPassword(known, false, pool.world)
  throw notAuthorized('Incorrect username or password.', explanation, reason)
}

function wrong(explanation: string): ApiError {
  return notAuthorized('Incorrect username or password.', explanation, 'user_unknown')
}

/** Looks at no password of a user who is locked out. @throws ApiError NotAuthorizedException */
export function holdOff(user: User, { world }: Pool): void {
  const text = lockedOut(user, world)
  const explanation = `Too many passwords of user '${user.username}' were wrong: this one is not looked at (a lenient sandbox counts none)`
  if (text !== undefined) throw notAuthorized(text, explanation, 'user_locked')
}
