import { FormBrowser } from '../../test/support/recording/form-browser.ts'
import { recordRequests } from '../../test/support/recording/judge-requests.ts'
import { startForFile } from '../../test/support/server.ts'

/** The preloaded clients. */
export const web = { id: 'demo-web', secret: 'Vq3xT8mZkR1cYw6NfJ0sLb5GhD9pUa2E' }
export const spa = { id: 'demo-spa' }

/**
 * Where the judges of Keycloak are sent: to the twin, or to the real one that `KEYCLOAK_URL` names, with the realm of
 * `test/data/recordings/keycloak/demo-realm.json`. A judge that fails at both fails for reasons of its own. Call it at the top level.
 * @param name under which its requests are recorded
 */
export async function keycloakForFile(name?: string) {
  const base = process.env.KEYCLOAK_URL ?? (await twin(name))
  return {
    base,
    issuer: `${base}/realms/demo`,
    /** Signs alice in at the address that a client made. @returns where the client is called back */
    async signedIn(address: string, browser = new FormBrowser(base)): Promise<URL> {
      const first = await browser.open(address)
      const { location, status, text } =
        first.location === undefined ? await browser.fill({ username: 'alice', password: 'password' }) : first
      if (location === undefined) throw new Error(`no way back but ${status}: ${text.slice(0, 500)}`)
      return location
    },
  }
}

async function twin(name: string | undefined): Promise<string> {
  const server = await startForFile({ defaultProvider: 'keycloak' })
  if (name !== undefined) recordRequests('keycloak', name, server)
  return server.url
}
