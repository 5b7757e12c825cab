import type { FastifyReply } from 'fastify'
import type { MaybePromise } from '../../basics/maybe-promise.ts'
import { randomText } from '../../basics/random.ts'
import { allow } from '../../oauth/authorization/decision.ts'
import { type Obstacle, rememberConsent, sessionObstacle, userObstacle } from '../../oauth/authorization/obstacle.ts'
import { hasApp } from '../../oauth/clients/unregistered.ts'
import { magicUsers } from '../../oauth/faults/magic-users.ts'
import { deny, PageError } from '../../oauth/model/errors.ts'
import type { Parameters } from '../../oauth/model/parameters.ts'
import type { Interaction, User } from '../../oauth/model/records.ts'
import { scopes } from '../../oauth/model/scope.ts'
import { subjectFor } from '../../oauth/realm/subject.ts'
import { answersIn } from '../../providers/consent-questions.ts'
import { allScopes } from '../../providers/sign-in-pages.ts'
import { sendAnswer } from '../answer.ts'
import { redirect } from '../endpoint.ts'
import { explain } from '../errors.ts'
import type { Exchange } from '../exchange.ts'
import { accountObstacle, insteadPath, joinPath } from './account-paths.ts'
import { beginSession, bindBrowser, isSameBrowser, keepSession, sessionOf } from './browser-session.ts'
import {
  asksToStay,
  consentedPage,
  consentPage,
  consentSituation,
  isWarned,
  notAllowedPage,
  selectAccountPage,
  signInPage,
  stayPage,
  stepOf,
  warningPage,
} from './pages.ts'
import { signInAt } from './place-step.ts'
import { signInWith } from './sign-in-form.ts'

/** How long a user may take to sign in, milliseconds. */
const interactionTtl = 60 * 60 * 1000

/** Keeps an authorization request while its user signs in. @param dry only a look: it is not kept, and has no id */
export function beginInteraction(
  reply: FastifyReply,
  exchange: Exchange,
  asked: Pick<Interaction, 'request' | 'client' | 'user'>,
  { dry }: { dry: boolean },
): Interaction {
  const { store, clock } = exchange.sandbox
  const now = clock.now()
  const draft = { ...asked, expires_at: now + interactionTtl }
  if (dry) return { ...draft, id: '', browser: null }
  const interaction = { ...draft, id: exchange.sandbox.provider.steps?.newId() ?? randomText(32), browser: bindBrowser(reply, exchange) }
  store.saveInteraction(interaction, now)
  return interaction
}

/** @throws PageError when the transaction is over, never was, or began in another browser */
export function findInteraction(reply: FastifyReply, exchange: Exchange, transaction: string): Interaction {
  const { sandbox, context } = exchange
  const interaction = sandbox.store.findInteraction(transaction, sandbox.clock.now())
  if (interaction === undefined) throw unknownTransaction()
  context.trace.client_id = interaction.client.client_id
  if (!isSameBrowser(reply.request, exchange, interaction)) {
    const explanation = 'The transaction is bound to the browser that it began in, and its cookie did not come'
    throw new PageError('transaction_foreign', 'This sign-in began in another browser. Go back to the app and start again.', explanation)
  }
  return interaction
}

function unknownTransaction(): PageError {
  const explanation = 'The transaction is unknown, was finished, or is older than an hour'
  return new PageError('transaction_unknown', 'This sign-in is over. Go back to the app and start again.', explanation)
}

/** A username and password, one of the two where each has its page, or one click on a user. */
export function signIn(reply: FastifyReply, exchange: Exchange, interaction: Interaction, typed: Parameters): MaybePromise<void> {
  const { pick, remember, place } = typed
  if (place !== undefined && exchange.sandbox.provider.places !== undefined) {
    return signInAt(reply, exchange, interaction, place, exchange.sandbox.provider.places)
  }
  if (pick !== undefined && goesOnAs(reply, exchange, interaction, pick)) {
    const user = sessionOf(reply.request, exchange)?.user
    exchange.sandbox.store.setInteractionUser(interaction.id, user)
    return nextPage(reply, exchange, { ...interaction, user })
  }
  const outcome = signInWith(exchange, interaction.client, typed)
  if ('form' in outcome) {
    if (outcome.problem !== undefined) explain(exchange, outcome.problem, reply)
    return signInPage(reply, exchange, interaction, outcome.form)
  }
  if ('denied' in outcome) {
    take(exchange, interaction)
    throw deny(interaction.request, interaction.client, outcome.denied, 'user_disabled')
  }
  const { user } = outcome
  const instead = insteadPath(exchange, interaction, user)
  if (instead !== undefined) {
    exchange.sandbox.store.setInteractionUser(interaction.id, user)
    // Who was signed in before is so anew.
    if (sessionOf(reply.request, exchange)?.user.row === user.row) beginSession(reply, exchange, user)
    return redirect(reply, instead)
  }
  if (pick !== undefined || !asksToStay(exchange, reply.request))
    return signedIn(reply, exchange, interaction, user, remember !== undefined)
  beginSession(reply, exchange, user)
  exchange.sandbox.store.setInteractionUser(interaction.id, user)
  return stayPage(reply, exchange, interaction, user)
}

