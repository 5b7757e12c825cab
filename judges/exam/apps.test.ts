import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Auth } from '@auth/core'
import OAuth2Strategy from 'passport-oauth2'
import { expect, onTestFinished, test } from 'vitest'
import { readProbe } from '../../src/exam/browser/probe.ts'
import { examine } from '../../test/support/exam-run.ts'
import { authOptions } from './auth-core.ts'
import { startExaminer, userAt } from './examined.ts'
import { byToken, visit } from './passport.ts'

/** The same as in clients.test.ts, of what takes a browser: grantbox is it, and the client stands in an app with sessions. */

const { url, grantbox } = await startExaminer()
const client = { client_id: 'exam', client_secret: 'exam-secret-of-plain-letters' }

/** An app on a port of its own. @param answer to a request of the browser with this cookie */
async function serve(answer: (request: Request, base: string) => Promise<Response>): Promise<string> {
  const server = createServer(async ({ url = '/', method = 'GET', headers }, response) => {
    const base = `http://${headers.host}`
    const request = new Request(new URL(url, base), { method, headers: { cookie: headers.cookie ?? '' } })
    const said = await answer(request, base)
    response.writeHead(said.status, { ...Object.fromEntries(said.headers), 'set-cookie': said.headers.getSetCookie() })
    response.end(await said.text())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const ofBrowsers = ['callback-bound-to-browser', 'callback-once', 'callback-two-tabs'] as const

async function verdicts(
  app: (issuer: string) => Promise<{ login: string; callback: string; me: string }>,
  profile: string,
): Promise<Record<string, string>> {
  const sandbox = await grantbox.createSandbox({ provider: 'standard' })
  const { login, callback, me } = await app(sandbox.url)
  const addresses = { login, signed_in: readProbe(`GET ${me} contains "sub"`, login), whoami: readProbe(`GET ${me} json /sub`, login) }
  const options = { ...client, redirect_uri: callback, only: ofBrowsers, profile: [profile], patience: '3s' }
  const { rules, exam } = await examine(sandbox, url, addresses, options)
  await sandbox.delete()
  expect(exam.void).toBeUndefined()
  return Object.fromEntries(rules.map(({ id, verdict }) => [id, verdict]))
}

/** Passport in an app that keeps a session for each browser. */
const passport = (more: object) => async (provider: string) => {
  const sessions = new Map<string, { user?: unknown }>()
  const base = await serve(async (request, base) => {
    const { pathname, searchParams } = new URL(request.url)
    const id = /sid=([\w-]+)/.exec(request.headers.get('cookie') ?? '')?.[1] ?? crypto.randomUUID()
    const session = sessions.get(id) ?? {}
    sessions.set(id, session)
    const headers = { 'set-cookie': `sid=${id}; Path=/; HttpOnly` }
    if (pathname === '/me') return Response.json(session.user ?? {}, { headers })
    const own = { clientID: client.client_id, clientSecret: client.client_secret, callbackURL: `${base}/callback`, scope: ['openid'] }
    const strategy = new OAuth2Strategy(
      { authorizationURL: `${provider}/authorize`, tokenURL: `${provider}/token`, ...own, ...more },
      byToken,
    )
    const done = await visit(strategy, session, pathname === '/login' ? {} : Object.fromEntries(searchParams))
    if ('redirect' in done) return new Response(null, { status: 302, headers: { ...headers, location: done.redirect } })
    if (!('token' in done)) return new Response('It did not work.', { status: 401, headers })
    const { user } = await userAt({ url: provider }, done.token)
    session.user = user === null ? undefined : { sub: user }
    return new Response(null, { status: 302, headers: { ...headers, location: '/' } })
  })
  return { login: `${base}/login`, callback: `${base}/callback`, me: `${base}/me` }
}

test('passport-oauth2 with its least options ties no answer to a browser', { timeout: 60_000 }, async () => {
  expect(await verdicts(passport({}), 'oauth2')).toEqual({
    'callback-bound-to-browser': 'failed',
    'callback-once': 'failed',
    'callback-two-tabs': 'passed',
  })
})

test('passport-oauth2 with state and pkce keeps one sign-in per session', { timeout: 60_000 }, async () => {
  expect(await verdicts(passport({ state: true, pkce: true }), 'oauth2')).toEqual({
    'callback-bound-to-browser': 'passed',
    'callback-once': 'passed',
    'callback-two-tabs': 'failed',
  })
})

test('@auth/core keeps a sign-in in a cookie of its browser, which two callbacks at the same moment both bring', {
  timeout: 60_000,
}, async () => {
  const app = async (issuer: string) => {
    const config = authOptions(issuer, client)
    const base = await serve(async (request, base) => {
      if (new URL(request.url).pathname !== '/login') return Auth(request, config)
      const headers = { cookie: request.headers.get('cookie') ?? '', 'content-type': 'application/x-www-form-urlencoded' }
      return Auth(new Request(`${base}/auth/signin/grantbox`, { method: 'POST', headers }), config)
    })
    return { login: `${base}/login`, callback: `${base}/auth/callback/grantbox`, me: `${base}/auth/session` }
  }
  expect(await verdicts(app, 'oidc')).toEqual({
    'callback-bound-to-browser': 'passed',
    'callback-once': 'failed',
    'callback-two-tabs': 'passed',
  })
})
