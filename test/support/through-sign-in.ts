import { Jar } from './browser-jar.ts'
import { alice } from './standard-client.ts'
import { signInAndAllow } from './standard-sign-in.ts'

/** Takes the address that a client made through the sign-in, and gives the one at which the client is called back. */
export async function throughSignIn(authorization: URL | string, user = alice, jar = new Jar()): Promise<URL> {
  const { href, origin } = new URL(authorization)
  const end = await signInAndAllow(jar, await jar.open(href), origin, user)
  if (end.location === undefined) throw new Error(`no redirect but ${end.status}: ${end.html}`)
  return end.location
}

/** The form that a client gets posted, as the request that its server sees (OAuth 2.0 Form Post Response Mode §2). */
export async function postedAfterSignIn(authorization: URL): Promise<Request> {
  const jar = new Jar()
  const page = await signInAndAllow(jar, await jar.open(authorization.href), authorization.origin)
  const action = /<form method="post" action="([^"]+)" data-submit>/.exec(page.html)?.[1] ?? ''
  const body = new URLSearchParams()
  for (const [, name = '', value = ''] of page.html.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)">/g))
    body.append(name, value)
  return new Request(action, { method: 'POST', body })
}
