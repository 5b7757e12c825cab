import { createServer } from 'node:net'
import { version } from '../../basics/package.ts'
import type { Config } from '../../config/config.ts'
import { type ControlClient, reasonOf } from '../../library/control-client.ts'
import { madeSandboxes, type SandboxInfo } from '../../library/sandbox.ts'
import type { Finding } from './finding.ts'

/** What a running grantbox tells of itself, as far as it is looked at here. */
export interface Running {
  sandboxes: readonly SandboxInfo[]
  /** By which unchanged clients reach these, their vendors' names among them. */
  hosts: readonly string[]
  /** Its authority's certificate, as PEM. */
  authority: string
}

/** Long enough for a busy machine. */
const patience = 5_000

/** Who answers at the address, and what it tells. */
export async function whoAnswers(client: ControlClient, { host, port }: Config): Promise<[Running | undefined, Finding]> {
  const topic = 'running'
  let body: { status?: unknown; version?: unknown }
  try {
    const answer = await fetch(`${client.url}/_grantbox/health`, { signal: AbortSignal.timeout(patience) })
    body = (await answer.json()) as typeof body
    if (typeof body.version !== 'string') throw new Error('it is no grantbox')
  } catch (error) {
    if (await isFree(host, port)) {
      const said = `no grantbox answers at ${client.url}, and the port is free`
      return [undefined, { topic, state: 'note', said, mend: 'Start one: grantbox, or npm start in its own folder.' }]
    }
    const said = `something else answers at ${client.url}: ${reasonOf(error)}`
    const mend = 'Start grantbox at another port: grantbox --port 9401, and give other commands the same flag, or GRANTBOX_URL.'
    return [undefined, { topic, state: 'wrong', said, mend }]
  }
  try {
    const [sandboxes, providers, authority] = await Promise.all([
      madeSandboxes(client),
      client.get<{ items: { name: string; hosts: string[] }[] }>('/providers'),
      client.authority(),
    ])
    const ofVendors = providers.items.filter(({ name }) => sandboxes.some(({ provider }) => provider === name))
    const hosts = [...sandboxes, ...ofVendors].flatMap((one) => one.hosts)
    const many = `${sandboxes.length} sandbox${sandboxes.length === 1 ? '' : 'es'}`
    const said = `grantbox ${body.version} answers at ${client.url}, with ${many}`
    const differs =
      body.version === version() ? {} : { state: 'note' as const, mend: `This command is ${version()}: bring both to one version.` }
    return [
      { sandboxes, hosts, authority },
      { topic, state: body.status === 'ok' ? 'ok' : 'wrong', said, ...differs },
    ]
  } catch (error) {
    const mend = 'Where it has an admin token, set GRANTBOX_ADMIN_TOKEN to it.'
    return [undefined, { topic, state: 'wrong', said: `${client.url} tells nothing of its sandboxes: ${reasonOf(error)}`, mend }]
  }
}

/** Whether the sandboxes that have a port to themselves are there. */
export function ownPorts({ sandboxes }: Running, { host }: Config): Promise<Finding[]> {
  const own = sandboxes.flatMap(({ name, port }) => (typeof port === 'number' ? [{ name, port }] : []))
  return Promise.all(
    own.map(async ({ name, port }): Promise<Finding> => {
      const topic = `port ${port}`
      const free = await isFree(host, port)
      return free
        ? {
            topic,
            state: 'wrong',
            said: `sandbox ${name} is to be here, and nothing listens`,
            mend: 'Restart grantbox; its log says what kept it.',
          }
        : { topic, state: 'ok', said: `sandbox ${name} is here` }
    }),
  )
}

/** Whether one could listen there. */
function isFree(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const trial = createServer()
    trial.once('error', () => resolve(false))
    trial.listen(port, host, () => trial.close(() => resolve(true)))
  })
}
