import { z } from 'zod'
import { filterNames, type Template } from '../basics/template.ts'

/** A template; what it may name is for its place to say. */
export const templateSchema: z.ZodType<Template> = z
  .lazy(() =>
    z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(templateSchema), z.record(z.string(), templateSchema)], {
      error: 'JSON with {names} for values',
    }),
  )
  .meta({ id: 'Template', description: `JSON; {name} in a text stands for a value, {name|filter} changes it (${filterNames.join(', ')}).` })
