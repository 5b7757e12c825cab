import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import {
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  calculatePKCECodeChallenge,
  discovery,
  fetchUserInfo,
  randomPKCECodeVerifier,
  randomState,
  refreshTokenGrant,
  skipSubjectCheck,
} from 'openid-client'
import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import { parse } from 'yaml'
import { runCli } from '../../src/cli/run-cli.ts'
import { loadConfig } from '../../src/config/config.ts'
import { readDeclarations } from '../../src/config/declarations.ts'
import { ConfigError } from '../../src/config/error.ts'
import { configJsonSchema } from '../../src/config/json-schema.ts'
import { allProviders, vendors } from '../../src/providers/registry.ts'
import { spawnCommand } from '../support/command-line.ts'
import { start, startForFile, type TestServer } from '../support/server.ts'
import { basic, claimsOf, headerOf, post, send } from '../support/vendor-client.ts'

const root = join(import.meta.dirname, '../..')
const folder = await mkdtemp(join(tmpdir(), 'grantbox-declared-'))
afterAll(() => rm(folder, { recursive: true, force: true }))

const loaded = await allProviders()
const guide = await readFile(join(root, 'docs/providers.md'), 'utf8')
const example = /<!-- example -->\n```yaml\n(.*?)```/s.exec(guide)?.[1] ?? ''

/** Keeps what is written to it. */
class TextSink extends Writable {
  text = ''

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk
    done()
  }
}

/** A server as it starts with this config file. */
async function startWith(content: string | object): Promise<TestServer> {
  const config = await load(content)
  return start({ declared: config.declared, defaultProvider: config.provider })
}

async function load(content: string | object) {
  const cwd = await mkdtemp(join(folder, 'config-'))
  await writeFile(join(cwd, 'grantbox.config.yaml'), typeof content === 'string' ? content : JSON.stringify(content))
  return loadConfig({ argv: [], env: {}, cwd })
}

