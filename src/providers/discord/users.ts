import type { User } from '../../oauth/model/records.ts'
import { scopes } from '../../oauth/model/scope.ts'
import { pictureHash } from './ids.ts'

/** The name that is shown; a user may have none but the one he is known by. */
function globalName({ first_name, last_name }: User): string | null {
  return `${first_name} ${last_name}`.trim() || null
}

const avatarOf = ({ claims, user_id }: User) => (claims.avatar === null ? null : pictureHash(user_id))

/** What anybody may see of a user. */
export function partialUser(user: User): Record<string, unknown> {
  return {
    id: user.user_id,
    username: user.username,
    avatar: avatarOf(user),
    discriminator: '0',
    global_name: globalName(user),
    public_flags: 0,
  }
}

/** What a user's own token tells, in the vendor's order. */
export function ownUser(user: User, scope: string): Record<string, unknown> {
  return {
    id: user.user_id,
    username: user.username,
    avatar: avatarOf(user),
    discriminator: '0',
    public_flags: 0,
    flags: 0,
    banner: null,
    accent_color: null,
    global_name: globalName(user),
    avatar_decoration_data: null,
    collectibles: null,
    banner_color: null,
    clan: null,
    primary_guild: null,
    mfa_enabled: user.claims.mfa_enabled ?? false,
    locale: user.claims.locale ?? 'en-US',
    premium_type: 0,
    ...(scopes(scope).includes('email') && { email: user.email, verified: user.email !== null && user.claims.verified !== false }),
  }
}
