import type { IncomingMessage } from 'node:http'
import { z } from 'zod'
import { ConfigError } from '../../config/error.ts'
import { DeclarationError } from '../../sandbox/declared.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import { baseUrlOf } from '../addresses.ts'
import type { ControlDeps, Resource } from '../deps.ts'
import { sandboxNamed } from '../input/lookup.ts'
import { Problem } from '../problem.ts'
import { sandboxRoutes } from '../sandbox-routes.ts'
import { listOf, refusal } from '../schemas.ts'

const importedView = z
  .object({
    space: z.string().describe('The realm, pool or tenant that was made.'),
    left: z.array(z.string()).describe('What could not be taken over, a sentence each.'),
  })
  .meta({ id: 'ImportedSpace' })

/** More than an export with ten thousand users; bytes. */
export const importLimit = 256 * 1024 * 1024

const importedDocument = z
  .object({
    format: z.string().describe('As what it was read.'),
    sandboxes: z
      .array(z.object({ name: z.string(), provider: z.string(), base_url: z.string() }))
      .describe('Those that were made or changed.'),
    providers: z.array(z.string()).describe('Those of your own that were declared; they are there until grantbox ends.'),
    left: z.array(z.string()).describe('What could not be taken over, a line each: where it stands, why not, and what to do instead.'),
  })
  .meta({ id: 'ImportedDocument' })

/** A vendor's own documents, as the export of a realm. */
export const spaceImports = sandboxRoutes('spaces', ({ post }) => {
  const read = { body: z.unknown(), answer: listOf(importedView), options: { bodyLimit: importLimit } }
  post(
    '/import',
    "Read a vendor's document, as the export of a realm, in the place of what is there of that name",
    read,
    ({ sandbox, body }) => ({ items: spacesOf(body, sandbox).map(({ space, left }) => ({ space, left: [...left] })) }),
  )
})

/** @throws Problem 409 where the provider reads no documents, 422 for what is none of its */
function spacesOf(document: unknown, { provider, spaces, clock }: Sandbox) {
  const { imports: read } = provider
  if (read === undefined) throw new Problem(409, `${provider.name} has no documents that can be read`)
  try {
    return spaces.atomically(() => read(document, spaces, 'replace', clock.now()))
  } catch (error) {
    throw new Problem(422, error instanceof Error ? error.message : String(error))
  }
}

/** Documents of other servers and tools, whichever they are. */
export const imports: Resource = (app, deps) => {
  app.post(
    '/import',
    {
      bodyLimit: importLimit,
      schema: {
        tags: ['server'],
        summary: "Read another server's document: clients and users of a mock, a realm, discovery, a collection",
        description: 'All of it or nothing. The format is recognised by the content.',
        querystring: z.strictObject({
          format: z.string().optional().describe('The format, where the content could be of several.'),
          sandbox: z.string().optional().describe('What the sandbox or provider is to be called; made of the document when absent.'),
        }),
        body: z.unknown(),
        response: { 200: importedDocument, default: refusal },
      },
    },
    ({ body, query: { format, sandbox: name }, raw }) => importDocument(body, { format, name }, raw, deps),
  )
}

/**
 * Reads a document of another server or tool, and makes what it says.
 * @throws Problem
 */
export async function importDocument(
  body: unknown,
  { format, name }: { format?: string | undefined; name?: string | undefined },
  raw: IncomingMessage,
  deps: Pick<ControlDeps, 'sandboxes' | 'originOf' | 'addresses' | 'declarations'>,
): Promise<z.output<typeof importedDocument>> {
  const registry = await import('../../config/import/registry.ts')
  const shown = (one: string, provider: string) => ({ name: one, provider, base_url: baseUrlOf(one, raw, deps) })
  const vendor = registry.vendorReading(body, format)
  if (vendor !== undefined) {
    const sandbox = await sandboxNamed(name ?? vendor.id, deps.sandboxes)
    const left = spacesOf(body, sandbox).flatMap((one) => one.left.map((line) => `${one.space}: ${line}`))
    return { format: vendor.id, sandboxes: [shown(sandbox.name, sandbox.provider.id)], providers: [], left }
  }
  try {
    const imported = await registry.importDocument(body, 'the document', { format, name })
    await deps.declarations.add(imported.declared)
    const providers = imported.declared.providers.map(({ id }) => id)
    const declared = imported.declared.sandboxes.map((one) => shown(one.name, one.provider))
    const own = providers.filter((id) => declared.every((one) => one.name !== id)).map((id) => shown(id, id))
    return { format: imported.format, sandboxes: [...declared, ...own], providers, left: [...imported.left] }
  } catch (error) {
    if (error instanceof ConfigError) throw new Problem(422, error.message)
    if (error instanceof DeclarationError) throw new Problem(409, error.message)
    throw error
  }
}
