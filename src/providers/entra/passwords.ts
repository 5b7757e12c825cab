import type { User } from '../../oauth/model/records.ts'

/** Whether a user must choose another password first: Graph's `passwordProfile.forceChangePasswordNextSignIn`, in his claim of that name. */
export function mustChangePassword({ claims: { passwordProfile } }: Pick<User, 'claims'>): boolean {
  const says = typeof passwordProfile === 'object' && passwordProfile !== null && 'forceChangePasswordNextSignIn' in passwordProfile
  return says && passwordProfile.forceChangePasswordNextSignIn === true
}

/** The user with a password that he chose. */
export function withNewPassword(user: User, password: string): User {
  const { passwordProfile: _, ...claims } = user.claims
  return { ...user, password, claims }
}
