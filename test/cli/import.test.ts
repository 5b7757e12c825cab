import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as oidc from 'openid-client'
import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import { parse } from 'yaml'
import { runCli } from '../../src/cli/run-cli.ts'
import { loadConfig } from '../../src/config/config.ts'
import { startGrantbox } from '../../src/index.ts'
import { Jar } from '../support/browser-jar.ts'
import { start } from '../support/server.ts'
import { signInAndAllow } from '../support/standard-sign-in.ts'
import { claimsOf, headerOf, post, send } from '../support/vendor-client.ts'

/** Files of other servers, as their users have them, and clients of these users that go on as before. */

const files = join(import.meta.dirname, '../data/imports')
const folder = await mkdtemp(join(tmpdir(), 'grantbox-import-'))
afterAll(() => rm(folder, { recursive: true }))

class Sink {
  text = ''
  write(text: string) {
    this.text += text
    return true
  }
}

async function run(argv: string[], cwd = files) {
  const [stdout, stderr] = [new Sink(), new Sink()]
  const code = await runCli({ argv, env: {}, cwd, stdout: stdout as never, stderr: stderr as never })
  return { code, stdout: stdout.text, stderr: stderr.text }
}

/** A running grantbox that read these files, and what it left. */
async function imported(names: string[], ...flags: string[]) {
  const box = await startGrantbox({ provider: 'standard' })
  onTestFinished(() => box.close())
  const { code, stdout, stderr } = await run(['import', ...names, '--url', box.url, ...flags])
  expect([code, stderr]).toEqual([0, expect.not.stringContaining('expected')])
  const left = stderr.split('\n').flatMap((line) => (line.startsWith('  Left: ') ? [line.slice('  Left: '.length)] : []))
  return { box, url: box.url, stdout, left }
}

interface Login {
  client: [id: string, secret: string]
  redirect_uri: string
  scope: string
  user: { username: string; password: string }
}

/** A code flow of openid-client, which knows the issuer and its credentials alone. */
async function signIn(issuer: string, { client: [id, secret], redirect_uri, scope, user }: Login) {
  const config = await oidc.discovery(new URL(issuer), id, secret, undefined, { execute: [oidc.allowInsecureRequests] })
  const [pkceCodeVerifier, expectedState] = [oidc.randomPKCECodeVerifier(), oidc.randomState()]
  const code_challenge = await oidc.calculatePKCECodeChallenge(pkceCodeVerifier)
  const asked = { redirect_uri, scope, state: expectedState, code_challenge, code_challenge_method: 'S256' }
  const address = oidc.buildAuthorizationUrl(config, asked)
  const jar = new Jar()
  const page = await jar.open(address.href)
  const begun = page.html.includes('name="password"') ? page : await jar.post(page, address.origin, { pick: user.username })
  const end = await signInAndAllow(jar, begun, address.origin, user)
  if (end.location === undefined) throw new Error(`no redirect but ${end.status}: ${end.html}`)
  const tokens = await oidc.authorizationCodeGrant(config, end.location, { pkceCodeVerifier, expectedState })
  return { config, tokens, id: tokens.claims() }
}

