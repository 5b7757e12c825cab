import { z } from 'zod'
import type { Resource } from '../deps.ts'
import { missing } from '../input/lookup.ts'
import { declareProvider, undeclareProvider } from '../input/provider-draft.ts'
import { refusal } from '../schemas.ts'

const declaration = z.record(z.string(), z.unknown()).describe('As below `providers` in a config file.')

const declaredView = z
  .object({
    name: z.string(),
    declaration,
    configured: z.boolean().describe('Whether the configuration declares it; what was declared here since holds until grantbox ends.'),
    sandboxes: z.array(z.string()).describe('Those that speak as it.'),
  })
  .meta({ id: 'DeclaredProvider' })

/** Providers of one's own: shown, declared and taken away while grantbox runs. */
export const ownProviders: Resource = (app, deps) => {
  const params = z.object({ name: z.string() })
  const view = (name: string): z.output<typeof declaredView> => {
    const { written = {} } = deps.sandboxes.declared
    if (!Object.hasOwn(written, name)) throw missing('declared provider', name, Object.keys(written))
    return {
      name,
      declaration: written[name] as z.output<typeof declaration>,
      configured: deps.declarations.isConfigured(name),
      sandboxes: deps.sandboxes.speakingAs(name).map((one) => one.name),
    }
  }
  const schema = { tags: ['server'], params }

  app.get(
    '/providers/:name',
    { schema: { ...schema, summary: 'A provider of your own, as it was declared', response: { 200: declaredView, default: refusal } } },
    async ({ params: { name } }) => view(name),
  )

  app.put(
    '/providers/:name',
    {
      schema: {
        ...schema,
        summary: 'Declare a provider of your own until grantbox ends, or another way than before',
        body: declaration,
        response: { 200: declaredView, default: refusal },
      },
    },
    async ({ params: { name }, body }) => {
      await declareProvider(name, body, deps)
      return view(name)
    },
  )

  app.delete(
    '/providers/:name',
    {
      schema: {
        ...schema,
        summary: 'Take away a provider that was declared so, with the sandboxes that speak as it',
        response: {
          204: z.undefined().describe('It is gone; one that the configuration declares is as it was configured.'),
          default: refusal,
        },
      },
    },
    async ({ params: { name } }, reply) => {
      await undeclareProvider(name, deps)
      reply.code(204)
      return undefined
    },
  )
}
