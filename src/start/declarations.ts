import type { AddedDeclarations } from '../control/deps.ts'
import type { ProtocolApps } from '../http/protocol-app.ts'
import type { Declared } from '../sandbox/declared.ts'
import { joinDeclared, withoutProvider } from '../sandbox/join.ts'
import { type OwnPorts, PortError } from '../sandbox/own-ports.ts'
import type { Sandboxes } from '../sandbox/sandboxes.ts'
import { portProblem } from './ports.ts'

interface Parts {
  sandboxes: Sandboxes
  ports: Pick<OwnPorts, 'change'>
  protocol: Pick<ProtocolApps, 'prepare' | 'keep'>
  /** Resolved when what was changed is stored. */
  settled: () => Promise<void> | undefined
}

const nothing: Declared = { providers: [], sandboxes: [] }

/** What the configuration wants to be there, and what was imported since. Each change takes effect as a whole or not at all. */
export class Declarations implements AddedDeclarations {
  readonly #parts: Parts
  #configured: Declared = nothing
  #imported: Declared = nothing
  #last: Promise<void> = Promise.resolve()

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /** At the start, when nothing is served yet. @throws DeclarationError */
  async begin(declared: Declared): Promise<void> {
    await this.#prepare(declared)
    this.#parts.sandboxes.declare(declared)
    this.#configured = declared
  }

  /** Takes another configuration; what was imported stays. @throws DeclarationError */
  configure(declared: Declared): Promise<void> {
    return this.#inTurn(async () => {
      await this.#take(joinDeclared(declared, this.#imported))
      this.#configured = declared
    })
  }

  /** Adds to what is there until grantbox ends. @throws DeclarationError */
  add(more: Declared): Promise<void> {
    return this.#inTurn(async () => {
      const imported = joinDeclared(this.#imported, more)
      await this.#take(joinDeclared(this.#configured, imported))
      this.#imported = imported
    })
  }

  isAdded(provider: string): boolean {
    return this.#imported.providers.some(({ id }) => id === provider)
  }

  isConfigured(provider: string): boolean {
    return this.#configured.providers.some(({ id }) => id === provider)
  }

  /**
   * Takes a provider away that was added, and the sandboxes that speak as it with all that they have; one that is configured is then as
   * it was configured.
   * @throws DeclarationError
   */
  remove(provider: string): Promise<void> {
    return this.#inTurn(async () => {
      const imported = withoutProvider(this.#imported, provider)
      const next = joinDeclared(this.#configured, imported)
      await this.#take(next, this.isConfigured(provider) ? undefined : provider)
      this.#imported = imported
    })
  }

  /** One after the other: each goes out from what the one before left. */
  #inTurn(work: () => Promise<void>): Promise<void> {
    const mine = this.#last.then(work)
    this.#last = mine.catch(() => {})
    return mine
  }

  async #take(next: Declared, gone?: string): Promise<void> {
    const { sandboxes, ports, protocol, settled } = this.#parts
    const before = sandboxes.declared
    try {
      await this.#prepare(next)
      await ports.change(
        next.sandboxes.map(({ port }) => port),
        () => {
          sandboxes.declare(next, gone)
          return settled()
        },
      )
    } catch (error) {
      sandboxes.goBackTo(before)
      throw error instanceof PortError ? portProblem(error, next) : error
    } finally {
      await protocol.keep(sandboxes.providers.values())
    }
  }

  /** Finds out whether what is declared can be had, and loads what it needs. */
  async #prepare({ providers, sandboxes: wanted }: Declared): Promise<void> {
    await this.#parts.protocol.prepare(providers)
    for (const { provider } of wanted) await this.#parts.sandboxes.provider(provider)
  }
}