describe("mock-oauth2-server's JSON_CONFIG", () => {
  const client: [string, string] = ['some-client', 'some-secret']
  const redirect_uri = 'http://localhost:3000/callback'

  test('signs in whoever types a name, with the claims that the requests map to', async () => {
    const { url, left } = await imported(['mock-oauth2-server.json'])
    const user = { username: 'clerk-anna', password: 'whatever' }
    const { tokens, id, config } = await signIn(`${url}/orders`, { client, redirect_uri, scope: 'openid offline_access', user })
    expect(id).toMatchObject({ iss: `${url}/orders`, sub: 'clerk-anna', aud: 'some-client', roles: ['clerk'], acr: 'Level4' })
    expect(claimsOf(tokens.access_token)).toMatchObject({ sub: 'clerk-anna', aud: ['orders-api'], roles: ['clerk'] })
    expect(tokens.expires_in).toBe(120)
    expect((await oidc.fetchUserInfo(config, tokens.access_token, 'clerk-anna')).sub).toBe('clerk-anna')
    const refreshed = await oidc.refreshTokenGrant(config, tokens.refresh_token ?? '')
    expect(claimsOf(refreshed.access_token)).toMatchObject({ roles: ['clerk'] })

    const other = await signIn(`${url}/orders`, { client, redirect_uri, scope: 'openid', user: { username: 'bo', password: 'b' } })
    expect(other.id).toMatchObject({ sub: 'bo' })
    expect(other.id).not.toHaveProperty('roles')
    expect(left).toEqual([
      "tokenProvider.systemTime: each sandbox has a clock: PATCH /_grantbox/sandboxes/NAME/clock, or the library's sandbox.clock",
      'tokenCallbacks[0].requestMappings[0].claims.aud: is in access tokens alone: an ID token is for the client (OpenID Connect Core §2)',
      'tokenCallbacks[0].requestMappings[1]: code=code1 is a secret or made here, and cannot be foretold: match grant_type, client_id, scope or username instead',
      'tokenCallbacks[0].requestMappings[2]: match "(read|write)" is a regular expression: only * stands for any characters here, so write one rule of claims_when for each',
      "tokenCallbacks[0].requestMappings[3].typeHeader: the header typ is 'at+jwt' in access tokens (RFC 9068) and 'JWT' in ID tokens",
      'tokenCallbacks[0].requestMappings[3].claims.aud: is in access tokens alone: an ID token is for the client (OpenID Connect Core §2)',
      'tokenCallbacks[0].requestMappings[4].claims.aud: is in access tokens alone: an ID token is for the client (OpenID Connect Core §2)',
      'tokenCallbacks[1].issuerId: the issuer is at /partner-login, for names here are of a-z, 0-9 and -',
      'loginPagePath: the sign-in page is ours; claims of a user stand with the user',
      'httpServer: https and http are served on one port, with certificates of grantbox: see grantbox ca',
    ])
  })

  test('gives clients and services their tokens', async () => {
    const { url } = await imported(['mock-oauth2-server.json'])
    const own = { grant_type: 'client_credentials', client_id: 'nightly', client_secret: 'any', scope: 'whatever' }
    const { body } = await post(`${url}/orders/token`, own)
    expect(claimsOf(body.access_token)).toMatchObject({ sub: 'nightly', aud: ['orders-api'], azp_acr: '1' })
    const exchange = {
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      ...{ client_id: 'middle', client_secret: 'any', audience: 'stock-api', subject_token: String(body.access_token) },
    }
    const exchanged = await post(`${url}/orders/token`, exchange)
    expect(claimsOf(exchanged.body.access_token)).toMatchObject({ aud: ['stock-api'], roles: ['on-behalf'] })
    const mapped = await post(`${url}/partner-login/token`, { ...own, client_id: 'x', someparam: 'somevalue' })
    expect(claimsOf(mapped.body.access_token).sub).toBe('subBySomeParam')
    expect(JSON.parse(headerOf(String(body.access_token))).alg).toBe('RS256')
  })

  test('answers without a page where nobody logs in, at redirect URIs of a registered app', async () => {
    const cwd = await mkdtemp(join(folder, 'silent-'))
    await writeFile(join(cwd, 'config.json'), JSON.stringify({ interactiveLogin: false, tokenCallbacks: [] }))
    const { code, stderr } = await run(['import', 'config.json', '--out', 'grantbox.config.yaml'], cwd)
    expect([code, stderr.split('\n')]).toEqual([
      0,
      [expect.stringContaining('  Left: interactiveLogin: is off'), expect.stringMatching(/^Wrote/), ''],
    ])
    const { declared } = await loadConfig({ argv: [], env: {}, cwd })
    const { url } = await start({ declared })
    const app = { name: 'mine', client_id: 'mine', client_secret: 'any', redirect_uris: [redirect_uri] }
    await fetch(`${url}/_grantbox/sandboxes/default/apps`, {
      method: 'POST',
      body: JSON.stringify(app),
      headers: { 'content-type': 'application/json' },
    })
    const query = new URLSearchParams({ response_type: 'code', client_id: 'mine', redirect_uri, scope: 'openid' })
    const { headers } = await send(`${url}/default/authorize?${query}`)
    const answer = {
      grant_type: 'authorization_code',
      code: new URL(headers.get('location') ?? '').searchParams.get('code') ?? '',
      redirect_uri,
    }
    const { body } = await post(`${url}/default/token`, { ...answer, client_id: 'mine', client_secret: 'any' })
    expect(claimsOf(body.id_token)).toMatchObject({ sub: 'user', tid: 'default' })
  })
})

