import type { StoredKey } from '../../oauth/jose/stored-keys.ts'
import { subjectFor } from '../../oauth/realm/subject.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import type { SandboxSettings } from '../../sandbox/settings.ts'
import type { Armed, Deed } from '../scenario.ts'
import type { Cast } from './cast.ts'
import type { ExamWorld } from './options.ts'
import type { Stranger } from './stranger.ts'

/**
 * What an exam does to its sandbox: laid over it in memory, never stored, and taken away again. What its owner had armed waits meanwhile.
 */
export class Overlay {
  readonly #world: ExamWorld
  readonly #cast: Cast
  readonly #stranger: Stranger
  readonly #patience_ms: number
  readonly #faults: Sandbox['faults']['state']
  readonly #clock: Sandbox['clock']['state']
  #keys: ReadonlyMap<string, StoredKey['state']> = new Map()
  #hasRotated = false
  #settings: Readonly<Partial<SandboxSettings>> = {}

  constructor(world: ExamWorld, cast: Cast, stranger: Stranger, patience_ms: number) {
    this.#world = world
    this.#cast = cast
    this.#stranger = stranger
    this.#patience_ms = patience_ms
    const { faults, clock } = world.find()
    this.#faults = faults.state
    this.#clock = clock.state
    faults.clear()
  }

  /** Does what a scenario wants between its driver's tasks. */
  async do(deed: Deed): Promise<void> {
    const sandbox = this.#world.find()
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
    else if (deed.rotate === 'back') {
      for (const { kid } of store.listKeys()) if (!this.#keys.has(kid)) store.setKeyState(kid, 'retired')
      for (const [kid, state] of this.#keys) store.setKeyState(kid, state)
      keys.forget()
    } else {
      this.#keys = new Map(store.listKeys().map(({ kid, state }) => [kid, state]))
      this.#hasRotated = true
      await keys.rotate(deed.rotate)
    }
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
    const sandbox = this.#world.find()
    const { client, mallory } = this.#cast
    const json = JSON.stringify(value)
      .replaceAll('{mallory}', subjectFor(mallory, client, sandbox))
      .replaceAll('{stranger}', this.#stranger.urlBeside('http://localhost'))
    return JSON.parse(json) as T
  }

  #set(settings: Partial<SandboxSettings>): void {
    this.#settings = { ...this.#settings, ...settings }
    this.#world.layOver(this.#settings)
  }

  /** Everything as between two scenarios. */
  clear(): void {
    const { faults, clock } = this.#world.find()
    this.#cast.takeBack()
    faults.clear()
    clock.load(this.#clock)
    if (Object.keys(this.#settings).length > 0) this.#world.layOver({})
    this.#settings = {}
    if (this.#hasRotated) this.#takeKeysBack()
  }

  /** Everything as it was before the exam. */
  end(): void {
    this.clear()
    this.#world.find().faults.load(this.#faults)
  }

  /** Keys that came by a rotation go, and those of before are what they were. */
  #takeKeysBack(): void {
    const { store, keys } = this.#world.find()
    this.#hasRotated = false
    for (const { kid } of store.listKeys()) {
      const before = this.#keys.get(kid)
      if (before === undefined) store.deleteKey(kid)
      else store.setKeyState(kid, before)
    }
    keys.forget()
  }
}
