import { describe, expect, test } from 'vitest'
import { compile, templateProblems } from '../../src/basics/template.ts'
import { readDeclarations } from '../../src/config/declarations.ts'
import { startForFile } from '../support/server.ts'
import { alice, claimsOf, json, post } from '../support/standard-client.ts'
import { throughSignIn } from '../support/through-sign-in.ts'

const declared = (claims: object) => readDeclarations({ providers: { acme: acme(claims) } }, 'test')

const acme = (claims: object) => ({
  access_token: { format: 'jwt', claims: { jti: '{jti}', sub: '{sub}', ...claims } },
  apps: [
    {
      name: 'App',
      redirect_uris: ['http://127.0.0.1/callback'],
      clients: [{ client_id: 'app', client_secret: 'secret', claims: { tier: 'gold', limits: { rate: 5 } } }],
    },
  ],
  users: [
    {
      username: 'alice',
      password: 'password',
      claims: { roles: ['admin'], 'https://acme.example/team': 'red', trick: '{settings.signing_secret}' },
    },
  ],
})

describe('claims of a declared provider', async () => {
  const { declared: providers, problems } = declared({
    tenant: '{parameters.tenant}',
    place: 'eu/{parameters.tenant}',
    roles: '{user.claims.roles}',
    team: '{user.claims.https://acme.example/team}',
    former: '{user.roles}',
    about: '{user.claims}',
    tier: '{client.claims.tier}',
    limits: '{client.claims.limits}',
    trick: '{user.claims.trick}',
  })
  expect(problems).toEqual([])
  const server = await startForFile({ declared: providers, defaultProvider: 'acme' })
  const client = { client_id: 'app', client_secret: 'secret' }
  const codeFor = async (parameters: Record<string, string>) => {
    const asked = new URLSearchParams({ response_type: 'code', client_id: 'app', redirect_uri: 'http://127.0.0.1/callback', ...parameters })
    return (await throughSignIn(`${server.url}/authorize?${asked}`)).searchParams.get('code') ?? ''
  }
  const redeem = (form: Record<string, string>) =>
    post(server.url, '/token', { grant_type: 'authorization_code', redirect_uri: 'http://127.0.0.1/callback', ...client, ...form })

  test('are made of a parameter of the token request, whole objects and names with dots', async () => {
    const { body } = await post(server.url, '/token', { grant_type: 'password', ...client, ...alice, tenant: 't1' })
    expect(claimsOf(body.access_token)).toMatchObject({
      tenant: 't1',
      place: 'eu/t1',
      roles: ['admin'],
      team: 'red',
      former: ['admin'],
      about: { roles: ['admin'] },
      tier: 'gold',
      limits: { rate: 5 },
    })
  })

  test('are made of a parameter of the authorization request, after a refresh too', async () => {
    const { body } = await redeem({ code: await codeFor({ tenant: 't2', scope: 'openid offline_access' }) })
    expect(claimsOf(body.access_token)).toMatchObject({ tenant: 't2', place: 'eu/t2' })
    const again = await post(server.url, '/token', { grant_type: 'refresh_token', refresh_token: String(body.refresh_token), ...client })
    expect(claimsOf(again.body.access_token)).toMatchObject({ tenant: 't2' })
  })

  test('prefer the parameter of the token request', async () => {
    const { body } = await redeem({ code: await codeFor({ tenant: 't3' }), tenant: 't4' })
    expect(claimsOf(body.access_token).tenant).toBe('t4')
  })

  test('are left out without a value, also within a text', async () => {
    const { body } = await post(server.url, '/token', { grant_type: 'client_credentials', ...client })
    expect(Object.keys(claimsOf(body.access_token)).sort()).toEqual(['jti', 'limits', 'sub', 'tier'])
  })

  test('never read a value as a template', async () => {
    const { body } = await post(server.url, '/token', { grant_type: 'password', ...client, ...alice, tenant: '{settings.signing_secret}' })
    expect(claimsOf(body.access_token)).toMatchObject({ tenant: '{settings.signing_secret}', trick: '{settings.signing_secret}' })
  })

  test('of a device flow tell of its first request', async () => {
    const begun = await post(server.url, '/device_authorization', { ...client, tenant: 't5' })
    await json(`${server.url}/_grantbox/sandboxes/acme/device`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ user_code: begun.body.user_code, username: 'alice', decision: 'allow' }),
    })
    const grant_type = 'urn:ietf:params:oauth:grant-type:device_code'
    const { body } = await post(server.url, '/token', { grant_type, ...client, device_code: String(begun.body.device_code) })
    expect(claimsOf(body.access_token).tenant).toBe('t5')
  })

  test.each([
    'client_secret',
    'code',
    'code_verifier',
    'refresh_token',
    'assertion',
    'client_assertion',
    'password',
    'subject_token',
    'user_code',
  ])('cannot name the secret parameter %s', (name) => {
    expect(declared({ one: `{parameters.${name}}` }).problems).toMatchObject([
      { where: 'test: providers.acme.access_token.claims.one', message: expect.stringContaining('no secret') },
    ])
  })

  test('cannot name all parameters or settings at once, or a setting that is secret', () => {
    for (const one of ['{parameters}', '{settings}', '{settings.signing_secret}', '{settings.registration_token}']) {
      expect(declared({ one }).problems, one).toHaveLength(1)
    }
    expect(declared({ one: '{settings.access_token_ttl}' }).problems).toEqual([])
  })
})

describe('a template', () => {
  test('takes all members of an object with *, and those that it names instead', () => {
    const values = { user: { claims: { a: 1, b: 2, c: 3 } } }
    expect(compile({ '*': '{user.claims}', b: 'own' })(values)).toEqual({ a: 1, b: 'own', c: 3 })
    expect(compile({ b: 'own', '*': '{user.claims}' })(values)).toEqual({ a: 1, b: 'own', c: 3 })
    expect(compile({ a: 'own', '*': '{user.claims.a}' })(values)).toEqual({ a: 'own' })
  })

  test('reads nothing that every object has', () => {
    expect(compile({ one: '{user.constructor.name}', two: '{user.claims.length}' })({ user: { claims: {} } })).toEqual({})
  })

  test('tells of an unknown filter and an unknown name at once', () => {
    expect(templateProblems('{nobody|shout}', ['user']).map(({ message }) => message)).toEqual([
      'expected a value that there is, one of {user}, got {nobody|shout}',
      expect.stringContaining('expected one of the filters'),
    ])
  })
})
