import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { control } from '../support/control-client.ts'
import { DashboardClient } from '../support/dashboard-client.ts'
import { startForFile } from '../support/server.ts'

/** Whoever has a browser in front of him needs no control API: what each of its calls does is done on a page too. */

const sandbox = '/_grantbox/sandboxes/{sandbox}'
const client = `/dashboard/standard/apps/app_standard/clients/standard-web`
const robot = `/dashboard/google/apps/app_google_robot/clients/${encodeURIComponent('robot@grantbox-example.iam.gserviceaccount.com')}`

/** The page on which a call's work is done, and the address of the form or link there that does it; a page that shows it has none. */
const onPage: Readonly<Record<string, readonly [page: string, does?: string]>> = {
  'GET /_grantbox/providers': ['/dashboard/-/providers'],
  'GET /_grantbox/providers/{name}': ['/dashboard/-/providers/acme'],
  'PUT /_grantbox/providers/{name}': ['/dashboard/-/new-provider', '/dashboard/-/new-provider'],
  'DELETE /_grantbox/providers/{name}': ['/dashboard/-/providers/acme', '/dashboard/-/providers/acme/delete'],
  [`POST ${sandbox}/import`]: ['/dashboard/-/import', '/dashboard/-/import'],
  'POST /_grantbox/import': ['/dashboard/-/import', '/dashboard/-/import'],
  'GET /_grantbox/sandboxes': ['/dashboard'],
  'POST /_grantbox/sandboxes': ['/dashboard/-/sandboxes/new', '/dashboard/-/sandboxes/new'],
  [`GET ${sandbox}`]: ['/dashboard/standard/manage'],
  [`PATCH ${sandbox}`]: ['/dashboard/standard/settings', '/dashboard/standard/settings'],
  [`DELETE ${sandbox}`]: ['/dashboard/standard/manage', '/dashboard/standard/manage/delete'],
  [`POST ${sandbox}/reset`]: ['/dashboard/standard/manage', '/dashboard/standard/manage/reset'],
  [`GET ${sandbox}/snapshot`]: ['/dashboard/standard/manage', '/dashboard/standard/manage/snapshot'],
  [`PUT ${sandbox}/snapshot`]: ['/dashboard/standard/manage', '/dashboard/standard/manage/restore'],
  [`GET ${sandbox}/spaces`]: ['/dashboard/keycloak/spaces'],
  [`POST ${sandbox}/spaces`]: ['/dashboard/keycloak/spaces', '/dashboard/keycloak/spaces'],
  [`GET ${sandbox}/spaces/{space}`]: ['/dashboard/keycloak/spaces', '/dashboard/keycloak~master/apps'],
  [`PATCH ${sandbox}/spaces/{space}`]: ['/dashboard/keycloak~master/settings', '/dashboard/keycloak~master/settings'],
  [`DELETE ${sandbox}/spaces/{space}`]: ['/dashboard/keycloak/spaces', '/dashboard/keycloak/spaces/master/delete'],
  [`GET ${sandbox}/apps`]: ['/dashboard/standard/apps'],
  [`POST ${sandbox}/apps`]: ['/dashboard/standard/apps/new', '/dashboard/standard/apps'],
  [`GET ${sandbox}/apps/{app}`]: ['/dashboard/standard/apps/app_standard'],
  [`PATCH ${sandbox}/apps/{app}`]: ['/dashboard/standard/apps/app_standard', '/dashboard/standard/apps/app_standard/edit'],
  [`DELETE ${sandbox}/apps/{app}`]: ['/dashboard/standard/apps/app_standard', '/dashboard/standard/apps/app_standard/delete'],
  [`POST ${sandbox}/apps/{app}/clients`]: ['/dashboard/standard/apps/app_standard', '/dashboard/standard/apps/app_standard/clients'],
  [`DELETE ${sandbox}/clients/{client_id}`]: ['/dashboard/standard/apps/app_standard', `${client}/delete`],
  [`POST ${sandbox}/clients/{client_id}/secret`]: [
    '/dashboard/apple/apps/app_apple_example',
    '/dashboard/apple/apps/app_apple_example/clients/com.example.web/secret',
  ],
  [`PATCH ${sandbox}/clients/{client_id}`]: [
    '/dashboard/standard/apps/app_standard?open=hints',
    '/dashboard/standard/apps/app_standard/hints',
  ],
  [`GET ${sandbox}/users`]: ['/dashboard/standard/sandbox'],
  [`POST ${sandbox}/users`]: ['/dashboard/standard/sandbox/users/new', '/dashboard/standard/sandbox/users'],
  [`POST ${sandbox}/users/generate`]: ['/dashboard/standard/sandbox', '/dashboard/standard/sandbox/generate'],
  [`GET ${sandbox}/users/{username}`]: ['/dashboard/standard/sandbox/users/alice'],
  [`PATCH ${sandbox}/users/{username}`]: ['/dashboard/standard/sandbox/users/alice', '/dashboard/standard/sandbox/users/alice/edit'],
  [`DELETE ${sandbox}/users/{username}`]: ['/dashboard/standard/sandbox/users/alice', '/dashboard/standard/sandbox/users/alice/delete'],
  [`POST ${sandbox}/users/{username}/events`]: ['/dashboard/apple/sandbox/users/alice', '/dashboard/apple/sandbox/users/alice/events'],
  [`GET ${sandbox}/grants`]: ['/dashboard/standard/grants'],
  [`GET ${sandbox}/grants/{id}`]: ['/dashboard/standard/grants', '/dashboard/standard/grants/1'],
  [`DELETE ${sandbox}/grants/{id}`]: ['/dashboard/standard/grants/1', '/dashboard/standard/grants/1/revoke'],
  [`POST ${sandbox}/tokens`]: ['/dashboard/standard/tokens', '/dashboard/standard/tokens'],
  [`POST ${sandbox}/tokens/expire`]: ['/dashboard/standard/grants?client=standard-web', '/dashboard/standard/grants/expire'],
  [`GET ${sandbox}/keys`]: ['/dashboard/standard/keys'],
  [`POST ${sandbox}/keys`]: ['/dashboard/standard/keys', '/dashboard/standard/keys'],
  [`POST ${sandbox}/keys/rotate`]: ['/dashboard/standard/keys', '/dashboard/standard/keys/rotate'],
  [`POST ${sandbox}/keys/publish`]: ['/dashboard/standard/keys', '/dashboard/standard/keys/publish'],
  [`GET ${sandbox}/clients/{client_id}/key-file`]: [robot, `${robot}/key-file`],
  [`GET ${sandbox}/backchannel_requests`]: ['/dashboard/standard/approvals'],
  [`POST ${sandbox}/backchannel_requests/{id}`]: ['/dashboard/standard/approvals', '/dashboard/standard/approvals'],
  [`GET ${sandbox}/outbox`]: ['/dashboard/auth0/messages'],
  [`DELETE ${sandbox}/outbox`]: ['/dashboard/auth0/messages', '/dashboard/auth0/messages/forget'],
  [`GET ${sandbox}/clock`]: ['/dashboard/standard/time'],
  [`PATCH ${sandbox}/clock`]: ['/dashboard/standard/time', '/dashboard/standard/time/set'],
  [`POST ${sandbox}/clock/advance`]: ['/dashboard/standard/time', '/dashboard/standard/time/advance'],
  [`GET ${sandbox}/faults`]: ['/dashboard/standard/faults'],
  [`POST ${sandbox}/faults`]: ['/dashboard/standard/faults/new', '/dashboard/standard/faults'],
  [`DELETE ${sandbox}/faults`]: ['/dashboard/standard/faults', '/dashboard/standard/faults/disarm'],
  [`DELETE ${sandbox}/faults/{id}`]: ['/dashboard/standard/faults', '/dashboard/standard/faults/disarm'],
  [`GET ${sandbox}/callbacks`]: ['/dashboard/standard/faults', 'https://app.example/callback'],
  [`DELETE ${sandbox}/callbacks`]: ['/dashboard/standard/faults', '/dashboard/standard/faults/held/forget'],
  [`GET ${sandbox}/requests`]: ['/dashboard/standard/requests'],
  [`DELETE ${sandbox}/requests`]: ['/dashboard/standard/requests', '/dashboard/standard/requests/forget'],
  [`GET ${sandbox}/requests.har`]: ['/dashboard/standard/requests', '/dashboard/standard/requests.har'],
  [`GET ${sandbox}/requests/stream`]: ['/dashboard/standard/requests', '/dashboard/standard/requests/stream'],
  [`GET ${sandbox}/hints`]: ['/dashboard/standard/apps/app_standard?open=hints'],
  [`GET ${sandbox}/exam`]: ['/dashboard/standard/exam'],
  [`POST ${sandbox}/exam`]: ['/dashboard/standard/exam', '/dashboard/standard/exam'],
  [`GET ${sandbox}/postman/collection.json`]: [client, '/dashboard/standard/exports/postman-collection.json'],
  [`GET ${sandbox}/postman/environment.json`]: [client, '/dashboard/standard/exports/postman-environment.json'],
  [`GET ${sandbox}/http/requests.http`]: [client, '/dashboard/standard/exports/requests.http'],
}

