import { z } from 'zod'
import { within } from '../../basics/closest.ts'
import { given } from '../../basics/given.ts'
import { checkAuthorizationRequest } from '../../oauth/authorization/authorize.ts'
import { authorizeFor, type Outcome } from '../../oauth/authorization/decision.ts'
import { authorizationParameters } from '../../oauth/authorization/effects.ts'
import { deliver, errorAnswer } from '../../oauth/authorization/response.ts'
import { faultOf } from '../../oauth/faults/kind.ts'
import { magicUsers } from '../../oauth/faults/magic-users.ts'
import { AuthorizationError, OAuthError } from '../../oauth/model/errors.ts'
import { parametersOf } from '../../oauth/model/parameters.ts'
import type { User } from '../../oauth/model/records.ts'
import type { Context } from '../../oauth/realm/context.ts'
import { findNamed, findSubject, magicName } from '../../oauth/users/sign-in.ts'
import type { JournalEntry } from '../../sandbox/journal.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import { contextOf } from '../addresses.ts'
import { userMentioned } from '../input/lookup.ts'
import { invalidAll } from '../problem.ts'
import { sandboxRoutes } from '../sandbox-routes.ts'
import { deliveryShape, viewDelivery } from '../views/delivery.ts'

/** What stands beside the parameters. */
const own = {
  username: z.string(),
  decision: z.enum(['allow', 'deny']).optional().describe('`allow` when absent.'),
  granted_scope: z.string().optional().describe('The part of the scope that the user allows; all of it when absent.'),
}

const authorization = z
  .looseObject({
    ...Object.fromEntries(authorizationParameters.map((name) => [name, z.unknown().optional()])),
    client_id: z.string(),
    redirect_uri: z.string().optional().describe('May be absent when the app has one alone.'),
    response_type: z.string().optional().describe('`code` when absent.'),
    ...own,
  })
  .describe('Whatever an authorization request may contain. Numbers, booleans, lists and objects are written as they stand in a URL.')

const authorized = z.object({
  ...deliveryShape,
  code: z.string().optional(),
  notes: z.array(z.string()).describe('What of the request had no effect, a sentence each.'),
})

type Wanted = z.output<typeof authorization>

/** Signing in without a browser: everything is checked and made as if the user had gone through the pages. */
export const authorize = sandboxRoutes('tokens', ({ inSpace: { post } }) => {
  const given = { body: authorization, answer: authorized }
  post('/authorize', 'Sign a user in and decide for him, without a browser', given, async ({ sandbox, addresses, body, request }) => {
    checkNames(body)
    const user = userOf(body.username, sandbox)
    const context = contextOf(sandbox, addresses)
    const entry = begun(request, sandbox)
    try {
      const outcome = await authorizeWithout(body, user, context)
      const answer = { ...view(outcome), notes: context.trace.notes ?? [] }
      const { redirect_to, ...rest } = answer
      const headers = { location: redirect_to, 'content-type': 'application/json' }
      Object.assign(entry, { response_headers: headers, response_body: JSON.stringify(rest) }, problemOf(outcome.error))
      return answer
    } catch (error) {
      if (error instanceof OAuthError) Object.assign(entry, { status: 400 }, problemOf(error))
      throw error
    } finally {
      sandbox.journal.add({
        ...context.trace,
        ...faultOf({ ...context.fault }),
        ...entry,
        duration_ms: performance.now() - entry.duration_ms,
      })
    }
  })
})

/** @throws Problem for what nearly is a member of ours: as a parameter it would be a decision that nobody hears of */
function checkNames(wanted: Wanted): void {
  const names = Object.keys(own)
  const missed = Object.entries(wanted).flatMap(([field, came]) => {
    const suggestion = field in own ? undefined : within(2, field, names)
    return suggestion === undefined ? [] : [{ field, expected: suggestion, came, suggestion, unknown: true as const }]
  })
  if (missed.length > 0) throw invalidAll(missed)
}

async function authorizeWithout(
  { username: _, decision, granted_scope, ...asked }: Wanted,
  user: User,
  context: Context,
): Promise<Outcome> {
  const renamed = context.realm.requests?.parameters ?? {}
  const parameters = parametersOf([
    // Elsewhere it stands in what these name.
    ...(asked.request === undefined && asked.request_uri === undefined ? [['response_type', 'code'] as const] : []),
    // By the vendor's name, which an app's URL has, or by the RFC's.
    ...Object.entries(asked).map(([name, value]) => [Object.hasOwn(renamed, name) ? (renamed[name] ?? name) : name, value] as const),
  ])
  try {
    const { request, client } = await checkAuthorizationRequest({ parameters, problem: undefined }, context)
    context.trace.username = user.username
    const denied = magicUsers.get(user.username)?.denies === true
    return await authorizeFor(request, client, user, { decision: denied ? 'deny' : decision, granted_scope }, context)
  } catch (error) {
    if (!(error instanceof AuthorizationError)) throw error
    return { delivery: await deliver(errorAnswer(error, context), context), code: undefined, error }
  }
}

/** The journal's entry before it is answered; until then its duration is when it began. Who called the control API is left out. */
function begun({ url, body }: { url: string; body: unknown }, { clock }: Sandbox): JournalEntry {
  return {
    id: 0,
    time: clock.now(),
    at_ms: performance.now(),
    duration_ms: performance.now(),
    endpoint: 'authorize',
    driver: 'control',
    method: 'POST',
    url,
    request_headers: { 'content-type': 'application/json' },
    request_body: body,
    status: 200,
    response_headers: {},
    response_body: undefined,
  }
}

function problemOf(error: OAuthError | undefined): Partial<JournalEntry> {
  return error === undefined ? {} : given({ error: error.code, reason: error.reason, explanation: error.explanation })
}

/** A magic user is made when he is first named. @throws Problem that names some of the users there are */
function userOf(username: string, sandbox: Sandbox): User {
  const named = magicName(username) === undefined ? findNamed(username, sandbox) : undefined
  if (named !== undefined) return named
  const subject = findSubject(username, sandbox)
  return subject.ok ? subject.user : userMentioned(username, sandbox)
}

function view({ delivery, code }: Outcome): Omit<z.output<typeof authorized>, 'notes'> {
  // Under a fault the client may not get to see it.
  const encoded = (text: string) => [encodeURIComponent(text), new URLSearchParams([['', text]]).toString().slice(1)]
  const isIn = (text: string) => !('redirect_to' in delivery) || encoded(text).some((one) => delivery.redirect_to.includes(one))
  const seen = code !== undefined && isIn(code)
  return { ...viewDelivery(delivery), ...(seen && { code }) }
}
