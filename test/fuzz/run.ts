import fc from 'fast-check'
import { allProviders } from '../../src/providers/registry.ts'
import type { ChildServer } from '../support/child-server.ts'
import { bytes, type FuzzRequest, requestTo, type World } from './requests.ts'
import { controlTargets, dashboardTargets, providerTargets, type Target } from './surface.ts'
import { verdict } from './verdict.ts'
import { sendBytes } from './wire.ts'
import { explorePreloaded, wellKnown } from './world.ts'

/** How long an answer may take before it counts as none, milliseconds: far more than any should. */
const patience = 10_000
/** Requests that are under way at once; fewer are tried when one of them fails, until a single one is left. */
const together = 10

/** What a run came to. */
export interface FuzzReport {
  requests: number
  targets: number
  statuses: Record<string, number>
  /** The longest time that an answer took, milliseconds. */
  slowest: number
}

/**
 * Sends requests of every kind to everything that answers, a share for each seed.
 * @throws Error that has the seed, the smallest batch that fails and what the server wrote
 */
export async function fuzz(server: ChildServer, requests: number, seeds: readonly number[]): Promise<FuzzReport> {
  const { targets, world } = await explore(server.url)
  const report: FuzzReport = { requests: 0, targets: targets.length, statuses: {}, slowest: 0 }
  const request = fc.oneof(...targets.map((target) => ({ weight: target.weight, arbitrary: requestTo(target, world) })))
  const batch = fc.array(request, { minLength: together, maxLength: together })
  const property = fc.asyncProperty(batch, async (sent: FuzzRequest[]) => {
    await Promise.all(sent.map((one) => tryOne(server, one, report)))
  })
  const numRuns = Math.ceil(requests / seeds.length / together)
  for (const seed of seeds) await fc.assert(property, { seed, numRuns, interruptAfterTimeLimit: 3_600_000 })
  return report
}

export async function tryOne(server: ChildServer, request: FuzzRequest, report: FuzzReport): Promise<void> {
  const { speaker, method, path } = request
  const where = `${speaker} ${method} ${path.slice(0, 300)}`
  const inside = () => (server.alive() ? server.stderr().slice(-3000) : `THE SERVER DIED: ${server.stderr().slice(-3000)}`)
  const answer = await sendBytes(server.port, bytes(request, `localhost:${server.port}`), patience).catch((error: Error) => {
    throw new Error(`${where}: ${error.message}\n${inside()}`)
  })
  report.requests++
  report.statuses[answer.status] = (report.statuses[answer.status] ?? 0) + 1
  report.slowest = Math.max(report.slowest, answer.milliseconds)
  const problem = verdict(request, answer)
  if (problem !== undefined) throw new Error(`${where}: ${problem}\n${answer.status} ${answer.body.slice(0, 1000)}\n${inside()}`)
}

/** Finds everything that there is to ask, and makes things that requests can name. */
export async function explore(url: string): Promise<{ targets: Target[]; world: World }> {
  const { targets: control, schemas } = await controlTargets(url)
  const sandboxes = ['fuzzed-iokids', 'fuzzed-standard', 'fuzzed-default']
  for (const name of sandboxes) {
    const provider = name === 'fuzzed-iokids' ? 'iokids' : 'standard'
    await fetch(`${url}/_grantbox/sandboxes`, { method: 'POST', ...json({ name, provider }) })
  }
  const values = new Set(wellKnown)
  const tokens = new Set<string>()
  const forms = new Map<string, string[]>()
  for (const provider of await allProviders()) {
    values.add(provider.id)
    forms.set(provider.id, await explorePreloaded(url, provider, values, tokens))
  }
  const dashboard = await dashboardTargets(url)
  for (const [path, filled] of dashboard.forms) if (filled.length > 0) forms.set(path, filled)
  const onProviders = (await providerTargets()).flatMap((target) => {
    const prefixes = target.speaker === 'iokids' ? ['/iokids', '', '/fuzzed-iokids'] : [`/${target.speaker}`]
    return prefixes.map((prefix) => ({ ...target, path: prefix + target.path }))
  })
  return {
    targets: [...onProviders, ...control.filter(ends), ...dashboard.targets],
    world: { schemas, values: [...values], tokens: [...tokens], forms, sandboxes },
  }
}

/** A stream of events ends when its reader does. */
function ends({ path }: Target): boolean {
  return !path.endsWith('/stream')
}

function json(body: unknown): RequestInit {
  return { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
}
