import * as operations from '../../src/providers/cognito/api/operations.ts'
import { isSigned, pool, signature, spa, web } from '../vendors/cognito/pool.ts'
import type { JsonSchema, Target } from './surface.ts'

/** Cognito's JSON API: one route, whose operations a header names. Those that IAM authorizes are signed. */

const text: JsonSchema = { type: 'string' }
const any: JsonSchema = {}
const known = (...values: string[]): JsonSchema => ({ anyOf: [{ enum: values }, { enum: values }, { enum: values }, text] })
const listOf = (items: JsonSchema): JsonSchema => ({ type: 'array', items })
const named: JsonSchema = { type: 'object', properties: { Name: known('email', 'phone_number', 'custom:x'), Value: text } }
const texts = [
  ...['AccessToken', 'Session', 'SecretHash', 'Password', 'PreviousPassword', 'ProposedPassword', 'TemporaryPassword', 'ConfirmationCode'],
  ...['UserCode', 'Code', 'Token', 'RefreshToken', 'NextToken', 'PaginationToken', 'ClientSecret', 'RoleArn', 'Description'],
]
const others = [
  ...[
    'LambdaConfig',
    'EmailConfiguration',
    'AccountRecoverySetting',
    'UserPoolTags',
    'VerificationMessageTemplate',
    'AnalyticsConfiguration',
  ],
  ...['TokenValidityUnits', 'AccessTokenValidity', 'RefreshTokenValidity', 'RefreshTokenRotation', 'ReadAttributes', 'Precedence'],
  ...[
    'SoftwareTokenMfaSettings',
    'SMSMfaSettings',
    'MfaConfiguration',
    'Schema',
    'AliasAttributes',
    'UsernameAttributes',
    'ClientMetadata',
  ],
]

const members: Record<string, JsonSchema> = {
  ...Object.fromEntries(texts.map((name) => [name, text])),
  ...Object.fromEntries(others.map((name) => [name, any])),
  UserPoolId: known(pool),
  ClientId: known(spa.client_id, web.client_id),
  Username: known('alice', 'bob', 'somebody'),
  AuthFlow: known('USER_PASSWORD_AUTH', 'ADMIN_USER_PASSWORD_AUTH', 'USER_SRP_AUTH', 'REFRESH_TOKEN_AUTH', 'USER_AUTH'),
  AuthParameters: {
    type: 'object',
    properties: { USERNAME: known('alice', 'bob'), PASSWORD: known('Password1!'), SRP_A: text, REFRESH_TOKEN: text, SECRET_HASH: text },
  },
  ChallengeName: known('PASSWORD_VERIFIER', 'NEW_PASSWORD_REQUIRED', 'SOFTWARE_TOKEN_MFA', 'SELECT_CHALLENGE', 'MFA_SETUP'),
  ChallengeResponses: { type: 'object', properties: { USERNAME: known('alice'), ANSWER: text, NEW_PASSWORD: text, TIMESTAMP: text } },
  AttributeName: known('email', 'phone_number'),
  UserAttributes: listOf(named),
  UserAttributeNames: listOf(text),
  CustomAttributes: listOf(named),
  ...{ GroupName: known('readers'), PoolName: text, ClientName: text, Domain: text, Identifier: text, Name: text },
  Filter: known('email = "alice@example.com"', 'username ^= "a"', 'status = ""'),
  ...{ Limit: { type: 'integer' }, MaxResults: { type: 'integer' } },
  ...{ Permanent: { type: 'boolean' }, GenerateSecret: { type: 'boolean' }, ForceAliasCreation: { type: 'boolean' } },
  ...{ CallbackURLs: listOf(text), LogoutURLs: listOf(text), AllowedOAuthScopes: listOf(text), Scopes: listOf(any), Policies: any },
  ...{ AllowedOAuthFlows: listOf(known('code', 'implicit', 'client_credentials')), ExplicitAuthFlows: listOf(text) },
  AdminCreateUserConfig: any,
}

const { isAdministrative, ...tables } = operations
const names = Object.values(tables).flatMap((table) => [...table.keys()])
const body: JsonSchema = { type: 'object', properties: members, required: ['UserPoolId', 'Username', 'ClientId'] }

/** Every operation, built or not. */
export const cognitoTargets: readonly Target[] = names.map((name) => ({
  speaker: 'cognito',
  own_words: true,
  methods: ['POST'],
  path: '/',
  body,
  headers: [['x-amz-target', `AWSCognitoIdentityProviderService.${name}`], ...(isSigned(name) ? Object.entries(signature) : [])],
  weight: 1,
}))
