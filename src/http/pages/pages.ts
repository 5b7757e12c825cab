/**
 * In this room: what browsers see while users sign in: models of pages, the steps between them, cookies, files.
 * Elsewhere: the templates (`views/`) and the dashboard.
 */

import type { FastifyReply, FastifyRequest } from 'fastify'
import { ownValue } from '../../basics/own-value.ts'
import { type OAuthError, PageError } from '../../oauth/model/errors.ts'
import type { App, AuthorizationRequest, Client, Interaction, User } from '../../oauth/model/records.ts'
import { scopes } from '../../oauth/model/scope.ts'
import type { AccountBeginning, AccountPage } from '../../providers/account-pages.ts'
import type { ConsentSituation } from '../../providers/consent-questions.ts'
import { isVendors } from '../../providers/hosts.ts'
import type { NewUserErrors, NewUserPage, NewUserValues } from '../../providers/new-user.ts'
import { pathIn } from '../../providers/space.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import { isOpen } from '../../sandbox/speech.ts'
import { type Exchange, pagePath, rootPath } from '../exchange.ts'
import { accountLinks, joinPath } from './account-paths.ts'
import { hasBeenAsked, sessionOf } from './browser-session.ts'
import { asksPlace, firstForm, placeName, type SignInForm } from './sign-in-form.ts'
import { type AppView, type PageLink, render, type ScopeView, type Step, shownUsers, type UserView } from './views.ts'
import { errorWords, wordsOf } from './words.ts'

/** What an app's icon shows, as a `data:` URI. */
export function iconOf({ provider }: Pick<Sandbox, 'provider'>, { icon }: App): string | undefined {
  const svg = icon === null ? undefined : ownValue(provider.icons, icon)
  return svg && `data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}`
}

/** A kind of user as the vendor writes it: `Parent`. */
export function kindLabel(type: string): string {
  return type.charAt(0).toUpperCase() + type.slice(1)
}

/** An app as the pages show it. */
export function appView({ sandbox }: Exchange, app: App): AppView {
  return { name: app.name, description: app.description, icon: iconOf(sandbox, app) }
}

/** A user as the pages show one. */
export function userView(user: User): UserView {
  const type = user.type === null ? undefined : kindLabel(user.type)
  return { username: user.username, name: `${user.first_name} ${user.last_name}`.trim() || undefined, type }
}

/** Scopes with what the provider says of them. */
export function scopeViews({ sandbox }: Exchange, scope: string): ScopeView[] {
  return scopes(scope).map((name) => sandbox.provider.scopes.find((one) => one.name === name) ?? { name })
}

/** The users that a sign-in page offers: those who have the app, which all have where apps are open to everybody or nobody registered it. */
export function sandboxUsers({ sandbox }: Exchange, client: Client, request?: AuthorizationRequest) {
  const open = isOpen(sandbox.provider, client, sandbox.settings) || client.metadata.unregistered === true
  const app = open ? undefined : client.app
  const all = sandbox.directory.listUsers({ limit: shownUsers, ...(app && { app }) })
  const { offers } = sandbox.requests?.authorization ?? {}
  const users = request === undefined || offers === undefined ? all : all.filter((user) => offers(user, request))
  return {
    users: users.map(userView),
    userCount: users === all ? sandbox.directory.countUsers(app) : users.length,
    passwordHint: users.every((user) => user.password === null)
      ? `Every sandbox user's password is the company's name: ${sandbox.company}`
      : undefined,
  }
}

/** What each step of a sign-in at a path of the provider shows and goes on with. */
export function stepAt(
  path: string | undefined,
  exchange: Exchange,
  client: Client,
  transaction: string,
  place = exchange.sandbox.company,
): Step {
  const { app } = client
  return {
    ...wordsOf(exchange, { app: app.name, place }),
    app: appView(exchange, app),
    action: `${pagePath(exchange)}${path ?? ''}`,
    transaction,
  }
}

/** The same at the authorization endpoint, or where the vendor goes on with a sign-in. */
export function stepOf(exchange: Exchange, interaction: Pick<Interaction, 'client' | 'id' | 'request'>): Step {
  const { client, id, request } = interaction
  const path = stepPath(exchange, interaction) ?? exchange.paths.sign_in ?? exchange.paths.authorize
  return stepAt(path, exchange, client, id, placeName(exchange, request))
}

/** The vendor's own address of a sign-in that is under way, below the sandbox's. */
export function stepPath({ sandbox, context }: Exchange, interaction: Pick<Interaction, 'client' | 'id' | 'request'>): string | undefined {
  const { steps } = sandbox.provider
  return steps && `${pathIn(context.space, steps.path)}?${new URLSearchParams(steps.query(interaction))}`
}

