import type { Client } from '../../oauth/model/records.ts'
import { pathsOf } from '../../providers/space.ts'
import { type Addresses, discoveryAt, endpointsAt } from '../../sandbox/addresses.ts'
import { secretOf } from '../../sandbox/client-secret.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import { signInScope } from '../apps/sign-in-links.ts'

/** A `.env` for an app that is to talk to a sandbox as one of its clients. */
export function envFile(sandbox: Sandbox, client: Client, { base_url, issuer }: Pick<Addresses, 'base_url' | 'issuer'>): string {
  const { provider, name } = sandbox
  const { authorization_endpoint, token_endpoint } = endpointsAt(base_url, sandbox)
  const { userinfo } = pathsOf(sandbox)
  const discovery = discoveryAt(base_url, sandbox)
  const [redirectUri] = client.app.redirect_uris
  const secret = secretOf(client, sandbox)
  const values = {
    OAUTH_ISSUER: discovery === undefined ? undefined : issuer,
    OAUTH_DISCOVERY_URL: discovery,
    OAUTH_AUTHORIZATION_ENDPOINT: authorization_endpoint,
    OAUTH_TOKEN_ENDPOINT: token_endpoint,
    OAUTH_USERINFO_ENDPOINT: userinfo == null ? undefined : base_url + userinfo,
    OAUTH_CLIENT_ID: client.client_id,
    OAUTH_CLIENT_SECRET: secret ?? undefined,
    OAUTH_REDIRECT_URI: redirectUri,
    OAUTH_SCOPE: signInScope(client, provider),
  }
  const lines = Object.entries(values).flatMap(([key, value]) => (value === undefined ? [] : [`${key}=${quoted(value)}`]))
  const about = `# ${client.app.name} at ${provider.name}, played by the sandbox ${name} of grantbox`
  return `${[about, ...(secret === null ? ['# A public client: it has no secret and uses PKCE.'] : []), ...lines].join('\n')}\n`
}

/** As shells and the usual readers of such files take it. */
function quoted(value: string): string {
  return /^[\w.,:/@%+=?&-]*$/.test(value) ? value : `"${value.replaceAll(/["\\$`]/g, '\\$&').replaceAll('\n', ' ')}"`
}
