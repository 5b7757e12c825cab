import { randomFrom } from '../../../basics/random.ts'
import type { Context } from '../../../oauth/realm/context.ts'
import type { OwnSpaces } from '../../own-spaces.ts'
import { standardAttributes } from '../attributes.ts'
import { ApiError, invalidParameter, notFound } from '../errors.ts'
import { defaultPasswordPolicy, type PasswordPolicy } from '../password-policy.ts'
import type { PoolCall } from './admin-users.ts'
import { type Input, isMembers, type Kinds } from './input.ts'
import { Pool, type PoolRecord, usualPool } from './pool.ts'
import { paged } from './user-filter.ts'

/** A call that names no pool, or makes one. */
export interface FreeCall {
  input: Input
  spaces: OwnSpaces
  context: Context
  /** The region that was asked: by the host, or by the signature's scope. */
  region: string
}

/** The pool of an id. @throws ApiError ResourceNotFoundException */
export function poolOf(id: string, { spaces, context }: Pick<FreeCall, 'spaces' | 'context'>): Pool {
  const world = spaces.find(id)
  if (world !== undefined) return new Pool(world, context)
  const there = spaces.list().map(({ space }) => space)
  throw notFound(`User pool ${id} does not exist.`, `There are the pools ${there.join(', ')}`)
}

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

/** What may be said of a pool, beside its name. */
const kept: Kinds = {
  'a list of strings': ['AliasAttributes', 'UsernameAttributes', 'AutoVerifiedAttributes'],
  'a list of objects': ['Schema'],
  'a string': ['MfaConfiguration', 'UserPoolTier', 'DeletionProtection'],
  'an object': [
    ...['UserPoolTags', 'LambdaConfig', 'EmailConfiguration', 'SmsConfiguration', 'AccountRecoverySetting', 'UsernameConfiguration'],
    ...['UserAttributeUpdateSettings', 'DeviceConfiguration', 'VerificationMessageTemplate'],
  ],
}

/** What may be said of its second factors. */
const factors: Kinds = {
  'an object': ['SmsMfaConfiguration', 'SoftwareTokenMfaConfiguration', 'EmailMfaConfiguration'],
  'a string': ['MfaConfiguration'],
}

function recordOf(input: Input, before: PoolRecord): PoolRecord {
  const { PasswordPolicy: policy } = input.object('Policies')
  const said = isMembers(policy) ? (policy as Partial<PasswordPolicy>) : undefined
  return {
    ...before,
    ...input.some(kept),
    Policies: { PasswordPolicy: said === undefined ? before.Policies.PasswordPolicy : { ...lax, ...said } },
    AdminCreateUserConfig: { ...before.AdminCreateUserConfig, ...input.object('AdminCreateUserConfig') },
  }
}

/** What a policy asks for that says nothing of it. */
const lax: PasswordPolicy = {
  MinimumLength: 8,
  RequireUppercase: false,
  RequireLowercase: false,
  RequireNumbers: false,
  RequireSymbols: false,
  TemporaryPasswordValidityDays: 7,
}

export function createUserPool({ input, spaces, context, region }: FreeCall) {
  const Name = input.need('PoolName')
  const id = `${region}_${randomFrom(letters, 9)}`
  const pool = new Pool(spaces.create(id), context)
  const fresh = { ...usualPool, Name, MfaConfiguration: 'OFF' as const, AutoVerifiedAttributes: [] }
  pool.change({ ...recordOf(input, { ...fresh, Policies: { PasswordPolicy: defaultPasswordPolicy } }), CreatedAt: pool.now })
  return { UserPool: describe(pool) }
}

export function describeUserPool({ pool }: PoolCall) {
  return { UserPool: describe(pool) }
}

export function updateUserPool({ input, pool }: PoolCall) {
  const name = input.text('PoolName')
  pool.change({ ...recordOf(input, pool.record), ...(name !== undefined && { Name: name }) })
  return {}
}

export function setUserPoolMfaConfig({ input, pool }: PoolCall) {
  pool.change({ ...input.some(factors) })
  return mfaConfig(pool)
}

export function getUserPoolMfaConfig({ pool }: PoolCall) {
  return mfaConfig(pool)
}

function mfaConfig({ record }: Pool) {
  const { SmsMfaConfiguration, SoftwareTokenMfaConfiguration = { Enabled: true }, MfaConfiguration } = record
  return { SmsMfaConfiguration, SoftwareTokenMfaConfiguration, MfaConfiguration }
}

export function addCustomAttributes({ input, pool }: PoolCall) {
  const added = input.list('CustomAttributes').filter(isMembers)
  const { Schema } = pool.record
  pool.change({ Schema: [...(Array.isArray(Schema) ? Schema : []), ...added] })
  return {}
}

export function deleteUserPool({ pool }: PoolCall, { spaces }: FreeCall) {
  spaces.delete(pool.id)
}