/** A page beside the sign-in, after a refusal with what was typed and what was wrong. */
export function accountPage(
  reply: FastifyReply,
  exchange: Exchange,
  interaction: Interaction,
  { path, rows: usual, first, heading, form, after_password, shows }: AccountPage,
  { values = {}, errors = {}, note, says, optional = false, rows = usual }: AccountBeginning,
): void {
  const step = stepAt(pathIn(exchange.context.space, path), exchange, interaction.client, interaction.id)
  const { joinButton: _, ...texts } = step.texts
  const signInAction =
    after_password === true ? undefined : `${pagePath(exchange)}${exchange.paths.authorize}?transaction=${interaction.id}`
  const status = Object.keys(errors).length > 0 ? (exchange.sandbox.provider.account_pages?.refused_status ?? 400) : 200
  const cancel = optional ? form?.cancel : undefined
  render(reply.code(status), 'new-user', {
    ...step,
    texts,
    signInAction,
    rows,
    first,
    heading,
    values,
    errors,
    form,
    note,
    says,
    cancel,
    shown: shows?.(values),
  })
}

/** The sign-in page at the authorization endpoint. */
export function signInPage(
  reply: FastifyReply,
  exchange: Exchange,
  interaction: Pick<Interaction, 'id' | 'client' | 'request'>,
  form: SignInForm = asksPlace(exchange, interaction.request)
    ? { step: 'place' }
    : firstForm(exchange, interaction.request.login_hint, interaction.request),
): void {
  const step = {
    ...stepOf(exchange, interaction),
    joinAction: joinPath(exchange, interaction.id),
    stays: exchange.sandbox.sessions && exchange.sandbox.provider.own_spaces?.remembers?.(exchange.sandbox.documents) !== false,
    links: accountLinks(exchange, interaction),
  }
  drawSignIn(reply, exchange, step, interaction.client, form, interaction.request)
}

/** The sign-in page, after a refusal with what was typed and why. */
export function drawSignIn(
  reply: FastifyReply,
  exchange: Exchange,
  step: Step & { joinAction?: string | undefined; stays?: boolean; links?: readonly PageLink[] },
  client: Client,
  form: SignInForm,
  request?: AuthorizationRequest,
): void {
  const status = form.error === undefined ? 200 : (exchange.sandbox.provider.sign_in?.refused_status ?? 401)
  const others = form.step === 'password' ? { users: [] } : sandboxUsers(exchange, client, request)
  render(reply.code(status), 'signin', { ...step, ...form, ...others })
}

/** Whether a user who has signed in is asked whether he stays so: by a vendor who asks, in a browser that did not say never to. */
export function asksToStay(exchange: Exchange, request: FastifyRequest): boolean {
  const { sessions, provider } = exchange.sandbox
  return sessions && provider.sign_in?.stay !== undefined && !hasBeenAsked(request, exchange)
}

/** The page that asks it. */
export function stayPage(reply: FastifyReply, exchange: Exchange, interaction: Interaction, user: User): void {
  render(reply, 'stay', { ...stepOf(exchange, interaction), user: userView(user) })
}

/** Whether a user is warned of the app before he is asked to let it in. */
export function isWarned({ sandbox }: Exchange, { request }: Interaction): boolean {
  return sandbox.provider.sign_in?.warning !== undefined && sandbox.requests?.authorization?.warns?.(request, sandbox) === true
}

/** The page that warns him. */
export function warningPage(reply: FastifyReply, exchange: Exchange, interaction: Interaction, user: User): void {
  render(reply, 'warning', { ...stepOf(exchange, interaction), user: userView(user) })
}

/** What texts call a user: `{user}` and `{name}`. */
export function namesOf(user: User): { user: string; name: string } {
  return { user: user.username, name: userView(user).name ?? user.username }
}

/** The page on which a signed-in user lets the app in; where browsers stay signed in, with a choice of what it gets. */
export function consentPage(reply: FastifyReply, exchange: Exchange, interaction: Interaction, user: User): void {
  const { request, client } = interaction
  const [redirect = ''] = /^[^:]*:(?:\/\/[^/?]*)?/.exec(request.redirect_uri) ?? []
  const words = wordsOf(exchange, { app: client.app.name, ...namesOf(user), redirect, place: placeName(exchange, request) })
  const step = { ...stepOf(exchange, interaction), ...words, user: userView(user) }
  const scopes = scopeViews(exchange, request.scope)
  const { sessions, provider } = exchange.sandbox
  const questions = provider.consent_questions?.of(consentSituation(exchange, interaction, user)) ?? []
  const { choice } = provider.sign_in?.consent ?? {}
  const { fixed = ['openid'], unless = '' } = choice ?? {}
  const chosen = scopes.map((scope) => ({ ...scope, fixed: fixed.includes(scope.name) }))
  const isWhole = request.parameters?.[unless] === 'false' || chosen.every((scope) => scope.fixed)
  if (!sessions) render(reply, 'continue', { ...step, scopes })
  else render(reply, 'consent', { ...step, scopes: chosen, choice: isWhole ? undefined : choice, questions })
}

