import { ApiError } from '../errors.ts'
import { passwordProblem } from '../password-policy.ts'
import type { Pool } from './pool.ts'

/** Holds a new password to the pool's policy. @throws ApiError InvalidPasswordException */
export function checkNewPassword(password: string, pool: Pool): void {
  const problem = passwordProblem(password, pool.record.Policies.PasswordPolicy)
  if (problem !== undefined) throw new ApiError('InvalidPasswordException', problem)
}
