import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { App } from './app.ts'

/** A web site around the app: a page that says who is signed in, and the same for programs. */
export interface WebApp {
  url: string
  close(): void
}

interface Answer {
  status: number
  headers?: Record<string, string>
  body?: string
}

/**
 * Starts the web site. Its redirect URI is `/callback` of whatever address it got.
 * @param connect makes the app for that address
 * @param port 0 takes a free one
 */
export async function startWebApp(connect: (redirect_uri: string) => Promise<App>, port = 0): Promise<WebApp> {
  /** Who uses which browser: what one of them began, no other can finish. */
  const sessions = new Map<string, App>()
  const server = createServer((request, response) => {
    answer(request)
      .catch((error): Answer => page(`Something went wrong: ${escaped(error.message)}`, 502))
      .then(({ status, headers, body = '' }) => response.writeHead(status, headers).end(body))
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  // Whoever comes before that waits.
  const app = connect(`${url}/callback`)

  function begin(user: App): Record<string, string> {
    const id = randomUUID()
    sessions.set(id, user)
    return { 'set-cookie': `session=${id}; Path=/; HttpOnly; SameSite=Lax` }
  }

  async function answer({ url: path = '/', method, headers }: IncomingMessage): Promise<Answer> {
    // What a browser only fetches in advance must not use up a code.
    if (method !== 'GET' || headers['sec-purpose'] !== undefined) return { status: 204 }
    const id = /session=([\w-]+)/.exec(headers.cookie ?? '')?.[1] ?? ''
    const user = sessions.get(id)
    const { pathname, href } = new URL(path, url)
    if (pathname === '/login') {
      const beginner = user ?? (await app).another()
      const location = await beginner.signInUrl()
      return { status: 303, headers: { location, ...(user === undefined && begin(beginner)) } }
    }
    if (pathname === '/callback') {
      if (user === undefined) return page('Nobody began to sign in here.', 400)
      await user.admit(href)
      // Whoever knew the session's id before the sign-in does not know it now.
      sessions.delete(id)
      return { status: 303, headers: { location: '/', ...begin(user) } }
    }
    if (pathname === '/logout') {
      sessions.delete(id)
      return { status: 303, headers: { location: user === undefined ? '/' : await user.signOut() } }
    }
    const sub = user?.sub
    if (pathname === '/me') return sub === undefined ? { status: 401 } : json({ sub })
    const profile = user === undefined || sub === undefined ? undefined : await profileOf(user)
    if (pathname === '/profile') return profile === undefined ? { status: 401 } : json(profile)
    return page(profile === undefined ? '<a href="/login">Sign in</a>' : `Hello ${escaped(profile.name ?? profile.sub)}`)
  }

  await app
  return {
    url,
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}

function page(text: string, status = 200): Answer {
  const headers = { 'content-type': 'text/html; charset=utf-8' }
  return { status, headers, body: `<!doctype html><title>App</title><main>${text}</main>` }
}

function json(value: object): Answer {
  return { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) }
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (one) => `&#${one.charCodeAt(0)};`)
}

/** Nobody's when the provider has ended what the user gave. */
async function profileOf(user: App): Promise<{ sub: string; name?: string } | undefined> {
  return user.freshProfile().catch((error) => {
    if (user.tokens === undefined) return undefined
    throw error
  })
}
