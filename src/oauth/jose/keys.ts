import { createPrivateKey, createSecretKey, generateKeyPair, type JsonWebKey, type KeyObject } from 'node:crypto'
import { promisify } from 'node:util'
import type { Clock } from '../../basics/clock.ts'
import type { MaybePromise } from '../../basics/maybe-promise.ts'
import { randomText } from '../../basics/random.ts'
import { selfSignedCertificate } from '../../basics/x509.ts'
import type { OwnKey } from './given-key.ts'
import { isSecretAlg, type KeyAlg, keyKindOf, type SecretAlg, type SigningAlg, type SigningKey } from './jws.ts'
import {
  bareKey,
  encryptionAlg,
  idTokenSlot,
  type KeySlot,
  type KeyStore,
  nextSlot,
  partOf,
  partsIn,
  type StoredKey,
  wholeOf,
} from './stored-keys.ts'

/** A public key as the key set shows it (RFC 7517 §4). */
export type PublicJwk = Record<string, unknown> & { kid: string; alg: string; use: 'sig' | 'enc' }

/** A vendor's own way with keys. */
export interface KeyDialect {
  /** The header of a JWT, byte for byte. */
  readonly header?: (members: { alg: string; typ: string; kid: string }) => string
  /** What HS256 and its kin call their key. */
  readonly secret_kid?: (secret: string) => string
  /** How long its RSA keys are; 2048 when absent. */
  readonly rsa_bits?: number
  /** Whether the key set has a key to encrypt with, which signs nothing. */
  readonly encryption?: boolean
  /** Whether the key set has the next RS256 key as well, which signs nothing yet. */
  readonly next?: boolean
  /** Whether ID tokens have an RS256 key of their own. */
  readonly id_tokens?: boolean
  /** The subject of a certificate that each key gets when it is made, in its `x5c`. */
  readonly certificate?: string
  /** The key set, members and keys in the vendor's order. @param issuer for whoever asked, @param edition which of its versions */
  readonly published?: (keys: readonly PublicJwk[], issuer: string, edition: string | undefined) => readonly Record<string, unknown>[]
}

/** What a key ring is made of. */
export interface KeyRingOptions {
  store: KeyStore
  clock: Clock
  /** The asymmetric algorithms whose keys are published. */
  algs: readonly KeyAlg[]
  /** The algorithms that the sandbox signs with now, whose keys are published too. */
  used?: (() => readonly SigningAlg[]) | undefined
  /** Fixes the key ids, for vendors whose tokens name them. */
  kid?: ((alg: KeySlot, number: number, jwk: JsonWebKey) => string) | undefined
  dialect?: KeyDialect | undefined
  /** The key of HS256 and its kin. */
  secret: () => string
  /** Whether each key is published with a certificate, though it came with none. */
  certified?: (() => boolean) | undefined
}

/** What happens at a rotation: `rotate` signs with a new key and still publishes the old; `retire` withdraws the old; `publish_late` signs with a key that the set does not show yet. */
export type RotationMode = 'rotate' | 'retire' | 'publish_late'

type SigningSlot = Exclude<KeySlot, typeof encryptionAlg | typeof nextSlot>

/**
 * A sandbox's signing keys. Each is made when it is first needed, kept in the store and imported once; RSA keys, which take
 * long to make, are made in the thread pool.
 */
export class KeyRing {
  readonly #options: KeyRingOptions
  readonly #signing = new Map<SigningSlot, SigningKey>()
  readonly #making = new Map<SigningSlot, Promise<SigningKey>>()
  readonly #secret = new Map<SecretAlg, { secret: string; key: SigningKey }>()
  #published: PublicJwk[] | undefined
  /** The algorithms that have a key in it. */
  #publishedOf = ''
  #certified = false
  #rsa: Promise<KeyObject> | undefined
  readonly #everything: KeyStore
  readonly #parts = new Map<string, KeyRing>()

  constructor(options: KeyRingOptions) {
    this.#everything = options.store
    this.#options = { ...options, store: wholeOf(options.store) }
  }

