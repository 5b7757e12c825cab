import { z } from 'zod'
import { checkAuthorizationRequest } from '../../oauth/authorization/authorize.ts'
import { authorizeFor } from '../../oauth/authorization/decision.ts'
import { deliver, errorAnswer } from '../../oauth/authorization/response.ts'
import { magicUsers } from '../../oauth/faults/magic-users.ts'
import { AuthorizationError } from '../../oauth/model/errors.ts'
import type { Context } from '../../oauth/realm/context.ts'
import { checkPassword } from '../../oauth/users/sign-in.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import { addressesOf } from '../addresses.ts'
import type { Resource } from '../deps.ts'
import { sandboxNamed, userMentioned } from '../input/lookup.ts'
import { inSandbox, refusal } from '../schemas.ts'

const authorization = z.strictObject({
  client_id: z.string(),
  redirect_uri: z.string().optional().describe('May be absent when the app has one alone.'),
  username: z.string(),
  response_type: z.string().optional().describe('`code` when absent.'),
  response_mode: z.string().optional(),
  scope: z.string().optional(),
  state: z.string().optional(),
  nonce: z.string().optional(),
  code_challenge: z.string().optional(),
  code_challenge_method: z.enum(['S256', 'plain']).optional(),
  resource: z.string().optional(),
  decision: z.enum(['allow', 'deny']).optional().describe('`allow` when absent.'),
  granted_scope: z.string().optional().describe('The part of the scope that the user allows; all of it when absent.'),
})

const authorized = z.object({
  redirect_to: z.string().describe('Where the browser would be sent: the redirect URI with the code, or with the error.'),
  code: z.string().optional(),
  form: z.record(z.string(), z.string()).optional().describe('What the browser would post there, with response mode form_post.'),
})

/** Signing in without a browser: everything is checked and made as if the user had gone through the pages. */
export const authorize: Resource = (app, deps) => {
  app.post(
    '/sandboxes/:sandbox/authorize',
    {
      schema: {
        tags: ['tokens'],
        summary: 'Sign a user in and decide for him, without a browser',
        params: inSandbox,
        body: authorization,
        response: { 200: authorized, default: refusal },
      },
    },
    async (request) => {
      const sandbox = sandboxNamed(request.params.sandbox, deps.sandboxes)
      const { username, decision, granted_scope, response_type = 'code', ...asked } = request.body
      const context: Context = { realm: sandbox, issuer: addressesOf(sandbox, request.raw, deps).issuer, trace: {} }
      const user = userOf(username, sandbox)
      const parameters = Object.fromEntries(Object.entries({ ...asked, response_type }).filter(([, value]) => value !== undefined))
      try {
        const { request: checked, client } = await checkAuthorizationRequest({ parameters, problem: undefined }, context)
        context.trace.username = user.username
        const denied = magicUsers.get(user.username)?.denies === true
        const outcome = await authorizeFor(checked, client, user, { decision: denied ? 'deny' : decision, granted_scope }, context)
        return view(outcome.delivery, outcome.code)
      } catch (error) {
        if (!(error instanceof AuthorizationError)) throw error
        return view(await deliver(errorAnswer(error, context), context), undefined)
      }
    },
  )
}

/** A magic user is made when he is first named. @throws Problem that names some of the users there are */
function userOf(username: string, sandbox: Sandbox) {
  if (magicUsers.has(username)) {
    const signedIn = checkPassword(username, '', sandbox)
    if (signedIn.ok) return signedIn.user
  }
  return userMentioned(username, sandbox)
}

function view(delivery: Awaited<ReturnType<typeof deliver>>, code: string | undefined): z.output<typeof authorized> {
  if ('form_post' in delivery) {
    return { redirect_to: delivery.form_post.action, form: { ...delivery.form_post.fields }, ...(code !== undefined && { code }) }
  }
  // Under a fault the client may not get to see it.
  const seen = code !== undefined && delivery.redirect_to.includes(encodeURIComponent(code))
  return { redirect_to: delivery.redirect_to, ...(seen && { code }) }
}
