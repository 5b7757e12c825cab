import type { Provider } from '../../providers/provider.ts'
import { type Framework, type Preloaded, preloadedOf } from './choice.ts'

/** An example test, and the command that runs it. */
export interface Example {
  path: string
  text: string
  run: string
}

/** The example test of a framework, for a provider. */
export function exampleTest(framework: Framework, provider: Provider): Example {
  const client = preloadedOf(provider)
  switch (framework) {
    case 'vitest':
      return example('test/grantbox.test.ts', ofLibrary(provider.id, client, vitestWords), 'npx vitest run')
    case 'node':
      return example('test/grantbox.test.mjs', ofLibrary(provider.id, client, nodeWords), 'node --test')
    case 'playwright':
      return example('tests/grantbox.spec.ts', ofPlaywright(provider.id, client), 'npx playwright test')
    case 'jest':
      return example('test/grantbox.test.cjs', ofJest(provider.id), 'npx grantbox run -- npx jest --testMatch', " '**/grantbox.test.cjs'")
    case 'pytest':
      return example('tests/test_grantbox.py', ofPytest(provider.id), 'npx grantbox run -- pytest')
  }
}

function example(path: string, text: string, command: string, what = ` ${path}`): Example {
  return { path, text, run: `${command}${what}` }
}

/** What differs between frameworks that run modules. */
interface Words {
  imports: string
  before: string
  after: string
  equal: (came: string, expected: string) => string
  ok: (came: string) => string
}

const vitestWords: Words = {
  imports: "import { startGrantbox } from 'grantbox'\nimport { afterAll, beforeAll, expect, test } from 'vitest'\n",
  before: 'beforeAll',
  after: 'afterAll',
  equal: (came, expected) => `expect(${came}).toBe(${expected})`,
  ok: (came) => `expect(${came}).toBeTruthy()`,
}

const nodeWords: Words = {
  imports:
    "import assert from 'node:assert/strict'\nimport { after, before, test } from 'node:test'\nimport { startGrantbox } from 'grantbox'\n",
  before: 'before',
  after: 'after',
  equal: (came, expected) => `assert.equal(${came}, ${expected})`,
  ok: (came) => `assert.ok(${came})`,
}

function ofLibrary(provider: string, client: Preloaded | undefined, { imports, before, after, equal, ok }: Words): string {
  const typed = imports.includes('vitest')
  return `${imports}
let box${typed ? ': Awaited<ReturnType<typeof startGrantbox>>' : ''}

${before}(async () => {
  // In this process, on a free port, with nothing kept: no service has to run.
  box = await startGrantbox({ provider: '${provider}' })
})

${after}(() => box.close())
${client === undefined ? mintTest(equal, ok) : signInTest(client, equal, ok)}`
}

const quoted = (text: string) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`

function signInTest(
  { client_id, client_secret, redirect_uri, username, scope, basic }: Preloaded,
  equal: Words['equal'],
  ok: Words['ok'],
): string {
  const sent = basic
    ? "headers: { accept: 'application/json', authorization: 'Basic ' + btoa(client.client_id + ':' + client.client_secret) },\n    body: new URLSearchParams({ grant_type: 'authorization_code', code, redirect_uri }),"
    : "headers: { accept: 'application/json' },\n    body: new URLSearchParams({ ...client, grant_type: 'authorization_code', code, redirect_uri }),"
  return `
// A client that each new sandbox has; grantbox.config.yaml and sandbox.apps.create() make your own.
const client = { client_id: ${quoted(client_id)}, client_secret: ${quoted(client_secret)} }
const redirect_uri = ${quoted(redirect_uri)}

test('a user signs in, and the code brings tokens', async () => {
  // A world of its own for each test: they need no order, and can run side by side.
  const sandbox = await box.createSandbox()
  const asked = { client_id: client.client_id, redirect_uri, scope: ${quoted(scope)}, state: 'xyz' }
  const { code = '' } = await sandbox.authorize({ ...asked, username: ${quoted(username)} })
  const { token_endpoint } = await sandbox.info()
  const answer = await fetch(token_endpoint, {
    method: 'POST',
    ${sent}
  })
  ${equal('answer.status', '200')}
  ${ok('(await answer.json()).access_token')}
})

test('the app says so when the provider is down', async () => {
  const sandbox = await box.createSandbox()
  await sandbox.faults.add({ endpoint: 'token', status: 503 })
  const { token_endpoint } = await sandbox.info()
  ${equal("(await fetch(token_endpoint, { method: 'POST', body: new URLSearchParams(client) })).status", '503')}
})
`
}

function mintTest(equal: Words['equal'], ok: Words['ok']): string {
  return `
