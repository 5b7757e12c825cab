import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Dialect, signIn } from './conversations.ts'
import type { Open } from './load.ts'
import { type Command, type Running, start } from './process.ts'

/** A server that is measured, and how it is spoken to. */
export interface Subject {
  name: string
  command: Command
  /** Starts it, where it is no program of Node.js. */
  run?(): Promise<Running>
  dialect: Dialect
  /** So many requests, and it must be started anew. */
  limit?: number
  /** How its clients connect, where it is not called directly. */
  open?: Open
  /** What is done when it has started. */
  prepare?(origin: string, subject: Subject): Promise<void>
  /** Removed when it has stopped. */
  folder?: string
}

const here = import.meta.dirname
/** How many clients call at once, unless a row says otherwise. */
export const connections = 10

export const program = join(here, '../dist/cli/main.js')
const server = (name: string, env: Record<string, string> = {}): Command => ({ args: [`servers/${name}.js`], cwd: here, env })

const callback = 'http://localhost:3000/callback'
const bench = { client_id: 'bench', client_secret: 'bench-secret' }
const standardWeb = { client_id: 'standard-web', client_secret: 'standard-web-secret' }

/** grantbox with a database on disk; what is measured is one sandbox of it. */
export function grantbox(name: string, dialect: Dialect, sandbox?: object): Subject {
  const folder = mkdtempSync(join(tmpdir(), 'grantbox-bench-'))
  return {
    name,
    command: { args: [program, 'start', '--port', '0', '--host', '127.0.0.1', '--data', folder, '--json'], cwd: here },
    dialect,
    folder,
    async prepare(origin, subject) {
      if (sandbox !== undefined) await create(origin, sandbox)
      if (subject.dialect.authorize !== undefined) subject.dialect.cookies = await signInAll(origin, subject.dialect)
    },
  }
}

/** A browser's session for each connection. */
async function signInAll(origin: string, dialect: Dialect): Promise<string[]> {
  const cookies: string[] = []
  for (let i = 0; i < connections; i++) cookies.push(await signIn(origin, dialect))
  return cookies
}

/** Makes a sandbox. */
export async function create(origin: string, sandbox: object): Promise<void> {
  const response = await fetch(`${origin}/_grantbox/sandboxes`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(sandbox),
  })
  if (!response.ok) throw new Error(`no sandbox: ${await response.text()}`)
}

const standardAt = (prefix: string): Dialect => ({
  token: `${prefix}/token`,
  authorize: `${prefix}/authorize`,
  discovery: `${prefix}/.well-known/openid-configuration`,
  jwks: `${prefix}/jwks`,
  userinfo: `${prefix}/userinfo`,
  introspection: `${prefix}/introspect`,
  client: standardWeb,
  redirect_uri: 'http://localhost/callback',
  user: { username: 'alice', password: 'password' },
})

const templates = {
  tenant: '{parameters.organization}',
  'https://bench.example/app': '{app_name} of {company}',
  scopes: '{scope|list}',
  context: { client: '{client_id}', region: 'eu-1' },
}