test('a config file of dex signs in its users at its paths, with the subjects that dex makes', async () => {
  const { url, left } = await imported(['dex.yaml'])
  const { id, tokens, config } = await signIn(`${url}/dex`, {
    client: ['example-app', 'ZXhhbXBsZS1hcHAtc2VjcmV0'],
    redirect_uri: 'http://127.0.0.1:5555/callback',
    scope: 'openid profile email groups offline_access',
    user: { username: 'admin@example.com', password: 'password' },
  })
  expect(config.serverMetadata()).toMatchObject({ authorization_endpoint: `${url}/dex/auth`, jwks_uri: `${url}/dex/keys` })
  expect(id).toMatchObject({
    sub: 'CiQwOGE4Njg0Yi1kYjg4LTRiNzMtOTBhOS0zY2QxNjYxZjU0NjYSBWxvY2Fs',
    ...{ name: 'admin', email: 'admin@example.com', email_verified: true, groups: ['platform', 'authors'] },
  })
  expect(tokens.expires_in).toBe(5400)
  const asked = { grant_type: 'password', client_id: 'example-app', client_secret: 'ZXhhbXBsZS1hcHAtc2VjcmV0', scope: 'openid' }
  const kilgore = await post(`${url}/dex/token`, { ...asked, username: 'kilgore@kilgore.trout', password: 'password' })
  expect(claimsOf(kilgore.body.id_token).sub).toBe('Cg0wLTM4NS0yODA4OS0wEgRtb2Nr')
  expect(left).toEqual([
    "issuer: its port is the start's to say: --port 5556",
    'staticClients[1].trustedPeers: ' +
      "tokens for another client's audience are made by token exchange: grant_type urn:ietf:params:oauth:grant-type:token-exchange",
    'staticPasswords[0].hash: a hash cannot be turned back into its password: admin@example.com signs in with "password"; to change it, PATCH /_grantbox/sandboxes/NAME/users/admin@example.com',
    'connectors[0]: signs in as Kilgore Trout without a page there; here he is a user on the sign-in page, kilgore@kilgore.trout',
    'connectors[1]: a connector of type github leads to a server elsewhere: its users must be users of the sandbox',
    'expiry.refreshTokens.validIfNotUsedFor: refresh tokens live as long as refresh_token_ttl says, used or not',
    'expiry.signingKeys: keys are rotated when asked: POST /_grantbox/sandboxes/NAME/keys/rotate',
    ...['storage', 'web'].map((name) => `${name}: is about dex's own server; grantbox has flags of its own (grantbox --help)`),
  ])
})

