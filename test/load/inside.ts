import { Server } from 'node:http'
import { queryObjects } from 'node:v8'
import { Journal } from '../../src/sandbox/journal.ts'

/** What a process that runs for long holds, after a collection. */
export interface Inside {
  /** Bytes. */
  rss: number
  heap: number
  /** How many there are: each sandbox that is kept in memory has one. */
  journals: number
  /** What keeps the process alive, by kind, as `Timeout`. */
  resources: Record<string, number>
}

/** Loaded into grantbox: tells at this path what stands above. */
export const insidePath = '/_inside'

function inside(): Inside {
  // Counting collects all that nobody holds.
  const journals = queryObjects(Journal, { format: 'count' })
  const resources: Record<string, number> = {}
  for (const kind of process.getActiveResourcesInfo()) resources[kind] = (resources[kind] ?? 0) + 1
  const { rss, heapUsed } = process.memoryUsage()
  return { rss, heap: heapUsed, journals, resources }
}

const emit = Server.prototype.emit
Server.prototype.emit = function (event: string, ...rest: unknown[]) {
  const [request, response] = rest as [{ url?: string }?, { end(body: string): void }?]
  if (event !== 'request' || request?.url !== insidePath) return Reflect.apply(emit, this, [event, ...rest])
  response?.end(JSON.stringify(inside()))
  return true
}
