import type { KeyAlg } from './jws.ts'

/** Signing keys as they are stored, and what of them a ring of keys sees. */

/** The algorithm of the key that a vendor publishes for whoever encrypts to it (RFC 7518 §4.3). */
export const encryptionAlg = 'RSA-OAEP'

/** What the key is kept as that signs ID tokens and nothing else, by RS256. */
export const idTokenSlot = 'RS256 of ID tokens'

/** What the key is kept as that is published to sign when the present one is over. */
export const nextSlot = 'RS256 to come'

/** What a key is kept for: an algorithm, or a purpose of its own. */
export type KeySlot = KeyAlg | typeof encryptionAlg | typeof idTokenSlot | typeof nextSlot

/** A signing key as it is stored. */
export interface StoredKey {
  kid: string
  alg: KeySlot
  /** The private key. */
  jwk: Record<string, unknown>
  /** `retired` is published and signs nothing; `pending` signs and is not published yet. */
  state: 'active' | 'retired' | 'pending'
  created_at: number
  /** Whether the developer put it in. */
  given?: boolean
}

/** The part of the store that keeps a sandbox's keys. */
export interface KeyStore {
  listKeys(): StoredKey[]
  /** Keeps a key; of two made at once for the same purpose one wins, and is given back. */
  saveKey(key: StoredKey): StoredKey
  setKeyState(kid: string, state: StoredKey['state']): void
  deleteKey(kid: string): void
}

/** How a part's keys are kept: the slot, and behind it the part. */
const separator = '@'

/** A key as the part that it is of sees it. */
export function bareKey(key: StoredKey): StoredKey {
  return { ...key, alg: key.alg.split(separator)[0] as KeySlot }
}

/** The part that a key is of; undefined for one of the sandbox itself. */
export function partOfKey({ alg }: StoredKey): string | undefined {
  const at = alg.indexOf(separator)
  return at < 0 ? undefined : alg.slice(at + 1)
}

function view(store: KeyStore, seen: Pick<KeyStore, 'listKeys' | 'saveKey'>): KeyStore {
  return { ...seen, setKeyState: (kid, state) => store.setKeyState(kid, state), deleteKey: (kid) => store.deleteKey(kid) }
}

/** The keys of a sandbox without those of its parts. */
export function wholeOf(store: KeyStore): KeyStore {
  return view(store, {
    listKeys: () => store.listKeys().filter((key) => partOfKey(key) === undefined),
    saveKey: (key) => store.saveKey(key),
  })
}

/** The keys of one part of a sandbox alone, as if there were no others. */
export function partOf(store: KeyStore, part: string): KeyStore {
  return view(store, {
    listKeys: () => store.listKeys().flatMap((key) => (partOfKey(key) === part ? [bareKey(key)] : [])),
    saveKey: (key) => bareKey(store.saveKey({ ...key, alg: `${key.alg}${separator}${part}` as KeySlot })),
  })
}

/** The parts that have keys. */
export function partsIn(store: KeyStore): string[] {
  return [...new Set(store.listKeys().flatMap((key) => partOfKey(key) ?? []))]
}
