import { describe, expect, test } from 'vitest'
import * as operations from '../../src/providers/cognito/api/operations.ts'
import type { Provider } from '../../src/providers/provider.ts'
import { allProviders } from '../../src/providers/registry.ts'
import { placed } from '../fuzz/surface.ts'
import { control } from '../support/control-client.ts'
import { startForFile } from '../support/server.ts'
import { isSigned, pool, spa } from '../vendors/cognito/pool.ts'

/** Routes of vendors' own: without the token that they are for, none tells anything of users, and none changes anything. */

const vendors = await allProviders()
const server = await startForFile({ made: vendors.map(({ id }) => id) })

/** What answers whoever asks, and why that is right. */
const open: Readonly<Record<string, string>> = {
  'auth0 GET /pem': 'the public half of the signing key',
  'auth0 GET /cer': 'the public half of the signing key',
  'discord GET /avatars/:user/:file': 'a picture, as the vendor has them for pages without a token',
  'discord GET /embed/avatars/:file': 'a picture',
  'entra GET /common/userrealm/:upn': 'whether a domain signs in elsewhere; it answers alike whether or not there is such a user',
  'facebook GET /:node/picture': 'a picture that is drawn of the id',
  'facebook GET /:version/:node/picture': 'a picture that is drawn of the id',
  'github GET /u/:id': 'a picture',
  'google GET /a/:id': 'a picture',
  'google GET /oauth2/v1/certs': 'the public halves of the signing keys',
  'keycloak GET /realms/{realm}': 'the public half of the signing key',
  'keycloak GET /realms/{realm}/.well-known/uma2-configuration': 'a discovery document',
  'keycloak GET /realms/{realm}/protocol/openid-connect/3p-cookies/step1.html': 'a page that is the same for all',
  'keycloak GET /realms/{realm}/protocol/openid-connect/3p-cookies/step2.html': 'a page that is the same for all',
  'keycloak GET /realms/{realm}/protocol/openid-connect/login-status-iframe.html': 'a page that is the same for all',
  'keycloak GET /health': 'says only that it runs',
  'keycloak GET /health/ready': 'says only that it runs',
  'keycloak GET /health/live': 'says only that it runs',
  'keycloak GET /health/started': 'says only that it runs',
  'slack GET /avatars/:file': 'a picture',
}

/** Where administrators come: whoever is none is refused before anything is looked for, a user with a good token of his own too. */
const administered: Readonly<Record<string, RegExp>> = {
  auth0: /^\/api\/v2\//,
  keycloak: /^\/admin\//,
  okta: /^\/api\/v1\/(users|groups)/,
}

interface Person {
  id: string
  username: string
  email: string | null
}

const of = async (path: string) => (await control(server, 'GET', path)).body

/** Tokens, none of which is one for APIs of this sandbox; and two that are, but of a user and of a client. */
async function tokensOf(at: string, alice: Person) {
  const client_id = (await of(`${at}/apps`)).items[0]?.clients[0]?.client_id
  const mint = async (more: object, where = at) => (await control(server, 'POST', `${where}/tokens`, { client_id, ...more })).body
  const users = await mint({ username: alice.username })
  const elsewhere = await mint({ client_id: 'standard-web', username: 'alice' }, '/sandboxes/standard')
  const dead = await mint({ username: alice.username, expires_in: -60 })
  const wrong: [string, string | undefined][] = [
    ['no token', undefined],
    ['a made-up token', 'Bearer made-up'],
    ['a made-up password', `Basic ${Buffer.from('admin:made-up').toString('base64')}`],
    ['a made-up API token', 'SSWS made-up'],
    ['a refresh token', users.refresh_token && `Bearer ${users.refresh_token}`],
    ['an ID token', users.id_token && `Bearer ${users.id_token}`],
    ['an expired token', `Bearer ${dead.access_token}`],
    ...(at.endsWith('/standard') ? [] : [['a token of another sandbox', `Bearer ${elsewhere.access_token}`] as [string, string]]),
  ]
  const own = [
    ['a user’s token', `Bearer ${users.access_token}`],
    ['a client’s token', `Bearer ${(await mint({})).access_token}`],
  ] as const
  return { wrong: wrong.filter(([what, token]) => what === 'no token' || token !== undefined), own }
}

/** All that a sandbox holds, but for the figures of how often it was asked, and keys that are made when somebody first asks for them. */
async function stateOf(at: string): Promise<unknown> {
  const { hourly_count, signing_key, ...tables } = (await of(`${at}/snapshot`)).tables
  return tables
}

