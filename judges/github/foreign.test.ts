import { join } from 'node:path'
import { expect, test } from 'vitest'
import { Jar } from '../../test/support/browser-jar.ts'
import { recordRequests } from '../../test/support/recording/judge-requests.ts'
import { app, callback, enterCode, githubApp, startGitHubForFile, throughPages } from '../../test/vendors/github/github-app.ts'
import { type ForeignJudge, inGo, inJava, inPython, javaLedTo, ledTo, prepare, tryOut } from '../foreign.ts'

/** Clients in other languages that have GitHub's addresses in their code, through the proxy. */

const python = inPython(join(import.meta.dirname, 'python'))
const go = inGo(join(import.meta.dirname, 'go'))
const java = inJava(join(import.meta.dirname, 'java'))
/** Debian's package `ruby-omniauth-github`. */
const ruby: ForeignJudge = {
  folder: join(import.meta.dirname, 'ruby'),
  toolchain: ['ruby', '-e', 'begin; require "omniauth-github"; rescue LoadError => e; abort e.message; end'],
  install: [],
  unreachable: /^$/,
  program: ['ruby', 'trials.rb'],
}

const missing = new Map<ForeignJudge, string | undefined>()
for (const judge of [python, go, java, ruby]) missing.set(judge, await prepare(judge))

const server = await startGitHubForFile()
if ([...missing.values()].every((reason) => reason === undefined)) recordRequests('github', 'foreign', server)

const env = {
  CLIENT_ID: app.client_id,
  CLIENT_SECRET: app.client_secret,
  APP_CLIENT_ID: githubApp.client_id,
  APP_CLIENT_SECRET: githubApp.client_secret,
  REDIRECT_URI: callback,
  ...(await ledTo(server)).all,
  ...(missing.get(java) === undefined && (await javaLedTo(server))),
}

/** The user in the browser, which the tests have at our http port: alice, who lets no app in, or else bob. A device's code stands behind the address. */
function signsIn(decision: string) {
  return async (address: string): Promise<URL> => {
    const jar = new Jar()
    const { pathname, search, hash } = new URL(address)
    const here = server.url + pathname
    if (hash !== '') await enterCode(here, hash.slice(1))
    if (hash !== '') return new URL(callback)
    const opened = await jar.open(here + search)
    const page = opened.location?.pathname === '/login/oauth/authorize' ? await jar.open(opened.location.href) : opened
    const { location } = await throughPages(jar, page, server.url, decision === '0' ? 'alice' : 'bob', decision)
    return location ?? new URL('about:blank')
  }
}

test.for([
  ['social-auth-core', 'social_sign_in', python],
  ['social-auth-core', 'social_organization', python],
  ['social-auth-core', 'social_installation', python],
  ['social-auth-core', 'social_cancelled', python],
  ['social-auth-core', 'social_refused', python],
  ['Authlib', 'authlib_sign_in', python],
  ['x/oauth2', 'code', go],
  ['x/oauth2', 'device', go],
  ['Spring Security', 'login', java],
  ['Spring Security', 'declined', java],
  ['Spring Security', 'refused', java],
  ['OmniAuth', 'sign_in', ruby],
  ['OmniAuth', 'declined', ruby],
  ['OmniAuth', 'refused', ruby],
] as const)('%s: %s', { timeout: 60_000 }, async ([, trial, judge], { skip }) => {
  const reason = missing.get(judge)
  if (reason !== undefined) skip(reason)
  const decision = /cancelled|declined/.test(trial) ? '0' : '1'
  const { code, errors } = await tryOut(judge, trial, env, signsIn(decision))
  expect(code, errors).toBe(0)
})