test('clients, users and resources of an IdentityServer come together, each from its file', async () => {
  const { url, left, stdout } = await imported([
    'oidc-server-mock-clients.json',
    'oidc-server-mock-users.yaml',
    'oidc-server-mock-api-resources.yaml',
  ])
  expect(stdout).toContain(`oidc-mock is at ${url}/oidc-mock.\n`)
  const { id, config, tokens } = await signIn(`${url}/oidc-mock`, {
    client: ['shop-web', 'shop-web-secret'],
    redirect_uri: 'https://blue.shop.example/auth/oidc',
    scope: 'openid profile email orders-read offline_access',
    user: { username: 'sam', password: 'pwd' },
  })
  expect(config.serverMetadata().token_endpoint).toBe(`${url}/oidc-mock/connect/token`)
  expect(id?.sub).toBe('1')
  expect(claimsOf(tokens.access_token)).toMatchObject({ sub: '1', aud: 'orders', 'shop-role': ['manager', 'buyer'] })
  expect(await oidc.fetchUserInfo(config, tokens.access_token, '1')).toMatchObject({
    name: 'Sam Tailor',
    email: 'sam.tailor@example.com',
    email_verified: true,
  })
  const own = { grant_type: 'client_credentials', client_id: 'nightly', client_secret: 'nightly-secret' }
  const { body } = await post(`${url}/oidc-mock/connect/token`, own)
  expect([body.expires_in, claimsOf(body.access_token)]).toEqual([
    600,
    expect.objectContaining({ tier: 'gold', regions: ['eu', 'us'], aud: 'orders' }),
  ])
  expect(left).toEqual([
    "[1].AccessTokenLifetime: is that of the first client, 600, for all: the setting access_token_ttl is the sandbox's",
    '[0].AllowedCorsOrigins: has no counterpart here',
    '[1].IsActive: is a user who can sign in here; lock him: PATCH /_grantbox/sandboxes/NAME/users/USERNAME {"disabled": true}',
    '[0].ApiSecrets: whoever introspects does so as one of the clients',
  ])
})

test('a seed of emulate puts its users and apps into the sandboxes of the vendors', async () => {
  const { url, left } = await imported(['emulate.config.yaml'])
  const google = await signIn(`${url}/google`, {
    client: ['my-client-id.apps.googleusercontent.com', 'GOCSPX-secret'],
    redirect_uri: 'http://localhost:3000/api/auth/callback/google',
    scope: 'openid email profile',
    user: { username: 'dana@acme.example', password: 'Password1!' },
  })
  expect(google.id).toMatchObject({ email: 'dana@acme.example', name: 'Dana Dorn', hd: 'acme.example' })
  const redirect_uri = 'http://localhost:3000/api/auth/callback/github'
  const authorize = { client_id: 'Iv1.abc123', redirect_uri, username: 'octocat', scope: 'user' }
  const { body: begun } = await send(`${url}/_grantbox/sandboxes/github/authorize`, {
    method: 'POST',
    body: JSON.stringify(authorize),
    headers: { 'content-type': 'application/json' },
  })
  const form = { client_id: 'Iv1.abc123', client_secret: 'secret_abc123', code: String(begun.code), redirect_uri }
  const { body } = await post(`${url}/github/login/oauth/access_token`, form, { accept: 'application/json' })
  const me = await send(`${url}/github/user`, { headers: { authorization: `Bearer ${body.access_token}` } })
  expect(me.body).toMatchObject({ login: 'octocat', name: 'The Octocat' })
  expect(left).toEqual([
    'github.users[0].bio: has no counterpart here',
    "github.port: a port to itself: the sandbox's port in the config file",
    'github.repos: the github twin keeps its own; see docs/vendors/github.md',
    'google.labels: the google twin keeps its own; see docs/vendors/google.md',
    'microsoft.users[0].tenant_id: is the tenant of the sandbox; others are spaces: POST /_grantbox/sandboxes/NAME/spaces',
    'tokens: tokens are made here: POST /_grantbox/sandboxes/NAME/tokens, or grantbox token',
    'stripe: is a service without a twin here',
  ])
})