export function listUserPools({ input, spaces, context }: FreeCall) {
  if (input.number('MaxResults') === undefined) {
    throw invalidParameter("1 validation error detected: Value null at 'maxResults' failed to satisfy constraint: Member must not be null")
  }
  const pools = spaces.list().map((world) => new Pool(world, context))
  const { items, next } = paged(pools, input.number('MaxResults'), input.text('NextToken'))
  return {
    UserPools: items.map((pool) => ({ Id: pool.id, Name: pool.record.Name, LambdaConfig: {}, ...times(pool) })),
    ...(next !== undefined && { NextToken: next }),
  }
}

function times({ record, world }: Pool) {
  const created = Number(record.CreatedAt ?? world.created_at) / 1000
  return { LastModifiedDate: created, CreationDate: created }
}

function describe(pool: Pool) {
  const { id, record, world } = pool
  const { Schema, CreatedAt: _, ...said } = record
  const region = id.slice(0, id.indexOf('_'))
  return {
    Id: id,
    LambdaConfig: {},
    ...times(pool),
    ...said,
    SchemaAttributes: schemaOf(Schema),
    EstimatedNumberOfUsers: world.directory.countUsers(),
    Arn: `arn:aws:cognito-idp:${region}:000000000000:userpool/${id}`,
  }
}

function schemaOf(custom: unknown) {
  const standard = standardAttributes.map((Name) => ({
    Name,
    AttributeDataType: Name.endsWith('_verified') ? 'Boolean' : Name === 'updated_at' ? 'Number' : 'String',
    DeveloperOnlyAttribute: false,
    Mutable: Name !== 'sub',
    Required: Name === 'sub',
  }))
  const own = (Array.isArray(custom) ? custom : []).filter(isMembers).map((one) => {
    const name = String(one.Name)
    return { ...one, Name: standardAttributes.includes(name) || name.startsWith('custom:') ? name : `custom:${name}` }
  })
  const named = own.map(({ Name }) => Name)
  return [...standard.filter(({ Name }) => !named.includes(Name)), ...own]
}

export function createUserPoolDomain({ input, pool }: PoolCall) {
  const Domain = input.need('Domain')
  if (!/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(Domain)) throw invalidParameter('Domain is not valid', `Domain is '${Domain}'`)
  pool.change({ Domain })
  return {}
}

export function deleteUserPoolDomain({ pool }: PoolCall) {
  const { Domain: _, ...rest } = pool.record
  pool.world.documents.kind<PoolRecord>('cognito_pool').put('pool', rest)
  return {}
}

export function describeUserPoolDomain({ input, spaces, context }: FreeCall) {
  const Domain = input.need('Domain')
  const pool = spaces
    .list()
    .map((world) => new Pool(world, context))
    .find(({ record }) => record.Domain === Domain)
  return { DomainDescription: pool === undefined ? {} : { UserPoolId: pool.id, Domain, Status: 'ACTIVE', Version: '1' } }
}

/** A resource server of a pool, and the scopes that it brings. */
interface ResourceServer {
  Identifier: string
  Name: string
  Scopes: readonly { ScopeName: string; ScopeDescription: string }[]
}

const serversOf = ({ record }: Pool) => (record.ResourceServers ?? []) as readonly ResourceServer[]

/** The scopes of a pool's own resource servers. */
export function customScopes(pool: Pool): string[] {
  return serversOf(pool).flatMap(({ Identifier, Scopes }) => Scopes.map(({ ScopeName }) => `${Identifier}/${ScopeName}`))
}

export function createResourceServer({ input, pool }: PoolCall) {
  const { Scopes = [] } = input.some({ 'a list of objects': ['Scopes'] }) as Partial<ResourceServer>
  const server = { Identifier: input.need('Identifier'), Name: input.need('Name'), Scopes }
  if (serversOf(pool).some(({ Identifier }) => Identifier === server.Identifier)) {
    throw invalidParameter(`${server.Identifier} already exists in user pool ${pool.id}.`)
  }
  pool.change({ ResourceServers: [...serversOf(pool), server] })
  return { ResourceServer: { UserPoolId: pool.id, ...server } }
}

export function describeResourceServer({ input, pool }: PoolCall) {
  const server = serversOf(pool).find(({ Identifier }) => Identifier === input.need('Identifier'))
  if (server === undefined) throw notFound(`Resource server ${input.text('Identifier')} does not exist.`)
  return { ResourceServer: { UserPoolId: pool.id, ...server } }
}

export function deleteResourceServer({ input, pool }: PoolCall) {
  pool.change({ ResourceServers: serversOf(pool).filter(({ Identifier }) => Identifier !== input.need('Identifier')) })
}

export function listResourceServers({ pool }: PoolCall) {
  return { ResourceServers: serversOf(pool).map((server) => ({ UserPoolId: pool.id, ...server })) }
}

/** An operation of the vendor's that is known and not built. */
export function notBuilt(operation: string): ApiError {
  const explanation = `${operation} is an operation of the vendor's that grantbox does not have`
  return new ApiError('NotImplementedException', `${operation} is not supported by grantbox`, explanation)
}