export const subjects = {
  floor: (): Subject => ({
    name: 'fastify, a constant',
    command: server('fastify'),
    dialect: { token: '/', discovery: '/', jwks: '/', client: bench, redirect_uri: callback },
  }),
  iokids: () =>
    grantbox('grantbox iokids HS256', {
      token: '/oauth/token',
      client: { client_id: 'iok-cid-findfluffy', client_secret: 'iok-cse-findfluffy' },
      redirect_uri: 'http://localhost/callback',
      user: { username: 'beautifulmeercat246', password: 'Find Fluffy, LLC' },
      passwordGrant: true,
    }),
  standard: () => grantbox('grantbox standard ES256', { ...standardAt('/standard'), scope: 'read' }),
  openid: () => grantbox('grantbox standard', { ...standardAt('/standard'), scope: 'openid profile', passwordGrant: true }),
  /** What is refreshed: with or without an ID token, which is signed with RS256 unless a setting says otherwise. */
  refreshed: (name: string, scope: string, settings: object = {}) =>
    grantbox(name, { ...standardAt('/refreshed'), scope, passwordGrant: true }, { name: 'refreshed', provider: 'standard', settings }),
  templates: () =>
    grantbox(
      'grantbox standard ES256, four templates',
      { ...standardAt('/templates'), scope: 'read', parameters: { organization: 'acme' } },
      { name: 'templates', provider: 'standard', settings: { claims: { access_token: templates } } },
    ),
  rsa: () => {
    const subject = grantbox(
      'grantbox standard RS256',
      { ...standardAt('/rsa'), scope: 'read' },
      { name: 'rsa', provider: 'standard', settings: { signing_alg: 'RS256' } },
    )
    delete subject.dialect.authorize
    return subject
  },
  nodeOauth: (): Subject => ({
    name: '@node-oauth/oauth2-server',
    command: server('node-oauth'),
    dialect: {
      token: '/token',
      authorize: '/authorize',
      client: bench,
      redirect_uri: callback,
      user: { username: 'alice', password: 'password' },
      passwordGrant: true,
    },
  }),
  /** As it is by default, its ID tokens are signed with RS256. */
  oidc: (format: 'opaque' | 'jwt' = 'opaque', id_token: 'RS256' | 'ES256' = 'RS256'): Subject => ({
    name: `oidc-provider${format === 'jwt' ? ' ES256' : ''}${id_token === 'ES256' ? ', ID tokens ES256' : ''}`,
    command: server('oidc-provider', { FORMAT: format, ID_TOKEN_ALG: id_token }),
    dialect: {
      token: '/token',
      authorize: '/auth',
      userinfo: '/me',
      introspection: '/token/introspection',
      client: bench,
      redirect_uri: callback,
      scope: 'read',
    },
    async prepare(origin, subject) {
      if (format === 'opaque') subject.dialect.cookies = await signInAll(origin, { ...subject.dialect, scope: 'openid' })
    },
  }),
  emulate: (): Subject => ({
    name: 'emulate (okta)',
    command: server('emulate'),
    dialect: {
      token: '/oauth2/default/v1/token',
      authorize: '/oauth2/default/v1/authorize/callback',
      client: bench,
      redirect_uri: callback,
      scope: 'openid offline_access',
    },
    // It answers 403 after 4,999 anonymous requests an hour.
    limit: 4500,
    async prepare(origin, subject) {
      const query = new URLSearchParams({ response_type: 'code', client_id: 'bench', redirect_uri: callback, scope: 'openid', state: 's' })
      const page = await (await fetch(`${origin}/oauth2/default/v1/authorize?${query}`)).text()
      const user_ref = /name="user_ref"[^>]*value="([^"]*)"/.exec(page)?.[1] ?? ''
      subject.dialect.authorizeForm = { user_ref, auth_server_id: 'default', response_mode: 'query', nonce: 'n' }
    },
  }),
  mock: (alg: 'ES256' | 'RS256'): Subject => ({
    name: `oauth2-mock-server ${alg}`,
    command: server('oauth2-mock-server', { ALG: alg }),
    dialect: {
      token: '/token',
      authorize: '/authorize',
      discovery: '/.well-known/openid-configuration',
      jwks: '/jwks',
      client: bench,
      redirect_uri: callback,
      scope: 'openid',
    },
  }),
}

/** A subject that runs; `stop` leaves nothing behind. */
export async function launch(subject: Subject): Promise<Running> {
  const running = await (subject.run?.() ?? start(subject.command))
  try {
    await subject.prepare?.(`http://127.0.0.1:${running.port}`, subject)
  } catch (error) {
    await running.stop()
    throw error
  }
  return running
}

/** Removes what a subject wrote. */
export function cleanUp({ folder }: Subject): void {
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true })
}
