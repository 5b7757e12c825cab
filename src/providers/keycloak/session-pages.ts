import type { ApiRequest, Reply, Route } from '../provider.ts'
import { realmDataOf } from './realm-data-of.ts'
import { originsOf } from './web-origins.ts'

/**
 * What keycloak-js opens in hidden frames: a trial whether this server's cookies reach a frame, and a page that it asks again and again
 * whether its session goes on.
 */
const folder = '/realms/{realm}/protocol/openid-connect'

const cacheControl = 'no-cache, must-revalidate, no-transform, no-store'

/** Of a page that is a script alone, and may stand in a frame of any app. */
const headers = {
  'Content-Type': 'text/html;charset=utf-8',
  'Cache-Control': cacheControl,
  'Content-Security-Policy': "default-src 'none'; script-src 'unsafe-inline'; connect-src 'self'; base-uri 'none'",
}

function script(text: string): Reply {
  return { status: 200, headers, body: `<!doctype html><meta charset="utf-8"><script type="module">${text}</script>\n` }
}

const firstTrial = `
document.cookie = 'GRANTBOX_FRAME=1; Max-Age=60; SameSite=Lax'
location.replace('step2.html')
`

const secondTrial = `
const came = document.cookie.includes('GRANTBOX_FRAME')
document.cookie = 'GRANTBOX_FRAME=; Max-Age=0'
parent.postMessage(came ? 'supported' : 'unsupported', '*')
`

/** Unlike the real one's it asks the server each time: the cookie of the session is not for scripts. */
const watch = `
addEventListener('message', async ({ data, origin, source }) => {
  const [client_id, session_state, ...rest] = String(data).split(' ')
  if (session_state === undefined || rest.length > 0) return
  const asked = new URLSearchParams({ client_id, origin, session_state })
  const answer = await fetch(location.pathname + '/status?' + asked).catch(() => undefined)
  source.postMessage(answer?.ok ? await answer.text() : 'error', origin)
})
`

function mayWatch({ context, query, spaces }: ApiRequest): boolean {
  const client = spaces.find(context.space?.path.realm ?? '')?.store.findClient(query.client_id ?? '')
  if (client === undefined) return false
  const origins = originsOf(client, realmDataOf(context).client(client))
  return origins.includes('*') || origins.includes(query.origin ?? '')
}

function statusOf(request: ApiRequest): Reply {
  if (!mayWatch(request)) return { status: 403 }
  const { session_state = '' } = request.query
  const same = (request.browser.session()?.sid ?? '') === session_state
  return { status: 200, headers: { 'Content-Type': 'text/plain', 'Cache-Control': cacheControl }, body: same ? 'unchanged' : 'changed' }
}

const get = (path: string, handle: Route['handle']): Route => ({ method: 'GET', path: folder + path, handle })

/** The routes of these pages. */
export const sessionPages: readonly Route[] = [
  get('/3p-cookies/step1.html', () => script(firstTrial)),
  get('/3p-cookies/step2.html', () => script(secondTrial)),
  get('/login-status-iframe.html', () => script(watch)),
  get('/login-status-iframe.html/init', (request) => ({ status: mayWatch(request) ? 204 : 403 })),
  get('/login-status-iframe.html/status', statusOf),
]
