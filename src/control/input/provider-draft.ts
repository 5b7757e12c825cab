import type { ConfigProblem } from '../../config/error.ts'
import type { Provider } from '../../providers/provider.ts'
import { DeclarationError } from '../../sandbox/declared.ts'
import type { ControlDeps } from '../deps.ts'
import { type FieldProblem, invalid, Problem } from '../problem.ts'
import { missing } from './lookup.ts'

const label = 'the declaration'

type Declaring = Pick<ControlDeps, 'sandboxes' | 'declarations'>

/**
 * Declares a provider of one's own until grantbox ends, or another way than before, by the rules of the config file; those that
 * extend it follow.
 * @throws Problem 400 that names every wrong member, 409 for a name that a sandbox has
 */
export async function declareProvider(name: string, declaration: unknown, { sandboxes, declarations }: Declaring): Promise<Provider> {
  const { mentionedRules, mentionedVendors, readDeclarations } = await import('../../config/declarations.ts')
  const { nameSchema } = await import('../../config/provider-schema.ts')
  const { error } = nameSchema.safeParse(name)
  if (error !== undefined) throw invalid({ field: 'name', expected: error.issues[0]?.message ?? 'a name', came: name })
  const content = { providers: { ...sandboxes.declared.written, [name]: declaration } }
  const { declared, problems } = readDeclarations(content, label, await mentionedVendors(content), await mentionedRules(content))
  if (problems.length > 0) {
    const errors = problems.map((problem) => fieldProblem(problem, name))
    throw new Problem(400, problems.map(({ where, message }) => `${where}: ${message}`).join('; '), errors)
  }
  const followers = followersOf(name, content.providers)
  const providers = declared.providers.filter(({ id }) => followers.has(id))
  const written = Object.fromEntries(Object.entries(content.providers).filter(([id]) => followers.has(id)))
  await named(() => declarations.add({ providers, sandboxes: [], written }))
  const provider = sandboxes.providers.get(name)
  if (provider === undefined) throw new Error(`the provider ${name} was declared and is not there`)
  return provider
}

/**
 * Takes a provider away, with the sandboxes that speak as it.
 * @throws Problem 404 for one that is not declared, 409 for one that the configuration alone declares or that others extend
 */
export async function undeclareProvider(name: string, { sandboxes, declarations }: Declaring): Promise<void> {
  const { written = {} } = sandboxes.declared
  if (!Object.hasOwn(written, name)) throw missing('declared provider', name, Object.keys(written))
  if (!declarations.isAdded(name)) throw new Problem(409, `The configuration declares '${name}': take it out there`)
  const [extending] = declarations.isConfigured(name) ? [] : [...followersOf(name, written)].filter((one) => one !== name)
  if (extending !== undefined) throw new Problem(409, `'${extending}' extends '${name}': take that away first`)
  await named(() => declarations.remove(name))
}

/** A provider and those that extend it, whichever way round. */
function followersOf(name: string, written: Readonly<Record<string, unknown>>): ReadonlySet<string> {
  const found = new Set([name])
  for (const one of found) {
    for (const [other, said] of Object.entries(written)) if ((said as { extends?: unknown } | null)?.extends === one) found.add(other)
  }
  return found
}

/** @throws Problem in place of what cannot be had */
async function named(work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (!(error instanceof DeclarationError)) throw error
    throw new Problem(409, error.message, [{ field: 'name', expected: error.message }])
  }
}

/** What is wrong, by its place in the declaration. */
function fieldProblem({ where, message }: ConfigProblem, name: string): FieldProblem {
  const place = where.replace(`${label}: providers.${name}`, '').replace(/^\./, '')
  return { field: place === '' ? 'name' : place, expected: message.replace(/^expected /, '') }
}
