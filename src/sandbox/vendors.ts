import type { MaybePromise } from '../basics/maybe-promise.ts'
import type { Provider } from '../providers/provider.ts'
import type { Vendor } from '../providers/registry.ts'

/** The vendors whose providers are loaded when somebody first needs them. */
export class Vendors {
  readonly #known: ReadonlyMap<string, Vendor>
  readonly #loaded = new Map<string, Provider>()

  constructor(vendors: readonly Vendor[]) {
    this.#known = new Map(vendors.map((one) => [one.id, one]))
  }

  /** The providers that somebody needed, by name. */
  get loaded(): ReadonlyMap<string, Provider> {
    return this.#loaded
  }

  has(name: string): boolean {
    return this.#known.has(name)
  }

  list(): Vendor[] {
    return [...this.#known.values()]
  }

  /** The provider of a vendor's name: the same for all, whoever comes at the same time. */
  load(name: string): MaybePromise<Provider | undefined> {
    const vendor = this.#known.get(name)
    return this.#loaded.get(name) ?? vendor?.load().then((provider) => this.#loaded.get(name) ?? this.#keep(provider))
  }

  #keep(provider: Provider): Provider {
    this.#loaded.set(provider.id, provider)
    return provider
  }
}
