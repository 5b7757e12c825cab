import { isHostOf } from '../providers/hosts.ts'

/** So many answers are remembered; who asks by more names is no client that goes on asking. */
const limit = 1000

/** Which vendor has a host name. Every request asks, nearly always by the same few names, so what was found is remembered. */
export class VendorHosts {
  /** By pattern, of which a label `*` stands for any. */
  readonly #vendors = new Map<string, string>()
  readonly #found = new Map<string, string | undefined>()

  /** From now on these have hosts, and no others. Of two that have the same one it is the later one's. */
  set(vendors: Iterable<{ id: string; hosts?: readonly string[] }>): void {
    this.#vendors.clear()
    this.#found.clear()
    for (const { id, hosts = [] } of vendors) for (const host of hosts) this.#vendors.set(host.toLowerCase(), id)
  }

  names(): Iterable<string> {
    return this.#vendors.keys()
  }

  /** The vendor of a host name without a port, in lower case: whoever has that very name, before patterns. */
  of(host: string): string | undefined {
    const known = this.#found.get(host)
    if (known !== undefined || this.#found.has(host)) return known
    const found = this.#vendors.get(host) ?? [...this.#vendors].find(([pattern]) => isHostOf(host, pattern))?.[1]
    if (this.#found.size >= limit) this.#found.clear()
    this.#found.set(host, found)
    return found
  }
}
