import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { App } from './app.ts'

/** A web site around the app: one page, which says who is signed in. */
export interface WebApp {
  url: string
  close(): void
}

/**
 * Starts the web site for one browser. Its redirect URI is `/callback` of whatever address it got.
 * @param connect makes the app for that address
 */
export async function startWebApp(connect: (redirect_uri: string) => Promise<App>): Promise<WebApp> {
  const server = createServer((request, response) => {
    const answer = (status: number, headers: Record<string, string>, body = '') => response.writeHead(status, headers).end(body)
    const page = (text: string) =>
      answer(200, { 'content-type': 'text/html; charset=utf-8' }, `<!doctype html><title>App</title><main>${text}</main>`)
    pageOf(new URL(request.url ?? '/', url)).then(
      (found) => ('location' in found ? answer(303, found) : page(found.text)),
      (error) => page(`Something went wrong: ${error.message}`),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const app = await connect(`${url}/callback`)

  async function pageOf({ pathname, href }: URL): Promise<{ text: string } | { location: string }> {
    if (pathname === '/login') return { location: await app.signInUrl() }
    if (pathname === '/callback') {
      await app.finish(href)
      return { location: '/' }
    }
    if (app.tokens === undefined) return { text: '<a href="/login">Sign in</a>' }
    return { text: `Hello ${(await app.profile()).name}` }
  }

  return {
    url,
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}
