import type { Sandbox } from '../../sandbox/sandbox.ts'
import type { SandboxSize } from '../../sandbox/table.ts'
import type { DashboardDeps } from '../deps.ts'

const nothing: SandboxSize = { users: 0, clients: 0, grants: 0, spaces: 0 }

/** How much is in a sandbox, in words: `6 users`, `1 client`. */
export function contentWords({ users, clients, grants }: SandboxSize = nothing, requests: number): string[] {
  return [countOf(users, 'user'), countOf(clients, 'client'), countOf(grants, 'grant'), countOf(requests, 'request')]
}

/** The same of one sandbox, with how much memory its requests take. */
export function contentsOf({ id, journal }: Sandbox, { sandboxes }: DashboardDeps): string[] {
  const { entries, bytes } = journal.size
  const [requests = '', ...others] = contentWords(sandboxes.sizes([id]).get(id), entries).reverse()
  return [...others.reverse(), entries === 0 ? requests : `${requests} (about ${inBytes(bytes)})`]
}

/** `1 user`, `2,000 users`. */
export function countOf(count: number, word: string): string {
  return `${count.toLocaleString('en-US')} ${word}${count === 1 ? '' : word.endsWith('x') ? 'es' : 's'}`
}

function inBytes(bytes: number): string {
  return bytes < 1024 * 1024 ? `${Math.ceil(bytes / 1024)} KiB` : `${(bytes / 1024 / 1024).toFixed(1)} MiB`
}