test('each vendor of a seed that has a twin takes users and apps, an app that signs its secrets with a key made for it', async () => {
  const box = await startGrantbox({ provider: 'standard' })
  onTestFinished(() => box.close())
  const [email, redirect_uris] = ['dev@example.com', ['http://localhost:3000/cb']]
  const app = { client_id: 'com.example.seeded', client_secret: 'seeded-secret', name: 'Seeded', redirect_uris }
  const { client_secret: _, ...signing } = app
  const seed = {
    apple: { users: [{ email, given_name: 'De', family_name: 'Veloper' }], oauth_clients: [signing] },
    auth0: {
      users: [{ email, name: 'De Veloper', password: 'pass' }],
      applications: [{ ...app, redirect_uris: [], callbacks: redirect_uris }],
    },
    discord: { users: [{ id: '222222222222222222', username: email, email }], applications: [{ id: '1', ...app }] },
    facebook: {
      users: [{ id: '1001', name: 'De Veloper', email }],
      oauth_apps: [{ app_id: app.client_id, app_secret: app.client_secret, redirect_uris }],
    },
    github: { users: [{ login: email, email }], oauth_apps: [app] },
    google: { users: [{ email, name: 'De Veloper' }], oauth_clients: [app] },
    microsoft: { users: [{ email, name: 'De Veloper' }], oauth_clients: [app] },
    okta: { users: [{ login: email, first_name: 'De', last_name: 'Veloper' }], oauth_clients: [app] },
    slack: { users: [{ name: email, real_name: 'De Veloper' }], oauth_apps: [{ ...app, scopes: ['chat:write'] }] },
  }
  const { sandboxes, left } = await box.import(seed)
  expect(left).toEqual([])
  expect(sandboxes).toHaveLength(Object.keys(seed).length)
  for (const { name } of sandboxes) {
    const [users, apps] = await Promise.all([box.sandbox(name).users.list(), box.sandbox(name).apps.list()])
    expect(
      users.map(({ username }) => username),
      name,
    ).toContain(email)
    expect(
      apps.flatMap(({ clients }) => clients.map(({ client_id }) => client_id)),
      name,
    ).toContain(app.client_id)
  }
  const { client_secret } = await box.sandbox('apple').apps.makeSecret(app.client_id)
  expect(claimsOf(client_secret).sub).toBe(app.client_id)
})

test('clients of dex whose id or secret is in an environment are told of', async () => {
  const box = await startGrantbox({ provider: 'standard' })
  onTestFinished(() => box.close())
  const staticClients = [
    { idEnv: 'ID', secret: 'x' },
    { id: 'kube', secretEnv: 'SECRET', redirectURIs: ['http://localhost:8000'] },
  ]
  const { left } = await box.import({ issuer: 'https://dex.example', staticClients })
  expect(left).toEqual([
    'issuer: has another path here, /dex; at the root it answers with --provider dex',
    'staticClients[0]: its id is in an environment that the import does not see: write it into the file as id',
    'staticClients[1].secretEnv: the import does not see that environment: the secret is "secret", unless you write it into the file',
  ])
})

