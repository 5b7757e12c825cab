import type { lookup } from 'node:dns'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { PassThrough } from 'node:stream'
import { runInNewContext } from 'node:vm'
import { decodeJwt } from 'jose'
import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import { fitsGlob } from '../../src/basics/glob.ts'
import { withEnvironment } from '../../src/basics/placeholders.ts'
import { untilReady } from '../../src/cli/exam/ready.ts'
import { runCli } from '../../src/cli/run-cli.ts'
import { Browser } from '../../src/exam/browser/browser.ts'
import { startChromium } from '../../src/exam/browser/chromium-program.ts'
import { Tab } from '../../src/exam/browser/chromium-tab.ts'
import { DevTools } from '../../src/exam/browser/devtools.ts'
import { Collector } from '../support/collector.ts'
import { control } from '../support/control-client.ts'
import { startForFile } from '../support/server.ts'

/** How far what comes from elsewhere reaches: documents that are imported, apps that are examined, and what commands say. */

const server = await startForFile({ defaultProvider: 'standard' })

/** A server that notes whoever asks it, and sends him on to where a cloud has its credentials. */
const asked: string[] = []
const elsewhere = createServer((request, response) => {
  asked.push(request.url ?? '')
  response.writeHead(302, { location: 'http://169.254.169.254/latest/meta-data/' }).end()
}).listen(0, '127.0.0.1')
await once(elsewhere, 'listening')
afterAll(() => void elsewhere.close())
const url = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}`

/** Sends a document as it is written: `__proto__` in an object of JavaScript's would not be there. */
async function imported(sandbox: string, document: string): Promise<{ status: number; text: string }> {
  const headers = { 'content-type': 'application/json' }
  const answer = await fetch(`${server.url}/_grantbox/import?sandbox=${sandbox}`, { method: 'POST', headers, body: document })
  return { status: answer.status, text: await answer.text() }
}

describe('a document that is imported', () => {
  const names = '"__proto__": {"admin": true}, "constructor": {"prototype": {"admin": true}}'

  test.each([
    [
      'navikt',
      `{"tokenCallbacks": [{"issuerId": "x", ${names}, "requestMappings": [{"requestParam": "scope", "claims": {"sub": "s", ${names}}}]}]}`,
    ],
    ['dex', `{"staticClients": [{"id": "a", "secret": "s", ${names}}], "staticPasswords": [{"email": "a@b.example", ${names}}], ${names}}`],
    ['duende', `[{"ClientId": "a", "AllowedGrantTypes": ["client_credentials"], "ClientSecrets": ["s"], ${names}}]`],
    ['emulate', `{"google": {"users": [{"email": "a@b.example", ${names}}], ${names}}}`],
    ['discovery', `{"issuer": "https://a.example", ${names}}`],
    ['postman', `{"info": {"name": "p", ${names}}, "item": [], ${names}}`],
  ])('gives no object a prototype: %s', async (name, document) => {
    const { status } = await imported(`proto-${name}`, document)
    expect(status).toBeLessThan(500)
    expect(({} as { admin?: unknown }).admin).toBeUndefined()
    expect((await control(server, 'GET', '/sandboxes')).status).toBe(200)
  })

  test('has claims of any name as what they are, and no token has what their prototype would', async () => {
    const { status, text } = await imported(
      'claims',
      `{"interactiveLogin": false, "tokenCallbacks": [{"issuerId": "claims", "requestMappings": [{"requestParam": "scope", "claims": {"mark": 1, "__proto__": {"admin": true}}}]}]}`,
    )
    expect(status).toBe(200)
    expect(JSON.parse(text).left).toContain('members called __proto__, a name that no table has')
    const form = { grant_type: 'client_credentials', client_id: 'any', client_secret: 'any', scope: 'x' }
    const answer = await fetch(`${server.url}/claims/token`, { method: 'POST', body: new URLSearchParams(form) })
    const { access_token } = (await answer.json()) as { access_token: string }
    expect(decodeJwt(access_token)).toMatchObject({ mark: 1 })
    expect(decodeJwt(access_token).admin).toBeUndefined()
  })

  test.each([
    ['POST', '/sandboxes/standard/users', '{"username": "u", "claims": {"__proto__": 1, "x": 2}}', 'claims'],
    ['PATCH', '/sandboxes/standard', '{"settings": {"claims": {"access_token": {"__proto__": "x"}}}}', 'settings.claims.access_token'],
    ['POST', '/sandboxes/standard/tokens', '{"client_id": "standard-web", "claims": {"__proto__": 1}}', 'claims'],
    ['PUT', '/providers/proto', '{"extends": "standard", "documents": {"__proto__": {}}}', 'documents'],
  ])('and the control API refuses one that it would lose: %s %s', async (method, path, body, field) => {
    const answer = await fetch(`${server.url}/_grantbox${path}`, { method, headers: { 'content-type': 'application/json' }, body })
    const said = (await answer.json()) as { errors?: { field: string; expected: string }[] }
    expect([answer.status, said.errors?.map((one) => [one.field, one.expected])]).toEqual([
      400,
      [[field, expect.stringContaining('a table with other names than __proto__')]],
    ])
  })

  test.each([
    ['a list', '['.repeat(50_000) + ']'.repeat(50_000), 400, 'deeper than 500 levels'],
    ['a seed', `{"google": ${'['.repeat(400)}${']'.repeat(400)}}`, 422, 'at most 100 levels'],
    ['a realm', `{"realm": "deep", "attributes": ${'{"a":'.repeat(600)}1${'}'.repeat(600)}}`, 400, 'deeper than 500 levels'],
  ])('may be no deeper than what anybody writes: %s', async (_, document, status, words) => {
    const answer = await imported('deep', document)
    expect(answer.status).toBe(status)
    expect(answer.text).toContain(words)
  })

  test('keeps nobody busy by its patterns, which are no regular expressions, or its variables', () => {
    const began = performance.now()
    expect(fitsGlob('*a'.repeat(20_000), `${'a'.repeat(100_000)}b`)).toBe(false)
    expect(fitsGlob('*ab'.repeat(20_000), 'a'.repeat(100_000))).toBe(false)
    expect(withEnvironment('${A:'.repeat(25_000), {})).toHaveLength(100_000)
    expect(performance.now() - began).toBeLessThan(4000)
  })

  test('has no address called that stands in it', async () => {
    const redirect = `"redirectURIs": ["${url}/callback"]`
    for (const [sandbox, document] of [
      [
        'called-dex',
        `{"issuer": "${url}/dex", "staticClients": [{"id": "a", "secret": "s", "logoURL": "${url}/logo", ${redirect}}], "connectors": [{"type": "oidc", "id": "o", "config": {"issuer": "${url}"}}]}`,
      ],
      [
        'called-discovery',
        `{"issuer": "${url}", "jwks_uri": "${url}/jwks", "authorization_endpoint": "${url}/authorize", "token_endpoint": "${url}/token", "op_policy_uri": "${url}/policy"}`,
      ],
      [
        'called-duende',
        `[{"ClientId": "a", "AllowedGrantTypes": ["client_credentials"], "ClientSecrets": ["s"], "LogoUri": "${url}/logo", "BackChannelLogoutUri": "${url}/out"}]`,
      ],
    ] as const) {
      expect([sandbox, (await imported(sandbox, document)).status]).toEqual([sandbox, 200])
    }
    expect(asked).toEqual([])
  })
})

test('scripts in a realm are never run and are told of as left, and a mapper called as what every object has maps nothing', async () => {
  const script = 'globalThis.ran = true; token.setOtherClaims("ran", true); exports = true; $evaluation.grant();'
  const mapper = (protocolMapper: string, config: object = {}) => ({
    name: protocolMapper,
    protocol: 'openid-connect',
    protocolMapper,
    config: { script, 'claim.name': 'ran', 'access.token.claim': 'true', 'jsonType.label': 'String', ...config },
  })
  const mappers = [
    ...['oidc-script-based-protocol-mapper', 'script-claims.js', 'constructor', 'toString', 'valueOf', '__proto__'].map((kind) =>
      mapper(kind),
    ),
    ...['constructor', 'toString', '__proto__'].map((name) => mapper('oidc-usermodel-attribute-mapper', { 'user.attribute': name })),
    mapper('oidc-usersessionmodel-note-mapper', { 'user.session.note': 'constructor' }),
  ]
  const realm = {
    realm: 'scripts',
    clients: [
      {
        clientId: 'app',
        secret: 'app-secret',
        serviceAccountsEnabled: true,
        protocolMappers: mappers,
        authorizationServicesEnabled: true,
        authorizationSettings: { policies: [{ name: 'p', type: 'script-p.js', config: { code: script } }] },
      },
    ],
  }
  const answer = await control(server, 'POST', '/sandboxes/keycloak/import', realm)
  expect(answer.body.items[0].left).toEqual([
    'mappers of the kinds oidc-script-based-protocol-mapper, script-claims.js, constructor, toString, valueOf, __proto__ (protocolMappers) are kept and have no effect',
    'authorization services (authorizationSettings) of app are left out, and none of their policies is asked',
  ])
  const form = { grant_type: 'client_credentials', client_id: 'app', client_secret: 'app-secret' }
  const token = await fetch(`${server.url}/keycloak/realms/scripts/protocol/openid-connect/token`, {
    method: 'POST',
    body: new URLSearchParams(form),
  })
  const { access_token } = (await token.json()) as { access_token: string }
  expect(decodeJwt(access_token)).not.toHaveProperty('ran')
  expect(access_token.length).toBeLessThan(2000)
  expect(Buffer.from(access_token.split('.')[1] ?? '', 'base64url').toString()).not.toContain('app-secret')
  expect(globalThis).not.toHaveProperty('ran')
})

test('of what a client registers, logos, terms and sector identifiers are called by nobody', async () => {
  const said = { client_name: 'Called', redirect_uris: [`${url}/callback`] }
  const addresses = Object.fromEntries(
    ['logo_uri', 'tos_uri', 'policy_uri', 'client_uri', 'sector_identifier_uri', 'jwks_uri'].map((name) => [name, `${url}/${name}`]),
  )
  const answer = await fetch(`${server.url}/standard/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...said, ...addresses }),
  })
  const { client_id } = (await answer.json()) as { client_id: string }
  expect(answer.status).toBe(201)
  const query = new URLSearchParams({ client_id, response_type: 'code', scope: 'openid', redirect_uri: `${url}/callback`, state: 's' })
  await fetch(`${server.url}/standard/authorize?${query}`)
  expect(asked).toEqual([])
})

