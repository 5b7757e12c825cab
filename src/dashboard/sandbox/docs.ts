import { magicUsers } from '../../oauth/faults/magic-users.ts'
import type { Client } from '../../oauth/model/records.ts'
import type { Provider } from '../../providers/provider.ts'
import { curlOf } from '../apps/curl.ts'
import { exportsOf } from '../apps/exports.ts'
import { hasApprovals, hasKids } from '../frame/vendor.ts'
import type { Part, Visit } from '../frame/visit.ts'

/** What the top bar leads to: how to begin, and what the sandbox answers. */
export const docPages: Part = ({ get }) => {
  get('/help', async (visit) => {
    const { sandbox, base, addresses } = visit
    const { provider, company } = sandbox
    return visit.page('help', {
      title: 'Help & Support',
      vendor: provider.name,
      company,
      base_url: addresses.base_url,
      families: hasKids(provider),
      approvals: hasApprovals(provider),
      magicUsers: [...magicUsers].map(([username, { does }]) => ({ username, does })),
      docsHref: `${base}/docs`,
      apiHref: '/_grantbox/openapi.json',
    })
  })

  get('/docs', async (visit) => {
    const { sandbox, base, addresses } = visit
    const { provider } = sandbox
    const { collection } = provider
    const client = await someClient(visit)
    const filling = {
      base_url: addresses.base_url,
      client_id: client?.client_id ?? 'CLIENT_ID',
      client_secret: client?.client_secret ?? 'CLIENT_SECRET',
    }
    return visit.page('docs', {
      title: 'API Documentation',
      vendor: provider.name,
      base_url: addresses.base_url,
      endpoints: endpointsOf(provider, addresses.base_url),
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
}

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

function endpointsOf({ paths }: Provider, base_url: string): { label: string; url: string }[] {
  const found = Object.entries(endpointNames).flatMap(([name, label]) => {
    const path = paths[name as keyof typeof paths]
    return typeof path === 'string' ? [{ label, url: base_url + path }] : []
  })
  return [...found, ...(paths.discovery ?? []).map((name) => ({ label: 'Discovery', url: `${base_url}/.well-known/${name}` }))]
}

/** The client whose values the examples carry. */
async function someClient({ sandbox }: Visit): Promise<Client | undefined> {
  return (await sandbox.directory.listClients())[0]
}