describe('the example of the guide', async () => {
  const config = await load(example)
  const server = await startForFile({ declared: config.declared, defaultProvider: config.provider })
  const client = { client_key: 'acme-web', client_secret: 'acme-web-secret' }
  const json = { accept: 'application/json' }
  const token = (form: Record<string, string>, headers: Record<string, string> = json, base = server.url) =>
    post(`${base}/login/oauth/access_token`, form, headers)
  const ada = { grant_type: 'password', username: 'ada', password: 'lovelace', ...client }

  test('answers at the root, with its own members in their order, numbers as texts', async () => {
    const { status, text, headers } = await token(ada)
    expect(status).toBe(200)
    expect(text).toMatch(
      /^\{"access_token":"[^"]+","token_type":"bearer","expires_in":"28800","refresh_token":"ghr_\w{76}","scope":"openid,repo","user":\{"id":"[^"]+","login":"ada"\}\}$/,
    )
    expect(headers.get('x-acme-region')).toBe('eu-1')
    expect(headers.get('cache-control')).toBe('no-store')
  })

  test('answers as a form unless JSON is asked for', async () => {
    const { headers, text } = await token(ada, {})
    expect(headers.get('content-type')).toBe('application/x-www-form-urlencoded; charset=utf-8')
    const form = new URLSearchParams(text)
    expect([form.get('token_type'), form.get('scope'), JSON.parse(form.get('user') ?? '').login]).toEqual(['bearer', 'openid,repo', 'ada'])
  })

  test('makes access tokens of its own claims, which its own key verifies', async () => {
    const { access_token } = (await token(ada)).body
    expect(headerOf(String(access_token))).toBe('{"typ":"JWT","alg":"RS256","kid":"acme-1"}')
    const claims = claimsOf(access_token)
    expect(Object.keys(claims)).toEqual(['iss', 'sub', 'https://acme.example/region', 'scopes', 'iat', 'exp', 'tid'])
    expect(claims).toMatchObject({ sub: 'user|ada', 'https://acme.example/region': 'eu-1', scopes: ['openid', 'repo'] })
    expect(Number(claims.exp) - Number(claims.iat)).toBe(28_800)
    await jwtVerify(String(access_token), createRemoteJWKSet(new URL(`${server.url}/jwks`)), { issuer: server.url })
    const user = await send(`${server.url}/v3/user`, { headers: { authorization: `Bearer ${access_token}` } })
    expect(user.body.sub).toEqual(expect.any(String))
  })

  test('knows its users by e-mail address too, by exactly one of both', async () => {
    const { username: _username, ...rest } = ada
    expect((await token({ ...rest, mail: 'ada@acme.example' })).body.user).toMatchObject({ login: 'ada' })
    expect((await token({ ...ada, mail: 'ada@acme.example' })).body).toHaveProperty('fault.name', 'invalid_request')
  })

  test.each<[string, Record<string, string>, Record<string, string>, number, unknown]>([
    [
      'a wrong client, with status 200',
      { ...client, client_secret: 'x', grant_type: 'client_credentials' },
      json,
      200,
      {
        error: 'incorrect_client_credentials',
        error_code: '10002',
        error_description: 'The client_key and/or client_secret passed are incorrect.',
      },
    ],
    [
      'a wrong code',
      { ...client, grant_type: 'authorization_code', code: 'x' },
      json,
      200,
      { error: 'bad_verification_code', error_code: '10006', error_description: expect.any(String) },
    ],
    [
      'what the tables do not name',
      { ...client, grant_type: 'refresh_token' },
      json,
      200,
      { error: 'invalid_request', error_code: '10000', error_description: 'Parameter refresh_token is missing' },
    ],
    [
      'an unknown grant type before a wrong client',
      { ...client, client_secret: 'x', grant_type: 'magic' },
      json,
      200,
      { error: 'unsupported_grant_type', error_code: '10000', error_description: expect.any(String) },
    ],
    [
      'client_id, which it calls client_key',
      { client_id: 'acme-web', client_secret: 'acme-web-secret', grant_type: 'client_credentials' },
      json,
      200,
      expect.objectContaining({ error: 'incorrect_client_credentials' }),
    ],
    [
      'credentials in the header',
      { grant_type: 'client_credentials' },
      { ...json, ...basic('acme-web', 'acme-web-secret') },
      200,
      expect.objectContaining({ error: 'incorrect_client_credentials' }),
    ],
    [
      'a wrong password, in the shape of its grant type',
      { ...ada, password: 'x' },
      json,
      200,
      { fault: { name: 'invalid_grant', text: expect.any(String) } },
    ],
  ])('says %s in its own words', async (_what, form, headers, status, body) => {
    const answer = await token(form, headers)
    expect([answer.status, answer.body]).toEqual([status, body])
    expect(answer.explanation).not.toBe('')
    expect(answer.headers.get('www-authenticate')).toBeNull()
  })

  test('says errors as a form too, and at another endpoint in other words', async () => {
    const { text, headers } = await token({ ...client, grant_type: 'authorization_code', code: 'x' }, {})
    expect(headers.get('content-type')).toContain('application/x-www-form-urlencoded')
    expect(new URLSearchParams(text).get('error')).toBe('bad_verification_code')
    const user = await send(`${server.url}/v3/user`, { headers: { authorization: 'Bearer x' } })
    expect([user.status, user.text]).toEqual([401, '{"message":"Bad credentials","status":"401"}'])
  })

  test('has no endpoint that it took away, and keeps the status of what is not there', async () => {
    expect((await post(`${server.url}/introspect`, { token: 'x' })).status).toBe(404)
    expect((await send(`${server.url}/login/oauth/access_token`)).status).toBe(405)
  })

  test('makes ids in its own form', () => {
    const { ids } = server.sandbox('acme').provider
    expect([ids.client_id(), ids.client_secret()]).toEqual([
      expect.stringMatching(/^Iv1\.[0-9a-f]{16}$/),
      expect.stringMatching(/^[0-9a-f]{40}$/),
    ])
  })

  test('signs in on its own page and rotates its refresh tokens', async () => {
    const query = new URLSearchParams({
      response_type: 'code',
      client_key: 'acme-web',
      redirect_uri: 'http://127.0.0.1/callback',
      state: 's',
    })
    const page = await send(`${server.url}/login/oauth/authorize?${query}`)
    expect(page.text).toContain('Sign in to Acme')
    const code = await signIn(server.url, '/login/oauth/authorize', query, { username: 'ada', password: 'lovelace' })
    const exchange = { grant_type: 'authorization_code', redirect_uri: 'http://127.0.0.1/callback', ...client }
    const { refresh_token } = (await token({ ...exchange, code })).body
    const refresh = () => token({ grant_type: 'refresh_token', refresh_token: String(refresh_token), ...client })
    expect((await refresh()).body.refresh_token).not.toBe(refresh_token)
    expect((await refresh()).body.error).toBe('bad_verification_code')
  })

  test('has a declared sandbox with its own company, settings and users', async () => {
    const base = `${server.url}/team-a`
    const { body } = await token({ ...ada, username: 'grace', password: 'hopper' }, json, base)
    expect(body).toMatchObject({ expires_in: '60', user: { login: 'grace' } })
    expect(claimsOf(body.access_token)).toMatchObject({ 'https://acme.example/region': 'us-2' })
    expect(server.sandbox('team-a').company).toBe('Team A')
  })

  test('answers at the hosts that it names', async () => {
    const { status } = await sendAs(server, 'login.acme.example', '/v3/user')
    const { status: below } = await sendAs(server, 'eu.api.acme.example', '/v3/user')
    expect([status, below]).toEqual([401, 401])
  })

  test('has a Postman collection of its grant types', () => {
    const { folders, signIn } = server.sandbox('acme').provider.collection
    expect(signIn).toMatchObject({ authorizePath: '/login/oauth/authorize', clientAuthentication: 'body' })
    expect(folders[0]?.requests.map((request) => request.form?.client_key)).toEqual(['{{clientId}}', '{{clientId}}', '{{clientId}}'])
  })
})

