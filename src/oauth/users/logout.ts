import { seconds } from '../../basics/clock.ts'
import type { MaybePromise } from '../../basics/maybe-promise.ts'
import { randomText } from '../../basics/random.ts'
import { sameRedirectUri, withQuery } from '../clients/redirect-uri.ts'
import { struckLogoutToken } from '../faults/strike.ts'
import { signJwt } from '../jose/jwt.ts'
import { PageError } from '../model/errors.ts'
import type { Parameters, ReadParameters } from '../model/parameters.ts'
import type { Client } from '../model/records.ts'
import type { LogoutRequest } from '../realm/asked.ts'
import type { Context, Realm } from '../realm/context.ts'
import { idTokenKey } from '../realm/signing-key.ts'
import { subjectFor } from '../realm/subject.ts'
import type { Session } from '../storage/session-store.ts'
import { readIdTokenHint } from '../tokens/own-jwt.ts'

/** Seconds that a logout token lives (Back-Channel Logout §2.4 recommends two minutes at most). */
const logoutTokenTtl = 120

/**
 * Signing out (OpenID Connect RP-Initiated Logout 1.0, Back-Channel Logout 1.0, Front-Channel Logout 1.0). It ends the
 * browser's session. Grants and tokens stay: a client that was given refresh tokens keeps them until they expire or are revoked,
 * as with most servers.
 */

/**
 * Checks a logout request (RP-Initiated Logout §2 and §3).
 * @throws PageError because nothing may be sent to an address that is not the client's
 */
export function checkLogoutRequest({ parameters, problem }: ReadParameters, context: Context): MaybePromise<LogoutRequest> {
  if (problem !== undefined) throw new PageError(problem.kind, problem.message, problem.explanation, []).naming(problem.about)
  return (context.realm.requests?.logout ?? readLogoutRequest)(parameters, context)
}

/** What OpenID Connect makes of it. @throws PageError */
export async function readLogoutRequest(parameters: Parameters, context: Context): Promise<LogoutRequest> {
  const { id_token_hint, post_logout_redirect_uri, state } = parameters
  const hint = id_token_hint === undefined ? undefined : await readIdTokenHint(id_token_hint, context.realm)
  if (hint !== undefined && 'problem' in hint) {
    const explanation = `id_token_hint is no ID token of this sandbox: ${hint.problem}`
    throw new PageError('hint_invalid', 'id_token_hint is not valid', explanation)
  }
  const client = clientOf(parameters, hint?.aud, context)
  if (client !== undefined) context.trace.client_id = client.client_id
  const next = post_logout_redirect_uri === undefined ? undefined : checkRedirect(post_logout_redirect_uri, client, context)
  return {
    next: next === undefined ? undefined : withQuery(next, state === undefined ? {} : { state }),
    hint: hint && { sub: hint.sub, sid: hint.sid, client },
  }
}

function clientOf({ client_id }: Parameters, aud: string[] | undefined, { realm }: Context): Client | undefined {
  if (client_id !== undefined && aud !== undefined && !aud.includes(client_id)) {
    const explanation = `client_id is '${client_id}' and id_token_hint was issued to ${aud.join(', ')} (RP-Initiated Logout §2)`
    throw new PageError('client_ambiguous', 'client_id and id_token_hint contradict each other', explanation)
  }
  const id = client_id ?? aud?.[0]
  const client = id === undefined ? undefined : realm.store.findClient(id)
  if (client_id === undefined || client !== undefined) return client
  const explanation = `client_id '${client_id}' is not registered in sandbox '${realm.name}'`
  throw new PageError('client_unknown', 'This client is not known', explanation, [{ label: 'This came', values: [client_id] }]).naming({
    client_id,
  })
}

/** RP-Initiated Logout §3: registered, compared as the vendor compares redirect URIs. */
function checkRedirect(uri: string, client: Client | undefined, { realm }: Context): string {
  if (client === undefined) {
    const explanation = 'post_logout_redirect_uri came without client_id and id_token_hint, so nobody knows whose it is'
    throw new PageError(['invalid_request', 'client_missing'], 'The client is not known', explanation)
  }
  const registered = client.metadata.post_logout_redirect_uris ?? []
  if (registered.some((one) => (realm.redirects?.matches ?? sameRedirectUri)(one, uri, client))) return uri
  const explanation = `post_logout_redirect_uri '${uri}' is none of those that client '${client.client_id}' registered`
  throw new PageError('redirect_unregistered', 'post_logout_redirect_uri is not registered', explanation, [
    { label: 'This came', values: [uri] },
    { label: `Registered for ${client.client_id}`, values: registered.length > 0 ? registered : ['none'] },
  ]).naming({ client_id: client.client_id, redirect_uri: uri, post_logout_redirect_uri: uri })
}

/** Whether the hint is about the session: then nobody needs to be asked. */
export function isAbout({ hint }: LogoutRequest, { user, sid }: Session, { realm }: Context): boolean {
  if (hint === undefined) return false
  const sub = hint.client === undefined ? user.user_id : subjectFor(user, hint.client, realm)
  return hint.sub === sub && (hint.sid === undefined || hint.sid === sid)
}

/** A logout token for one client (Back-Channel Logout §2.4). */
export async function logoutToken(client: Client, { user, sid }: Session, context: Context): Promise<string> {
  const { realm, issuer } = context
  return struckLogoutToken(await newLogoutToken(client, { iss: issuer, sub: subjectFor(user, client, realm), sid }, realm), client, context)
}

/** The same before any fault. @param about whose session is over, and where it was; claims that say nothing are left out */
export async function newLogoutToken(client: Client, about: Record<'iss' | 'sub' | 'sid', unknown>, realm: Realm): Promise<string> {
  const iat = seconds(realm.clock.now())
  const claims = {
    ...about,
    aud: client.client_id,
    iat,
    exp: iat + logoutTokenTtl,
    jti: randomText(22),
    events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
  }
  return signJwt(claims, await idTokenKey(client, realm), 'logout+jwt')
}

/** Where the browser tells a client in a frame that the session is over; undefined for a client without such a place (Front-Channel Logout §3). */
export function frontChannelUri(client: Client, { sid }: Session, { realm, issuer }: Context): string | undefined {
  const { frontchannel_logout_uri, frontchannel_logout_session_required } = client.metadata
  const own = realm.requests?.frontchannel_logout?.(client, realm.settings)
  const uri = own ?? frontchannel_logout_uri
  if (uri === undefined || !/^https?:\/\//.test(uri) || !URL.canParse(uri)) return undefined
  return own !== undefined || frontchannel_logout_session_required === true ? withQuery(uri, { iss: issuer, sid }) : uri
}
