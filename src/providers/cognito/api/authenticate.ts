import { createHmac, randomBytes } from 'node:crypto'
import type { Client, User } from '../../../oauth/model/records.ts'
import { accountProblem } from '../account.ts'
import { ApiError, invalidParameter, notAuthorized } from '../errors.ts'
import { rotates } from '../grants.ts'
import { passwordVerifier, serverPublic } from '../srp.ts'
import type { Input } from './input.ts'
import { refreshTokens, type SignedIn } from './issue.ts'
import { rightPassword } from './passwords.ts'
import type { Pool } from './pool.ts'
import { afterPassword, askFactor, type Challenge, challenge } from './second-factor.ts'
import { checkSecretHash } from './secret-hash.ts'
import { seal } from './session.ts'

/** A call of a client that signs somebody in. */
export interface ClientCall {
  input: Input
  pool: Pool
  client: Client
}

/** How far a sign-in came. */
export type Step = Promise<SignedIn> | SignedIn | Challenge | Omit<Challenge, 'Session'>

type Flow = (call: ClientCall, parameters: Readonly<Record<string, string>>) => Step

/** The flows of `InitiateAuth` that a user's client starts. */
const userFlows = new Map<string, Flow>([
  ['USER_SRP_AUTH', (call, parameters) => startSrp(call, parameters)],
  ['USER_PASSWORD_AUTH', (call, parameters) => withPassword(call, parameters)],
  ['REFRESH_TOKEN_AUTH', (call, parameters) => withRefreshToken(call, parameters)],
  ['REFRESH_TOKEN', (call, parameters) => withRefreshToken(call, parameters)],
  ['USER_AUTH', (call, parameters) => withChoice(call, parameters)],
])

/** Those of `AdminInitiateAuth`. */
const adminFlows = new Map<string, Flow>([
  ...userFlows,
  ['ADMIN_USER_PASSWORD_AUTH', (call, parameters) => withPassword(call, parameters)],
  ['ADMIN_NO_SRP_AUTH', (call, parameters) => withPassword(call, parameters)],
])

export const initiateAuth = (call: ClientCall): Step => begin(call, userFlows)
export const adminInitiateAuth = (call: ClientCall): Step => begin(call, adminFlows)

function begin(call: ClientCall, flows: ReadonlyMap<string, Flow>): Step {
  const { input, client, pool } = call
  const flow = input.need('AuthFlow')
  pool.context.trace.grant_type = flow
  if (flow === 'CUSTOM_AUTH') throw invalidParameter('Custom auth lambda trigger is not configured for the user pool.')
  const start = flows.get(flow)
  if (start === undefined) throw invalidParameter(unknownFlow(flow, [...flows.keys()]))
  const allowed = flow === 'REFRESH_TOKEN' ? 'REFRESH_TOKEN_AUTH' : flow === 'ADMIN_NO_SRP_AUTH' ? 'ADMIN_USER_PASSWORD_AUTH' : flow
  if (!flowsOf(client).includes(`ALLOW_${allowed}`))
    throw invalidParameter(notEnabled(flow), `ExplicitAuthFlows of the client lacks ALLOW_${allowed}`)
  return start(call, input.map('AuthParameters'))
}

/** What a client may use; those of a client that nobody asked are the vendor's usual ones. */
function flowsOf({ metadata }: Client): readonly unknown[] {
  return Array.isArray(metadata.ExplicitAuthFlows)
    ? metadata.ExplicitAuthFlows
    : ['ALLOW_USER_SRP_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH', 'ALLOW_CUSTOM_AUTH']
}

function notEnabled(flow: string): string {
  if (flow === 'USER_SRP_AUTH') return 'USER_SRP_AUTH is not enabled for the client.'
  return flow === 'USER_PASSWORD_AUTH' ? 'USER_PASSWORD_AUTH flow not enabled for this client' : 'Auth flow not enabled for this client'
}

function unknownFlow(flow: string, known: readonly string[]): string {
  const set = `[${known.join(', ')}]`
  return `1 validation error detected: Value '${flow}' at 'authFlow' failed to satisfy constraint: Member must satisfy enum value set: ${set}`
}

/** A parameter that a flow cannot do without. */
export function required(parameters: Readonly<Record<string, string>>, name: string): string {
  const value = parameters[name]
  if (value !== undefined && value !== '') return value
  throw invalidParameter(`Missing required parameter ${name}`)
}

/** The user of a sign-in, whose client has shown its secret; undefined for a name that nobody has. */
function userOf({ client, pool }: ClientCall, parameters: Readonly<Record<string, string>>): { name: string; user: User | undefined } {
  const name = required(parameters, 'USERNAME')
  const user = pool.findUser(name)
  checkSecretHash(parameters.SECRET_HASH, [name, ...(user === undefined ? [] : [user.username])], client)
  pool.context.trace.username = user?.username ?? name
  return { name, user }
}

/** What a client is told of a name that nobody has. */
function unknownUser({ metadata }: Client, name: string): ApiError {
  const explanation = `There is no user '${name}'`
  if (metadata.PreventUserExistenceErrors === 'ENABLED')
    return notAuthorized('Incorrect username or password.', explanation, 'user_unknown')
  return new ApiError('UserNotFoundException', 'User does not exist.', explanation, 'user_unknown')
}

