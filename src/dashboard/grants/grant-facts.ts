import { ownValue } from '../../basics/own-value.ts'
import type { GrantEntry } from '../../oauth/model/grant-book.ts'
import type { Grant } from '../../oauth/model/records.ts'
import { appPath } from '../apps/app-card.ts'
import { grantNames } from '../flows/flow-steps.ts'
import type { Visit } from '../frame/visit.ts'
import { agoInWords, dateAndTime } from '../frame/words.ts'
import { userPath } from '../users/user-card.ts'

/** How it stands with a grant. */
export interface GrantState {
  text: string
  look: 'good' | 'bad' | 'warn'
}

/** Something that is known of a grant. */
export interface GrantFact {
  label: string
  value: string
  href?: string | undefined
  /** Whether it is a name of the protocol, and not words. */
  code?: boolean
}

/** @param lives whether any of its tokens would be taken, were it not revoked */
export function grantState({ grant, user }: GrantEntry, lives: boolean): GrantState {
  if (grant.revoked_at !== null) return { text: 'revoked', look: 'bad' }
  if (user?.disabled === true) return { text: 'user disabled', look: 'bad' }
  return lives ? { text: 'works', look: 'good' } : { text: 'no live token', look: 'warn' }
}

/** How a grant came about, in words. */
export function kindOf({ grant_type }: Grant): string {
  return ownValue(grantNames, grant_type) ?? grant_type
}

/** What was granted by whom, when and how; what does not apply is left out. */
export function grantFacts({ grant, client, user }: GrantEntry, { sandbox, base }: Visit): GrantFact[] {
  const now = sandbox.clock.now()
  const { details } = grant
  const { usernamePrefix: prefix = '' } = sandbox.provider.texts
  const when = (time: number) => `${dateAndTime(time)}, ${agoInWords(time, now)}`
  const signedIn = details.auth_time === undefined ? undefined : when(details.auth_time * 1000)
  const facts: (GrantFact | false)[] = [
    { label: 'Came about by', value: kindOf(grant) },
    { label: 'App', value: client.app.name, href: `${base}${appPath(client.app)}` },
    {
      label: 'Client ID',
      value: client.client_id,
      href: `${base}${appPath(client.app)}/clients/${encodeURIComponent(client.client_id)}`,
      code: true,
    },
    user === undefined
      ? { label: 'User', value: 'nobody: the client asked by itself' }
      : { label: 'User', value: prefix + user.username, href: `${base}${userPath(user)}` },
    grant.scope === '' ? { label: 'Scope', value: 'none' } : { label: 'Scope', value: grant.scope, code: true },
    details.requested_scope !== undefined && { label: 'Asked for', value: details.requested_scope, code: true },
    details.resource !== undefined && { label: 'For', value: details.resource.join(' '), code: true },
    { label: 'Given', value: when(grant.created_at) },
    signedIn !== undefined && {
      label: 'Signed in',
      value: details.silent === true ? `${signedIn}; nothing was asked again` : signedIn,
    },
    details.sid !== undefined && { label: 'Session', value: details.sid, code: true },
    details.acr !== undefined && { label: 'Sign-in level', value: details.acr, code: true },
    details.amr !== undefined && { label: 'Signed in by', value: details.amr.join(' '), code: true },
    details.act !== undefined && { label: 'Acting for the user', value: JSON.stringify(details.act), code: true },
    details.cnf !== undefined && { label: 'Bound to the key', value: Object.values(details.cnf).join(' '), code: true },
    grant.revoked_at !== null && {
      label: 'Revoked',
      value: `${when(grant.revoked_at)}: ${grant.revoked_reason ?? 'no reason was given'}`,
    },
  ]
  return facts.filter((fact) => fact !== false)
}