/** Fetch refuses to set Host, so this one speaks for itself. */
async function sendAs(server: TestServer, host: string, path: string): Promise<{ status: number }> {
  const { rawRequest } = await import('../support/raw-request.ts')
  return rawRequest(server.url, path, { method: 'GET', headers: { host } })
}

/** Signs in through the pages' forms, keeping cookies, and gives the code. */
async function signIn(base: string, path: string, query: URLSearchParams, user: { username: string; password: string }): Promise<string> {
  return (await signInTo(base, path, query, user)).searchParams.get('code') ?? ''
}

async function signInTo(base: string, path: string, query: URLSearchParams, user: Record<string, string>): Promise<URL> {
  const jar = new Map<string, string>()
  const visit = async (url: string, init: RequestInit = {}) => {
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
    const response = await fetch(url, { redirect: 'manual', ...init, headers: { cookie } })
    for (const set of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? []
      jar.set(name, value)
    }
    return response
  }
  const page = await (await visit(`${base}${path}?${query}`)).text()
  const transaction = /name="transaction" value="([^"]+)"/.exec(page)?.[1] ?? ''
  const step = (form: Record<string, string>) =>
    visit(`${base}${path}`, { method: 'POST', body: new URLSearchParams({ transaction, ...form }) })
  const first = await step(user)
  const location = first.headers.get('location') ?? (await step({ decision: 'allow' })).headers.get('location')
  return new URL(location ?? 'about:blank')
}

