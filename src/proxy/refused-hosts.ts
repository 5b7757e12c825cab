import { authority, type Target } from './target.ts'

/** A host that clients asked for and were refused. */
export interface RefusedHost extends Target {
  count: number
  /** When it was asked for last, milliseconds by the machine's clock. */
  last: number
}

/** Which hosts were refused: as many as somebody reads, those that were asked for last. */
export class RefusedHosts {
  static readonly kept = 200
  readonly #hosts = new Map<string, RefusedHost>()

  add(target: Target, now: number): void {
    const name = authority(target)
    const count = (this.#hosts.get(name)?.count ?? 0) + 1
    // Set anew, so that the map's first entry is the one that was asked for longest ago.
    this.#hosts.delete(name)
    this.#hosts.set(name, { ...target, count, last: now })
    for (const [oldest] of this.#hosts) if (this.#hosts.size > RefusedHosts.kept) this.#hosts.delete(oldest)
  }

  /** Those that were asked for last come first. */
  list(): RefusedHost[] {
    return [...this.#hosts.values()].reverse()
  }
}