describe('what other documents tell', () => {
  test('a discovery document makes a provider with its paths, in which the client signs in', async () => {
    const { url, left } = await imported(['openid-configuration.json'])
    const { id, config } = await signIn(`${url}/acme/realms/main`, {
      client: ['standard-web', 'standard-web-secret'],
      redirect_uri: 'http://127.0.0.1/callback',
      scope: 'openid',
      user: { username: 'alice', password: 'password' },
    })
    expect(id?.iss).toBe(`${url}/acme/realms/main`)
    expect(config.serverMetadata().token_endpoint).toBe(`${url}/acme/v4/token`)
    expect(left).toEqual(['grant types that grantbox does not know are left out: urn:acme:magic'])
  })

  test('a Postman collection makes one of its OAuth 2.0 block', async () => {
    const { url, stdout } = await imported(['postman-collection.json'], '--sandbox', 'pets')
    expect(stdout).toBe(`pets is at ${url}/pets.\n`)
    const own = { grant_type: 'client_credentials', client_id: 'pets-web', client_secret: 'pet-store-api-secret' }
    expect((await post(`${url}/pets/oauth/token`, own)).status).toBe(200)
  })

  test('an export of a realm makes the realm, by the one call for all documents too', async () => {
    const { url, stdout, left, box } = await imported(['realm-export.json'])
    expect([stdout, left]).toEqual(['shop is in sandbox keycloak.\n', []])
    const { id } = await signIn(`${url}/keycloak/realms/shop`, {
      client: ['till', 'till-secret'],
      redirect_uri: 'http://localhost:3000/callback',
      scope: 'openid',
      user: { username: 'gina', password: 'password' },
    })
    expect(id).toMatchObject({ preferred_username: 'gina', email: 'gina@example.com' })
    const again = await box.import(JSON.parse(await readFile(join(files, 'realm-export.json'), 'utf8')))
    expect(again).toMatchObject({ format: 'keycloak', sandboxes: [{ name: 'keycloak', base_url: `${url}/keycloak` }], left: [] })
  })
})

