import type { Sandbox } from '../sandbox/sandbox.ts'
import type { Sandboxes } from '../sandbox/sandboxes.ts'
import type { StartInfo, StartSandbox } from './info.ts'

interface Started {
  sandboxes: Sandboxes
  adminToken: string | undefined
  version: string
  db: string
  publicUrl: string | undefined
}

/** How many of a sandbox's users the start shows. */
const shownUsers = 3

/** What whoever started grantbox needs to know to use it. */
export async function describeStart(origin: string, { sandboxes, adminToken, version, db, publicUrl }: Started): Promise<StartInfo> {
  const url = publicUrl ?? origin
  return {
    url,
    https_url: url.replace(/^http:/, 'https:'),
    version,
    default_sandbox: sandboxes.defaultName,
    // The preloaded ones and whatever was made since; a test suite's hundreds would hide them.
    sandboxes: await Promise.all(
      sandboxes
        .list()
        .slice(0, 10)
        .map((sandbox) => describeSandbox(url, sandbox, sandbox.name === sandboxes.defaultName)),
    ),
    dashboard_url: `${url}/dashboard${adminToken === undefined ? '' : `?token=${adminToken}`}`,
    data: db,
    ...(adminToken === undefined ? {} : { admin_token: adminToken }),
  }
}

async function describeSandbox(url: string, sandbox: Sandbox, isDefault: boolean): Promise<StartSandbox> {
  const { provider, directory } = sandbox
  const base_url = isDefault ? url : `${url}/${sandbox.name}`
  const clients = await directory.listClients()
  const users = await directory.listUsers({ limit: shownUsers })
  const postman = `${url}/_grantbox/sandboxes/${sandbox.name}/postman`
  return {
    name: sandbox.name,
    provider: provider.id,
    base_url,
    authorization_endpoint: base_url + provider.paths.authorize,
    token_endpoint: base_url + provider.paths.token,
    clients: clients.map((client) => ({
      client_id: client.client_id,
      ...(client.client_secret === null ? {} : { client_secret: client.client_secret }),
      app: client.app.name,
    })),
    users: users.map((user) => ({ username: user.username, password: user.password ?? sandbox.company })),
    postman: { collection: `${postman}/collection.json`, environment: `${postman}/environment.json` },
  }
}
