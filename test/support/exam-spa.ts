import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'

const library = join(import.meta.dirname, '../../node_modules/oidc-client-ts/dist/browser/oidc-client-ts.min.js')

/** An app that is nothing but a page with scripts: oidc-client-ts signs its users in as its documentation begins. */
const script = `
const settings = { authority: ISSUER, client_id: CLIENT, redirect_uri: location.origin + '/callback', scope: 'openid profile email' }
const manager = new oidc.UserManager({ ...settings, automaticSilentRenew: false })
const show = (text) => { document.querySelector('main').textContent = text }
const pages = {
  '/login': () => manager.signinRedirect(),
  '/callback': () => manager.signinCallback().then(() => location.replace('/')),
  '/': () => manager.getUser().then((user) => show(user ? 'Hello ' + user.profile.sub : 'nobody')),
}
pages[location.pathname]().catch((error) => show(error.message))
`

const page = '<!doctype html><title>App</title><main></main><script src="/oidc.js"></script><script src="/app.js"></script>'

/**
 * @param client_id of a public client
 * @returns also the paths of its pages, as they were asked for
 */
export async function startSpa(issuer: string, client_id: string): Promise<{ url: string; asked: readonly string[]; close(): void }> {
  const asked: string[] = []
  const own = script.replace('ISSUER', JSON.stringify(issuer)).replace('CLIENT', JSON.stringify(client_id))
  const files: Record<string, string> = { '/oidc.js': await readFile(library, 'utf8'), '/app.js': own }
  const server = createServer(({ url = '/' }, response) => {
    const found = files[url]
    if (found === undefined) asked.push(url)
    response.setHeader('content-type', `${found === undefined ? 'text/html' : 'text/javascript'}; charset=utf-8`)
    response.end(found ?? page)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    close: () => {
      server.close()
      server.closeAllConnections()
    },
  }
}
