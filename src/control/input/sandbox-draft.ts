import { z } from 'zod'
import type { NewSandbox, SandboxChange } from '../../sandbox/new-sandbox.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import { commonSettings, settingsSchema } from '../../sandbox/settings-schema.ts'
import type { ControlDeps } from '../deps.ts'
import { invalid, Problem } from '../problem.ts'
import { name } from '../schemas.ts'
import { mistaken } from './lookup.ts'
import { check } from './validation.ts'

/** Not an address: at 127.0.0.1 and localhost all sandboxes are reached. */
const host = z.string().regex(/^(?!localhost$)(?=.*[a-z])[a-z0-9_]([a-z0-9_.-]{0,252}[a-z0-9])?$/i, {
  error: 'a host name without a port, such as sandbox.example.com or t42.localhost',
})

const settings = commonSettings.describe("The provider's own settings stand beside these; null goes back to what the provider says.")

const port = z.int().min(0).max(65_535).nullable().describe('A port to itself, at which it is alone; 0 takes a free one, null is none.')

/** What may be said of a sandbox that is there. */
export const sandboxChange = z.strictObject({
  company: name.optional(),
  hosts: z.array(host).optional(),
  port: port.optional(),
  settings: settings.optional(),
})

/** What may be said of a new one. */
export const sandboxDraft = sandboxChange.extend({
  name: z.string().optional().describe('Made up when absent.'),
  provider: z.string(),
  seed: z.boolean().optional().describe("Whether it starts with the provider's preloaded apps and users; true when absent."),
})

/**
 * What a body says of a new sandbox.
 * @throws Problem 400
 */
export async function checkSandboxDraft(
  draft: z.output<typeof sandboxDraft>,
  { sandboxes }: Pick<ControlDeps, 'sandboxes'>,
): Promise<NewSandbox> {
  const { provider: providerName, settings = {}, ...rest } = draft
  const provider = await sandboxes.provider(providerName)
  if (provider === undefined) throw mistaken('provider', providerName, sandboxes.providerNames())
  const { name } = rest
  // Whoever has the name already may have it.
  const problem = name === undefined || sandboxes.isThere(name) ? undefined : sandboxes.nameProblem(name)
  if (problem !== undefined) throw invalid({ field: 'name', expected: `a name that may be one (${problem})`, came: rest.name })
  return { ...rest, provider, settings: check(settingsSchema(provider), settings, 'settings') }
}

/** What a body changes of a sandbox. @throws Problem 400 */
export function checkSandboxChange({ settings = {}, ...rest }: z.output<typeof sandboxChange>, { provider }: Sandbox): SandboxChange {
  return { ...rest, settings: check(settingsSchema(provider), settings, 'settings') }
}

/** Does what may give a sandbox a port or take it; the sandbox as it is then. */
export async function sandboxAtPort(
  port: number | null | undefined,
  work: () => Sandbox,
  { ports, sandboxes }: Pick<ControlDeps, 'ports' | 'sandboxes'>,
): Promise<Sandbox> {
  const sandbox = port === undefined ? work() : await ports.change([port], work)
  return sandboxes.find(sandbox.name) ?? sandbox
}

/** @throws Problem 409 for the default one */
export function deleteSandbox(sandbox: Sandbox, { ports, sandboxes }: Pick<ControlDeps, 'ports' | 'sandboxes'>): Promise<void> {
  if (sandbox.name === sandboxes.defaultName) throw new Problem(409, `'${sandbox.name}' is the default sandbox and stays`)
  return ports.change([], () => sandboxes.delete(sandbox))
}
