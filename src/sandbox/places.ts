import { TakenError } from '../oauth/model/directory.ts'
import type { Vendor } from '../providers/registry.ts'
import type { SandboxRecord } from './table.ts'
import { VendorHosts } from './vendor-hosts.ts'

/** Which sandboxes have which hosts and ports, by the sandboxes' names. */
export class Places {
  readonly #hosts = new Map<string, string>()
  readonly #vendorHosts = new VendorHosts()
  readonly #ports = new Map<number, string>()

  /** From now on a sandbox is reached so. */
  take({ name, hosts, port }: SandboxRecord): void {
    for (const host of hosts) this.#hosts.set(host, name)
    if (port !== null && port !== 0) this.#ports.set(port, name)
  }

  /** From now on it is not reached so any more; what somebody else has by now is left to him. */
  leave({ name, hosts, port }: SandboxRecord): void {
    for (const host of hosts) if (this.#hosts.get(host) === name) this.#hosts.delete(host)
    if (port !== null && this.#ports.get(port) === name) this.#ports.delete(port)
  }

  /** From now on these vendors have their hosts, and no others. */
  setVendors(vendors: Iterable<Pick<Vendor, 'id' | 'hosts'>>): void {
    this.#vendorHosts.set(vendors)
  }

  /** Who lists a host name by itself. */
  listing(host: string): string | undefined {
    return this.#hosts.get(host)
  }

  /** The vendor that has a host name. */
  vendorOf(host: string): string | undefined {
    return this.#vendorHosts.of(host)
  }

  /** Who has a port to itself. */
  atPort(port: number): string | undefined {
    return this.#ports.get(port)
  }

  /** Every host that is some sandbox's or some vendor's; a label `*` stands for any. */
  hostNames(): string[] {
    return [...new Set([...this.#hosts.keys(), ...this.#vendorHosts.names()])]
  }

  /**
   * Host names in lower case, each once.
   * @throws TakenError when one is another sandbox's
   */
  freeHosts(hosts: readonly string[], owner?: string): string[] {
    const free = hostNames(hosts)
    const taken = free.find((host) => (this.#hosts.get(host) ?? owner) !== owner)
    if (taken !== undefined) throw new TakenError('hosts', taken)
    return free
  }

  /** @throws TakenError when a port is another sandbox's */
  checkPort(port: number | null | undefined, owner?: string): void {
    if (port !== undefined && port !== null && (this.#ports.get(port) ?? owner) !== owner) throw new TakenError('port', String(port))
  }
}

/** In lower case, each once. */
export function hostNames(hosts: readonly string[]): string[] {
  return [...new Set(hosts.map((host) => host.toLowerCase()))]
}
