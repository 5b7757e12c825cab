import type { Config } from '../../config/config.ts'
import { ControlClient } from '../../library/control-client.ts'
import { GrantboxError } from '../../library/error.ts'
import type { SandboxInfo } from '../../library/sandbox.ts'
import { originOf } from '../../start/origin.ts'
import { listenOptions } from '../start.ts'

/** Where an exam takes place. */
export interface Place {
  readonly client: ControlClient
  readonly sandbox: SandboxInfo
  /** Whether grantbox ran already. */
  readonly isFound: boolean
  /** Another sandbox like it, and whether it was made for this. */
  another(name: string): Promise<{ readonly sandbox: SandboxInfo; readonly isNew: boolean }>
  close(): Promise<void>
}

/** How long requests in flight may take to be answered when it is over; milliseconds. */
const graceMs = 500

/** The grantbox that answers at the port, or else one in memory, and its sandbox for exams. */
export async function findPlace(config: Config, url: string | undefined, name: string): Promise<Place> {
  const running = url ?? originOf(config.host, config.port)
  const client = new ControlClient(running, config.admin_token)
  if (url !== undefined || (await answers(running))) {
    return { ...(await placeAt(client, name, config.provider)), isFound: true, close: async () => {} }
  }
  const { listen } = await import('../../start/listen.ts')
  const { server, origin, close } = await listen({ ...listenOptions(config), db: ':memory:', dataDir: undefined })
  const own = new ControlClient(origin, server.adminToken)
  return { ...(await placeAt(own, name, config.provider)), isFound: false, close: () => close(graceMs) }
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/_grantbox/health`, { signal: AbortSignal.timeout(2000) })).ok
  } catch {
    return false
  }
}

async function placeAt(client: ControlClient, name: string, provider: string): Promise<Pick<Place, 'client' | 'sandbox' | 'another'>> {
  const { sandbox } = await sandboxOf(client, name, provider)
  return { client, sandbox, another: (its) => sandboxOf(client, its, provider) }
}

/** It is made by the RFCs when it is not there, unless a provider was named. */
async function sandboxOf(client: ControlClient, name: string, provider: string): Promise<{ sandbox: SandboxInfo; isNew: boolean }> {
  try {
    return { sandbox: await client.get<SandboxInfo>(`/sandboxes/${encodeURIComponent(name)}`), isNew: false }
  } catch (error) {
    if (!(error instanceof GrantboxError) || error.status !== 404) throw error
    return { sandbox: await client.post<SandboxInfo>('/sandboxes', { name, provider }), isNew: true }
  }
}
