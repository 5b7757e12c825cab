import { seconds } from '../../basics/clock.ts'
import { given } from '../../basics/given.ts'
import { digest, randomText } from '../../basics/random.ts'
import { hasApp } from '../clients/unregistered.ts'
import { failNext } from '../faults/failing.ts'
import { strikeAuthorization, strikesOn, struckCallback, struckPlan } from '../faults/strike.ts'
import { AuthorizationError, deny, refusal } from '../model/errors.ts'
import type { AuthorizationRequest, Client, Grant, GrantDetails, User } from '../model/records.ts'
import { narrow, sameScopes, scopes } from '../model/scope.ts'
import { type Context, sessionDetails } from '../realm/context.ts'
import { responseValues } from '../realm/response-type.ts'
import { subjectFor } from '../realm/subject.ts'
import type { Session } from '../storage/session-store.ts'
import type { GrantDraft } from '../storage/store.ts'
import { makeCode } from '../tokens/formats.ts'
import { makeIdToken } from '../tokens/id-token.ts'
import { issueTokens } from '../tokens/issue.ts'
import { takePushed } from './requested-parameters.ts'
import { type AuthorizationAnswer, type Delivery, deliver, errorAnswer, issOf } from './response.ts'

/** How a user answered an authorization request. */
export interface Consent {
  /** The scopes that were given; all that were asked for when absent. */
  granted_scope?: string | undefined
  /** The browser's session; without one the user signs in at this moment. */
  session?: Session | undefined
  /** That session answers by itself: the user had nothing to do. */
  silent?: true | undefined
}

/**
 * The user agreed: makes the grant, its code and what else the response type asks for (RFC 6749 §4.1.2 and §4.2.2, OpenID
 * Connect Core §3.3.2.5).
 * @throws AuthorizationError when the user may not answer this request or gave nothing
 */
export async function allow(
  request: AuthorizationRequest,
  client: Client,
  user: User,
  { granted_scope, session, silent }: Consent,
  context: Context,
): Promise<AuthorizationAnswer & { code: string | undefined }> {
  const { realm, trace } = context
  trace.client_id = client.client_id
  trace.username = user.username
  const sub = subjectFor(user, client, realm)
  if (request.sub !== undefined && request.sub !== sub) {
    const explanation = `The request is for the user with sub '${request.sub}' (id_token_hint or claims), and '${sub}' signed in`
    throw refusal(request, client, 'session_foreign', 'Another user is signed in', explanation)
  }
  await strikeAuthorization('answer', request, client, user.username, context)
  const agreed = realm.requests?.gives?.(request.scope, realm.store.findConsent(user, client) ?? '') ?? request.scope
  const consented = granted_scope === undefined ? agreed : narrow(granted_scope, scopes(request.scope), 'the authorization request')
  const { scope } = struckPlan({ scope: consented, refresh: 'none' }, strikesOn(context))
  if (granted_scope !== undefined && scopes(granted_scope).length === 0) throw deny(request, client, 'The user left no scope ticked')
  if (session !== undefined) realm.store.noteSessionClient(session, client)
  if (request.request_uri !== undefined) takePushed(request.request_uri, client, realm)
  const { redirect_uri, response_mode } = request
  const { code, grant, tokens } = await make(request, client, user, scope, { session, silent }, context)
  if (code !== undefined) failNext(user.username, code, context)
  const parameters = { code, ...tokens, state: request.state, iss: issOf(context) }
  const foreignCode = code === undefined ? undefined : (other: User) => makeForeignCode(request, client, other, scope, context)
  return struckCallback({ client, user, grant, session, redirect_uri, response_mode, code, parameters, foreignCode }, context)
}

/** What was made, and stored, for the user's consent. */
interface Made {
  code?: string | undefined
  grant?: Grant
  tokens?: Readonly<Record<string, string | undefined>>
}

async function make(
  request: AuthorizationRequest,
  client: Client,
  user: User,
  scope: string,
  consent: Consent,
  context: Context,
): Promise<Made> {
  const values = responseValues(request.response_type)
  if (values.includes('none')) return {}
  const requested_scope = sameScopes(request.scope, scope) ? undefined : request.scope
  const consented = context.realm.requests?.consent?.(request, client, user, context) !== undefined
  const details = { ...detailsOf(request, requested_scope, consent, context), ...(consented && { consented }) }
  const draft = { client, user, scope, details, created_at: context.realm.clock.now() }
  const { code, grant } = values.includes('code')
    ? saveCode(request, { ...draft, grant_type: 'authorization_code' }, context)
    : { code: undefined, grant: context.realm.store.saveGrant({ ...draft, grant_type: 'implicit' }) }
  context.trace.grant_id = grant.id
  const token = values.includes('token') ? await accessToken(grant, client, user, scope, context) : undefined
  const alone = values.includes('token') && context.realm.requests?.token_brings_id_token === true
  if (!(values.includes('id_token') || alone) || !scopes(scope).includes('openid')) return { code, grant, tokens: { ...token } }
  const { nonce, state, response_type } = request
  const beside = { nonce, state, code, access_token: token?.access_token }
  const about = { client, user, scope, grant, ...beside, withClaims: response_type === 'id_token' }
  return { code, grant, tokens: { ...token, id_token: await makeIdToken(about, context) } }
}