describe('mistakes in a declaration', () => {
  const problems = async (content: object): Promise<string[]> => {
    const outcome = await load(content).catch((error: unknown) => error)
    if (!(outcome instanceof ConfigError)) throw new Error('the declaration was taken')
    return outcome.problems.map(({ where, message }) => `${where}: ${message}`)
  }
  const file = 'grantbox.config.yaml'
  const acme = (declaration: object) => ({ providers: { acme: declaration } })

  test.each<[string, object, string]>([
    [
      'a path',
      acme({ paths: { token: 'token' } }),
      'providers.acme.paths.token: expected a path that starts with "/", of letters, digits and . _ ~ -, got "token"',
    ],
    [
      'a reserved path',
      acme({ paths: { token: '/_grantbox/token' } }),
      'providers.acme.paths.token: expected a path outside /_grantbox and /dashboard, got "/_grantbox/token"',
    ],
    [
      'a path of two endpoints',
      acme({ paths: { token: '/Authorize/' } }),
      'providers.acme.paths.token: expected a path of its own, got "/Authorize/", which is authorize\'s',
    ],
    ['an unknown key', acme({ acess_token: {} }), 'providers.acme.acess_token: unknown key; did you mean access_token?'],
    ['an unknown path', acme({ paths: { tokn: '/t' } }), 'providers.acme.paths.tokn: unknown key; did you mean token?'],
    [
      'a lifetime',
      acme({ lifetimes: { access_token: 'soon' } }),
      'providers.acme.lifetimes.access_token: expected a duration such as "5m"',
    ],
    [
      'a setting',
      acme({ settings: { rotation: 'weekly' } }),
      'providers.acme.settings.rotation: expected lenient, strict, off or keep, got "weekly"',
    ],
    ['a grant type', acme({ grant_types: ['pasword'] }), 'providers.acme.grant_types[0]: expected a grant type, one of'],
    [
      'an alphabet',
      acme({ ids: { client_id: { alphabet: 'aa', length: 9 } } }),
      'providers.acme.ids.client_id.alphabet: expected one of digits, hex',
    ],
    [
      'a token that is too short',
      acme({ access_token: { format: 'opaque', alphabet: 'hex', length: 20 } }),
      'providers.acme.access_token.length: expected 26 or more of these characters, got 20',
    ],
    ['a token format', acme({ access_token: { format: 'jws' } }), 'providers.acme.access_token'],
    [
      'claims without {jti}',
      acme({ access_token: { format: 'jwt', claims: { sub: '{sub}' } } }),
      'providers.acme.access_token.claims: expected one claim that is "{jti}"',
    ],
    [
      'a name in a claim',
      acme({ access_token: { format: 'jwt', claims: { jti: '{jti}', a: { b: ['{usrname}'] } } } }),
      'providers.acme.access_token.claims.a.b[0]: expected a value that there is, one of {iss}',
    ],
    [
      'a filter',
      acme({ token_response: { body: { t: '{access_token|base64}' } } }),
      'providers.acme.token_response.body.t: expected one of the filters text, number',
    ],
    [
      'a response without a token',
      acme({ token_response: { body: { a: 1 } } }),
      'providers.acme.token_response.body: expected {access_token} somewhere in the body',
    ],
    [
      'an error code',
      acme({ errors: { names: { invalid_gant: 'x' } } }),
      'providers.acme.errors.names.invalid_gant: unknown key; did you mean invalid_grant?',
    ],
    ['a status', acme({ errors: { status: 99 } }), 'providers.acme.errors.status: expected a status from 200 to 599, got 99'],
    ['a header', acme({ token_response: { headers: { 'a b': 'x' } } }), 'providers.acme.token_response.headers'],
    [
      'the extended provider',
      acme({ extends: 'standrad' }),
      `providers.acme.extends: expected a provider, one of ${['standard', ...vendors.map(({ id }) => id), 'acme'].join(', ')}, got "standrad"; did you mean standard?`,
    ],
    [
      'a circle',
      { providers: { a: { extends: 'b' }, b: { extends: 'a' } } },
      'providers.a.extends: expected a provider that does not extend this one, got "b"',
    ],
    ['a built-in name', { providers: { deyel: {} } }, 'providers.deyel: expected a name that no built-in provider has'],
    ['a name', { providers: { 'Acme Inc': {} } }, 'providers.Acme Inc: expected a name of a-z, 0-9 and "-", 1 to 63 characters as a key'],
    [
      'a client twice',
      acme({ apps: [{ name: 'A', clients: [{ client_id: 'c' }, { client_id: 'c' }] }] }),
      'providers.acme.apps[0].clients[1].client_id: expected a client_id that no other client has, got "c", which stands at providers.acme.apps[0].clients[0].client_id too',
    ],
    [
      'a client of two apps',
      {
        sandboxes: {
          t: {
            provider: 'standard',
            apps: [
              { name: 'A', clients: [{ client_id: 'c' }] },
              { name: 'B', clients: [{ client_id: 'c' }] },
            ],
          },
        },
      },
      'sandboxes.t.apps[1].clients[0].client_id: expected a client_id that no other client has, got "c"',
    ],
    [
      'an app twice',
      { sandboxes: { t: { provider: 'standard', apps: [{ name: 'A' }, { name: 'A', id: 'x' }] } } },
      'sandboxes.t.apps[1].name: expected a name that no other app has, got "A"',
    ],
    [
      'an id of two apps',
      acme({ apps: [{ name: 'A b' }, { name: 'A-b' }] }),
      'providers.acme.apps[1].id: expected an id that no other app has, got "app_a_b"',
    ],
    [
      'a username twice',
      acme({ users: [{ username: 'ann' }, { username: 'Ann' }] }),
      'providers.acme.users[1].username: expected a username that no other user has, got "Ann"',
    ],
    [
      'a user_id twice',
      {
        sandboxes: {
          t: {
            provider: 'standard',
            users: [
              { username: 'a', user_id: '7' },
              { username: 'b', user_id: '7' },
            ],
          },
        },
      },
      'sandboxes.t.users[1].user_id: expected a user_id that no other user has, got "7", which stands at sandboxes.t.users[0].user_id too',
    ],
    [
      'a host of two sandboxes',
      { sandboxes: { a: { provider: 'standard', hosts: ['x.example'] }, b: { provider: 'standard', hosts: ['y.example', 'X.example'] } } },
      'sandboxes.b.hosts[1]: expected a host that no other sandbox has, got "X.example", which stands at sandboxes.a.hosts[0] too',
    ],
    ['a name that is taken', { providers: { dashboard: {} } }, 'providers.dashboard: expected a name other than dashboard as a key'],
    ['no token endpoint', acme({ paths: { token: null } }), 'providers.acme.paths.token: expected a text, got null'],
    [
      'a path of metadata',
      acme({ paths: { userinfo: '/a/.well-known/openid-configuration' } }),
      'providers.acme.paths.userinfo: expected a path that is not where metadata are, got "/a/.well-known/openid-configuration"',
    ],
    [
      'a path below which others are',
      acme({ extends: 'iokids', paths: { registration: '/v1/images' } }),
      'providers.acme.paths.registration: expected a path of its own, got "/v1/images/:client_id", which is the acme API\'s',
    ],
    [
      'ids of keys that meet',
      acme({ signing: { algs: ['ES256', 'RS256'], key_id: 'k{number}' } }),
      'providers.acme.signing.key_id: expected a text with {alg}, for there are several algorithms, got "k{number}" for ES256, RS256',
    ],
    [
      'a header of two lines',
      acme({ errors: { headers: { 'X-A': 'a\nb' } } }),
      'providers.acme.errors.headers.X-A: expected a header\'s value in one line, got "a\\nb"',
    ],
    [
      'a setting of the extended provider',
      acme({ extends: 'gateway', settings: { style: 5 } }),
      'providers.acme.settings.style: expected cognito or rfc, got 5',
    ],
    ['no list', acme({ apps: {} }), 'providers.acme.apps: expected a list, got {}'],
    [
      'a user',
      acme({ users: [{ username: 'a b' }] }),
      'providers.acme.users[0].username: expected a username without blanks and slashes, got "a b"',
    ],
    ["a sandbox's provider", { sandboxes: { t1: { provider: 'deyl' } } }, 'sandboxes.t1.provider: expected a provider, one of'],
    [
      "a vendor's setting",
      { sandboxes: { wildix: { settings: { service_token_shape: 'round' } } } },
      'sandboxes.wildix.settings.service_token_shape: expected envelope, flat or both, got "round"',
    ],
    [
      'a setting that the vendor has not',
      { sandboxes: { deyel: { settings: { personal_token_ttl: 5 } } } },
      'sandboxes.deyel.settings.personal_token_ttl: unknown key',
    ],
  ])('%s is told with its path and what was expected', async (_what, content, line) => {
    expect(await problems(content)).toEqual(expect.arrayContaining([expect.stringContaining(`${file}: ${line}`)]))
  })

  test('all are told at once, those of other settings too', async () => {
    expect(await problems({ port: 'x', providers: { a: { paths: { token: 'x' } }, b: { titel: 'x' } } })).toHaveLength(3)
  })
})

