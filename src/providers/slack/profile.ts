import { seconds } from '../../basics/clock.ts'
import { given } from '../../basics/given.ts'
import { digest } from '../../basics/random.ts'
import type { User } from '../../oauth/model/records.ts'
import { scopes } from '../../oauth/model/scope.ts'
import type { StatementWording } from '../../oauth/model/token-profile.ts'
import { installationOf, type Team } from './teams.ts'

/** The issuer at the vendor's own hosts. */
const ownIssuer = 'https://slack.com'

/** Where something is that the vendor has at a host of its own, for whoever knows the sandbox by an address. */
export function hostOf(address: string, own: string): string {
  return address === ownIssuer || address.endsWith('.slack.com') ? own : address
}

/** The address of a picture of a user or a workspace. */
export function pictureAt(address: string, id: string, size: number): string {
  return `${hostOf(address, 'https://avatars.slack-edge.com')}/avatars/${id}-${digest(id).toString('hex').slice(0, 12)}_${size}.svg`
}

export const userSizes = [24, 32, 48, 72, 192, 512] as const
const teamSizes = [34, 44, 68, 88, 102, 132, 230] as const

/** Members by size, as `image_24`. */
export function pictures(address: string, id: string, sizes: readonly number[], prefix: string): Record<string, string> {
  return Object.fromEntries(sizes.map((size) => [prefix + size, pictureAt(address, id, size)]))
}

export function fullName({ first_name, last_name, username }: User): string {
  return `${first_name} ${last_name}`.trim() || username
}

/** What a scope tells, in the vendor's order. */
function told(user: User, asked: readonly string[], address: string, isIdToken: boolean) {
  const { email, first_name, last_name, claims } = user
  const [mail, profile] = [asked.includes('email') && email !== null, asked.includes('profile')]
  const mails = mail && { email, email_verified: claims.email_verified ?? true, date_email_verified: seconds(user.created_at) }
  const locale = { locale: claims.locale ?? 'en-US' }
  return given({
    ...mails,
    ...(profile && isIdToken && locale),
    ...(profile && {
      name: claims.name ?? fullName(user),
      picture: claims.picture ?? pictureAt(address, user.user_id, 512),
      given_name: first_name || undefined,
      family_name: last_name || undefined,
    }),
    ...(profile && !isIdToken && locale),
  })
}

const namespaced = (members: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(Object.entries(members).map(([name, value]) => [`https://slack.com/${name}`, value]))

function teamNames({ name, domain }: Team) {
  return { team_name: name, team_domain: domain }
}

/** Claims in the vendor's order. */
export const slackIdToken: StatementWording = ({ issuer, claims, user, scope, grant }, { documents, settings }) => {
  const { iss, sub, aud, exp, iat, auth_time, nonce, at_hash } = claims
  const { team } = installationOf(grant, documents, settings)
  const asked = scopes(scope)
  return given({
    ...{ iss, sub, aud, exp, iat, auth_time, nonce, at_hash },
    ...namespaced({ team_id: team.id, user_id: user.user_id }),
    ...told(user, asked, issuer, true),
    ...(asked.includes('profile') &&
      namespaced({ ...teamNames(team), team_image_230: pictureAt(issuer, team.id, 230), team_image_default: true })),
  })
}

/** The answer of `openid.connect.userInfo`. */
export const slackUserinfo: StatementWording = ({ issuer, user, scope, grant }, { documents, settings }) => {
  const { team } = installationOf(grant, documents, settings)
  const asked = scopes(scope)
  return {
    ok: true,
    sub: user.user_id,
    ...namespaced({ user_id: user.user_id, team_id: team.id }),
    ...told(user, asked, issuer, false),
    ...(asked.includes('profile') &&
      namespaced({
        ...teamNames(team),
        ...pictures(issuer, user.user_id, userSizes, 'user_image_'),
        ...pictures(issuer, team.id, teamSizes, 'team_image_'),
        team_image_default: true,
      })),
  }
}
