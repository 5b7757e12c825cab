import type { ControlClient } from './control-client.ts'

/** A signing key. */
export interface Key {
  kid: string
  alg: string
  /** `retired` is in the key set and signs nothing; `pending` signs and is not in the key set. */
  state: 'active' | 'retired' | 'pending'
  created_at: string
}

/** A sandbox's signing keys. */
export interface Keys {
  list(): Promise<Key[]>
  /**
   * Signs with new keys from now on. `rotate` keeps the old ones in the key set, `retire` takes them out, `publish_late` signs
   * with keys that the set does not show until {@link Keys.publish}.
   */
  rotate(mode?: 'rotate' | 'retire' | 'publish_late'): Promise<Key[]>
  publish(): Promise<Key[]>
}

export function keys(client: ControlClient, path: string): Keys {
  const items = async (answer: Promise<{ items: Key[] }>) => (await answer).items
  return {
    list: () => items(client.get(`${path}/keys`)),
    rotate: (mode = 'rotate') => items(client.post(`${path}/keys/rotate`, { mode })),
    publish: () => items(client.post(`${path}/keys/publish`)),
  }
}
