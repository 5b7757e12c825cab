import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import express from 'express'
import session from 'express-session'
import KeycloakConnect from 'keycloak-connect'
import { afterAll, describe, expect, test } from 'vitest'
import { Jar } from '../../test/support/browser-jar.ts'
import { keycloakForFile, web } from './at.ts'

/** Keycloak's own middleware for Express, as its guide has it: an app with pages to sign in for, and one that takes bearers alone. */

const { base, issuer, signedIn } = await keycloakForFile('connect')
const memory = new session.MemoryStore()
const settings = { realm: 'demo', 'auth-server-url': base, 'ssl-required': 'none', 'confidential-port': 0 }
const keycloak = new KeycloakConnect({ store: memory }, Object.assign(settings, { resource: web.id, credentials: { secret: web.secret } }))
const api = new KeycloakConnect({}, { ...settings, resource: web.id, 'bearer-only': true })

const app = express()
app.use(session({ secret: 'of this app', resave: false, saveUninitialized: true, store: memory }))
app.use(['/api', '/managers', '/nobody'], api.middleware())
app.get('/api', api.protect(), (_, response) => void response.json({ seen: true }))
app.get('/managers', api.protect('realm:manager'), (_, response) => void response.json({ seen: true }))
app.get('/nobody', api.protect('realm:nobody'), (_, response) => void response.json({ seen: true }))
app.use(keycloak.middleware({ logout: '/logout', admin: '/' }))
app.get('/private', keycloak.protect(), (request, response) => {
  const { kauth } = request as unknown as {
    kauth: { grant: KeycloakConnect.Grant & Record<'access_token', { content: Record<string, unknown> }> }
  }
  response.json(kauth.grant.access_token.content)
})
app.get('/readers', keycloak.protect('reader'), (_, response) => void response.json({ seen: true }))
app.get('/writers', keycloak.protect('writer'), (_, response) => void response.json({ seen: true }))
app.get('/silent', keycloak.checkSso(), (request, response) => {
  response.json({ known: 'grant' in ((request as unknown as { kauth?: object }).kauth ?? {}) })
})
const server = app.listen(0)
await once(server, 'listening')
afterAll(() => server.close())
const home = `http://localhost:${(server.address() as AddressInfo).port}`

/** A browser that follows the app to Keycloak and back. */
async function visit(jar: Jar, path: string) {
  let page = await jar.open(home + path)
  for (let hops = 0; page.location !== undefined && hops < 6; hops++) {
    const { href } = page.location
    page = await jar.open(href.startsWith(base) ? (await signedIn(href)).href : href)
  }
  return page
}

async function tokenOf(username: string): Promise<string> {
  const form = { grant_type: 'password', client_id: web.id, client_secret: web.secret, username, password: 'password', scope: 'openid' }
  const answer = await fetch(`${issuer}/protocol/openid-connect/token`, { method: 'POST', body: new URLSearchParams(form) })
  return ((await answer.json()) as { access_token: string }).access_token
}

describe('pages', () => {
  const jar = new Jar()

  test('sends to the sign-in, and knows the user afterwards', async () => {
    const page = await visit(jar, '/private')
    expect(page.status).toBe(200)
    expect(JSON.parse(page.html)).toMatchObject({ preferred_username: 'alice', azp: web.id, iss: issuer })
  })

  test('lets in by roles of the client', async () => {
    expect([(await visit(jar, '/readers')).status, (await visit(jar, '/writers')).status]).toEqual([200, 403])
  })

  test('signs out', async () => {
    const out = await jar.open(`${home}/logout`)
    expect(out.location?.href).toMatch(`${issuer}/protocol/openid-connect/logout`)
    expect((await jar.open(`${home}/private`)).location?.href).toMatch(`${issuer}/protocol/openid-connect/auth`)
  })

  test('looks silently whether anybody is signed in', async () => {
    const silent = await new Jar().open(`${home}/silent`)
    expect(silent.location?.searchParams.get('prompt')).toBe('none')
    const { location } = await new Jar().open(silent.location?.href ?? '')
    expect(location?.searchParams.get('error')).toBe('login_required')
  })
})

describe('bearers', () => {
  const call = async (path: string, token: string) => (await fetch(home + path, { headers: { authorization: `Bearer ${token}` } })).status

  test('lets in a token of the realm, and by its roles', async () => {
    const token = await tokenOf('alice')
    expect([await call('/api', token), await call('/managers', token), await call('/nobody', token)]).toEqual([200, 200, 403])
    expect(await call('/managers', await tokenOf('bob'))).toBe(403)
  })

  test('refuses a token that was changed', async () => {
    const [header, claims = '', signature] = (await tokenOf('alice')).split('.')
    const other = Buffer.from(Buffer.from(claims, 'base64url').toString().replace('Alice', 'Alina')).toString('base64url')
    expect(await call('/api', `${header}.${other}.${signature}`)).toBe(403)
  })
})

test('gets grants of its own, refreshes them and tells the user', async () => {
  // Its types leave out what its documentation has: a callback, and the scope.
  const obtain = keycloak.grantManager.obtainDirectly as (...all: (string | undefined)[]) => Promise<KeycloakConnect.Grant>
  const grant = await obtain.call(keycloak.grantManager, 'alice', 'password', undefined, 'openid')
  expect(await keycloak.grantManager.userInfo(grant.access_token as KeycloakConnect.Token)).toMatchObject({ preferred_username: 'alice' })
  const service = await keycloak.grantManager.obtainFromClientCredentials()
  expect(service.access_token).toBeDefined()
  await expect(keycloak.grantManager.obtainDirectly('alice', 'wrong')).rejects.toThrow('400')
})
