import { createHmac } from 'node:crypto'
import {
  AdminAddUserToGroupCommand,
  AdminCreateUserCommand,
  AdminGetUserCommand,
  AdminInitiateAuthCommand,
  AdminListGroupsForUserCommand,
  AdminRespondToAuthChallengeCommand,
  AdminSetUserPasswordCommand,
  CognitoIdentityProviderClient as Client,
  CreateGroupCommand,
  CreateUserPoolClientCommand,
  CreateUserPoolCommand,
  DeleteUserPoolCommand,
  DescribeUserPoolClientCommand,
  DescribeUserPoolCommand,
  GetUserCommand,
  InitiateAuthCommand,
  ListUserPoolsCommand,
  ListUsersCommand,
  NotAuthorizedException,
  paginateListUsers,
  RevokeTokenCommand,
  SignUpCommand,
  UserNotFoundException,
  UsernameExistsException,
} from '@aws-sdk/client-cognito-identity-provider'
import { expect, test } from 'vitest'
import { recordRequests } from '../../test/support/recording/judge-requests.ts'
import { startForFile } from '../../test/support/server.ts'
import { spa, pool as UserPoolId, web } from '../../test/vendors/cognito/pool.ts'

/** Amazon's SDK for JavaScript, as tests use it to make what they need: it signs each request, and reads errors by their type. */

const box = await startForFile()
recordRequests('cognito', 'aws-sdk', box)
const credentials = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'none' }
const client = new Client({ endpoint: `${box.url}/cognito`, region: 'us-east-1', credentials })
const AuthParameters = { USERNAME: 'alice', PASSWORD: 'Password1!' }

test('signs a user in, reads who it is, and revokes', async () => {
  const { AuthenticationResult: result } = await client.send(
    new InitiateAuthCommand({ AuthFlow: 'USER_PASSWORD_AUTH', ClientId: spa.client_id, AuthParameters }),
  )
  const { Username, UserAttributes = [] } = await client.send(new GetUserCommand({ AccessToken: result?.AccessToken }))
  expect(Username).toBe('alice')
  expect(UserAttributes.find(({ Name }) => Name === 'email_verified')?.Value).toBe('true')
  await client.send(new RevokeTokenCommand({ ClientId: spa.client_id, Token: result?.RefreshToken }))
  await expect(client.send(new GetUserCommand({ AccessToken: result?.AccessToken }))).rejects.toThrow(NotAuthorizedException)
})

test('a client with a secret sends its hash', async () => {
  const SECRET_HASH = createHmac('sha256', web.client_secret).update(`alice${web.client_id}`).digest('base64')
  const command = { AuthFlow: 'USER_PASSWORD_AUTH', ClientId: web.client_id } as const
  const { AuthenticationResult: result } = await client.send(
    new InitiateAuthCommand({ ...command, AuthParameters: { ...AuthParameters, SECRET_HASH } }),
  )
  expect(result?.TokenType).toBe('Bearer')
  await expect(client.send(new InitiateAuthCommand({ ...command, AuthParameters }))).rejects.toThrow(
    `Client ${web.client_id} is configured with secret but SECRET_HASH was not received`,
  )
})

