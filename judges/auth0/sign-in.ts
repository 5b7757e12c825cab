import type { Jar } from '../../test/support/browser-jar.ts'
import { alice, TenantJar } from '../../test/vendors/auth0/auth0-tenant.ts'

/** Takes the address that a client made through the vendor's page, and gives the one at which it is called back. */
export async function throughPage(address: URL | string, jar: Jar = new TenantJar()): Promise<URL> {
  const { href, origin } = new URL(address)
  const page = await jar.open(href)
  const end = await jar.post(page, origin, { ...alice, action: 'default' })
  if (end.location === undefined) throw new Error(`no redirect but ${end.status}: ${end.html}`)
  return end.location
}