describe('what is imported', () => {
  test('is there after a reset, and comes together with what was imported before', async () => {
    const { box, url } = await imported(['oidc-server-mock-clients.json'])
    await box.sandbox('oidc-mock').reset()
    await box.import(parse(await readFile(join(files, 'oidc-server-mock-users.yaml'), 'utf8')))
    const password = { grant_type: 'password', username: 'sam', password: 'pwd' }
    const { body } = await post(`${url}/oidc-mock/connect/token`, { ...password, client_id: 'shop-web', client_secret: 'shop-web-secret' })
    expect(body.error).toBe('unauthorized_client')
    expect(await box.sandbox('oidc-mock').users.list()).toHaveLength(2)
    await Promise.all(['one', 'two'].map((sandbox) => box.import({ staticClients: [] }, { sandbox })))
    expect(
      (await Promise.all(['one', 'two', 'oidc-mock'].map((name) => send(`${url}/${name}/.well-known/openid-configuration`)))).map(
        ({ status }) => status,
      ),
    ).toEqual([200, 200, 200])
  })

  test('goes into a config file as well, beside what it has, with its comments', async () => {
    const cwd = await mkdtemp(join(folder, 'out-'))
    await writeFile(join(cwd, 'own.yaml'), '# Ours.\nport: 5556\nsandboxes:\n  # Kept.\n  standard: {}\n')
    const { code, stderr } = await run(['import', join(files, 'dex.yaml'), '--out', 'own.yaml'], cwd)
    expect([code, stderr]).toEqual([
      0,
      expect.stringMatching(/Wrote own\.yaml\. Start with: grantbox --config own\.yaml --provider dex\n$/),
    ])
    const text = await readFile(join(cwd, 'own.yaml'), 'utf8')
    expect(text).toMatch(/^# Ours\.\nport: 5556\n[\s\S]*# Kept\.\n/)
    const { declared, port } = await loadConfig({ argv: ['--config', 'own.yaml'], env: {}, cwd })
    expect([port, declared?.sandboxes.map(({ name }) => name)]).toEqual([5556, ['standard', 'dex']])
    const printed = await run(['provider', 'import', join(files, 'dex.yaml'), '--name', 'mine'], cwd)
    expect(Object.keys(parse(printed.stdout).sandboxes)).toEqual(['mine'])
  })

  test('is all of a document or nothing', async () => {
    const { box, url } = await imported(['oidc-server-mock-clients.json'])
    const twice = { ClientId: 'twice', AllowedGrantTypes: ['client_credentials'], ClientSecrets: ['s'] }
    const wrong = box.import([twice, { ClientId: 'no-such-grant', AllowedGrantTypes: ['magic'] }], { sandbox: 'half' })
    await expect(wrong).rejects.toMatchObject({ status: 422, message: expect.stringMatching(/grant_types/) })
    const deep = JSON.parse(`{"interactiveLogin":true,"x":${'['.repeat(300)}${']'.repeat(300)}}`)
    await expect(box.import(deep)).rejects.toMatchObject({ status: 422, message: expect.stringContaining('at most 100 levels') })
    const taken = {
      staticClients: [
        { id: 'a', secret: 's' },
        { id: 'a', secret: 't' },
      ],
    }
    await expect(box.import(taken, { sandbox: 'half' })).rejects.toMatchObject({ status: expect.any(Number) })
    expect((await send(`${url}/half/token`)).status).toBe(404)
    expect((await send(`${url}/_grantbox/sandboxes/half`)).status).toBe(404)
  })
})

describe('a file that cannot be read', () => {
  const bomb = `a: &a [x]\n${'bcdefghij'.replaceAll(/./g, (name) => `${name}: &${name} [${`*${String.fromCharCode(name.charCodeAt(0) - 1)},`.repeat(9)}]\n`)}`
  test.each<[string, string, string, string[]?]>([
    [
      'broken.json',
      '{\n  "interactiveLogin": true,\n  "tokenCallbacks": [x]\n}',
      'broken.json cannot be parsed: Unresolved plain scalar "x" at line 3, column 22',
    ],
    ['comma.json', '{\n  "a": 1,\n}', 'line 3'],
    ['broken.yaml', 'issuer: a\nstaticClients: [\n', 'broken.yaml cannot be parsed'],
    ['bomb.yaml', bomb, 'Excessive alias count'],
    ['circle.yaml', 'a: &a [*a, *a]', 'expected at most 8 MiB with all aliases written out, got more'],
    [
      'wide.yaml',
      `a: &a [${'1,'.repeat(100_000)}]\nb: [${'*a,'.repeat(99)}]`,
      'expected at most 8 MiB with all aliases written out, got more',
    ],
    ['deep.json', `${'['.repeat(300)}${']'.repeat(300)}`, 'expected at most 100 levels, got more'],
    ['deep.yaml', '['.repeat(20_000), 'deep.yaml cannot be parsed'],
    ['large.yaml', `a: ${'x'.repeat(8 * 1024 * 1024)}`, 'expected at most 8 MiB of YAML, got more'],
    ['other.json', '{"name": "package", "version": "1"}', "mock-oauth2-server's JSON_CONFIG (navikt), a config file of dex (dex)"],
    ['own.yaml', 'sandboxes: {}', 'is a config file of grantbox: start with --config'],
    ['list.json', '[1]', 'got a list'],
    [
      'holes.json',
      '{"info":1,"variable":[null],"item":[null],"auth":{"type":"oauth2","oauth2":[null]}}',
      'auth.oauth2.accessTokenUrl: expected',
    ],
    ['empty.yaml', '# nothing yet', 'got nothing'],
    ['type.yaml', 'staticClients: [{ id: [1], secret: x }]', 'staticClients[0].id: expected a text, got [1]'],
    ['two.json', '{"google": {}, "github": {}}', 'leave --sandbox out', ['--sandbox', 'x']],
    [
      'unsure.json',
      '{"name": 1}',
      'expected one of keycloak, postman, navikt, dex, duende, emulate, discovery, got "dexx"',
      ['--format', 'dexx'],
    ],
    ['forced.json', '{"name": 1}', 'expected a list of clients, users', ['--format', 'duende']],
    ['flag.json', '{}', 'did you mean --format?', ['--formt', 'dex']],
  ])('%s', async (name, text, message, flags = []) => {
    await mkdir(join(folder, 'bad'), { recursive: true })
    await writeFile(join(folder, 'bad', name), text)
    const { code, stderr } = await run(['import', name, '--out', 'x.yaml', ...flags], join(folder, 'bad'))
    expect([code, stderr]).toEqual([1, expect.stringContaining(message)])
  })
})
