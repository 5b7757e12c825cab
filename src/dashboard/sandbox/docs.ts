import { collectionIn } from '../../providers/collection-in.ts'
import { pathsOf } from '../../providers/space.ts'
import { discoveriesAt } from '../../sandbox/addresses.ts'
import { secretOf } from '../../sandbox/client-secret.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import { curlOf } from '../apps/curl.ts'
import { exportsOf } from '../apps/exports.ts'
import { page } from '../frame/page.ts'
import { hasApprovals, hasKids } from '../frame/vendor.ts'
import { part } from '../frame/visit.ts'
import { type MagicName, magicNames } from '../users/magic-names.ts'

const helpPage = page<{
  vendor: string
  company: string
  base_url: string
  families: boolean
  approvals: boolean
  magicUsers: readonly MagicName[]
  docsHref: string
  apiHref: string
}>('help')

const docsPage = page<{
  vendor: string
  base_url: string
  endpoints: readonly { label: string; url: string }[]
  grantTypes: readonly string[]
  scopes: readonly { name: string; description: string }[]
  about?: string | undefined
  folders: readonly {
    name: string
    requests: readonly { name: string; method: string; path: string; description?: string | undefined; command: string }[]
  }[]
  exports: ReturnType<typeof exportsOf>
}>('docs')

/** What the top bar leads to: how to begin, and what the sandbox answers. */
export const docPages = part({}, ({ get }) => {
  get('/help', (visit) => {
    const { sandbox, base, addresses } = visit
    const { provider, company } = sandbox
    return visit.show(helpPage, {
      title: 'Help & Support',
      vendor: provider.name,
      company,
      base_url: addresses.base_url,
      families: hasKids(provider),
      approvals: hasApprovals(provider),
      magicUsers: magicNames,
      docsHref: `${base}/docs`,
      apiHref: `${visit.root}/_grantbox/openapi.json`,
    })
  })

  get('/docs', (visit) => {
    const { sandbox, base, addresses } = visit
    const { provider } = sandbox
    const collection = collectionIn(sandbox)
    // Its values are what the examples carry.
    const [client] = sandbox.directory.listClients()
    const filling = {
      base_url: addresses.base_url,
      client_id: client?.client_id ?? 'CLIENT_ID',
      client_secret: (client && secretOf(client, sandbox)) ?? 'CLIENT_SECRET',
    }
    return visit.show(docsPage, {
      title: 'API Documentation',
      vendor: provider.name,
      base_url: addresses.base_url,
      endpoints: endpointsOf(sandbox, addresses.base_url),
      grantTypes: provider.grant_types,
      scopes: provider.scopes,
      // Markdown, whose backticks are all that it has.
      about: collection.description?.replaceAll('`', ''),
      folders: collection.folders.map((folder) => ({
        name: folder.name,
        requests: folder.requests.map((request) => ({
          name: request.name,
          method: request.method,
          path: request.path,
          description: request.description,
          command: curlOf(request, collection, filling),
        })),
      })),
      exports: exportsOf(base, client),
    })
  })
})

const endpointNames: Readonly<Record<string, string>> = {
  authorize: 'Authorization: where users sign in',
  token: 'Token',
  userinfo: 'Userinfo',
  jwks: 'Keys',
  introspection: 'Introspection',
  revocation: 'Revocation',
  par: 'Pushed authorization requests',
  end_session: 'Logout',
  registration: 'Client registration',
  device_authorization: 'Device authorization',
  device: 'Where a device’s code is entered',
  backchannel_authentication: 'Backchannel authentication (CIBA)',
  join: 'Where new users join',
}

function endpointsOf(sandbox: Sandbox, base_url: string): { label: string; url: string }[] {
  const paths = pathsOf(sandbox)
  const found = Object.entries(endpointNames).flatMap(([name, label]) => {
    const path = paths[name as keyof typeof paths]
    return typeof path === 'string' ? [{ label, url: base_url + path }] : []
  })
  return [...found, ...discoveriesAt(base_url, sandbox).map((url) => ({ label: 'Discovery', url }))]
}
