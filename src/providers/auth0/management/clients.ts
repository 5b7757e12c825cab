import { given } from '../../../basics/given.ts'
import type { Client } from '../../../oauth/model/records.ts'
import type { ApiRequest, Route } from '../../provider.ts'
import { objectIn } from '../bodies.ts'
import { type ClientSettings, clientSettings, saveClientSettings } from '../client-settings.ts'
import { managed, paged } from './access.ts'
import { ManagementError } from './errors.ts'

function viewClient(client: Client, { documents }: ApiRequest) {
  const { client_id, app, token_endpoint_auth_method, grant_types, metadata } = client
  return {
    client_id,
    name: app.name,
    description: app.description,
    callbacks: app.redirect_uris,
    allowed_logout_urls: metadata.post_logout_redirect_uris ?? [],
    token_endpoint_auth_method,
    grant_types,
    ...clientSettings(client, documents),
  }
}

function clientOf({ params: { id = '' }, context }: ApiRequest): Client {
  const client = context.realm.store.findClient(id)
  if (client !== undefined) return client
  throw new ManagementError(404, 'The client does not exist', 'inexistent_client', `There is no client with client_id '${id}'`)
}

type Check = (value: unknown) => boolean

const oneOf =
  (...allowed: readonly string[]): Check =>
  (value) =>
    typeof value === 'string' && allowed.includes(value)

/** What an app may say of its own, and what its values may be. */
const members: Readonly<Record<string, Check>> = {
  organization_usage: oneOf('deny', 'allow', 'require'),
  allowed_origins: (value) => Array.isArray(value) && value.every((one) => typeof one === 'string'),
  'refresh_token.rotation_type': oneOf('rotating', 'non-rotating'),
  'refresh_token.leeway': (value) => typeof value === 'number' && Number.isInteger(value) && value >= 0,
}

/** @throws ManagementError for a member that is not served here, or a value that is none */
function settingsIn(body: unknown): ClientSettings {
  const { refresh_token, ...plain } = objectIn({ body }, 'body') ?? {}
  const inside = Object.entries(objectIn({ refresh_token }, 'refresh_token') ?? {}).map(
    ([name, value]) => [`refresh_token.${name}`, value] as const,
  )
  for (const [name, value] of [...Object.entries(plain), ...inside]) {
    if (!Object.hasOwn(members, name)) {
      const explanation = `grantbox keeps of a client what the control API is told, and: ${Object.keys(members).join(', ')}`
      throw new ManagementError(400, `Payload validation error: 'Additional properties not allowed: ${name}'.`, 'invalid_body', explanation)
    }
    if (members[name]?.(value) !== true) {
      throw new ManagementError(400, `Payload validation error: 'Invalid value' on property ${name}.`, 'invalid_body')
    }
  }
  return given({ ...plain, refresh_token }) as ClientSettings
}

/** Apps, and what they have in the place of the tenant's settings. */
export const clientRoutes: readonly Route[] = [
  managed('GET', '/clients', 'read:clients', (request) =>
    paged(
      'clients',
      request.directory.listClients().map((client) => viewClient(client, request)),
      request,
    ),
  ),
  managed('GET', '/clients/:id', 'read:clients', (request) => ({ status: 200, body: viewClient(clientOf(request), request) })),
  managed('PATCH', '/clients/:id', 'update:clients', (request) => {
    const { documents, body } = request
    const client = clientOf(request)
    const before = clientSettings(client, documents)
    const said = settingsIn(body)
    const refresh_token = said.refresh_token && { ...before.refresh_token, ...said.refresh_token }
    saveClientSettings(client, { ...before, ...said, ...(refresh_token && { refresh_token }) }, documents)
    return { status: 200, body: viewClient(client, request) }
  }),
]
