import type { FastifyReply, FastifyRequest } from 'fastify'
import { digest, sameSecret } from '../../basics/random.ts'
import { readRequest } from '../../oauth/clients/dialect.ts'
import { call } from '../../oauth/clients/outbound.ts'
import { strikeLogout, struckLogout } from '../../oauth/faults/strike.ts'
import type { Parameters } from '../../oauth/model/parameters.ts'
import type { Client } from '../../oauth/model/records.ts'
import type { LogoutRequest } from '../../oauth/realm/asked.ts'
import { note } from '../../oauth/realm/context.ts'
import { noteUnread, wireName } from '../../oauth/realm/unread.ts'
import type { Session } from '../../oauth/storage/session-store.ts'
import { checkLogoutRequest, frontChannelUri, isAbout, logoutToken } from '../../oauth/users/logout.ts'
import { decisionOf } from '../../providers/sign-in-pages.ts'
import { noStore, type ProtocolEndpoint, redirect, send } from '../endpoint.ts'
import { type Exchange, exchangeOf, pagePath } from '../exchange.ts'
import { pageHeaders } from '../pages/assets.ts'
import { forgetSession, sandboxCookie, sessionOf } from '../pages/browser-session.ts'
import { userView } from '../pages/pages.ts'
import { render } from '../pages/views.ts'
import { wordsOf } from '../pages/words.ts'

/** RP-Initiated Logout §2, and the fields of the page that asks. */
const logoutParameters = ['id_token_hint', 'client_id', 'post_logout_redirect_uri', 'decision', 'confirm']

/** A logout request, or what the user decided on the page that asks. */
async function answer(request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const exchange = exchangeOf(request)
  const read = readRequest(request.method === 'POST' ? request.body : request.query, exchange.context)
  const { logout } = exchange.sandbox.provider.sign_in ?? {}
  const decision = read.parameters.decision ?? decisionOf(read.parameters, { logout: logout?.confirm, stay: logout?.stay })
  const parameters: Parameters = { ...read.parameters, decision }
  const { context } = exchange
  const back = parameters.post_logout_redirect_uri === undefined ? [] : ['state']
  noteUnread(parameters, [logoutParameters, back], 'at the end session endpoint', context)
  const { sign_out } = exchange.sandbox.provider
  if (sign_out !== undefined && request.method === 'POST' && parameters.refresh_token !== undefined) {
    exchange.endpoint = 'revocation'
    const asking = { ...read, authorization: request.headers.authorization }
    return send(noStore(reply), await sign_out.byRefreshToken(asking, exchange.sandbox, context))
  }
  const asked = await checkLogoutRequest(read, exchange.context)
  const session = sessionOf(request, exchange)
  if (session === undefined) {
    const asks = logout?.asks_nobody === true && asked.next === undefined && parameters.id_token_hint === undefined
    return asks && !isConfirmed(request, exchange, parameters)
      ? confirmPage(request, reply, exchange, parameters, undefined)
      : done(reply, exchange, await strike(asked, request, exchange), [])
  }
  exchange.context.trace.username = session.user.username
  if (parameters.decision === 'stay') return signedOutPage(reply, exchange, { heading: 'You are still signed in' }, [], undefined)
  const sure = asked.sure === true || isAbout(asked, session, exchange.context) || isConfirmed(request, exchange, parameters)
  if (!sure || request.method === 'HEAD') return confirmPage(request, reply, exchange, parameters, session)
  const struck = await strike(asked, request, exchange)
  const clients = exchange.sandbox.store.endSession(session) ?? []
  sign_out?.ended(session, exchange.sandbox)
  forgetSession(reply, exchange)
  await Promise.all(clients.map((client) => tellClient(client, session, exchange)))
  const frames = clients.flatMap((client) => frontChannelUri(client, session, exchange.context) ?? [])
  return done(reply, exchange, struck, frames)
}

/** What faults make of a sign-out that happens now. */
async function strike(asked: LogoutRequest, { method }: FastifyRequest, { context }: Exchange): Promise<LogoutRequest> {
  if (method !== 'HEAD') await strikeLogout(context)
  return asked.next === undefined ? asked : { ...asked, next: struckLogout(asked.next, context) }
}

/** Asks the user, when the client has not shown that it means him (RP-Initiated Logout §2). */
function confirmPage(
  request: FastifyRequest,
  reply: FastifyReply,
  exchange: Exchange,
  parameters: Parameters,
  session: Session | undefined,
): void {
  const kept = ['id_token_hint', 'client_id', 'post_logout_redirect_uri', 'state'].flatMap((name) => {
    const value = parameters[name]
    return value === undefined ? [] : [[wireName(name, exchange.sandbox), value]]
  })
  render(reply, 'logout', {
    ...wordsOf(exchange, { user: session?.user.username ?? '' }),
    user: session && userView(session.user),
    action: `${pagePath(exchange)}${exchange.paths.end_session ?? ''}`,
    fields: { ...Object.fromEntries(kept), confirm: confirmation(request, exchange) },
  })
}

/** Shows that the form was ours: only who has the session's cookie can make it. */
function confirmation(request: FastifyRequest, exchange: Exchange): string {
  return digest(`logout ${sandboxCookie(request, exchange, 'session')}`).toString('base64url')
}

function isConfirmed(request: FastifyRequest, exchange: Exchange, { confirm = '' }: Parameters): boolean {
  return request.method === 'POST' && sameSecret(confirm, confirmation(request, exchange))
}

/** How long a client may take to answer, milliseconds. */
const patience = 3000

/** Back-Channel Logout §2.5. A client that cannot be told hinders nobody; the journal says so. */
async function tellClient(client: Client, session: Session, { context }: Exchange): Promise<void> {
  const uri = client.metadata.backchannel_logout_uri
  if (uri === undefined) return
  const answer = await call(uri, context.realm.settings, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: `logout_token=${await logoutToken(client, session, context)}`,
    patience,
  })
  const problem = 'problem' in answer ? answer.problem : answer.status >= 300 ? `it answered ${answer.status}` : undefined
  if (problem !== undefined) note(context, `Client '${client.client_id}' was not told of the logout at ${uri}: ${problem}`)
}

/** On to the client, after the frames if there are any. */
function done(reply: FastifyReply, exchange: Exchange, { next }: LogoutRequest, frames: string[]): void {
  if (next !== undefined && frames.length === 0) redirect(reply, next)
  else signedOutPage(reply, exchange, wordsOf(exchange).pages?.signed_out ?? {}, frames, next)
}

function signedOutPage(
  reply: FastifyReply,
  exchange: Exchange,
  { title, heading = 'You are signed out', text }: { [word in 'title' | 'heading' | 'text']?: string | undefined },
  frames: string[],
  next: string | undefined,
): void {
  const policy = pageHeaders['Content-Security-Policy']
  const origins = [...new Set(frames.map((frame) => new URL(frame).origin))]
  const headers = {
    ...(origins.length === 0 ? {} : { 'Content-Security-Policy': `${policy}; frame-src ${origins.join(' ')}` }),
    // Time for the frames.
    ...(next === undefined ? {} : { Refresh: `2;url=${next}` }),
  }
  render(reply, 'signed-out', { ...wordsOf(exchange), title, heading, text, frames, next }, headers)
}

/** OpenID Connect RP-Initiated Logout §2. */
export const endSessionEndpoint: ProtocolEndpoint = {
  endpoint: 'end_session',
  page: true,
  paths: ({ paths }) => [paths.end_session, paths.sign_out],
  handlers: { GET: answer, POST: answer },
}
