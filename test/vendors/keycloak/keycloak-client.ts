import type { Jar, Visit } from '../../support/browser-jar.ts'
import { start } from '../../support/server.ts'
import { post, send } from '../../support/vendor-client.ts'

/** The preloaded realm and its clients. */
export const realm = '/realms/demo'
export const web = { client_id: 'demo-web', client_secret: 'Vq3xT8mZkR1cYw6NfJ0sLb5GhD9pUa2E' }
export const spa = { client_id: 'demo-spa' }
export const password = { grant_type: 'password', username: 'alice', password: 'password', ...web }

/** A path of the realm's protocol. */
export function at(path: string): string {
  return `${realm}/protocol/openid-connect/${path}`
}

/** Goes where a browser is sent at this server, and signs alice in where it is asked for that. */
export async function throughPages(jar: Jar, page: Visit, base: string): Promise<Visit> {
  if (page.location?.href.startsWith(base) === true) return throughPages(jar, await jar.open(page.location.href), base)
  if (page.location !== undefined || !page.html.includes('id="kc-form-login"')) return page
  return throughPages(jar, await jar.post(page, base, { username: 'alice', password: 'password' }), base)
}

/** Asks the token endpoint. */
export function token(base: string, form: Record<string, string>) {
  return post(`${base}${at('token')}`, form)
}

const admin = { grant_type: 'password', client_id: 'admin-cli', username: 'admin', password: 'admin' }

/** A server of its own, with calls to the admin API as its administrator. */
export async function administration() {
  const server = await start()
  const base = `${server.url}/keycloak`
  const signIn = async (form: Record<string, string>, realm = 'master') =>
    String((await post(`${base}/realms/${realm}/protocol/openid-connect/token`, form)).body.access_token)
  const call = async (method: string, path: string, body?: unknown, bearer?: string) => {
    const authorization = `Bearer ${bearer ?? (await signIn(admin))}`
    const init = body === undefined ? {} : { body: JSON.stringify(body), headers: { authorization, 'content-type': 'application/json' } }
    const answer = await send(`${base}/admin${path}`, { method, headers: { authorization }, ...init })
    const id = answer.headers.get('location')?.split('/').at(-1) ?? ''
    return { ...answer, id, json: answer.text === '' ? undefined : JSON.parse(answer.text) }
  }
  return { base, clock: server.clock, call, signIn }
}