test.each(['javascript:alert(1)', 'data:text/html,x', '/callback', 'http://localhost:1/#x'])(
  'an exam makes no client that is led to %s',
  async (redirect_uri) => {
    const { status, body } = await control(server, 'POST', '/sandboxes/standard/exam', { redirect_uri })
    expect([status, body.detail]).toEqual([400, expect.stringContaining(`the redirect URI '${redirect_uri}'`)])
    const { items } = (await control(server, 'GET', '/sandboxes/standard/apps')).body as { items: { name: string }[] }
    expect(items.map(({ name }) => name)).not.toContain('Exam')
  },
)

describe("the exam's browser", () => {
  const provider = { isSignIn: () => false, signIn: () => Promise.reject(new Error('nobody signs in')) }

  test.each(['http://169.254.169.254/', 'http://[fe80::1]/', 'https://example.com/', 'file:///etc/passwd'])(
    'does not go to %s',
    async (there) => {
      await expect(new Browser(provider).visit(there)).rejects.toThrow(/never called|is no http/)
    },
  )

  test('waits for no app elsewhere either', async () => {
    const app = { ended: new Promise<number>(() => undefined), end: () => Promise.resolve() }
    for (const there of ['http://169.254.169.254/', 'https://example.com/'])
      await expect(untilReady(there, app)).rejects.toThrow('never called')
    asked.length = 0
    await untilReady(`${url}/ready`, app)
    expect(asked).toEqual(['/ready'])
  })

  test('looks at each address to which an app sends it on', async () => {
    asked.length = 0
    await expect(new Browser(provider).walk(`${url}/login`)).rejects.toThrow('169.254.169.254 is link-local')
    expect(asked).toEqual(['/login'])
  })

  test('with a window lets no page go there either, nor to files, and reads no endless one', async () => {
    const [to, from] = [new PassThrough(), new PassThrough()]
    const devtools = new DevTools(to, from)
    const told: { method: string; params: { requestId?: string; url?: string; expression?: string } }[] = []
    const say = (message: object) => from.write(`${JSON.stringify(message)}\0`)
    const addresses = [
      ...['http://169.254.169.254/', 'http://10.0.0.1/', 'file:///etc/passwd', 'https://example.com/', 'blob:x', 'data:,x'],
      ...['http://app.test/', 'http://rebound.test/', 'http://nowhere.test/'],
    ]
    const known: Record<string, string[]> = {
      '10.0.0.1': ['10.0.0.1'],
      'app.test': ['127.0.0.1'],
      'rebound.test': ['127.0.0.1', '169.254.169.254'],
    }
    const resolve = ((name: string, _options: object, done: (error: Error | null, found?: object[]) => void) =>
      done(
        known[name] === undefined ? new Error('ENOTFOUND') : null,
        known[name]?.map((address) => ({ address, family: 4 })),
      )) as unknown as typeof lookup
    to.setEncoding('utf8').on('data', (piece: string) => {
      for (const text of piece.split('\0').filter(Boolean)) {
        const message = JSON.parse(text)
        told.push(message)
        say({ id: message.id, result: { targetId: 't', sessionId: 's', result: { value: true } } })
      }
    })
    const tab = await Tab.open(devtools, 'c', provider, resolve)
    for (const there of addresses)
      say({
        method: 'Fetch.requestPaused',
        sessionId: 's',
        params: { requestId: there, request: { url: there }, resourceType: 'Script', frameId: 't' },
      })
    await expect.poll(() => told.filter(({ params }) => addresses.includes(params.requestId ?? '')).length).toBe(addresses.length)
    const passed = told.filter(({ method }) => method === 'Fetch.continueRequest').map(({ params }) => params.requestId)
    expect(passed.sort()).toEqual(['blob:x', 'data:,x', 'http://10.0.0.1/', 'http://app.test/', 'http://nowhere.test/'])
    await tab.read()
    const reading = told.map(({ params }) => params.expression ?? '').find((one) => one.includes('outerHTML'))
    const page = { contentType: 'text/html', documentElement: { outerHTML: 'x'.repeat(5 * 1024 * 1024) } }
    expect(runInNewContext(reading ?? '', { document: page })).toHaveLength(4 * 1024 * 1024)
  })
})