describe('sandboxes of the config file', () => {
  const declare = (sandboxes: object) => readDeclarations({ sandboxes }, 'test', loaded).declared

  test('change with the file, and keep what others put into them', async () => {
    const server = await start({ declared: declare({ t1: { provider: 'standard', settings: { access_token_ttl: 60, code_ttl: 5 } } }) })
    const { directory } = server.sandbox('t1')
    expect(server.sandbox('t1').settings).toMatchObject({ access_token_ttl: 60, code_ttl: 5 })
    await server.server.declare(
      declare({
        t1: {
          provider: 'standard',
          company: 'New',
          hosts: ['t1.example'],
          settings: { access_token_ttl: 90 },
          apps: [{ name: 'CI', clients: [{ client_id: 'ci', client_secret: 'one' }] }],
          users: [{ username: 'carol', password: 'x', apps: ['CI'] }],
        },
      }),
    )
    const sandbox = server.sandbox('t1')
    expect([sandbox.company, sandbox.hosts, sandbox.settings.access_token_ttl, sandbox.settings.code_ttl]).toEqual([
      'New',
      ['t1.example'],
      90,
      60,
    ])
    const ask = (secret: string) => post(`${server.url}/t1/token`, { grant_type: 'client_credentials' }, basic('ci', secret))
    expect([(await ask('one')).status, directory.findUser('alice')?.username]).toEqual([200, 'alice'])
    await server.server.declare(
      declare({ t1: { provider: 'standard', apps: [{ name: 'CI', clients: [{ client_id: 'ci', client_secret: 'two' }] }] } }),
    )
    expect([(await ask('one')).status, (await ask('two')).status]).toEqual([401, 200])
  })

  test('a built-in sandbox can be told more', async () => {
    const server = await start({ declared: declare({ deyel: { settings: { failure_status: 401 } } }) })
    expect((await post(`${server.url}/deyel/oauth/token`, { a: 'b' })).status).toBe(401)
  })

  test('one that speaks as another provider stops the start with a sentence', async () => {
    await expect(start({ declared: declare({ iokids: { provider: 'standard' } }) })).rejects.toThrow(
      "Sandbox 'iokids' is there and speaks as iokids, but the config file says standard.",
    )
  })
})

