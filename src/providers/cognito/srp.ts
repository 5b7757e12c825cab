import { createHash, createHmac, hkdfSync } from 'node:crypto'

/**
 * The server's side of the vendor's SRP-6a (RFC 5054 §2.5, RFC 2945 §3): a client shows that it knows a password without sending it.
 * Pure: what is random is given. Numbers are big-endian bytes as they come; {@link padded} says how they are hashed.
 */

/** The 3072-bit group of RFC 5054 appendix A; its generator is 2. */
const prime = Buffer.from(
  [
    'FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DD',
    'EF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED',
    'EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF0598DA48361C55D39A69163FA8FD24CF5F',
    '83655D23DCA3AD961C62F356208552BB9ED529077096966D670C354E4ABC9804F1746C08CA18217C32905E462E36CE3B',
    'E39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF6955817183995497CEA956AE515D2261898FA0510',
    '15728E5A8AAAC42DAD33170D04507A33A85521ABDF1CBA64ECFB850458DBEF0A8AEA71575D060C7DB3970F85A6E1E4C7',
    'ABF5AE8CDB0933D71E8C94E04A25619DCEE3D2261AD2EE6BF12FFA06D98A0864D87602733EC86A64521F2B18177B200C',
    'BBE117577A615D6C770988C0BAD946E208E24FA074E5AB3143DB5BFCE0FD108E4B82D120A93AD2CAFFFFFFFFFFFFFFFF',
  ].join(''),
  'hex',
)
const N = numberOf(prime)

/** Whose password it is about. */
export interface SrpIdentity {
  /** The pool's id behind its underscore. */
  pool: string
  user: string
}

/** `v`, by which the server knows a password. */
export function passwordVerifier({ pool, user }: SrpIdentity, password: string, salt: Buffer): Buffer {
  const inner = sha256(Buffer.from(`${pool}${user}:${password}`))
  return power(Buffer.from([2]), sha256(padded(salt), inner))
}

/** `B`, the server's public number, of its secret `b`. */
export function serverPublic(verifier: Buffer, b: Buffer): Buffer {
  const k = numberOf(sha256(padded(prime), padded(Buffer.from([2]))))
  return bytesOf((k * numberOf(verifier) + numberOf(power(Buffer.from([2]), b))) % N)
}

/**
 * The key that both sides come to, 16 bytes.
 * @returns undefined for an `A` that no client may send (RFC 5054 §2.5.4), which would make the key known
 */
export function sharedKey(A: Buffer, B: Buffer, b: Buffer, verifier: Buffer): Buffer | undefined {
  if (A.length === 0 || numberOf(A) % N === 0n) return undefined
  const u = sha256(padded(A), padded(B))
  const S = power(bytesOf(((numberOf(A) % N) * numberOf(power(verifier, u))) % N), b)
  return Buffer.from(hkdfSync('sha256', padded(S), padded(u), 'Caldera Derived Key', 16))
}

/** What a client signs with the key, base64. */
export function passwordSignature(key: Buffer, { pool, user }: SrpIdentity, secretBlock: Buffer, timestamp: string): string {
  return createHmac('sha256', key).update(`${pool}${user}`).update(secretBlock).update(timestamp).digest('base64')
}

/** Bytes as they are hashed: without zeros before them, but for one that keeps a number positive. */
function padded(number: Buffer): Buffer {
  const digits = bytesOf(numberOf(number))
  return (digits[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.from([0]), digits]) : digits
}

/** `base ^ exponent mod N`. A `DiffieHellman` of node:crypto would be faster, but looks for seconds whether N is a prime. */
function power(base: Buffer, exponent: Buffer): Buffer {
  let result = 1n
  for (let square = numberOf(base) % N, rest = numberOf(exponent); rest > 0n; rest >>= 1n) {
    if ((rest & 1n) === 1n) result = (result * square) % N
    square = (square * square) % N
  }
  return bytesOf(result)
}

function sha256(...parts: readonly Buffer[]): Buffer {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest()
}

function numberOf(bytes: Buffer): bigint {
  return BigInt(`0x${bytes.toString('hex') || '0'}`)
}

function bytesOf(number: bigint): Buffer {
  const hex = number.toString(16)
  return Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex')
}