/** Goes on with a user whose password was right. @throws ApiError when he may not sign in yet, or any more */
export function proven(user: User, { client, pool }: Pick<ClientCall, 'client' | 'pool'>): Promise<SignedIn> | Challenge {
  if (user.disabled) throw notAuthorized('User is disabled.', `User '${user.username}' is disabled`, 'user_disabled')
  const problem = accountProblem(pool.account(user))
  if (problem !== undefined) throw new ApiError(...problem, `User '${user.username}' is ${pool.account(user).status}`)
  return afterPassword(user, client, pool)
}

function withPassword(call: ClientCall, parameters: Readonly<Record<string, string>>): Step {
  const { name, user } = userOf(call, parameters)
  return provePassword(call, name, user, required(parameters, 'PASSWORD'))
}

/** @throws ApiError NotAuthorizedException, or what the client is told of an unknown user */
export function provePassword(call: ClientCall, name: string, user: User | undefined, password: string): Step {
  const { client, pool } = call
  return proven(
    rightPassword(user?.username ?? name, password, pool, () => unknownUser(client, name)),
    call,
  )
}

/** A salt that a name always has, so that unknown names look like known ones. */
export function saltOf(name: string, pool: Pool): Buffer {
  return createHmac('sha256', pool.world.settings.signing_secret).update(`salt ${pool.id} ${name}`).digest().subarray(0, 16)
}

/** The first half of SRP: nothing is kept here, for the secret block holds it, sealed. */
function startSrp(call: ClientCall, parameters: Readonly<Record<string, string>>): Step {
  const { client, pool } = call
  const A = required(parameters, 'SRP_A')
  if (!/^[0-9a-f]+$/i.test(A) || /^0+$/.test(A))
    throw invalidParameter('Invalid SRP_A', 'SRP_A is no positive number in hexadecimal digits')
  const { name, user } = userOf(call, parameters)
  if (user === undefined && client.metadata.PreventUserExistenceErrors !== 'ENABLED') throw unknownUser(client, name)
  const username = user?.username ?? name
  const [salt, b] = [saltOf(username, pool), randomBytes(48)]
  const B = serverPublic(passwordVerifier(identityOf(username, pool), passwordOf(user, pool), salt), b)
  const state = { challenge: 'PASSWORD_VERIFIER', username, client_id: client.client_id }
  return {
    ChallengeName: 'PASSWORD_VERIFIER',
    ChallengeParameters: {
      SALT: salt.toString('hex'),
      SECRET_BLOCK: seal({ ...state, A, b: b.toString('hex'), padding: randomBytes(240).toString('hex') }, pool),
      SRP_B: B.toString('hex'),
      USERNAME: username,
      USER_ID_FOR_SRP: username,
    },
  }
}

/** Whose password SRP is about. */
export function identityOf(user: string, { id }: Pool) {
  return { pool: id.slice(id.indexOf('_') + 1), user }
}

/** What a user's password is; that of nobody cannot be known. */
export function passwordOf(user: User | undefined, { world }: Pool): string {
  return user === undefined ? randomBytes(32).toString('hex') : (user.password ?? world.company)
}

function withRefreshToken({ client, pool }: ClientCall, parameters: Readonly<Record<string, string>>): Step {
  const token = required(parameters, 'REFRESH_TOKEN')
  if (rotates(client)) {
    const explanation = 'The client has refresh token rotation: use GetTokensFromRefreshToken'
    throw invalidParameter('Refresh token rotation is enabled for this client. Use GetTokensFromRefreshToken.', explanation)
  }
  if (client.client_secret !== null) checkSecretHash(parameters.SECRET_HASH, namesBehind(token, parameters.USERNAME, pool), client)
  return refreshTokens(token, client, pool)
}

/** The names that a client may make its hash of, when it refreshes. */
function namesBehind(token: string, username: string | undefined, pool: Pool): string[] {
  const user = pool.userOfRefreshToken(token)
  return [username, user?.username, user?.user_id].filter((one) => one !== undefined)
}

/** The flow in which the user chooses how to sign in. */
function withChoice(call: ClientCall, parameters: Readonly<Record<string, string>>): Step {
  const { name, user } = userOf(call, parameters)
  return choose(call, name, user, parameters.PREFERRED_CHALLENGE, parameters)
}

const choices = ['PASSWORD', 'PASSWORD_SRP', 'EMAIL_OTP']

/** Goes on as the user chose, or asks. */
export function choose(
  call: ClientCall,
  name: string,
  user: User | undefined,
  chosen = '',
  parameters: Readonly<Record<string, string>> = {},
): Step {
  const { client, pool } = call
  if (chosen === 'PASSWORD' && parameters.PASSWORD !== undefined) return provePassword(call, name, user, parameters.PASSWORD)
  if (chosen === 'PASSWORD_SRP' && parameters.SRP_A !== undefined) return startSrp(call, { ...parameters, USERNAME: name })
  if (user === undefined) throw unknownUser(client, name)
  if (chosen === 'EMAIL_OTP') return askFactor('EMAIL_OTP', user, client, pool)
  return { ...challenge('SELECT_CHALLENGE', {}, { user, client, pool }), AvailableChallenges: choices } as Challenge
}