test('an app gets a token', async () => {
  // A world of its own for each test: they need no order, and can run side by side.
  const sandbox = await box.createSandbox()
  const [app] = await sandbox.apps.list()
  const client_id = app?.clients[0]?.client_id ?? (await sandbox.apps.create({ name: 'My App' })).clients[0]?.client_id ?? ''
  const { access_token } = await sandbox.tokens.mint({ client_id })
  ${ok('access_token')}
})

test('the app says so when the provider is down', async () => {
  const sandbox = await box.createSandbox()
  await sandbox.faults.add({ endpoint: 'token', status: 503 })
  const { token_endpoint } = await sandbox.info()
  ${equal("(await fetch(token_endpoint, { method: 'POST' })).status", '503')}
})
`
}

function ofPlaywright(provider: string, client: Preloaded | undefined): string {
  const { client_id = '', redirect_uri = '', username = '', scope = '' } = client ?? {}
  return `import { expect, test } from '@playwright/test'
import { startGrantbox } from 'grantbox'

let box: Awaited<ReturnType<typeof startGrantbox>>

test.beforeAll(async () => {
  // In this process, on a free port, with nothing kept: no service has to run.
  box = await startGrantbox({ provider: '${provider}' })
})

test.afterAll(() => box.close())

test('a user signs in on the page', async ({ page }) => {
  const sandbox = await box.createSandbox()
  const { authorization_endpoint } = await sandbox.info()
  // Your app would lead here; begin at its own page instead.
  const asked = { response_type: 'code', client_id: ${quoted(client_id)}, redirect_uri: ${quoted(redirect_uri)}, scope: ${quoted(scope)}, state: 'xyz' }
  // No app is there, so the call to it is seen and not answered. (A route would not see where a redirect leads.)
  const callback = page.waitForRequest((request) => request.url().startsWith(asked.redirect_uri))
  await page.goto(\`\${authorization_endpoint}?\${new URLSearchParams(asked)}\`)
  await sandbox.loginAs(page, ${quoted(username)})
  expect(new URL((await callback).url()).searchParams.get('code')).toBeTruthy()
})
`
}

function ofJest(provider: string): string {
  return `// Run by: npx grantbox run -- npx jest. It starts grantbox in memory for as long as the tests take, and tells its address.
const url = process.env.GRANTBOX_URL

/** The control API, which needs no library: grantbox is an ES module, and this file need not be one. */
async function control(method, path, body) {
  const headers = { 'content-type': 'application/json' }
  if (process.env.GRANTBOX_ADMIN_TOKEN) headers.authorization = \`Bearer \${process.env.GRANTBOX_ADMIN_TOKEN}\`
  const answer = await fetch(\`\${url}/_grantbox/sandboxes\${path}\`, { method, headers, body: body && JSON.stringify(body) })
  return answer.json()
}

test('an app gets a token', async () => {
  // A world of its own for each test: they need no order, and can run side by side.
  const { name } = await control('POST', '', { provider: '${provider}' })
  const { items } = await control('GET', \`/\${name}/apps\`)
  const app = items[0] ?? (await control('POST', \`/\${name}/apps\`, { name: 'My App' }))
  const { access_token } = await control('POST', \`/\${name}/tokens\`, { client_id: app.clients[0].client_id })
  expect(access_token).toBeTruthy()
})
`
}

function ofPytest(provider: string): string {
  return `"""Run by: npx grantbox run -- pytest. It starts grantbox in memory for as long as the tests take, and tells its address."""

import json
import os
import urllib.request

URL = os.environ["GRANTBOX_URL"]


def control(method, path, body=None):
    """The control API, which needs no library."""
    headers = {"content-type": "application/json"}
    if os.environ.get("GRANTBOX_ADMIN_TOKEN"):
        headers["authorization"] = "Bearer " + os.environ["GRANTBOX_ADMIN_TOKEN"]
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{URL}/_grantbox/sandboxes{path}", data, headers, method=method)
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def test_an_app_gets_a_token():
    # A world of its own for each test: they need no order, and can run side by side.
    name = control("POST", "", {"provider": "${provider}"})["name"]
    apps = control("GET", f"/{name}/apps")["items"]
    app = apps[0] if apps else control("POST", f"/{name}/apps", {"name": "My App"})
    token = control("POST", f"/{name}/tokens", {"client_id": app["clients"][0]["client_id"]})
    assert token["access_token"]
`
}
