import { z } from 'zod'
import { initialSettings } from '../../providers/own-settings.ts'
import { baseUrlOf } from '../addresses.ts'
import type { Resource } from '../deps.ts'
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
      items: (await deps.sandboxes.allProviders()).map((provider) => ({
        name: provider.id,
        title: provider.name,
        grant_types: [...provider.grant_types],
        scopes: [...provider.scopes],
        paths: { ...provider.paths },
        api: provider.routes.map(({ method, path }) => ({ method, path })),
        settings: { ...initialSettings(provider) },
        made: deps.sandboxes.isThere(provider.id),
        base_url: baseUrlOf(provider.id, request.raw, deps),
      })),
    }),
  )
}