test('makes users and groups as fixtures do', async () => {
  const Username = 'fixture'
  const { User } = await client.send(
    new AdminCreateUserCommand({
      UserPoolId,
      Username,
      TemporaryPassword: 'Temporary1!',
      UserAttributes: [{ Name: 'email', Value: 'f@example.com' }],
    }),
  )
  expect(User?.UserStatus).toBe('FORCE_CHANGE_PASSWORD')
  expect(User?.UserCreateDate).toBeInstanceOf(Date)
  await expect(client.send(new AdminCreateUserCommand({ UserPoolId, Username }))).rejects.toThrow(UsernameExistsException)
  const started = await client.send(
    new AdminInitiateAuthCommand({
      UserPoolId,
      ClientId: spa.client_id,
      AuthFlow: 'ADMIN_USER_PASSWORD_AUTH',
      AuthParameters: { USERNAME: Username, PASSWORD: 'Temporary1!' },
    }),
  )
  expect(started.ChallengeName).toBe('NEW_PASSWORD_REQUIRED')
  const done = await client.send(
    new AdminRespondToAuthChallengeCommand({
      UserPoolId,
      ClientId: spa.client_id,
      ChallengeName: 'NEW_PASSWORD_REQUIRED',
      Session: started.Session,
      ChallengeResponses: { USERNAME: Username, NEW_PASSWORD: 'Chosen1!' },
    }),
  )
  expect(done.AuthenticationResult?.ExpiresIn).toBe(3600)
  await client.send(new CreateGroupCommand({ UserPoolId, GroupName: 'admins', Precedence: 1 }))
  await client.send(new AdminAddUserToGroupCommand({ UserPoolId, Username, GroupName: 'admins' }))
  const { Groups } = await client.send(new AdminListGroupsForUserCommand({ UserPoolId, Username }))
  expect(Groups?.map(({ GroupName }) => GroupName)).toEqual(['admins'])
  const { Users } = await client.send(new ListUsersCommand({ UserPoolId, Filter: 'email = "f@example.com"' }))
  expect(Users?.map((one) => one.Username)).toEqual([Username])
  const names: (string | undefined)[] = []
  for await (const { Users: page = [] } of paginateListUsers({ client, pageSize: 1 }, { UserPoolId }))
    names.push(...page.map((one) => one.Username))
  expect(names).toEqual(expect.arrayContaining(['alice', 'bob', Username]))
  await expect(client.send(new AdminGetUserCommand({ UserPoolId, Username: 'nobody' }))).rejects.toThrow(UserNotFoundException)
})

test('makes a pool in the region that it was signed for, with a client, and deletes it', async () => {
  const elsewhere = new Client({ endpoint: `${box.url}/cognito`, region: 'eu-west-1', credentials })
  const { UserPool } = await elsewhere.send(
    new CreateUserPoolCommand({ PoolName: 'second', UsernameAttributes: ['email'], Policies: { PasswordPolicy: { MinimumLength: 6 } } }),
  )
  const Id = UserPool?.Id
  expect(Id).toMatch(/^eu-west-1_[A-Za-z0-9]{9}$/)
  const made = await elsewhere.send(
    new CreateUserPoolClientCommand({
      UserPoolId: Id,
      ClientName: 'c',
      GenerateSecret: true,
      ExplicitAuthFlows: ['ALLOW_USER_PASSWORD_AUTH'],
    }),
  )
  const ClientId = made.UserPoolClient?.ClientId
  const described = await elsewhere.send(new DescribeUserPoolClientCommand({ UserPoolId: Id, ClientId }))
  expect(described.UserPoolClient?.ClientSecret).toMatch(/^[a-z0-9]{52}$/)
  const open = await elsewhere.send(new CreateUserPoolClientCommand({ UserPoolId: Id, ClientName: 'open' }))
  const { UserSub } = await elsewhere.send(
    new SignUpCommand({ ClientId: open.UserPoolClient?.ClientId, Username: 'g@example.com', Password: 'simple' }),
  )
  const user = await elsewhere.send(new AdminGetUserCommand({ UserPoolId: Id, Username: 'g@example.com' }))
  expect([user.Username, user.UserStatus]).toEqual([UserSub, 'UNCONFIRMED'])
  await elsewhere.send(new AdminSetUserPasswordCommand({ UserPoolId: Id, Username: 'g@example.com', Password: 'plain1', Permanent: true }))
  const { UserPools } = await elsewhere.send(new ListUserPoolsCommand({ MaxResults: 10 }))
  expect(UserPools?.map((one) => one.Name)).toEqual(['grantbox', 'second'])
  expect((await elsewhere.send(new DescribeUserPoolCommand({ UserPoolId: Id }))).UserPool?.EstimatedNumberOfUsers).toBe(1)
  await elsewhere.send(new DeleteUserPoolCommand({ UserPoolId: Id }))
  await expect(elsewhere.send(new DescribeUserPoolCommand({ UserPoolId: Id }))).rejects.toThrow(`User pool ${Id} does not exist.`)
})