describe('a provider that changes while grantbox runs', () => {
  const declared = (token: string, more: object = {}) =>
    readDeclarations({ providers: { acme: { paths: { token }, ...more } } }, 'test').declared
  const web = basic('standard-web', 'standard-web-secret')
  const credentials = { grant_type: 'client_credentials' }

  test('is served as it is now, and its tokens go on', async () => {
    const server = await start({ declared: declared('/one') })
    const issued = await post(`${server.url}/acme/one`, credentials, web)
    server.clock.advance(5)
    await server.server.declare(declared('/two', { errors: { status: 200 } }))
    expect((await post(`${server.url}/acme/one`, credentials, web)).status).toBe(404)
    expect((await post(`${server.url}/acme/two`, credentials, web)).status).toBe(200)
    expect((await post(`${server.url}/acme/two`, credentials, basic('x', 'y'))).status).toBe(200)
    const answer = await post(`${server.url}/acme/introspect`, { token: String(issued.body.access_token) }, web)
    expect(answer.body.active).toBe(true)
    expect(server.sandbox('acme').journal.list().length).toBeGreaterThan(4)
  })

  test('sleeps when it is not declared any more, and wakes with its state', async () => {
    const server = await start({ declared: declared('/one') })
    server.server.sandboxes.update(server.sandbox('acme'), { company: 'Kept' })
    await server.server.declare({ providers: [], sandboxes: [] })
    expect(server.server.sandboxes.find('acme')).toBeUndefined()
    await server.server.declare(declared('/one'))
    expect(server.sandbox('acme').company).toBe('Kept')
  })

  test('a database with sandboxes of a provider that is gone starts all the same', async () => {
    const db = join(folder, 'gone.db')
    const first = await start({ db, declared: declared('/one') })
    await first.close()
    const second = await start({ db })
    expect(second.server.sandboxes.find('acme')).toBeUndefined()
    expect((await post(`${second.url}/deyel/oauth/token`, credentials, basic('deyel-rest', 'deyel-secret'))).status).toBe(200)
    await second.close()
  })
})

describe('the config file of a running grantbox', () => {
  test('is applied when it changes; a mistake in it is told of and changes nothing', async () => {
    const cwd = await mkdtemp(join(folder, 'running-'))
    const write = (content: object) => writeFile(join(cwd, 'grantbox.config.json'), JSON.stringify(content))
    await write({ db: ':memory:', port: 0, provider: 'acme', providers: { acme: { paths: { token: '/one' } } } })
    const process = spawnCommand(['start', '--json'], { cwd })
    onTestFinished(() => process.kill('SIGKILL'))
    await process.said('\n')
    const { url } = JSON.parse(process.stdout())
    const status = async (path: string) => (await post(url + path, { a: 'b' })).status
    expect([await status('/one'), await status('/two')]).toEqual([401, 404])

    await write({ db: ':memory:', port: 0, provider: 'acme', providers: { acme: { paths: { token: '/two' } } } })
    await process.said('The config file was applied.')
    expect([await status('/one'), await status('/two')]).toEqual([404, 401])

    await write({ db: ':memory:', port: 0, provider: 'acme', providers: { acme: { paths: { token: 'two' } } } })
    await process.said('The config file was not applied. grantbox.config.json: providers.acme.paths.token: expected a path')
    expect(await status('/two')).toBe(401)
    process.kill('SIGTERM')
    expect((await process.ended).code).toBe(0)
  })
})