function filled(path: string, alice: Person): string {
  const values: Record<string, string> = { me: '@me', version: 'v23.0', size: '48x48', user: alice.id, id: alice.id, node: alice.id }
  const named = { ...values, username: alice.username, upn: alice.email ?? '' }
  return path.replaceAll(/:(\w+)/g, (_, name: string) => encodeURIComponent(named[name as keyof typeof named] ?? 'x')).replace(/\*$/, 'x')
}

/** Asks a route. @returns what of its answer is not a refusal */
async function asked(url: string, method: string, authorization: string | undefined, body: object, headers: Record<string, string> = {}) {
  const answer = await fetch(url, {
    method,
    redirect: 'manual',
    headers: { ...headers, 'content-type': headers['content-type'] ?? 'application/json', ...(authorization && { authorization }) },
    ...(method !== 'GET' && { body: JSON.stringify(body) }),
  })
  const text = await answer.text()
  return { status: answer.status, text, isRefused: answer.status >= 400 || text.startsWith('{"ok":false') }
}

const changes = {
  email: 'changed@example.com',
  password: 'Changed-1!',
  name: 'Changed',
  enabled: false,
  profile: { email: 'changed@example.com' },
}

describe.each(vendors.filter(({ routes }) => routes.length > 0))('$id', (provider: Provider) => {
  test('needs its token for all that it tells or changes', { timeout: 60_000 }, async () => {
    const at = `/sandboxes/${provider.id}`
    const people: Person[] = (await of(`${at}/users`)).items
    const alice = people.find(({ username }) => username === 'alice') ?? people[0]
    if (alice === undefined) throw new Error('there is nobody')
    const { wrong, own } = await tokensOf(at, alice)
    const before = await stateOf(at)
    const addresses = people.flatMap(({ email }) => email ?? [])
    const found: string[] = []
    for (const { method, path } of provider.routes) {
      const url = `${server.url}/${provider.id}${filled(placed(provider, path)[0] ?? path, alice)}`
      const isAdministered = administered[provider.id]?.test(path) === true
      const name = `${provider.id} ${method} ${path}`
      for (const [what, token] of isAdministered ? [...wrong, ...own] : wrong) {
        const { status, text, isRefused } = await asked(url, method, token, changes)
        const isRight = isAdministered ? [401, 403].includes(status) : isRefused || name in open
        if (!isRight) found.push(`${name} with ${what}: ${status} ${text.slice(0, 80)}`)
        if (addresses.some((one) => text.includes(one) && !decodeURIComponent(url).includes(one)))
          found.push(`${name} with ${what} tells of users`)
      }
    }
    expect(found).toEqual([])
    expect(await stateOf(at)).toEqual(before)
  })
})

test('what users of Cognito do for themselves needs their access token, and what IAM authorizes needs a signature', async () => {
  const [alice] = (await of('/sandboxes/cognito/users')).items as Person[]
  if (alice === undefined) throw new Error('there is nobody')
  const { wrong, own } = await tokensOf('/sandboxes/cognito', alice)
  const before = await stateOf('/sandboxes/cognito')
  const found: string[] = []
  const { clientOperations, ownOperations, setupOperations, knownOperations, isAdministrative, ...tables } = operations
  const signed = Object.values(tables).flatMap((table) => [...table.keys()])
  for (const operation of [...ownOperations.keys(), ...setupOperations.keys(), ...signed]) {
    for (const [what, token] of isSigned(operation) ? [...wrong, ...own] : wrong) {
      const body = {
        AccessToken: token?.replace(/^\S+ /, ''),
        PreviousPassword: 'x',
        ProposedPassword: 'Changed-1!',
        UserAttributeNames: ['email'],
        ...{ UserPoolId: pool, Username: alice.username, ClientId: spa.client_id, PoolName: 'new', GroupName: 'new', ClientName: 'new' },
      }
      const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `AWSCognitoIdentityProviderService.${operation}` }
      const { isRefused, status, text } = await asked(`${server.url}/cognito/`, 'POST', token, body, headers)
      const isRight = isSigned(operation) ? /"(MissingAuthenticationToken|IncompleteSignature)Exception"/.test(text) : isRefused
      if (!isRight || text.includes('@')) found.push(`${operation} with ${what}: ${status} ${text.slice(0, 80)}`)
    }
  }
  expect(found).toEqual([])
  expect(await stateOf('/sandboxes/cognito')).toEqual(before)
  // As AWS has them: what the table of a client has is for all.
  expect(signed.filter((operation) => !isSigned(operation))).toEqual([])
  expect([...clientOperations.keys()].filter(isSigned)).toEqual([])
})