/** The same where the page has it after an exam that was passed, which takes long: the template, and what it draws of it. */
const afterAnExam: Readonly<Record<string, readonly [template: string, drawn: string]>> = {
  [`GET ${sandbox}/exam/badge.svg`]: ['exam-report', 'it.badge.picture'],
  [`GET ${sandbox}/exam/attestation`]: ['exam-report', 'it.badge.files'],
}

/** Calls that nobody makes by hand, and why. */
const notForPeople: Readonly<Record<string, string>> = {
  'GET /_grantbox/health': 'Asked by who waits for a start, as a container does.',
  'GET /_grantbox/openapi.json': 'Read by programs; the pages need no description.',
  'GET /_grantbox/ca.pem': 'Fetched by programs that are to trust it; `grantbox ca` tells people where it is.',
  'GET /_grantbox/proxy': 'What a test asks at its end: which hosts were refused; `grantbox run` prints it.',
  'GET /_grantbox/proxy.pac': 'Read by a browser that is led through the proxy.',
  [`PUT ${sandbox}`]: 'Makes a sandbox only if there is none: for programs that start again and again. People see whether it is there.',
  [`POST ${sandbox}/authorize`]: 'Signs in without a browser; people have one.',
  [`POST ${sandbox}/device`]: 'Answers for a user at another device without a browser; people type the code into the vendor’s page.',
  [`POST ${sandbox}/exam/next`]: 'Asked by a program that drives an app; the exam’s page says what to do next.',
  [`POST ${sandbox}/exam/signal`]: 'Said by such a program; the exam’s page has buttons.',
  [`DELETE ${sandbox}/exam`]: 'Ends an exam whose program went away; the exam’s page ends it from its task.',
  [`GET ${sandbox}/exam/jwks`]: 'Read by who checks an attestation; its command stands beside the badge.',
}

