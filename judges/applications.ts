import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Auth, type AuthConfig } from '@auth/core'
import { betterAuth } from 'better-auth'
import grant from 'grant'
import { afterAll } from 'vitest'

/** Web applications with a button to sign in with a vendor, each with a browser on it. */
export interface Application {
  /** Presses the button, and gives where the browser is sent. */
  begin(): Promise<string>
  /** The browser comes back, by a form where fields are given, and then asks who it is. */
  finish(back: URL, posted?: Record<string, string>): Promise<unknown>
}

/** Where they are, as far as they know. */
export const origin = 'http://localhost:3000'

/** A browser that keeps an application's cookies. */
function browserOn(handle: (request: Request) => Promise<Response>) {
  const cookies = new Map<string, string>()
  return async (path: string, init: RequestInit = {}): Promise<Response> => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const headers = { origin, ...(init.headers as Record<string, string> | undefined), cookie }
    const answer = await handle(new Request(new URL(path, origin), { ...init, headers }))
    for (const text of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(text) ?? []
      if (value === '') cookies.delete(name)
      else cookies.set(name, value)
    }
    return answer
  }
}

/** The browser comes back, and goes on within the application; gives where it ends. */
async function comesBack(visit: ReturnType<typeof browserOn>, back: URL, posted?: Record<string, string>): Promise<string | null> {
  const first = await visit(back.href, posted && { method: 'POST', body: new URLSearchParams(posted) })
  const location = first.headers.get('location')
  // What was posted is asked once more, with the cookies that come along then.
  if (posted === undefined || location === null || new URL(location, origin).pathname !== back.pathname) return location
  return (await visit(location)).headers.get('location')
}

/** Auth.js with one of its providers; the session, or where the error leads. */
export function authJs(id: string, provider: AuthConfig['providers'][number]): Application {
  const visit = browserOn((request) =>
    Auth(request, {
      basePath: '/auth',
      secret: 'a secret of the application, for its cookies',
      trustHost: true,
      providers: [provider],
      logger: { error: () => {} },
    }),
  )
  return {
    async begin() {
      const { csrfToken } = (await (await visit('/auth/csrf')).json()) as { csrfToken: string }
      const answer = await visit(`/auth/signin/${id}`, { method: 'POST', body: new URLSearchParams({ csrfToken }) })
      return answer.headers.get('location') ?? ''
    },
    async finish(back, posted) {
      const location = await comesBack(visit, back, posted)
      return (await (await visit('/auth/session')).json()) ?? location
    },
  }
}

/** better-auth without a database; the session, or where the error leads. */
export function betterAuthApp(id: string, socialProviders: NonNullable<Parameters<typeof betterAuth>[0]>['socialProviders']): Application {
  const auth = betterAuth({
    baseURL: origin,
    secret: 'a secret of the application, for its cookies',
    socialProviders,
    logger: { disabled: true },
    telemetry: { enabled: false },
  })
  const visit = browserOn((request) => auth.handler(request))
  return {
    async begin() {
      const headers = { 'content-type': 'application/json' }
      const body = JSON.stringify({ provider: id, callbackURL: '/home', errorCallbackURL: '/error' })
      const { url } = (await (await visit('/api/auth/sign-in/social', { method: 'POST', headers, body })).json()) as { url: string }
      return url
    },
    async finish(back, posted) {
      const location = await comesBack(visit, back, posted)
      return (await (await visit('/api/auth/get-session')).json()) ?? location
    },
  }
}

type GrantHandler = (request: IncomingMessage, response: ServerResponse) => Promise<{ response?: unknown; redirect?: boolean }>

/** Its types do not know it. */
const { node: nodeHandler } = grant as unknown as { node(options: object): GrantHandler }

/** grant on a server of its own; what it tells of tokens and user. */
export async function grantApp(id: string, config: Record<string, unknown>): Promise<Application & { origin: string }> {
  let handle: (request: IncomingMessage, response: ServerResponse) => void = () => {}
  const listener = createServer((request, response) => handle(request, response)).listen(0, 'localhost')
  await once(listener, 'listening')
  afterAll(() => {
    listener.closeAllConnections()
    listener.close()
  })
  const own = `http://localhost:${(listener.address() as AddressInfo).port}`
  const answer = nodeHandler({
    config: { defaults: { origin: own, transport: 'state', state: true }, [id]: config },
    session: { secret: 'a secret of the application' },
  })
  handle = async (request, response) => {
    const { response: told, redirect } = await answer(request, response)
    if (redirect !== true) response.end(JSON.stringify(told ?? null))
  }
  let cookie = ''
  return {
    origin: own,
    async begin() {
      const begun = await fetch(`${own}/connect/${id}`, { redirect: 'manual' })
      cookie = begun.headers
        .getSetCookie()
        .map((one) => one.split(';')[0])
        .join('; ')
      return begun.headers.get('location') ?? ''
    },
    finish: async (back, posted) =>
      (await fetch(back, { headers: { cookie }, ...(posted && { method: 'POST', body: new URLSearchParams(posted) }) })).json(),
  }
}
