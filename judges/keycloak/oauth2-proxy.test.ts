import { spawn, spawnSync } from 'node:child_process'
import { afterAll, expect, test } from 'vitest'
import { Jar } from '../../test/support/browser-jar.ts'
import { freePort } from '../free-port.ts'
import { keycloakForFile, web } from './at.ts'

/** oauth2-proxy with its provider for Keycloak, before an app. Its build takes minutes, so it is judged where it is installed. */

const { issuer, signedIn } = await keycloakForFile('oauth2-proxy')
const installed = spawnSync('oauth2-proxy', ['--version']).status === 0
const reason = 'oauth2-proxy is not installed: go install github.com/oauth2-proxy/oauth2-proxy/v7@v7.15.6'
const port = await freePort()
const home = `http://localhost:${port}`
const options = {
  provider: 'keycloak-oidc',
  'oidc-issuer-url': issuer,
  'client-id': web.id,
  'client-secret': web.secret,
  'redirect-url': `${home}/oauth2/callback`,
  'code-challenge-method': 'S256',
  'email-domain': '*',
  'cookie-secret': '0123456789abcdef0123456789abcdef',
  'cookie-secure': 'false',
  'http-address': `127.0.0.1:${port}`,
  upstream: 'static://202',
  'pass-access-token': 'true',
  'set-xauthrequest': 'true',
}

function start() {
  const child = spawn(
    'oauth2-proxy',
    Object.entries(options).map(([name, value]) => `--${name}=${value}`),
    { stdio: 'ignore' },
  )
  afterAll(() => {
    child.kill()
  })
}

/** Goes to the proxy's sign-in and back. */
async function visit(jar: Jar): Promise<number> {
  const begun = await jar.open(`${home}/oauth2/start?rd=/`)
  const back = await signedIn(begun.location?.href ?? '')
  await jar.open(back.href)
  return (await jar.open(`${home}/`)).status
}

test('lets in who has signed in', async ({ skip }) => {
  if (!installed) skip(reason)
  start()
  await expect
    .poll(
      () =>
        fetch(`${home}/ping`).then(
          ({ status }) => status,
          () => 0,
        ),
      { timeout: 20_000 },
    )
    .toBe(200)
  expect((await fetch(`${home}/`)).status).toBe(403)
  const jar = new Jar()
  expect(await visit(jar)).toBe(202)
  const user = await jar.open(`${home}/oauth2/userinfo`)
  expect(JSON.parse(user.html)).toMatchObject({ email: 'alice@example.com', preferredUsername: 'alice' })
})
