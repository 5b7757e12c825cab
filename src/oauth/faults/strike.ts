import type { Endpoint } from '../model/endpoint.ts'
import type { AuthorizationRequest, Client, User } from '../model/records.ts'
import type { IssuedTokens } from '../model/token-profile.ts'
import type { Context } from '../realm/context.ts'
import type { Issue } from '../realm/issue.ts'
import type { LateOccasion, Stage } from '../realm/late-faults.ts'
import { keptName } from './form.ts'
import type { Beforehand, CallbackAnswer, FaultKind, Moments, Plan, Sent } from './kind.ts'
import { magicUsers } from './magic-users.ts'
import { type FaultEffects, faultKinds } from './registry.ts'

/** What strikes a request: a kind of its fault, or its user's magic. */
export interface Strike {
  readonly fault: FaultEffects
  readonly at: Partial<Moments<FaultEffects>>
}

const none: readonly Strike[] = []

/** What strikes a request by its fault; nothing, as nearly always, costs one look. */
export function strikesOn({ fault }: Pick<Context, 'fault'>): readonly Strike[] {
  return fault === undefined ? none : strikesOf(fault)
}

/** What strikes when something is issued to a user, because he is magic; nothing costs one look. */
export function magicStrikes(user: Pick<User, 'username'> | undefined): readonly Strike[] {
  const magic = user === undefined ? undefined : magicUsers.get(user.username)
  if (magic === undefined) return none
  const { fault = {}, at = {} } = magic
  return [...strikesOf(fault), { fault, at }]
}

/** Both. */
export function strikesOnIssue(context: Context, user: User | undefined): readonly Strike[] {
  const [asked, magic] = [strikesOn(context), magicStrikes(user)]
  return magic.length === 0 ? asked : [...asked, ...magic]
}

/** The kinds that a fault is of. */
function strikesOf(fault: FaultEffects): readonly Strike[] {
  const there = new Map<string, unknown>(Object.entries(fault))
  const kinds: readonly FaultKind[] = faultKinds
  const asked = kinds.filter(({ name, members }) => there.get(keptName(name, members[name])) !== undefined)
  return asked.map(({ at }) => ({ fault, at }))
}

/** When in the course of a request a fault has its moment: before all when it has none of an authorization's own, or of a sign-out's. */
export function stageOf(fault: FaultEffects, endpoint: Endpoint): Stage | 'request' {
  if (endpoint !== 'authorize' && endpoint !== 'end_session') return 'request'
  const moments = new Set(strikesOf(fault).flatMap(({ at }) => Object.keys(at)))
  const has = (...some: (keyof Moments<FaultEffects>)[]) => some.some((moment) => moments.has(moment))
  if (endpoint === 'end_session') return has('logout', 'logout_token') ? 'answer' : 'request'
  if (has('authorization')) return 'begin'
  return has('issue', 'id_token', 'tokens', 'callback') ? 'answer' : 'request'
}

/** Waits as long as a fault wants. */
export async function waits(strikes: readonly Strike[]): Promise<void> {
  for (const { fault, at } of strikes) await at.wait?.(fault)
}

/** What a fault does to a request before anything is done about it. @throws OAuthError for what it says in the provider's dialect */
export function beforehand(strikes: readonly Strike[], endpoint: Endpoint): Beforehand {
  let all: Beforehand = {}
  for (const { fault, at } of strikes) {
    all = { ...all, ...at.request?.(fault, endpoint) }
    if (all.drop === true) break
  }
  return all
}

/**
 * Lets the sandbox's faults strike an authorization, when it begins and when its user agreed; what strikes stands in the context from
 * then on.
 * @throws AuthorizationError for an error that the client is told
 */
export async function strikeAuthorization(
  stage: Stage,
  request: AuthorizationRequest,
  client: Client,
  username: string | undefined,
  context: Context,
): Promise<void> {
  if (context.realm.faults.size === 0) return
  for (const { fault, at } of await strikeLater(stage, { endpoint: 'authorize', client_id: client.client_id, username }, context)) {
    at.authorization?.(fault, request, client)
  }
}

/** Lets the sandbox's faults strike a sign-out that happens now; what strikes stands in the context from then on. */
export async function strikeLogout(context: Context): Promise<void> {
  const { client_id, username } = context.trace
  if (context.realm.faults.size > 0) await strikeLater('answer', { endpoint: 'end_session', client_id, username }, context)
}

async function strikeLater(stage: Stage, occasion: LateOccasion, context: Context): Promise<readonly Strike[]> {
  const struck = context.realm.faults.strikeLater(stage, occasion)
  if (struck === undefined) return none
  context.fault = struck
  const strikes = strikesOn(context)
  await waits(strikes)
  return strikes
}

/** What is issued, as faults leave it. */
export function struckPlan<P extends Plan>(plan: P, strikes: readonly Strike[]): P {
  let struck = plan
  for (const { fault, at } of strikes) struck = { ...struck, ...at.issue?.(fault, struck) }
  return struck
}

/** Whom an ID token is about, as faults have it. */
export function struckUser(user: User, strikes: readonly Strike[], context: Context): User {
  return strikes.reduce((struck, { fault, at }) => at.about?.(fault, struck, context) ?? struck, user)
}

/** An ID token as faults leave it. */
export async function struckIdToken(jwt: string, client: Client, strikes: readonly Strike[], context: Context): Promise<string> {
  let struck = jwt
  for (const { fault, at } of strikes) struck = (await at.id_token?.(fault, struck, client, context)) ?? struck
  return struck
}

/** Tokens as faults let them be handed out. */
export async function struckTokens(
  issued: IssuedTokens,
  issue: Issue,
  strikes: readonly Strike[],
  context: Context,
): Promise<IssuedTokens> {
  let struck = issued
  for (const { fault, at } of strikes) struck = (await at.tokens?.(fault, struck, issue, context)) ?? struck
  return struck
}

/** What the client is told at its redirect URI, as faults leave it. */
export async function struckCallback<A extends CallbackAnswer>(answer: A, context: Context): Promise<A> {
  let struck = answer
  for (const { fault, at } of strikesOn(context)) struck = { ...struck, ...(await at.callback?.(fault, struck, context)) }
  return struck
}

/** Where a user is sent who signed out, as faults have it. */
export function struckLogout(next: string, context: Context): string {
  return strikesOn(context).reduce((struck, { fault, at }) => at.logout?.(fault, struck) ?? struck, next)
}

/** A logout token as faults leave it. */
export async function struckLogoutToken(jwt: string, client: Client, context: Context): Promise<string> {
  let struck = jwt
  for (const { fault, at } of strikesOn(context)) struck = (await at.logout_token?.(fault, struck, client, context)) ?? struck
  return struck
}

/** An answer on its way out, as faults leave it. */
export function struckAnswer(body: string | undefined, context: Context): Sent {
  return strikesOn(context).reduce<Sent>((sent, { fault, at }) => at.answer?.(fault, sent) ?? sent, { body })
}
