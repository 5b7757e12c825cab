import { createHash } from 'node:crypto'
import { given } from '../../basics/given.ts'
import type { User } from '../../oauth/model/records.ts'
import { scopes } from '../../oauth/model/scope.ts'
import { picturesAt } from './hosts.ts'

/** What the vendor knows of a user, by the names of OpenID Connect and as far as a scope lets an app know it. */
export interface Profile {
  name?: string
  given_name?: string
  family_name?: string
  picture?: string
  email?: string
  email_verified?: boolean
  /** The Workspace domain. */
  hd?: string
}

/** @param issuer as the client knows it, which says where pictures are */
export function profileOf(user: User, scope: string, issuer: string): Profile {
  const { first_name, last_name, username, email, claims } = user
  const asked = scopes(scope)
  const ofProfile = {
    name: claims.name ?? (`${first_name} ${last_name}`.trim() || username),
    given_name: claims.given_name ?? (first_name || undefined),
    family_name: claims.family_name ?? (last_name || undefined),
    picture: claims.picture ?? `${picturesAt(issuer)}/a/${pictureId(user)}=s96-c`,
  }
  const ofEmail = {
    email: email ?? undefined,
    email_verified: email === null ? undefined : (claims.email_verified ?? true),
    hd: hdOf(user),
  }
  return given({ ...(asked.includes('profile') && ofProfile), ...(asked.includes('email') && ofEmail) }) as Profile
}

/** The Workspace domain of a user; undefined for an account that anybody can have. */
export function hdOf({ claims }: Pick<User, 'claims'>): string | undefined {
  return typeof claims.hd === 'string' ? claims.hd : undefined
}

/** What a user's picture is called. */
function pictureId({ user_id }: User): string {
  return `ACg8oc${createHash('sha256').update(user_id).digest('base64url').slice(0, 40)}`
}