/** The page that tells a user that he let an app in who is not sent back to it. */
export function consentedPage(reply: FastifyReply, exchange: Exchange, { app }: Client): void {
  render(reply, 'consented', { ...wordsOf(exchange, { app: app.name }), app: appView(exchange, app) })
}

/** Who is asked for consent, and for what. */
export function consentSituation({ sandbox }: Exchange, { request, client }: Interaction, user: User): ConsentSituation {
  return { user, client, scope: request.scope, parameters: request.parameters ?? {}, realm: sandbox }
}

/** The page on which a user chooses who to be. */
export function selectAccountPage(reply: FastifyReply, exchange: Exchange, interaction: Interaction, user: User): void {
  const { users, passwordHint } = sandboxUsers(exchange, interaction.client, interaction.request)
  render(reply, 'select-account', {
    ...stepOf(exchange, interaction),
    ...wordsOf(exchange, { app: interaction.client.app.name, user: user.username }),
    user: userView(user),
    passwordHint,
    users: users.filter((one) => one.username !== user.username),
  })
}

/** The page on which a new user comes in. */
export function newUserPage(
  reply: FastifyReply,
  exchange: Exchange,
  interaction: Interaction,
  { rows, first, heading, company_password }: NewUserPage,
  values: NewUserValues,
  errors: NewUserErrors = {},
): void {
  const { sandbox } = exchange
  const { authorize, sign_up, join = sign_up } = exchange.paths
  render(reply.code(Object.keys(errors).length > 0 ? 400 : 200), 'new-user', {
    ...stepOf(exchange, interaction),
    action: `${pagePath(exchange)}${join ?? ''}`,
    signInAction: `${pagePath(exchange)}${authorize}?transaction=${interaction.id}`,
    rows,
    first,
    heading,
    values,
    errors,
    password: company_password === true ? sandbox.company : undefined,
  })
}

/** The page for a user who does not have the app. */
export function notAllowedPage(reply: FastifyReply, step: Step, user: User): void {
  render(reply, 'not-allowed', { ...step, user: userView(user), remedy: user.type === 'kid' ? 'ask' : 'add' })
}

/** An error that cannot go to the client, in the vendor's words if it has any; without a challenge, which would open the browser's own password box, and so seldom a 401. */
export function errorPage(reply: FastifyReply, exchange: Exchange, error: OAuthError): void {
  const isPage = error instanceof PageError || exchange.endpoint === 'authorize'
  const words = isPage ? errorWords(exchange, error, reply.request.headers.accept, sessionOf(reply.request, exchange)?.user) : undefined
  const said = words?.status ?? (error.status === 403 ? 400 : error.status)
  const status = said === 401 && words?.unauthorized !== true ? 400 : said
  const { 'WWW-Authenticate': _challenge, ...headers } = error.headers
  render(reply.code(status).headers(headers), 'error', {
    ...wordsOf(exchange),
    status,
    title: words?.title,
    heading: words?.heading ?? headings[error.code] ?? 'This request cannot be answered',
    message: words?.text ?? error.message,
    lines: words?.lines,
    explanation: error.explanation === error.message ? undefined : error.explanation,
    details: error instanceof PageError ? error.details : [],
    link: dashboardLink(error, exchange),
    hint: error instanceof PageError && error.details.length > 0 ? 'Change the client, or register what it sends with the app.' : undefined,
  })
}

const headings: Partial<Record<OAuthError['code'], string>> = {
  invalid_client: 'Unknown app',
  not_found: 'There is nothing here',
  method_not_allowed: 'Not that way',
  server_error: 'Something broke',
}

/** The dashboard is not at a vendor's host, nor below a sandbox's own public address. */
function dashboardLink({ code }: OAuthError, exchange: Exchange) {
  const { sandbox, origin } = exchange
  const isOfVendor = isVendors(origin.publicName, sandbox.provider)
  const isAway = sandbox.settings.public_url !== null || (!sandbox.hosts.includes(origin.name) && isOfVendor)
  if (code !== 'not_found' || isAway) return undefined
  return { href: `${rootPath(exchange)}/dashboard/${sandbox.name}`, label: 'To the dashboard of this sandbox' }
}
