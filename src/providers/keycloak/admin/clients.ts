import { seconds } from '../../../basics/clock.ts'
import { OAuthError } from '../../../oauth/model/errors.ts'
import type { Client } from '../../../oauth/model/records.ts'
import type { Route } from '../../provider.ts'
import { newSecret } from '../ids.ts'
import { appOf, recordIn, recordOf } from '../realm/client-record.ts'
import { plainClient } from '../realm/fresh-realm.ts'
import { type Members, text, texts } from '../realm/members.ts'
import { newClient, readClient, readRecord } from '../realm/read-client.ts'
import type { ClientData } from '../realm/representations.ts'
import { type AdminCall, adminRoute, bad, conflict, created, json, paged } from './call.ts'
import { clientOf } from './find-client.ts'
import { serviceAccountOf } from './people.ts'
import { shownClient } from './shown-client.ts'
import { shownServiceAccount } from './shown-user.ts'

const read = ['view-clients', 'manage-clients', 'query-clients']
const write = ['manage-clients']

/** Makes a client of a representation. @throws OAuthError 409 */
export function createClient({ world, realm, now }: AdminCall, body: Members): Client {
  const record = readRecord(body)
  checkSchemes(record.redirectUris)
  const clientId = record.clientId || record.id
  if (world.store.findClient(clientId) !== undefined) throw conflict(`Client ${clientId} already exists`)
  if (world.directory.findApp(record.id) !== undefined) throw conflict(`Client ${clientId} already exists`)
  const scopes = defaultScopes(realm.settings)
  const attributes = { realm_client: 'false', 'client.secret.creation.time': String(seconds(now)) }
  const read = newClient(body, { ...scopes, webOrigins: originsIn(record.redirectUris) })
  const data = read.publicClient ? read : { ...read, attributes: { ...attributes, ...read.attributes } }
  const named = { ...record, clientId }
  const app = world.directory.createApp({ ...appOf(named, data), mobile_store_links: {}, created_at: now })
  const client = world.directory.createClient(app, { ...recordOf(named, data), created_at: now })
  realm.saveClient(client, data)
  return client
}

/** What a new client's web origins are unless it says. */
function originsIn(redirectUris: readonly string[]): string[] {
  return [...new Set(redirectUris.flatMap((uri) => /^https?:\/\/[^/*]+/.exec(uri) ?? []))]
}

/** @throws OAuthError for a redirect URI that is a program */
function checkSchemes(redirectUris: readonly string[]): void {
  if (!redirectUris.some((uri) => /^(javascript|data):/i.test(uri))) return
  throw new OAuthError('invalid_request', 'A redirect URI uses an illegal scheme').naming({
    member: 'error_description',
    error: 'invalid_input',
  })
}

/** What a new client has of client scopes, as the realm says. */
export function defaultScopes(settings: Members): Pick<ClientData, 'defaultClientScopes' | 'optionalClientScopes'> {
  return {
    defaultClientScopes: texts(settings.defaultDefaultClientScopes) ?? plainClient.defaultClientScopes,
    optionalClientScopes: texts(settings.defaultOptionalClientScopes) ?? plainClient.optionalClientScopes,
  }
}

/** Stores what a client is now, in our record and beyond it. */
export function saveClient(
  { world, realm }: Pick<AdminCall, 'world' | 'realm'>,
  client: Client,
  data: ClientData,
  change: Partial<ReturnType<typeof recordIn>> = {},
): void {
  const record = { ...recordIn(client), ...change }
  const { client_id, client_secret, token_endpoint_auth_method, grant_types, metadata = {} } = recordOf(record, data)
  const { claims } = client.metadata
  world.store.updateRegistered({
    ...client,
    client_id,
    client_secret,
    token_endpoint_auth_method,
    grant_types,
    metadata: claims === undefined ? metadata : { ...metadata, claims },
    app: { ...client.app, ...appOf(record, data) },
  })
  realm.saveClient(client, data)
}

function update(call: AdminCall): undefined {
  const { body, realm, world } = call
  const client = clientOf(call)
  const clientId = text(body.clientId) ?? client.client_id
  const namesake = world.store.findClient(clientId)
  if (namesake !== undefined && namesake.row !== client.row) throw conflict(`Client ${clientId} already exists`)
  const { redirectUris, secret } = readRecord(body)
  checkSchemes(redirectUris)
  const change = { clientId, ...(body.redirectUris === undefined ? {} : { redirectUris }), ...(secret === undefined ? {} : { secret }) }
  saveClient(call, client, readClient(body, realm.client(client)), change)
  return undefined
}

function list({ world, realm, request }: AdminCall) {
  const { clientId, search } = request.query
  const all = world.directory.listClients().toSorted((one, other) => (one.client_id < other.client_id ? -1 : 1))
  const wanted = all.filter(({ client_id }) =>
    clientId === undefined ? true : search === 'true' ? client_id.toLowerCase().includes(clientId.toLowerCase()) : client_id === clientId,
  )
  return json(paged(wanted, request.query).map((client) => shownClient(client, realm)))
}

/** What an adapter's file says of a client. */
function adapterFile({ request: { base_url }, realm }: AdminCall, { client_id, client_secret }: Client) {
  const file = {
    realm: realm.name,
    'auth-server-url': `${base_url}/`,
    'ssl-required': 'external',
    resource: client_id,
    ...(client_secret === null ? { 'public-client': true } : { 'verify-token-audience': true, credentials: { secret: client_secret } }),
    'confidential-port': 0,
  }
  return { status: 200, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(file, undefined, 2) }
}

/** Clients, their secrets and service accounts. */
export const clientRoutes: readonly Route[] = [
  adminRoute('GET', '/clients', read, list),
  adminRoute('POST', '/clients', ['manage-clients', 'create-client'], (call) => {
    const { app } = createClient(call, call.body)
    return created(call, `/admin/realms/${encodeURIComponent(call.realm.name)}/clients/${app.app_id}`)
  }),
  adminRoute('GET', '/clients/:client', read, (call) => json(shownClient(clientOf(call), call.realm))),
  adminRoute('PUT', '/clients/:client', write, update),
  adminRoute('DELETE', '/clients/:client', write, (call) => {
    const { app } = clientOf(call)
    const { realm } = call
    if (realm.roles.some(({ client }) => client === app.app_id)) realm.roles = realm.roles.filter(({ client }) => client !== app.app_id)
    call.world.directory.deleteApp(app)
    return undefined
  }),
  adminRoute('GET', '/clients/:client/client-secret', read, (call) => {
    const { client_secret } = clientOf(call)
    return json({ type: 'secret', ...(client_secret === null ? {} : { value: client_secret }) })
  }),
  adminRoute('POST', '/clients/:client/client-secret', write, (call) => {
    const client = clientOf(call)
    const value = newSecret()
    saveClient(call, client, call.realm.client(client), { secret: value })
    return json({ type: 'secret', value })
  }),
  adminRoute('GET', '/clients/:client/service-account-user', read, (call) => {
    const client = clientOf(call)
    if (!call.realm.client(client).serviceAccountsEnabled)
      throw bad(`Service account not enabled for the client '${client.client_id}'`, 'error')
    return json(shownServiceAccount(serviceAccountOf(client, call.realm)))
  }),
  adminRoute('GET', '/clients/:client/installation/providers/:provider', read, (call) => adapterFile(call, clientOf(call))),
  adminRoute('POST', '/clients/:client/push-revocation', write, () => json({})),
]