function saveCode(
  request: AuthorizationRequest,
  draft: GrantDraft & { details: GrantDetails },
  { realm, space }: Context,
): { code: string; grant: Grant } {
  const id = realm.store.reserveIds(1)
  const code = makeCode(realm, id, draft.client, draft.details, space)
  const grant = realm.store.saveGrantWithCode(draft, {
    id,
    digest: digest(code),
    redirect_uri: request.redirect_uri_given ? request.redirect_uri : null,
    scope: draft.scope,
    nonce: request.nonce ?? null,
    code_challenge: request.code_challenge ?? null,
    code_challenge_method: request.code_challenge_method ?? null,
    issued_at: draft.created_at,
    expires_at: draft.created_at + realm.settings.code_ttl * 1000,
  })
  return { code, grant }
}

/** A code of a sign-in that another user began: with secrets of its own wherever the client's request has some. */
function makeForeignCode(request: AuthorizationRequest, client: Client, user: User, scope: string, context: Context): string {
  const secrets = given({ nonce: request.nonce, code_challenge: request.code_challenge, dpop_jkt: request.dpop_jkt })
  const own = Object.fromEntries(Object.keys(secrets).map((name) => [name, randomText(43)]))
  const details = detailsOf({ ...request, ...own }, undefined, {}, context)
  const draft = { client, user, scope, details, grant_type: 'authorization_code', created_at: context.realm.clock.now() }
  const { code, grant } = saveCode({ ...request, ...own }, draft, context)
  context.trace.grant_id = grant.id
  return code
}

/** RFC 6749 §4.2.2: no refresh token goes this way. */
async function accessToken(grant: Grant, client: Client, user: User, scope: string, context: Context) {
  const { requested_scope } = grant.details
  const issue = { grant, user, scope, requested_scope, refresh: 'none', id_token: false } as const
  const issued = await issueTokens(issue, requested_scope, client, context)
  return {
    access_token: issued.access_token,
    token_type: issued.token_type,
    expires_in: issued.expires_in?.toString(),
    scope: issued.scope_differs ? issued.scope : undefined,
  }
}

function detailsOf(
  request: AuthorizationRequest,
  requested_scope: string | undefined,
  { session, silent }: Consent,
  { realm }: Context,
): GrantDetails {
  const { acr, resource, claims, dpop_jkt, parameters } = request
  const auth_time = seconds(session?.auth_time ?? realm.clock.now())
  const { sid } = session ?? sessionDetails(realm)
  return given({ auth_time, amr: ['pwd'], acr, resource, claims, dpop_jkt, sid, silent, requested_scope, parameters })
}

/** What a user decides without a browser. */
export interface Decided {
  decision?: 'allow' | 'deny' | undefined
  granted_scope?: string | undefined
}

/** Where a decision leads: the answer that the client gets, and what the browser would do. */
export interface Outcome {
  delivery: Delivery
  code: string | undefined
  /** Set when the client is told an error. */
  error: AuthorizationError | undefined
}

/**
 * Everything after the user decided, without a browser: the grant, the code and the answer. What keeps a user from answering
 * (another `id_token_hint`, not having the app, being disabled) is told to the client, as a browser's user would be stopped.
 */
export async function authorizeFor(
  request: AuthorizationRequest,
  client: Client,
  user: User,
  { decision = 'allow', granted_scope }: Decided,
  context: Context,
): Promise<Outcome> {
  try {
    await strikeAuthorization('begin', request, client, undefined, context)
    if (decision === 'deny') throw deny(request, client, 'The decision was deny')
    if (user.disabled) throw deny(request, client, `User '${user.username}' is disabled`, 'user_disabled')
    if (!hasApp(user, client, context)) {
      throw deny(request, client, `App ${client.app.name} is not among the apps of user '${user.username}'`, 'app_missing')
    }
    const { code, ...answer } = await allow(request, client, user, { granted_scope }, context)
    return { delivery: await deliver(answer, context), code, error: undefined }
  } catch (error) {
    if (!(error instanceof AuthorizationError)) throw error
    return { delivery: await deliver(errorAnswer(error, context), context), code: undefined, error }
  }
}