test('a window finds no name but this machine and the exam’s, asks nobody of its own accord, and leaves no profile', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'grantbox-flags-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const [program, told] = [join(folder, 'chromium'), join(folder, 'told')]
  await writeFile(program, `#!/bin/sh\nfor one in "$@"; do echo "$one"; done > ${told}\n`, { mode: 0o755 })
  await expect(startChromium(program, ['app.test'], {})).rejects.toThrow('cannot be driven')
  const flags = (await readFile(told, 'utf8')).trim().split('\n')
  const profile = flags.find((one) => one.startsWith('--user-data-dir='))?.split('=')[1] ?? ''
  expect(dirname(profile)).toBe(tmpdir())
  await expect(stat(profile)).rejects.toThrow('ENOENT')
  expect(flags.filter((one) => !one.startsWith('--user-data-dir=')).sort()).toEqual(
    [
      ...['--headless', '--remote-debugging-pipe', '--no-first-run', '--no-default-browser-check', '--disable-background-networking'],
      ...['--disable-component-update', '--disable-extensions', '--disable-sync', '--disable-gpu', '--disable-dev-shm-usage'],
      '--password-store=basic',
      '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE *.localhost, EXCLUDE 127.0.0.1, EXCLUDE [::1], EXCLUDE app.test',
      // Chromium's own sandbox is off for root alone, who cannot have it.
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
    ].sort(),
  )
})

test('doctor says nothing of passwords and tokens, whatever is wrong', async () => {
  const secret = 'kept-to-oneself'
  const said: string[] = []
  for (const [argv, env] of [
    [[], { GRANTBOX_URL: server.url, GRANTBOX_ADMIN_TOKEN: secret, HTTPS_PROXY: `http://me:${secret}@proxy.example:3128` }],
    [['--json'], { GRANTBOX_URL: `http://me:${secret}@127.0.0.1:9` }],
    [[], { GRANTBOX_URL: server.url, GRANTBOX_CONFIG_INLINE: `{"admin_token": ["${secret}"]}` }],
    [[], { GRANTBOX_PORT: '9', GRANTBOX_ADMIN_TOKEN: secret }],
  ] as const) {
    const [stdout, stderr] = [new Collector(), new Collector()]
    await runCli({ argv: ['doctor', ...argv], env: { PATH: '/nowhere', ...env }, cwd: import.meta.dirname, stdout, stderr })
    said.push(`${stdout}${stderr}`)
  }
  expect(said.filter((one) => !/versions/.test(one))).toEqual([])
  expect(said.filter((one) => one.includes(secret))).toEqual([])
})
