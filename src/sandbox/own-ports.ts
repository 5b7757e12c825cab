import type { Sandboxes } from './sandboxes.ts'

/** A port that is listened on. */
export interface Binding {
  readonly port: number
  /** Accepts no more; what is under way there gets its answer. */
  close(): void
}

/** A port cannot be listened on. */
export class PortError extends Error {
  override readonly name = 'PortError'
  readonly port: number

  constructor(port: number, reason: string, cause: unknown) {
    super(`port ${port} ${reason}`, { cause })
    this.port = port
  }
}

interface OwnPortsOptions {
  sandboxes: Pick<Sandboxes, 'ports' | 'foundPort'>
  /** Told of a port that a sandbox has and that cannot be listened on. */
  onError: (error: unknown) => void
}

/**
 * The listeners of sandboxes that have a port to themselves: one for each, as long as its sandbox has it. As long as nobody listens at
 * all, there are none.
 */
export class OwnPorts {
  readonly #options: OwnPortsOptions
  readonly #bound = new Map<number, Binding>()
  #bind: ((port: number) => Promise<Binding>) | undefined
  #last: Promise<unknown> = Promise.resolve()

  constructor(options: OwnPortsOptions) {
    this.#options = options
  }

  /**
   * Listens on all that sandboxes have, from now on.
   * @param bind listens on a port, a free one for 0; rejects with a PortError
   * @throws PortError when one cannot be had
   */
  begin(bind: (port: number) => Promise<Binding>): Promise<void> {
    this.#bind = bind
    return this.#inTurn(() => this.#follow((error) => Promise.reject(error)))
  }

  /**
   * Does what may change the ports of sandboxes.
   * @param ports what is given to some; each is listened on before
   * @throws PortError when one cannot be had: then nothing was done
   */
  change<T>(ports: readonly (number | null | undefined)[], work: () => T | Promise<T>): Promise<T> {
    return this.#inTurn(async () => {
      try {
        for (const port of ports) await this.#open(port ?? 0)
        return await work()
      } finally {
        await this.#follow(this.#options.onError)
      }
    })
  }

  /** Opens a port that is not open; a free one is opened when a sandbox wants one. */
  async #open(port: number): Promise<void> {
    if (port === 0 || this.#bound.has(port) || this.#bind === undefined) return
    this.#bound.set(port, await this.#bind(port))
  }

  /** What is open is from now on what sandboxes have. */
  async #follow(failed: (error: unknown) => unknown): Promise<void> {
    const bind = this.#bind
    if (bind === undefined) return
    const wanted = this.#options.sandboxes.ports()
    const ports = new Set(wanted.values())
    for (const [port, binding] of this.#bound) {
      if (ports.has(port)) continue
      this.#bound.delete(port)
      binding.close()
    }
    for (const [name, port] of wanted) {
      try {
        if (port !== 0) await this.#open(port)
        else {
          const found = await bind(0)
          this.#bound.set(found.port, found)
          this.#options.sandboxes.foundPort(name, found.port)
        }
      } catch (error) {
        await failed(error)
      }
    }
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work)
    this.#last = turn.catch(() => {})
    return turn
  }
}
