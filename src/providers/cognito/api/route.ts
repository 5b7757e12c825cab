import { readClaims } from '../../../oauth/jose/jwt.ts'
import type { Client } from '../../../oauth/model/records.ts'
import type { ApiRequest, Reply, Route } from '../../provider.ts'
import { ApiError, apiReply, invalidParameter, notAuthorized } from '../errors.ts'
import { poolId } from '../world.ts'
import { meant } from './admin-users.ts'
import { poolWith } from './clients.ts'
import { Input, isMembers } from './input.ts'
import { userInSetup } from './mfa.ts'
import * as operations from './operations.ts'
import { ownerOf } from './own-account.ts'
import { Pool } from './pool.ts'
import { type FreeCall, notBuilt, poolOf } from './pools.ts'
import { sessionPool } from './session.ts'
import { checkSignature, regionOf } from './signature.ts'

const prefix = 'AWSCognitoIdentityProviderService.'

/** The JSON API: every operation is a POST to the root, which its header names. */
async function answer(request: ApiRequest): Promise<Reply> {
  const target = String(request.headers['x-amz-target'] ?? '')
  const operation = target.startsWith(prefix) ? target.slice(prefix.length) : ''
  request.context.trace.grant_type = operation
  if (operations.isAdministrative(operation)) checkSignature(operation, request)
  const { body = {} } = request
  if (!isMembers(body)) throw new ApiError('SerializationException', '', 'The body is no JSON object')
  const answered = await answerOf(operation, {
    input: new Input(body),
    spaces: request.spaces,
    context: request.context,
    region: regionOf(request),
  })
  return answered === undefined ? { ...apiReply(200, {}), body: '' } : apiReply(200, answered)
}

function answerOf(operation: string, free: FreeCall): unknown {
  const { input } = free
  const ofClient = operations.clientOperations.get(operation)
  if (ofClient !== undefined) {
    const client_id = input.need('ClientId')
    free.context.trace.client_id = client_id
    const { pool, ...found } = poolWith(client_id, allPools(free))
    return ofClient({ input, pool: asked(pool, free), ...found })
  }
  const own = operations.ownOperations.get(operation)
  if (own !== undefined) return asOwner(input.need('AccessToken'), free, own)
  const setup = operations.setupOperations.get(operation)
  if (setup !== undefined) return inSetup(free, setup)
  return ofPool(operation, free)
}

function ofPool(operation: string, free: FreeCall): unknown {
  const { input } = free
  const ofFree = operations.freeOperations.get(operation)
  if (ofFree !== undefined) return ofFree(free)
  const about = operations.poolOperations.get(operation)
  if (about !== undefined) return about({ input, pool: named(free) }, free)
  const ofUser = operations.userOperations.get(operation)
  if (ofUser !== undefined) {
    const call = { input, pool: named(free) }
    return ofUser({ ...call, user: meant(call) })
  }
  const ofClient = operations.adminClientOperations.get(operation)
  if (ofClient !== undefined) {
    const pool = named(free)
    const client: Client = pool.client(input.need('ClientId'))
    free.context.trace.client_id = client.client_id
    return ofClient({ input, pool, client })
  }
  if (operations.knownOperations.has(operation)) throw notBuilt(operation)
  throw new ApiError('UnknownOperationException', '', `X-Amz-Target names no operation of ${prefix.slice(0, -1)}: '${operation}'`)
}

const named = (free: FreeCall): Pool => asked(poolOf(free.input.need('UserPoolId'), free), free)
const allPools = ({ spaces, context }: FreeCall): Pool[] => spaces.list().map((world) => new Pool(world, context))

/** The pool that a request is about, which the journal is told: no path names it. */
function asked(pool: Pool, { context }: FreeCall): Pool {
  context.trace.space = pool.id
  return pool
}

/** The pool that a token is of, by its issuer. */
function poolOfToken(token: string, free: FreeCall): Pool {
  const { iss } = readClaims(token) ?? {}
  const world = free.spaces.find(typeof iss === 'string' ? iss.slice(iss.lastIndexOf('/') + 1) : poolId)
  if (world === undefined) throw notAuthorized('Invalid Access Token', 'AccessToken is of no pool that is here', 'token_unknown')
  return asked(new Pool(world, free.context), free)
}

async function asOwner(token: string, free: FreeCall, operate: NonNullable<ReturnType<typeof operations.ownOperations.get>>) {
  const pool = poolOfToken(token, free)
  return operate({ input: free.input, pool, user: await ownerOf(token, pool) })
}

function inSetup(free: FreeCall, operate: NonNullable<ReturnType<typeof operations.setupOperations.get>>) {
  const { input } = free
  const token = input.text('AccessToken')
  if (token !== undefined) return asOwner(token, free, operate)
  const session = input.text('Session')
  if (session === undefined) throw invalidParameter('AccessToken or Session is required')
  const pool = asked(sessionPool(session, allPools(free)), free)
  return operate({ input, pool, ...userInSetup(session, pool) })
}

/** Where the JSON API is. */
export const apiRoutes: readonly Route[] = [{ method: 'POST', path: '/', handle: answer }]
