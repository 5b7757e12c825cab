import type { FastifyReply, FastifyRequest } from 'fastify'
import { TakenError } from '../../oauth/model/directory.ts'
import { type Parameters, readParameters } from '../../oauth/model/parameters.ts'
import { cleanUsername } from '../../oauth/users/sign-in.ts'
import type { ProtocolEndpoint } from '../endpoint.ts'
import { explain } from '../errors.ts'
import { type Exchange, exchangeOf } from '../exchange.ts'
import { signUpPage } from '../pages/pages.ts'
import { signedIn } from '../pages/sign-in-steps.ts'
import type { SignUpField } from '../pages/views.ts'
import { interactionOf } from './join.ts'

/** GET of the page on which a new user makes an account (OpenID Connect Initiating User Registration §4). */
async function getSignUp(request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const exchange = exchangeOf(request)
  const interaction = await interactionOf(reply, exchange, readParameters(request.query).parameters)
  const hint = interaction.request.login_hint
  return signUpPage(reply, exchange, interaction, hint === undefined ? {} : { [hint.includes('@') ? 'email' : 'username']: hint })
}

/** POST of that page: the user is made, has the app, is signed in and goes on. */
async function postSignUp(request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const exchange = exchangeOf(request)
  const { parameters } = readParameters(request.body)
  const interaction = await interactionOf(reply, exchange, parameters)
  const { sandbox } = exchange
  const errors = await problems(exchange, parameters)
  const again = () => {
    const explanation = Object.entries(errors).map(([field, problem]) => `${field}: ${problem}`)
    explain(exchange, { code: 'invalid_request', explanation: explanation.join(' ') }, reply)
    const { password: _kept, ...values } = parameters
    return signUpPage(reply, exchange, interaction, values, errors)
  }
  if (Object.keys(errors).length > 0) return again()
  try {
    const [user] = await sandbox.directory.createUsers([
      {
        user_id: sandbox.provider.ids.user_id(),
        username: cleanUsername(parameters.username ?? ''),
        password: parameters.password ?? null,
        first_name: parameters.first_name?.trim() ?? '',
        last_name: parameters.last_name?.trim() ?? '',
        email: parameters.email?.trim() ?? null,
        type: null,
        age: null,
        claims: {},
        disabled: false,
        created_at: sandbox.clock.now(),
        apps: [interaction.client.app],
        friends: [],
        parents: [],
      },
    ])
    if (user === undefined) throw new Error('the user was not made')
    return await signedIn(reply, exchange, interaction, user)
  } catch (error) {
    if (!(error instanceof TakenError)) throw error
    errors.username = 'This username is taken.'
    return again()
  }
}

async function problems({ sandbox }: Exchange, parameters: Parameters): Promise<Partial<Record<SignUpField, string>>> {
  const errors: Partial<Record<SignUpField, string>> = {}
  const username = cleanUsername(parameters.username ?? '')
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(username)) {
    errors.username = 'A username has 1 to 64 letters, digits, dots, hyphens or underscores.'
  } else if ((await sandbox.directory.findUser(username)) !== undefined) errors.username = 'This username is taken.'
  for (const field of ['first_name', 'last_name'] as const) {
    if ((parameters[field] ?? '').length > 64) errors[field] = 'A name has at most 64 characters.'
  }
  if (parameters.email !== undefined && !/^[^\s@]+@[^\s@]+$/.test(parameters.email.trim())) errors.email = 'This is no e-mail address.'
  if (parameters.password === undefined) errors.password = 'A password is needed.'
  return errors
}

/** Where new users make an account. */
export const signUpEndpoint: ProtocolEndpoint = {
  endpoint: 'authorize',
  page: true,
  paths: ({ paths }) => [paths.sign_up],
  handlers: { GET: getSignUp, POST: postSignUp },
}
