import { seconds } from '../../basics/clock.ts'
import { given } from '../../basics/given.ts'
import { requireGrantType } from '../clients/authentication.ts'
import { isPublic } from '../clients/methods/registry.ts'
import { scopesWithinReach } from '../clients/scope.ts'
import { missing, OAuthError } from '../model/errors.ts'
import { tokenExchangeType } from '../model/grant-names.ts'
import type { Parameters } from '../model/parameters.ts'
import type { Client, GrantDetails } from '../model/records.ts'
import { narrow, scopes } from '../model/scope.ts'
import { type TokenType, tokenTypeOf, tokenTypes } from '../model/token-types.ts'
import { confirms } from '../proof/sender-constraint.ts'
import type { Context, GrantType } from '../realm/context.ts'
import type { Issue } from '../realm/issue.ts'
import { type Party, readExchanged } from '../tokens/exchanged-token.ts'

/** RFC 8693 §2: impersonation by a subject token alone, delegation with an actor token. */
export const tokenExchange: GrantType = {
  grant_type: tokenExchangeType,
  parameters: ['subject_token', 'subject_token_type', 'actor_token', 'actor_token_type', 'requested_token_type', 'scope'],
  async redeem(parameters, client, context): Promise<Issue> {
    const { realm, trace } = context
    const requested = requestedType(parameters, client)
    const subject = await party('subject', parameters, client, context)
    if (subject === undefined) throw missing('subject_token')
    trace.grant_id = subject.grant.id
    if (subject.user !== undefined) trace.username = subject.user.username
    const actor = await party('actor', parameters, client, context)
    checkMayAct(subject, actor?.sub ?? client.client_id, context)

    const within = scopesWithinReach(client, realm)
    const allowed = scopes(subject.scope).filter((one) => within.includes(one))
    const scope = narrow(parameters.scope, allowed, 'the subject token')
    checkIdToken(requested, subject, scope)
    const audience = [...scopes(parameters.resource), ...scopes(parameters.audience)]
    const grant = realm.store.saveGrant({
      client,
      user: subject.user,
      grant_type: tokenExchangeType,
      scope,
      details: detailsOf(subject, actor, audience),
      parent_id: subject.grant.id,
      created_at: realm.clock.now(),
    })
    trace.grant_id = grant.id
    return {
      grant,
      user: subject.user,
      scope,
      requested_scope: parameters.scope,
      audience: audience.length === 0 ? undefined : audience,
      issued_token_type: tokenTypes[requested],
      requested_token: requested,
      expires_in: remaining(subject, realm.clock.now()),
      refresh: 'none',
    }
  },
}

function requestedType({ requested_token_type }: Parameters, client: Client): TokenType {
  const requested = requested_token_type === undefined ? 'access_token' : tokenTypeOf(requested_token_type)
  if (requested === undefined) throw unsupported('requested_token_type', requested_token_type)
  if (requested === 'refresh_token') requireGrantType(client, requested, 'The client may not use refresh tokens')
  return requested
}

function unsupported(parameter: string, came: string | undefined): OAuthError {
  const known = Object.values(tokenTypes).join(', ')
  const explanation = `${parameter} '${came ?? ''}' is none of: ${known} (RFC 8693 §3)`
  return new OAuthError('parameter_invalid', `${parameter} is not supported`, explanation).naming({ parameter })
}

/** Whom the subject or actor token is about; undefined when none came. */
async function party(role: 'subject' | 'actor', parameters: Parameters, client: Client, context: Context): Promise<Party | undefined> {
  const [token, type] = [parameters[`${role}_token`], parameters[`${role}_token_type`]]
  if (token === undefined && type === undefined) return undefined
  if (token === undefined || type === undefined) {
    const absent = token === undefined ? `${role}_token` : `${role}_token_type`
    const explanation = `${role}_token and ${role}_token_type go together (RFC 8693 §2.1); ${absent} is missing`
    throw missing(absent, explanation)
  }
  const known = tokenTypeOf(type)
  if (known === undefined) throw unsupported(`${role}_token_type`, type)
  const found = await readExchanged(token, known, client, context)
  if (typeof found === 'string') {
    // RFC 8693 §2.2.2 has this code for tokens that are invalid, too.
    throw new OAuthError('subject_invalid', `The ${role}_token is not valid`, `The ${role}_token is refused as ${type}: ${found}`)
  }
  // A confidential client stands for itself; from a public one a stolen token must not come back unbound.
  if (isPublic(client) && !confirms(found.cnf, context.confirmation)) {
    const message = `The ${role}_token is bound to a key`
    const explanation = `${message}, and the public client '${client.client_id}' did not prove that it holds it (RFC 9449 §5)`
    throw new OAuthError(['invalid_request', 'key_wrong'], message, explanation)
  }
  return found
}

/** Who may act for a user is told by the user's claim `may_act` (RFC 8693 §4.4); without it, anybody who is allowed to exchange. */
function checkMayAct({ user }: Party, sub: string, { issuer }: Context): void {
  const may_act = user?.claims.may_act
  if (may_act === undefined) return
  const actor: Record<string, unknown> = { sub, iss: issuer, client_id: sub }
  const allows = (one: unknown) =>
    typeof one === 'object' && one !== null && Object.entries(one).every(([name, value]) => actor[name] === value)
  if ([may_act].flat().some(allows)) return
  const whose = `user '${user?.username ?? ''}', whose claim may_act is ${JSON.stringify(may_act)}`
  throw new OAuthError('actor_not_allowed', 'The actor may not act for the subject', `'${sub}' may not act for ${whose} (RFC 8693 §4.4)`)
}

function checkIdToken(requested: TokenType, { user }: Party, scope: string): void {
  if (requested !== 'id_token' || (user !== undefined && scopes(scope).includes('openid'))) return
  const explanation =
    user === undefined
      ? 'The subject_token is about a client, and ID tokens are about users'
      : `The scope would be '${scope}' and lacks openid, without which there is no ID token (OpenID Connect Core §3.1.2.1)`
  throw new OAuthError('invalid_request', 'No ID token can be issued', explanation)
}

function detailsOf(subject: Party, actor: Party | undefined, audience: readonly string[]): GrantDetails {
  const { auth_time, acr, amr, act } = subject.grant.details
  // Who acted before stands inside (RFC 8693 §4.1).
  const acting = actor === undefined ? act : given({ sub: actor.sub, act })
  const resource = audience.length === 0 ? undefined : audience
  return given({ auth_time, acr, amr, act: acting, resource, sub: subject.user === undefined ? subject.sub : undefined })
}

/** An access token does not outlive the token that it came of; who needs it longer asks for a refresh token. */
function remaining({ expires_at }: Party, now: number): number | undefined {
  return expires_at === null ? undefined : Math.max(1, seconds(expires_at) - seconds(now))
}
