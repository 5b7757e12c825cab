import type { FastifyReply, FastifyRequest } from 'fastify'
import { TakenError } from '../../oauth/model/directory.ts'
import { PageError } from '../../oauth/model/errors.ts'
import { type Parameters, readParameters } from '../../oauth/model/parameters.ts'
import type { NewUserPage } from '../../providers/new-user.ts'
import { signUp } from '../../providers/sign-up.ts'
import { suggestUsername } from '../../sandbox/generation.ts'
import type { ProtocolEndpoint } from '../endpoint.ts'
import { explain } from '../errors.ts'
import { type Exchange, exchangeOf } from '../exchange.ts'
import { newUserPage } from '../pages/pages.ts'
import { findInteraction, signedIn } from '../pages/sign-in-steps.ts'

/** GET of the page on which a new user comes in (OpenID Connect Initiating User Registration §4). */
function getPage(request: FastifyRequest, reply: FastifyReply) {
  const exchange = exchangeOf(request)
  const interaction = interactionOf(reply, exchange, readParameters(request.query).parameters)
  const page = pageOf(exchange)
  const values = page.begin({
    login_hint: interaction.request.login_hint,
    suggestUsername: () => suggestUsername(exchange.sandbox),
  })
  return newUserPage(reply, exchange, interaction, page, values)
}

/** POST of that page: the user is made, has the app, is signed in and goes on. */
async function postPage(request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const exchange = exchangeOf(request)
  const { parameters } = readParameters(request.body)
  const interaction = interactionOf(reply, exchange, parameters)
  const { sandbox } = exchange
  const page = pageOf(exchange)
  const errors = page.check(parameters, sandbox.directory)
  const again = () => {
    const explanations = Object.entries(errors).map(([field, problem]) => `${field}: ${problem}`)
    explain(exchange, { code: 'invalid_request', explanation: explanations.join(' ') }, reply)
    const { password: _forgotten, ...values } = parameters
    return newUserPage(reply, exchange, interaction, page, values, errors)
  }
  if (Object.keys(errors).length > 0) return again()
  const made = { user_id: sandbox.provider.ids.user_id(), disabled: false, created_at: sandbox.clock.now(), apps: [interaction.client.app] }
  try {
    const [user] = sandbox.directory.createUsers([{ ...page.userOf(parameters), ...made }])
    if (user === undefined) throw new Error('the user was not made')
    return await signedIn(reply, exchange, interaction, user)
  } catch (error) {
    if (!(error instanceof TakenError)) throw error
    errors.username = 'This username is taken.'
    return again()
  }
}

function pageOf({ sandbox }: Exchange): NewUserPage {
  return sandbox.provider.new_users ?? signUp
}

function interactionOf(reply: FastifyReply, exchange: Exchange, { transaction }: Parameters) {
  if (transaction === undefined) {
    throw new PageError(
      'parameter_missing',
      'Joining begins at the sign-in page of an app.',
      'The parameter transaction is missing',
    ).naming({
      parameter: 'transaction',
    })
  }
  return findInteraction(reply, exchange, transaction)
}

/** Where new users come in: a vendor calls it joining or signing up. */
export const newUserEndpoint: ProtocolEndpoint = {
  endpoint: 'authorize',
  page: true,
  paths: ({ paths }) => [paths.join, paths.sign_up],
  handlers: { GET: getPage, POST: postPage },
}
