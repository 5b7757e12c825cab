import type { FastifyReply, FastifyRequest } from 'fastify'
import { TakenError } from '../../oauth/model/directory.ts'
import { PageError } from '../../oauth/model/errors.ts'
import { type Parameters, readParameters } from '../../oauth/model/parameters.ts'
import { cleanUsername } from '../../oauth/users/sign-in.ts'
import { suggestUsername } from '../../sandbox/usernames.ts'
import type { ProtocolEndpoint } from '../endpoint.ts'
import { explain } from '../errors.ts'
import { type Exchange, exchangeOf } from '../exchange.ts'
import { joinPage } from '../pages/pages.ts'
import { findInteraction, signedIn } from '../pages/sign-in-steps.ts'
import type { JoinField } from '../pages/views.ts'

/** GET of the page on which a new user joins. */
async function getJoin(request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const exchange = exchangeOf(request)
  const interaction = await interactionOf(reply, exchange, readParameters(request.query).parameters)
  const { directory } = exchange.sandbox
  const username = await suggestUsername(async (name) => (await directory.findUser(name)) !== undefined)
  return joinPage(reply, exchange, interaction, { username, type: 'parent' })
}

/** POST of that page: the user is made, has the app, and goes on. */
async function postJoin(request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const exchange = exchangeOf(request)
  const { parameters } = readParameters(request.body)
  const interaction = await interactionOf(reply, exchange, parameters)
  const { sandbox } = exchange
  const errors = await problems(exchange, parameters)
  const again = () => {
    const explanations = Object.entries(errors).map(([field, problem]) => `${field}: ${problem}`)
    explain(exchange, { code: 'invalid_request', explanation: explanations.join(' ') }, reply)
    return joinPage(reply, exchange, interaction, parameters, errors)
  }
  if (Object.keys(errors).length > 0) return again()

  const kid = parameters.type === 'kid'
  try {
    const [user] = await sandbox.directory.createUsers([
      {
        user_id: sandbox.provider.ids.user_id(),
        username: cleanUsername(parameters.username ?? ''),
        password: null,
        first_name: parameters.first_name?.trim() ?? '',
        last_name: parameters.last_name?.trim() ?? '',
        email: null,
        type: kid ? 'kid' : 'parent',
        age: Number(parameters.age),
        claims: {},
        disabled: false,
        created_at: sandbox.clock.now(),
        apps: [interaction.client.app],
        friends: [],
        parents: kid && parameters.parent !== undefined ? [cleanUsername(parameters.parent)] : [],
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

export async function interactionOf(reply: FastifyReply, exchange: Exchange, { transaction }: Parameters) {
  if (transaction === undefined) {
    throw new PageError('invalid_request', 'Joining begins at the sign-in page of an app.', 'The parameter transaction is missing')
  }
  return findInteraction(reply, exchange, transaction)
}

async function problems(exchange: Exchange, parameters: Parameters): Promise<Partial<Record<JoinField, string>>> {
  const { directory } = exchange.sandbox
  const errors: Partial<Record<JoinField, string>> = {}
  const username = cleanUsername(parameters.username ?? '')
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{2,31}$/.test(username)) {
    errors.username = 'A username has 3 to 32 letters, digits, dots, hyphens or underscores.'
  } else if ((await directory.findUser(username)) !== undefined) errors.username = 'This username is taken.'
  for (const field of ['first_name', 'last_name'] as const) {
    const name = parameters[field]?.trim() ?? ''
    if (name === '') errors[field] = 'A name is needed.'
    else if (name.length > 64) errors[field] = 'A name has at most 64 characters.'
  }
  const { type } = parameters
  if (type !== 'parent' && type !== 'kid') errors.type = 'Choose Parent or Kid.'
  const age = /^\d{1,3}$/.test(parameters.age ?? '') ? Number(parameters.age) : Number.NaN
  if (!(age >= 1 && age <= 120)) errors.age = 'The age is a whole number of years, 1 to 120.'
  else if (type === 'parent' && age < 18) errors.age = 'A parent is 18 or older.'
  else if (type === 'kid' && age > 17) errors.age = 'A kid is 17 or younger.'
  if (type === 'kid') {
    const parent = parameters.parent === undefined ? undefined : await directory.findUser(cleanUsername(parameters.parent))
    if (parameters.parent === undefined) {
      if (age < 13) errors.parent = 'A kid under 13 needs a parent.'
    } else if (parent?.type !== 'parent') errors.parent = 'There is no parent of this username in the sandbox.'
  }
  return errors
}

/** The vendor's page for new users. */
export const joinEndpoint: ProtocolEndpoint = {
  endpoint: 'authorize',
  page: true,
  paths: ({ paths }) => [paths.join],
  handlers: { GET: getJoin, POST: postJoin },
}