describe('grantbox provider import', () => {
  const run = async (argv: string[], cwd: string) => {
    const [stdout, stderr] = [new TextSink(), new TextSink()]
    const code = await runCli({ argv, env: {}, cwd, stdout, stderr })
    return { code, stdout: stdout.text, stderr: stderr.text }
  }

  async function imported(document: object, ...flags: string[]) {
    const cwd = await mkdtemp(join(folder, 'import-'))
    await writeFile(join(cwd, 'document.json'), JSON.stringify(document))
    return { cwd, ...(await run(['provider', 'import', 'document.json', ...flags], cwd)) }
  }

  /** A code flow of openid-client against a provider that was just imported; the client knows the issuer and its credentials alone. */
  async function codeFlow(server: TestServer, issuer: string, authorizePath: string): Promise<string> {
    const config = await discovery(new URL(issuer), 'standard-web', 'standard-web-secret', undefined, { execute: [allowInsecureRequests] })
    const verifier = randomPKCECodeVerifier()
    const state = randomState()
    const url = buildAuthorizationUrl(config, {
      redirect_uri: 'http://127.0.0.1/callback',
      scope: 'openid',
      state,
      code_challenge: await calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    })
    expect(url.pathname).toBe(authorizePath)
    const callback = await signInTo(url.origin, url.pathname, url.searchParams, { username: 'alice', password: 'password' })
    const tokens = await authorizationCodeGrant(config, callback, { pkceCodeVerifier: verifier, expectedState: state })
    expect(tokens.claims()).toMatchObject({ iss: issuer, sub: 'alice' })
    if (config.serverMetadata().userinfo_endpoint !== undefined) {
      expect((await fetchUserInfo(config, tokens.access_token, skipSubjectCheck)).sub).toBe('alice')
    }
    const refreshed = await refreshTokenGrant(config, tokens.refresh_token ?? '')
    expect(server.sandbox('twin').journal.list().at(-1)).toMatchObject({ endpoint: 'token', grant_type: 'refresh_token' })
    return refreshed.access_token
  }

  test('makes a twin of standard from its discovery document, in which openid-client completes a code flow', async () => {
    const source = await startForTest()
    const document = (await send(`${source.url}/standard/.well-known/openid-configuration`)).body
    const { code, stdout, cwd } = await imported(document, '--name', 'twin')
    expect(code).toBe(0)
    await writeFile(join(cwd, 'grantbox.config.yaml'), stdout)
    const { declared } = await loadConfig({ argv: [], env: {}, cwd })
    const server = await start({ declared })
    // Its address had a prefix, so the twin's paths have it too.
    await codeFlow(server, `${server.url}/twin/standard`, '/twin/standard/authorize')
  })

  test('makes a provider of a foreign shape: issuer with a path, endpoints on other hosts, other paths', async () => {
    const document = {
      issuer: 'https://login.acme.example/realms/main/',
      authorization_endpoint: 'https://login.acme.example/realms/main/protocol/auth',
      token_endpoint: 'https://oauth2.acme.example/v4/token',
      userinfo_endpoint: 'https://api.acme.example/v1/me',
      jwks_uri: 'https://www.acme.example/oauth2/v3/certs',
      grant_types_supported: ['authorization_code', 'refresh_token', 'urn:acme:magic'],
      response_types_supported: ['code'],
      subject_types_supported: ['pairwise'],
      scopes_supported: ['openid', 'calendar'],
      id_token_signing_alg_values_supported: ['RS256'],
      token_endpoint_auth_methods_supported: ['client_secret_post', 'client_secret_basic'],
      check_session_iframe: 'https://login.acme.example/session',
    }
    const { code, stderr, cwd } = await imported(document, '--name', 'twin', '--out', 'grantbox.config.json')
    expect(code).toBe(0)
    expect(stderr).toContain('urn:acme:magic')
    const { declared } = await loadConfig({ argv: [], env: {}, cwd })
    const server = await start({ declared })
    const access_token = await codeFlow(server, `${server.url}/twin/realms/main`, '/twin/realms/main/protocol/auth')
    const jwks = createRemoteJWKSet(new URL(`${server.url}/twin/oauth2/v3/certs`))
    const { protectedHeader } = await jwtVerify(access_token, jwks)
    expect(protectedHeader.alg).toBe('RS256')
    // RFC 8414 §3.1: between host and path.
    const metadata = await send(`${server.url}/.well-known/oauth-authorization-server/twin/realms/main`)
    expect(metadata.body).toMatchObject({ issuer: `${server.url}/twin/realms/main`, scopes_supported: ['openid', 'calendar'] })
    expect((await sendAs(server, 'oauth2.acme.example', '/v4/token')).status).toBe(405)
    const real = await discoveryAt(server, 'login.acme.example', '/realms/main/.well-known/openid-configuration')
    expect(real.issuer).toBe('http://login.acme.example/realms/main')
  })

  async function discoveryAt(server: TestServer, host: string, path: string): Promise<Record<string, unknown>> {
    const { rawRequest } = await import('../support/raw-request.ts')
    return JSON.parse((await rawRequest(server.url, path, { method: 'GET', headers: { host } })).text)
  }

  const oauth2 = (values: Record<string, string>) => ({
    type: 'oauth2',
    oauth2: Object.entries(values).map(([key, value]) => ({ key, value, type: 'string' })),
  })
  const postman = {
    info: { name: 'Pet Store API', schema: 'https://schema.getpostman.com/json/collection/v2.1.0/collection.json' },
    variable: [{ key: 'base', value: 'https://pets.example/oauth' }],
    auth: oauth2({
      grant_type: 'authorization_code',
      authUrl: '{{base}}/begin?x=1',
      accessTokenUrl: 'https://{{server}}/oauth/token/',
      clientId: 'pets-web',
      clientSecret: '{{secret}}',
      scope: 'pets:read pets:write',
      redirect_uri: 'https://oauth.pstmn.io/v1/callback',
      client_authentication: 'body',
    }),
    item: [
      {
        name: 'f',
        item: [
          { name: 'r', request: { method: 'GET', url: '/', auth: oauth2({ grant_type: 'client_credentials', scope: 'pets:admin' }) } },
        ],
      },
    ],
  }

  test('makes a provider of a Postman collection’s OAuth 2.0 blocks', async () => {
    const { code, stdout } = await imported(postman)
    expect(code).toBe(0)
    const { providers } = parse(stdout)
    expect(providers['pet-store-api']).toMatchObject({
      title: 'Pet Store API',
      hosts: ['pets.example'],
      paths: { authorize: '/oauth/begin', token: '/oauth/token' },
      grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
      scopes: [{ name: 'pets:read' }, { name: 'pets:write' }, { name: 'pets:admin' }],
      apps: [
        {
          redirect_uris: ['https://oauth.pstmn.io/v1/callback'],
          clients: [{ client_id: 'pets-web', client_secret: 'pet-store-api-secret' }],
        },
      ],
    })
    const server = await startWith(stdout)
    const form = { grant_type: 'client_credentials', client_id: 'pets-web', client_secret: 'pet-store-api-secret', scope: 'pets:admin' }
    const answer = await post(`${server.url}/pet-store-api/oauth/token`, form)
    expect([answer.status, answer.body.scope]).toEqual([200, 'pets:admin'])
  })

  test('takes the collection of each built-in vendor that signs in', async () => {
    const source = await startForTest()
    const { body } = await send(`${source.url}/_grantbox/sandboxes/iokids/postman/collection.json`)
    const { stdout } = await imported(body, '--name', 'twin')
    expect(parse(stdout).providers.twin.paths).toEqual({ authorize: '/oauth/signin', token: '/oauth/token' })
  })

  test.each<[string, object, string]>([
    ['no issuer', { a: 1 }, 'expected a discovery document (with issuer) or a Postman collection (with info and item)'],
    [
      'no token endpoint',
      { issuer: 'https://a.example', authorization_endpoint: 'https://a.example/a' },
      'token_endpoint: expected a URL, got nothing',
    ],
    ['a collection without OAuth 2.0', { info: { name: 'x' }, item: [] }, 'auth: expected an OAuth 2.0 block'],
    [
      'two endpoints at one path',
      { issuer: 'https://a.example', authorization_endpoint: 'https://a.example/x', token_endpoint: 'https://b.example/x' },
      'expected a path of its own',
    ],
  ])('says what is wrong with %s', async (_what, document, message) => {
    const { code, stderr } = await imported(document)
    expect([code, stderr]).toEqual([1, expect.stringContaining(message)])
  })

  test.each<[string[], string]>([
    [['provider'], 'expected: grantbox provider import FILE'],
    [['provider', 'export', 'x'], 'expected: grantbox provider import FILE'],
    [['provider', 'import', 'none.json'], 'expected a file of JSON'],
    [['provider', 'import', 'x', '--nmae', 'y'], 'did you mean --name?'],
    [['provider', 'import', 'x', '--out'], 'expected a value, got none'],
  ])('%j says how it is used', async (argv, message) => {
    const { code, stderr } = await run(argv, folder)
    expect([code, stderr]).toEqual([1, expect.stringContaining(message)])
  })

  function startForTest(): Promise<TestServer> {
    return start()
  }
})

describe('the schema and the guide', () => {
  test('the published JSON Schema is current: npm run docs writes it', async () => {
    const published = JSON.parse(await readFile(join(root, 'schema/grantbox.config.schema.json'), 'utf8'))
    expect(published).toEqual(JSON.parse(JSON.stringify(await configJsonSchema())))
  })

  test('the JSON Schema knows every key of a declaration that the guide tells of', async () => {
    const { $defs } = (await configJsonSchema()) as { $defs: { Provider: { properties: object } } }
    const table = /## Every key(.*?)\nAn `alphabet`/s.exec(guide)?.[1] ?? ''
    const told = [...table.matchAll(/^\| (`[^|]+`) \|/gm)].flatMap(([, keys = '']) =>
      [...keys.matchAll(/`(\w+)(?:\.\w+)?`/g)].map(([, key]) => key),
    )
    expect(new Set(told)).toEqual(new Set(Object.keys($defs.Provider.properties)))
  })
})