  /** The keys that a part of the sandbox has of its own, as an authorization server. */
  of(part: string): KeyRing {
    const known = this.#parts.get(part)
    if (known !== undefined) return known
    const ring = new KeyRing({ ...this.#options, store: partOf(this.#everything, part) })
    this.#parts.set(part, ring)
    return ring
  }

  /** Whether a key of this algorithm is published. */
  has(alg: SigningAlg): boolean {
    return this.#options.algs.some((one) => one === alg)
  }

  /** The key that signs with this algorithm now. */
  signing(alg: SigningAlg): MaybePromise<SigningKey> {
    return isSecretAlg(alg) ? this.#secretKey(alg) : this.#kept(alg)
  }

  /** The same for ID tokens. */
  signingIdTokens(alg: SigningAlg): MaybePromise<SigningKey> {
    return alg === 'RS256' && this.#options.dialect?.id_tokens === true ? this.#kept(idTokenSlot) : this.signing(alg)
  }

  #kept(alg: SigningSlot): MaybePromise<SigningKey> {
    const known = this.#signing.get(alg)
    if (known !== undefined) return known
    let making = this.#making.get(alg)
    if (making === undefined) {
      making = this.#load(alg).finally(() => this.#making.delete(alg))
      this.#making.set(alg, making)
    }
    return making
  }

  /** The key set (RFC 7517 §5), with a key for every algorithm. */
  async publicKeys(): Promise<readonly PublicJwk[]> {
    const { algs, used = () => [], certified = () => false, store } = this.#options
    const wanted = [...algs, ...used()]
    const of = wanted.join(' ')
    if (this.#published !== undefined && this.#publishedOf === of && this.#certified === certified()) return this.#published
    await Promise.all(wanted.flatMap((alg) => [this.signingIdTokens(alg), this.signing(alg)]))
    if (this.#options.dialect?.encryption === true) await this.#keep(encryptionAlg)
    if (this.#options.dialect?.next === true) await this.#keep(nextSlot)
    const keys = store.listKeys().filter((key) => key.state !== 'pending')
    this.#certified = certified()
    this.#published = keys.map((key) => publicJwk(key, this.#certified))
    this.#publishedOf = of
    return this.#published
  }

  /** How the vendor words its key set. */
  get published(): KeyDialect['published'] {
    return this.#options.dialect?.published
  }

  /** The published key of this id, or undefined. */
  async find(kid: string | undefined): Promise<PublicJwk | undefined> {
    return (await this.publicKeys()).find((key) => key.kid === kid)
  }

  async rotate(mode: RotationMode): Promise<void> {
    const { store, algs } = this.#options
    this.#rsa = undefined
    const old = store.listKeys()
    for (const alg of new Set<KeySlot>([...algs, ...old.map((key) => key.alg)])) {
      const made = await this.#make(alg, old)
      for (const key of old.filter((one) => one.alg === alg)) {
        if (mode === 'retire') store.deleteKey(key.kid)
        else store.setKeyState(key.kid, 'retired')
      }
      store.saveKey({ ...made, state: mode === 'publish_late' ? 'pending' : 'active' })
    }
    for (const part of partsIn(this.#everything)) await this.of(part).rotate(mode)
    this.forget()
  }

  /** Signs with a key of the developer's own from now on. @returns whether its kid was free */
  give(key: OwnKey): boolean {
    const { store, clock } = this.#options
    const given = giveKey(store, key, clock.now())
    this.forget()
    return given
  }

  /** Publishes the keys that `publish_late` held back. */
  publishPending(): void {
    for (const key of this.#everything.listKeys()) {
      if (key.state === 'pending') this.#options.store.setKeyState(key.kid, 'active')
    }
    this.forget()
  }

  /** Reads the keys from the store again. */
  forget(): void {
    for (const ring of this.#parts.values()) ring.forget()
    this.#signing.clear()
    this.#published = undefined
    this.#secret.clear()
    this.#rsa = undefined
  }

  #secretKey(alg: SecretAlg): SigningKey {
    const secret = this.#options.secret()
    let known = this.#secret.get(alg)
    if (known?.secret !== secret) {
      const kid = this.#options.dialect?.secret_kid?.(secret) ?? ''
      known = { secret, key: this.#withHeader({ kid, alg, key: createSecretKey(Buffer.from(secret)) }) }
      this.#secret.set(alg, known)
    }
    return known.key
  }

  async #load(alg: SigningSlot): Promise<SigningKey> {
    const { store } = this.#options
    const keys = store.listKeys()
    const there = keys.find((key) => key.alg === alg && key.state !== 'retired')
    const stored = there ?? store.saveKey(await this.#make(alg, keys))
    if (there === undefined) this.#published = undefined
    const key = createPrivateKey({ key: stored.jwk as JsonWebKey, format: 'jwk' })
    const signing = this.#withHeader({ kid: stored.kid, alg: algOf(alg), key })
    this.#signing.set(alg, signing)
    return signing
  }

  #withHeader(key: SigningKey): SigningKey {
    const header = this.#options.dialect?.header
    return header === undefined ? key : { ...key, header: (typ) => header({ alg: key.alg, typ, kid: key.kid }) }
  }

  async #keep(slot: typeof encryptionAlg | typeof nextSlot): Promise<void> {
    const keys = this.#options.store.listKeys()
    if (keys.some(({ alg, state }) => alg === slot && state !== 'retired')) return
    this.#options.store.saveKey(await this.#make(slot, keys))
    this.#published = undefined
  }

  /** A new private key. The RSA algorithms share one, under ids of their own: it takes a tenth of a second to make. */
  #privateKey(alg: KeySlot): Promise<KeyObject> {
    const bits = this.#options.dialect?.rsa_bits
    if (alg === encryptionAlg || alg === idTokenSlot || alg === nextSlot) return makeKey('RS256', bits)
    if (keyKindOf(alg).kty !== 'RSA') return makeKey(alg)
    this.#rsa ??= makeKey(alg, bits)
    return this.#rsa
  }

  async #make(alg: KeySlot, others: readonly StoredKey[]): Promise<StoredKey> {
    const { clock, kid = () => `${algOf(alg).toLowerCase()}-${randomText(8)}` } = this.#options
    const privateKey = await this.#privateKey(alg)
    const name = this.#options.dialect?.certificate
    const x5c = name === undefined ? {} : { x5c: [selfSignedCertificate(privateKey, name).toString('base64')] }
    const jwk = { ...privateKey.export({ format: 'jwk' }), ...x5c }
    let number = 1
    while (others.some((key) => key.kid === kid(alg, number, jwk))) number++
    return { kid: kid(alg, number, jwk), alg, jwk: { ...jwk }, state: 'active', created_at: clock.now() }
  }
}

/** What a slot's key signs with, or is encrypted to. */
function algOf<Slot extends KeySlot>(slot: Slot): Exclude<Slot, typeof idTokenSlot | typeof nextSlot> | 'RS256' {
  return slot === idTokenSlot || slot === nextSlot ? 'RS256' : (slot as Exclude<Slot, typeof idTokenSlot | typeof nextSlot>)
}

/** A new private key of the kind that an algorithm takes. */
export async function makeKey(alg: KeyAlg, modulusLength = 2048): Promise<KeyObject> {
  const { kty, crv = '' } = keyKindOf(alg)
  const generate = promisify(generateKeyPair)
  if (kty === 'EC') return (await generate('ec', { namedCurve: crv })).privateKey
  if (kty === 'OKP') return (await generate('ed25519')).privateKey
  return (await generate('rsa', { modulusLength })).privateKey
}

/** The public half of a key that is kept, of whatever part and whether or not it is published. */
export function publicKeyOf(key: StoredKey): PublicJwk {
  return publicJwk(bareKey(key), false)
}

const privateMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi']

function publicJwk({ kid, alg, jwk }: StoredKey, certified: boolean): PublicJwk {
  const members = Object.fromEntries(Object.entries(jwk).filter(([name]) => !privateMembers.includes(name)))
  const x5c = certified && jwk.x5c === undefined ? { x5c: [certificateOf(jwk, kid)] } : {}
  return { ...members, ...x5c, kid, alg: algOf(alg), use: alg === encryptionAlg ? 'enc' : 'sig' }
}

/** A certificate that a key signed itself, as base64 of DER: valid whenever the sandbox's clock may stand. */
function certificateOf(jwk: StoredKey['jwk'], kid: string): string {
  const key = createPrivateKey({ key: jwk as JsonWebKey, format: 'jwk' })
  return selfSignedCertificate(key, kid).toString('base64')
}

/**
 * Lets a key of the developer's own sign; what signed with its algorithm stays published.
 * @returns whether its kid was free, or that of the same key
 */
export function giveKey(store: KeyStore, { kid, alg, jwk }: OwnKey, now: number): boolean {
  const keys = store.listKeys()
  const same = keys.find((key) => key.kid === kid)
  if (same !== undefined && (same.jwk.d !== jwk.d || same.alg !== alg)) return false
  for (const key of keys) if (key.alg === alg && key.state !== 'retired') store.setKeyState(key.kid, 'retired')
  if (same !== undefined) store.deleteKey(kid)
  store.saveKey({ kid, alg, jwk, state: 'active', created_at: same?.created_at ?? now, given: true })
  return true
}
