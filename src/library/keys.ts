import type { ControlClient } from './control-client.ts'

/** A signing key. */
export interface Key {
  kid: string
  alg: string
  /** `retired` is in the key set and signs nothing; `pending` signs and is not in the key set. */
  state: 'active' | 'retired' | 'pending'
  created_at: string
}

/** A private key of your own, as JWK or as PEM. */
export interface NewKey {
  jwk?: Record<string, unknown>
  pem?: string
  /** The JWK's, or the thumbprint of the key (RFC 7638) when absent. */
  kid?: string
  /** What it signs with; what its kind usually does when absent. */
  alg?: string
  /** Its certificates as base64 of DER, the first its own. */
  x5c?: string[]
}

/** A sandbox's signing keys. */
export interface Keys {
  list(): Promise<Key[]>
  /** Signs with a private key of your own from now on; what signed before stays in the key set. */
  add(key: NewKey): Promise<Key>
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
    add: (key) => client.post(`${path}/keys`, key),
    rotate: (mode = 'rotate') => items(client.post(`${path}/keys/rotate`, { mode })),
    publish: () => items(client.post(`${path}/keys/publish`)),
  }
}
