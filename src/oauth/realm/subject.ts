import { hash } from 'node:crypto'
import type { Client, Grant, User } from '../model/records.ts'
import type { TokenMaterial } from '../model/token-profile.ts'

type Subjects = Pick<TokenMaterial, 'subject_type'>

/**
 * The `sub` by which a client knows a user (OpenID Connect Core §8). A pairwise one is another for each app, 43 characters of
 * base64url. It has no secret in it, so that a sandbox which is made anew tells the same.
 */
export function subjectFor(user: Pick<User, 'user_id'>, { app }: Pick<Client, 'app'>, { subject_type }: Subjects): string {
  return subject_type === 'pairwise' ? hash('sha256', `${app.app_id} ${user.user_id}`, 'base64url') : user.user_id
}

/** Whom tokens of a grant are about: its user, or the client by itself, or whom that stands for (RFC 8693 §2.1). */
export function subjectOf(
  { user, grant, client }: { user: User | undefined; grant: Pick<Grant, 'details'>; client: Client },
  subjects: Subjects,
): string {
  return user === undefined ? (grant.details.sub ?? client.client_id) : subjectFor(user, client, subjects)
}
