import type { TestServer } from './server.ts'

/** The preloaded client and users of the vendor's guide. */
export const findFluffy = { client_id: 'iok-cid-findfluffy', client_secret: 'iok-cse-findfluffy' }
export const brandon = { username: 'beautifulmeercat246', password: 'Find Fluffy, LLC' }
export const postmanCallback = 'https://www.getpostman.com/oauth2/callback'

/** A token answer as a client sees it. */
export interface TokenAnswer {
  status: number
  headers: Headers
  body: Record<string, unknown>
}

/** Posts a form to the token endpoint, credentials in the body unless `form` says otherwise. */
export async function postToken(base: string, form: Record<string, string>, headers: Record<string, string> = {}): Promise<TokenAnswer> {
  const response = await fetch(`${base}/oauth/token`, { method: 'POST', body: new URLSearchParams(form), headers })
  return { status: response.status, headers: response.headers, body: (await response.json()) as Record<string, unknown> }
}

/** Tokens of the password grant. */
export async function passwordTokens(
  base: string,
  form: Record<string, string> = {},
): Promise<{ access_token: string; refresh_token: string }> {
  const { body } = await postToken(base, { grant_type: 'password', ...findFluffy, ...brandon, ...form })
  return body as { access_token: string; refresh_token: string }
}

/** The authorization URL with the given parameters; undefined ones are left out. */
export function authorizeUrl(base: string, parameters: Record<string, string | undefined> = {}): string {
  const url = new URL(`${base}/oauth/signin`)
  const all = {
    response_type: 'code',
    client_id: findFluffy.client_id,
    redirect_uri: postmanCallback,
    scope: 'profile',
    state: 'secret-session-state',
    ...parameters,
  }
  for (const [name, value] of Object.entries(all)) if (value !== undefined) url.searchParams.set(name, value)
  return url.href
}

/** Signs in through the pages' forms, without a browser, and gives the URL that the browser would be sent to. */
export async function signInByForm(
  server: Pick<TestServer, 'url'>,
  base = server.url,
  parameters: Record<string, string | undefined> = {},
  user = brandon,
): Promise<URL> {
  const page = await (await fetch(authorizeUrl(base, parameters))).text()
  const transaction = /name="transaction" value="([^"]+)"/.exec(page)?.[1] ?? ''
  const post = (form: Record<string, string>) =>
    fetch(`${base}/oauth/signin`, { method: 'POST', body: new URLSearchParams({ transaction, ...form }), redirect: 'manual' })
  await post(user)
  const answer = await post({ decision: 'allow' })
  return new URL(answer.headers.get('location') ?? 'about:blank')
}

/** A code of a fresh sign-in. */
export async function freshCode(
  server: Pick<TestServer, 'url'>,
  base = server.url,
  parameters: Record<string, string | undefined> = {},
): Promise<string> {
  return (await signInByForm(server, base, parameters)).searchParams.get('code') ?? ''
}
