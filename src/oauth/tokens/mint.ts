/**
 * In this room: what is issued: minting, ID tokens, formats, encryption, exchanged tokens.
 * Elsewhere: who gets it, which grants and endpoints decide.
 */

import { seconds } from '../../basics/clock.ts'
import type { MaybePromise } from '../../basics/maybe-promise.ts'
import { digest } from '../../basics/random.ts'
import { accessTokenTtl } from '../model/api.ts'
import type { AccessTokenDetails, Client } from '../model/records.ts'
import { hasScope, sameScopes } from '../model/scope.ts'
import type { IssuedTokens, TokenDraft } from '../model/token-profile.ts'
import type { Context } from '../realm/context.ts'
import type { Issue } from '../realm/issue.ts'
import { addsClaims, withAddedClaims } from './added-claims.ts'
import { draftOf } from './draft.ts'
import { signToken } from './formats.ts'
import { makeIdToken } from './id-token.ts'
import { mintExchanged } from './mint-exchanged.ts'
import { keptParameters } from './template-values.ts'

/** The last second of the year 9999: when a token expires that does not. */
const never = 253_402_300_799_000

/** Makes the tokens of an issue and stores them; the one place where tokens come from. */
export function mint(issue: Issue, client: Client, context: Context): MaybePromise<IssuedTokens> {
  if (issue.requested_token === 'id_token' || issue.requested_token === 'refresh_token') return mintExchanged(issue, client, context)
  const { realm, issuer } = context
  const { store, settings, tokens } = realm
  const { grant, user, scope } = issue
  const now = realm.clock.now()
  const iat = seconds(now)
  const details = accessTokenDetails(issue, context)
  const id = store.reserveIds(1)
  const draft = (use: TokenDraft['use'], ttl: number, scope: string) =>
    draftOf({ use, id, scope, details, issued_at: now }, ttl, issue, client, context)

  const lives = tokens.lifetimes?.({ client, grant, scope, parameters: context.parameters }, realm) ?? {}
  const ttl = Math.min(issue.expires_in ?? Number.POSITIVE_INFINITY, lives.access ?? accessTokenTtl(details.aud, settings))
  const refresh_token_ttl = lives.refresh ?? settings.refresh_token_ttl
  const used = typeof issue.refresh === 'object' ? issue.refresh : undefined
  const brings = issue.refresh !== 'none' && used?.keep === undefined
  const access = accessToken(draft('access', ttl, scope), issue.claims, context)
  // A refresh that asked for less narrows its access token alone (RFC 6749 §6).
  const refresh = brings ? signToken(tokens.refresh.make(draft('refresh', refresh_token_ttl, grant.scope), realm), realm) : used?.keep

  const issued = (access_token: string, refresh_token: string | undefined): MaybePromise<IssuedTokens> => {
    store.saveTokens({
      id,
      grant_id: grant.id,
      parent_id: used?.id ?? null,
      issued_at: now,
      details: Object.keys(details).length === 0 ? undefined : details,
      access: {
        digest: digest(access_token),
        scope: scope === grant.scope ? null : scope,
        // To the second, as the token itself says.
        expires_at: Math.min((iat + ttl) * 1000, never),
      },
      refresh:
        brings && refresh_token !== undefined
          ? {
              digest: digest(refresh_token),
              generation: (used?.generation ?? 0) + 1,
              expires_at: refresh_token_ttl > 0 ? now + refresh_token_ttl * 1000 : null,
            }
          : undefined,
    })
    const answer: IssuedTokens = {
      issuer,
      access_token,
      access_token_id: id,
      refresh_token,
      id_token: undefined,
      token_type: details.cnf?.jkt === undefined ? 'Bearer' : 'DPoP',
      issued_token_type: issue.issued_token_type,
      refresh_expires_in: refresh_token !== undefined && refresh_token_ttl > 0 ? refresh_token_ttl : undefined,
      grant,
      expires_in: settings.reported_expires_in ?? (Number.isFinite(ttl) ? ttl : undefined),
      issued_at: iat,
      client,
      user,
      scope,
      space: context.space,
      parameters: context.parameters,
      aud: details.aud,
      scope_differs: issue.requested_scope !== undefined && !sameScopes(issue.requested_scope, scope),
    }
    const told = user ?? tokens.service_account?.(client)
    if (told === undefined || issue.requested_token !== undefined || issue.id_token === false || !hasScope(scope, 'openid')) {
      return answer
    }
    const { nonce, claims } = issue
    const id_token = makeIdToken({ client, user: told, scope, grant, nonce, access_token, claims }, context)
    return id_token.then((id_token) => ({ ...answer, id_token }))
  }
  if (typeof access !== 'string' || refresh instanceof Promise) return Promise.all([access, refresh]).then((both) => issued(...both))
  return issued(access, refresh)
}

function accessToken(draft: TokenDraft, claims: Issue['claims'], context: Context): MaybePromise<string> {
  const { realm } = context
  const made = realm.tokens.access.make(draft, realm)
  const adds = claims !== undefined || addsClaims('access_token', context)
  return signToken(adds ? withAddedClaims(made, draft, claims, context) : made, realm)
}

function accessTokenDetails(issue: Issue, { realm, parameters, confirmation, issuer, space }: Context): AccessTokenDetails {
  const details: AccessTokenDetails = {}
  const aud = issue.audience ?? issue.grant.details.resource
  if (aud !== undefined && aud.length > 0) details.aud = aud
  if (confirmation !== undefined) details.cnf = confirmation
  const kept = parameters === undefined ? undefined : keptParameters(parameters, realm)
  if (kept !== undefined) details.parameters = kept
  if (space !== undefined) details.issued_by = { issuer, space }
  return details
}
