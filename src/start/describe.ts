import { given } from '../basics/given.ts'
import { type Addresses, discoveryAt, endpointsAt } from '../sandbox/addresses.ts'
import { secretOf } from '../sandbox/client-secret.ts'
import type { Sandbox } from '../sandbox/sandbox.ts'
import type { Sandboxes } from '../sandbox/sandboxes.ts'
import { isBeside } from '../sandbox/spaces.ts'
import type { StartInfo, StartSandbox } from './info.ts'

interface Started {
  sandboxes: Sandboxes
  adminToken: string | undefined
  version: string
  db: string
  addressesOf: (sandbox: Sandbox) => Addresses
  baseUrlOf: (name: string) => string
}

/** How many sandboxes of each kind it shows. */
const shownSandboxes = 10

/** How many of a sandbox's users the start shows. */
const shownUsers = 3

/**
 * What whoever started grantbox needs to know to use it.
 * @param url where people reach it
 */
export function describeStart(url: string, { sandboxes, adminToken, version, db, addressesOf, baseUrlOf }: Started): StartInfo {
  const named =
    (made: boolean) =>
    ({ name, provider }: { name: string; provider: string }) => ({ name, provider, base_url: baseUrlOf(name), made })
  return {
    url,
    https_url: url.replace(/^http:/, 'https:'),
    version,
    default_sandbox: sandboxes.defaultName,
    // The preloaded ones and whatever was made since; a test suite's hundreds would hide them.
    sandboxes: [
      ...sandboxes
        .list()
        .slice(0, shownSandboxes)
        .map((sandbox) => describeSandbox(url, sandbox, addressesOf(sandbox))),
      ...sandboxes.asleep().slice(0, shownSandboxes).map(named(true)),
      ...sandboxes
        .unmade()
        .map(({ id }) => ({ name: id, provider: id }))
        .map(named(false)),
    ],
    dashboard_url: `${url}/dashboard${adminToken === undefined ? '' : `?token=${adminToken}`}`,
    data: db,
    ...(adminToken === undefined ? {} : { admin_token: adminToken }),
  }
}

function describeSandbox(url: string, sandbox: Sandbox, { base_url }: Addresses): StartSandbox {
  const { provider } = sandbox
  const beside = provider.own_spaces === undefined ? [] : sandbox.spaces.list().filter(isBeside).slice(0, shownSandboxes)
  const postman = `${url}/_grantbox/sandboxes/${sandbox.name}/postman`
  return {
    name: sandbox.name,
    provider: provider.id,
    base_url,
    made: true,
    ...describeWorld(sandbox, base_url),
    ...(beside.length > 0 && { spaces: beside.map((space) => describeWorld(space, base_url)) }),
    postman: { collection: `${postman}/collection.json`, environment: `${postman}/environment.json` },
  }
}

function describeWorld(sandbox: Sandbox, base_url: string) {
  const { space, directory } = sandbox
  const clients = directory.listClients()
  const users = directory.listUsers({ limit: shownUsers })
  return {
    ...(space !== '' && { space }),
    ...endpointsAt(base_url, sandbox),
    ...given({ openid_configuration: discoveryAt(base_url, sandbox) }),
    clients: clients.map((client) => ({
      client_id: client.client_id,
      ...given({ client_secret: secretOf(client, sandbox) ?? undefined }),
      app: client.app.name,
    })),
    users: users.map((user) => ({ username: user.username, password: user.password ?? sandbox.company })),
  }
}