/** Whether the chosen user is signed in already, recently enough for this request. */
function goesOnAs(reply: FastifyReply, exchange: Exchange, { request, client }: Interaction, username: string): boolean {
  const session = sessionOf(reply.request, exchange)
  if (session?.user.username !== username) return false
  const prompt = request.prompt.filter((one) => one !== 'select_account')
  return sessionObstacle({ ...request, prompt }, client, session, exchange.context) === undefined
}

/** A user has just signed in, or joined. @param stays whether he stays signed in after the browser was closed */
export function signedIn(reply: FastifyReply, exchange: Exchange, interaction: Interaction, user: User, stays = false): MaybePromise<void> {
  if (exchange.sandbox.sessions) beginSession(reply, exchange, user, stays)
  exchange.sandbox.store.setInteractionUser(interaction.id, user)
  return nextPage(reply, exchange, { ...interaction, user })
}

/** A user did what a page beside the sign-in asked: the next one comes, or he goes on. @param noted what is kept with the request */
export function goneOn(
  reply: FastifyReply,
  exchange: Exchange,
  interaction: Interaction,
  user: User,
  noted: Readonly<Record<string, string>> = {},
): MaybePromise<void> {
  const { store, provider } = exchange.sandbox
  const request = { ...interaction.request, parameters: { ...interaction.request.parameters, ...noted } }
  if (Object.keys(noted).length > 0) store.setInteractionRequest(interaction.id, request)
  const next = { ...interaction, request, user }
  const isSignedIn = provider.account_pages?.always === true && sessionOf(reply.request, exchange)?.user.row === user.row
  const instead = insteadPath(exchange, next, user, isSignedIn)
  if (instead !== undefined) return redirect(reply, instead)
  return isSignedIn ? nextPage(reply, exchange, next) : signedIn(reply, exchange, next, user)
}

/** A user would not do what a page beside the sign-in asked: back to the client. @throws AuthorizationError always */
export function turnedBack(exchange: Exchange, interaction: Interaction, says: string): never {
  take(exchange, interaction)
  throw deny(interaction.request, interaction.client, 'The user declined').naming({ says })
}

/** What a button decided. */
export function decide(reply: FastifyReply, exchange: Exchange, interaction: Interaction, form: Parameters): MaybePromise<void> {
  const { decision = '', choose, granted, never_again } = form
  const { request, client } = interaction
  const { store } = exchange.sandbox
  const user = standingUser(reply, exchange, interaction)
  switch (decision) {
    case 'cancel':
    case 'deny':
      take(exchange, interaction)
      throw deny(request, client, decision === 'deny' ? 'The user declined' : 'The user cancelled')
    case 'ask':
      take(exchange, interaction)
      throw deny(request, client, 'The user is a kid without this app and would have to ask a parent', 'app_missing')
    case 'switch':
      store.setInteractionUser(interaction.id, undefined)
      return signInPage(reply, exchange, interaction, { step: exchange.sandbox.provider.sign_in?.next && 'name' })
    case 'stay':
    case 'leave':
      keepSession(reply, exchange, { stays: decision === 'stay', never_again: never_again !== undefined })
      return nextPage(reply, exchange, interaction)
    case 'go_on':
      return user === undefined ? nextPage(reply, exchange, interaction) : consentPage(reply, exchange, interaction, user)
    case 'add':
      if (user !== undefined && user.type !== 'kid') store.addUserToApp(user, client)
      return nextPage(reply, exchange, interaction)
    case 'allow':
      if (user === undefined || !hasApp(user, client, exchange.context)) return nextPage(reply, exchange, interaction)
      return consented(
        reply,
        exchange,
        withAnswers(exchange, interaction, user, form),
        user,
        choose === 'scope' ? (granted ?? '') : undefined,
      )
  }
  throw unknownDecision(decision)
}

export function unknownDecision(decision: string): PageError {
  const explanation = `decision '${decision}' is none of: allow, deny, cancel, switch, add, ask, go_on`
  return new PageError('parameter_invalid', 'This decision is not known', explanation).naming({ parameter: 'decision' })
}

/** What else the user was asked on the page is kept, by the vendor or with the request. */
function withAnswers(exchange: Exchange, interaction: Interaction, user: User, form: Parameters): Interaction {
  const { consent_questions } = exchange.sandbox.provider
  if (consent_questions === undefined) return interaction
  const situation = consentSituation(exchange, interaction, user)
  const answers = answersIn(form, consent_questions.of(situation))
  consent_questions.answered?.(answers, situation)
  if (consent_questions.kept !== true) return interaction
  const { request } = interaction
  return { ...interaction, request: { ...request, parameters: { ...request.parameters, ...answers } } }
}

