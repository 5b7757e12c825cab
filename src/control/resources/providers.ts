import { z } from 'zod'
import { initialSettings } from '../../providers/own-settings.ts'
import type { Provider, World } from '../../providers/provider.ts'
import { ownSpaceOf, spaceAt } from '../../providers/space.ts'
import { discoveryAt, endpointsAt } from '../../sandbox/addresses.ts'
import { baseUrlOf } from '../addresses.ts'
import type { ControlDeps, Resource } from '../deps.ts'
import { listOf, refusal } from '../schemas.ts'

const providerView = z
  .object({
    name: z.string().describe('What a new sandbox calls it.'),
    title: z.string().describe('As the vendor writes itself.'),
    grant_types: z.array(z.string()),
    scopes: z.array(z.object({ name: z.string(), description: z.string() })),
    paths: z.record(z.string(), z.unknown()).describe("The protocol's endpoints, below a sandbox's base URL."),
    api: z.array(z.object({ method: z.string(), path: z.string() })).describe("The vendor's own API, below a sandbox's base URL."),
    settings: z.record(z.string(), z.unknown()).describe('Where its defaults differ, and its own settings.'),
    made: z.boolean().describe('Whether there is a sandbox of its name; if not, it is made when it is first asked for.'),
    base_url: z.string().describe('Where that sandbox is.'),
    hosts: z.array(z.string()).describe("The vendor's own hosts, at which it is reached unchanged; a label * is any one."),
    authorization_endpoint: z.string(),
    token_endpoint: z.string(),
    openid_configuration: z.string().nullable().describe("Where OpenID Connect's discovery is; null for a provider without."),
    preloaded: z
      .object({
        clients: z.array(z.object({ client_id: z.string(), client_secret: z.string().nullable(), app: z.string() })),
        users: z.array(z.object({ username: z.string(), password: z.string() })),
      })
      .describe('What a sandbox of it starts with.'),
  })
  .meta({ id: 'Provider' })

/** The vendors that a sandbox can speak as. */
export const providers: Resource = (app, deps) => {
  app.get(
    '/providers',
    {
      schema: {
        tags: ['server'],
        summary: 'The providers and what each supports',
        response: { 200: listOf(providerView), default: refusal },
      },
    },
    async (request) => ({
      items: (await deps.sandboxes.allProviders()).map((provider) =>
        viewProvider(provider, baseUrlOf(provider.id, request.raw, deps), deps),
      ),
    }),
  )
}

function viewProvider(provider: Provider, base_url: string, { sandboxes }: Pick<ControlDeps, 'sandboxes'>): z.output<typeof providerView> {
  const spoken = { provider, space: provider.own_spaces === undefined ? '' : ownSpaceOf(spaceAt(provider), provider) }
  return {
    name: provider.id,
    title: provider.name,
    grant_types: [...provider.grant_types],
    scopes: [...provider.scopes],
    paths: { ...provider.paths },
    api: provider.routes.map(({ method, path }) => ({ method, path })),
    settings: { ...initialSettings(provider) },
    made: sandboxes.isThere(provider.id),
    base_url,
    hosts: [...(provider.hosts ?? [])],
    ...endpointsAt(base_url, spoken),
    openid_configuration: discoveryAt(base_url, spoken) ?? null,
    preloaded: preloadedBy(provider.world),
  }
}

function preloadedBy({ company, apps, users }: World): z.output<typeof providerView>['preloaded'] {
  return {
    clients: apps.flatMap(({ name, clients }) => clients.map(({ client_id, client_secret }) => ({ client_id, client_secret, app: name }))),
    users: users.map(({ username, password }) => ({ username, password: password ?? company })),
  }
}