const server = await startForFile({ made: ['standard', 'keycloak', 'apple', 'auth0', 'google'] })

test('every call of the control API is reachable from a page, or is listed with the reason why nobody makes it by hand', async () => {
  const { body } = await control(server, 'GET', '/openapi.json')
  const calls = Object.entries(body.paths as Record<string, object>).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  )
  expect([onPage, afterAnExam, notForPeople].flatMap((some) => Object.keys(some)).sort()).toEqual(calls.sort())
})

test('each of these pages is there, with the form or the link that does it', async () => {
  await control(server, 'POST', '/sandboxes/standard/tokens', { client_id: 'standard-web', username: 'alice', scope: 'openid' })
  for (const endpoint of ['token', 'revoke'])
    await control(server, 'POST', '/sandboxes/standard/faults', { endpoint, status: 500, times: 0 })
  await control(server, 'POST', '/sandboxes/standard/keys/rotate', { mode: 'publish_late' })
  const delivery = { redirect_to: 'https://app.example/callback?code=x' }
  server.sandbox('standard').held.add({ at: 0, client_id: 'standard-web', username: 'alice', delivery })
  await control(server, 'PUT', '/providers/acme', { title: 'Acme' })
  const form = new URLSearchParams({ client_id: 'standard-web', client_secret: 'wrong', grant_type: 'client_credentials' })
  await fetch(`${server.url}/standard/token`, { method: 'POST', body: form })
  const body = { client_id: 's2BnHk6PqYtV9mCdXe4LrJ0wZaUf8GoT', connection: 'email', send: 'code', email: 'alice@example.com' }
  const headers = { 'content-type': 'application/json' }
  await fetch(`${server.url}/auth0/passwordless/start`, { method: 'POST', headers, body: JSON.stringify(body) })
  const browser = new DashboardClient(server.url)
  const pages = new Map<string, string>()
  const missing: string[] = []
  for (const [call, [path, does]] of Object.entries(onPage)) {
    if (!pages.has(path)) {
      const { status, html } = await browser.get(path)
      pages.set(path, status === 200 ? html : `${status}`)
    }
    const html = pages.get(path) ?? ''
    const addresses = [...html.matchAll(/ (?:action|formaction|href|data-stream)="([^"?#]*)/g)].map(([, address]) => address)
    if (html.length < 5 || (does !== undefined && !addresses.includes(does))) missing.push(`${call}: ${does ?? html} at ${path}`)
  }
  for (const [call, [template, drawn]] of Object.entries(afterAnExam)) {
    const text = await readFile(join(import.meta.dirname, `../../views/dashboard/${template}.eta`), 'utf8')
    if (!text.includes(drawn)) missing.push(`${call}: ${drawn} in ${template}`)
  }
  expect(missing).toEqual([])
})
