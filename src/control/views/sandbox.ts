/**
 * In this room: what the control API shows of a thing, as a schema and the function that fills it.
 * Elsewhere: routes, and secrets of requests: `masking.ts` covers them.
 */

import { z } from 'zod'
import { type Addresses, endpointsAt } from '../../sandbox/addresses.ts'
import { idleSettings } from '../../sandbox/idle-settings.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import { rfc3339, time } from '../schemas.ts'

/** A sandbox as the API shows it. */
export const sandboxView = z
  .object({
    made: z.literal(true),
    name: z.string(),
    provider: z.string(),
    company: z.string(),
    base_url: z.string().describe('As you reach it, without a slash at the end.'),
    issuer: z.string(),
    authorization_endpoint: z.string(),
    token_endpoint: z.string(),
    default: z.boolean().describe('Whether it also answers without its name in the path.'),
    hosts: z.array(z.string()),
    port: z.int().nullable().describe('The one that it has to itself.'),
    settings: z.record(z.string(), z.unknown()).describe('What holds, whoever said it: the sandbox, its provider or the protocol.'),
    notes: z.array(z.string()).describe('Which settings it made without any effect, a sentence each.'),
    created_at: time,
  })
  .meta({ id: 'Sandbox' })

/** A vendor's sandbox that is made when it is first asked for. */
export const unmadeView = z
  .object({ made: z.literal(false), name: z.string(), provider: z.string(), base_url: z.string() })
  .meta({ id: 'UnmadeSandbox' })

/** @param defaultName the name of the default sandbox */
export function viewSandbox(sandbox: Sandbox, { base_url, issuer }: Addresses, defaultName: string): z.output<typeof sandboxView> {
  const { name, provider, company, hosts, port, settings, created_at } = sandbox
  return {
    made: true,
    name,
    provider: provider.id,
    company,
    base_url,
    issuer,
    ...endpointsAt(base_url, sandbox),
    default: name === defaultName,
    hosts: [...hosts],
    port,
    settings: { ...settings },
    notes: idleSettings(sandbox),
    created_at: rfc3339(created_at),
  }
}