/** @param ticked the scopes that were left ticked; undefined when the page had none to untick */
function consented(
  reply: FastifyReply,
  exchange: Exchange,
  interaction: Interaction,
  user: User,
  ticked: string | undefined,
): MaybePromise<void> {
  const { request, client } = interaction
  const chosen = scopes(ticked)
  // openid says who the user is, which a sign-in is for: it cannot be unticked.
  const fixed = exchange.sandbox.provider.sign_in?.consent?.choice?.fixed ?? ['openid']
  const isGranted = (one: string) => fixed.includes(one) || chosen.includes(one) || chosen.includes(allScopes)
  const granted = ticked === undefined ? undefined : scopes(request.scope).filter(isGranted)
  if (exchange.sandbox.sessions && granted?.length !== 0) {
    rememberConsent(request, client, user, granted?.join(' ') ?? request.scope, exchange.sandbox)
  }
  return finish(reply, exchange, interaction, user, granted?.join(' '))
}

/** The page at which a sign-in stands; its end when nothing stands in the way. */
export function nextPage(reply: FastifyReply, exchange: Exchange, interaction: Interaction): MaybePromise<void> {
  const { request, client } = interaction
  const user = standingUser(reply, exchange, interaction)
  if (user === undefined) return signInPage(reply, exchange, interaction)
  exchange.context.trace.username = user.username
  if (magicUsers.get(user.username)?.denies === true) {
    take(exchange, interaction)
    throw deny(request, client, 'The user is magic: deny')
  }
  if (request.sub !== undefined && request.sub !== subjectFor(user, client, exchange.sandbox))
    return finish(reply, exchange, interaction, user)
  const obstacle = accountObstacle(exchange, interaction, user) ?? userObstacle(request, client, user, exchange.context)
  // A HEAD finishes nothing.
  if (obstacle === undefined && reply.request.method !== 'HEAD') return finish(reply, exchange, interaction, user)
  return obstaclePage(reply, exchange, interaction, obstacle, user)
}

/** The page that removes an obstacle; where there is none, the user is asked whether to go on. */
export function obstaclePage(
  reply: FastifyReply,
  exchange: Exchange,
  interaction: Interaction,
  obstacle: Obstacle | undefined,
  user: User | undefined,
) {
  const { step, kind } = obstacle ?? { step: 'consent' }
  const join = joinPath(exchange, interaction.id)
  const instead = step === 'account' && user !== undefined ? insteadPath(exchange, interaction, user) : undefined
  if (instead !== undefined) return redirect(reply, instead)
  if (step === 'sign_up' && join !== undefined && interaction.id !== '') return redirect(reply, join)
  const { again } = exchange.sandbox.provider.sign_in ?? {}
  if (again !== undefined && user !== undefined && kind === 'session_stale') {
    return signInPage(reply, exchange, interaction, { step: 'password', username: user.username, note: again })
  }
  if (user === undefined || step === 'sign_in' || step === 'sign_up') return signInPage(reply, exchange, interaction)
  if (step === 'select_account') return selectAccountPage(reply, exchange, interaction, user)
  if (step === 'get_app' && exchange.sandbox.provider.assigns_apps === true) {
    if (interaction.id !== '') take(exchange, interaction)
    throw deny(interaction.request, interaction.client, `App ${interaction.client.app.name} is not among the user's apps`, 'app_missing')
  }
  if (step === 'get_app') return notAllowedPage(reply, stepOf(exchange, interaction), user)
  return (isWarned(exchange, interaction) ? warningPage : consentPage)(reply, exchange, interaction, user)
}

/** Who has signed in for this request; nobody any more when the browser has no session of his, as after a sign-out in another tab. */
function standingUser(reply: FastifyReply, exchange: Exchange, { user }: Interaction): User | undefined {
  if (user === undefined || !exchange.sandbox.sessions) return user
  const session = sessionOf(reply.request, exchange)
  return session?.user.row === user.row ? session.user : undefined
}

async function finish(
  reply: FastifyReply,
  exchange: Exchange,
  interaction: Interaction,
  user: User,
  granted_scope?: string,
): Promise<void> {
  take(exchange, interaction)
  const { request, client, expires_at } = interaction
  if (exchange.sandbox.provider.requests?.authorization?.stays?.(request) === true) {
    exchange.context.trace.client_id = client.client_id
    exchange.context.trace.username = user.username
    return consentedPage(reply, exchange, client)
  }
  const session = sessionOf(reply.request, exchange)
  const silent = session !== undefined && session.auth_time < expires_at - interactionTtl ? true : undefined
  const answer = await allow(request, client, user, { granted_scope, session, silent }, exchange.context)
  return sendAnswer(reply, exchange, answer)
}

/** Ends the interaction; of two clicks one finds it. */
function take({ sandbox }: Exchange, interaction: Interaction): void {
  if (sandbox.store.takeInteraction(interaction.id, sandbox.clock.now()) === undefined) throw unknownTransaction()
}
