import { subjectFor } from '../../oauth/realm/subject.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import type { SandboxSettings } from '../../sandbox/settings.ts'
import type { Armed, Deed } from '../scenario.ts'
import type { Cast } from './cast.ts'
import type { Stranger } from './stranger.ts'

/**
 * What an exam does to its sandbox: laid over it in memory, never stored, and taken away again. What its owner had armed waits meanwhile.
 */
export class Overlay {
  readonly #find: () => Sandbox
  readonly #cast: Cast
  readonly #stranger: Stranger
  readonly #patience_ms: number
  readonly #faults: Sandbox['faults']['state']
  readonly #clock: Sandbox['clock']['state']
  #settings: Readonly<Partial<SandboxSettings>> = {}

  /** @param find the sandbox as it is now; whoever changes it makes another of it */
  constructor(find: () => Sandbox, cast: Cast, stranger: Stranger, patience_ms: number) {
    this.#find = find
    this.#cast = cast
    this.#stranger = stranger
    this.#patience_ms = patience_ms
    const { faults, clock } = find()
    this.#faults = faults.state
    this.#clock = clock.state
    faults.clear()
  }

  /** Does what a scenario wants between its driver's tasks. */
  async do(deed: Deed): Promise<void> {
    const sandbox = this.#find()
    const { faults, clock, grants, store, keys } = sandbox
    const { client } = this.#cast
    if ('arm' in deed) for (const fault of deed.arm) faults.add(this.#whole(fault))
    else if ('disarm' in deed) faults.clear()
    else if ('set' in deed) this.#set(deed.set)
    else if ('advance' in deed) clock.load(clock.advanced(deed.advance))
    else if ('expire' in deed) grants.expire(deed.expire, { client }, clock.now())
    else if ('revoke' in deed) {
      for (const { grant } of grants.list({ client_id: client.client_id, active: true, limit: 10_000 })) {
        store.revokeGrant(grant.id, 'the user removed the app', clock.now())
      }
    } else if ('mallory' in deed) this.#cast.lendAddress()
    else await keys.rotate(deed.rotate)
  }

  /** A fault for the exam's client alone, where the request says whose it is. */
  #whole(fault: Armed) {
    const isNamed = !['discovery', 'jwks'].includes(fault.endpoint)
    const { client } = this.#cast
    const held = fault.delay_ms === undefined ? {} : { delay_ms: Math.min(fault.delay_ms, this.#patience_ms) }
    const whole = { after: 0, times: 1, ...(isNamed && { client_id: client.client_id }), ...fault, ...held }
    return this.#filled(whole)
  }

  /** What is known only now: `{mallory}` is the canary's subject, `{stranger}` the address of the place where nobody is to go. */
  #filled<T>(value: T): T {
    const sandbox = this.#find()
    const { client, mallory } = this.#cast
    const json = JSON.stringify(value)
      .replaceAll('{mallory}', subjectFor(mallory, client, sandbox))
      .replaceAll('{stranger}', this.#stranger.urlBeside('http://localhost'))
    return JSON.parse(json) as T
  }

  #set(settings: Partial<SandboxSettings>): void {
    const now = this.#find().settings
    const before = Object.fromEntries(Object.keys(settings).map((name) => [name, Reflect.get(now, name)]))
    this.#settings = { ...before, ...this.#settings }
    Object.assign(now, settings)
  }

  /** Everything as between two scenarios. */
  clear(): void {
    const { faults, clock, settings, keys } = this.#find()
    this.#cast.takeBack()
    faults.clear()
    clock.load(this.#clock)
    Object.assign(settings, this.#settings)
    this.#settings = {}
    keys.publishPending()
  }

  /** Everything as it was before the exam. */
  end(): void {
    this.clear()
    this.#find().faults.load(this.#faults)
  }
}
