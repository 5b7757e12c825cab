import { z } from 'zod'
import { Problem } from '../problem.ts'
import { sandboxRoutes } from '../sandbox-routes.ts'
import { listOf } from '../schemas.ts'

const importedView = z
  .object({
    space: z.string().describe('The realm, pool or tenant that was made.'),
    left: z.array(z.string()).describe('What could not be taken over, a sentence each.'),
  })
  .meta({ id: 'ImportedSpace' })

/** More than an export with ten thousand users; bytes. */
const bodyLimit = 256 * 1024 * 1024

/** A vendor's own documents, as the export of a realm. */
export const imports = sandboxRoutes('spaces', ({ post }) => {
  const read = { body: z.unknown(), answer: listOf(importedView), options: { bodyLimit } }
  post(
    '/import',
    "Read a vendor's document, as the export of a realm, in the place of what is there of that name",
    read,
    ({ sandbox, body }) => {
      const { provider, spaces, clock } = sandbox
      if (provider.imports === undefined) throw new Problem(409, `${provider.name} has no documents that can be read`)
      try {
        return { items: provider.imports(body, spaces, 'replace', clock.now()).map(({ space, left }) => ({ space, left: [...left] })) }
      } catch (error) {
        throw new Problem(422, error instanceof Error ? error.message : String(error))
      }
    },
  )
})
