import { createHash, createHmac, hkdfSync, randomBytes } from 'node:crypto'

/** The client's side of SRP-6a (RFC 5054 §2.6) as the vendor has it, with the group of its appendix A of 3072 bits. */

const hexN =
  'FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DDEF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7EDEE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF0598DA48361C55D39A69163FA8FD24CF5F83655D23DCA3AD961C62F356208552BB9ED529077096966D670C354E4ABC9804F1746C08CA18217C32905E462E36CE3BE39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF6955817183995497CEA956AE515D2261898FA051015728E5A8AAAC42DAD33170D04507A33A85521ABDF1CBA64ECFB850458DBEF0A8AEA71575D060C7DB3970F85A6E1E4C7ABF5AE8CDB0933D71E8C94E04A25619DCEE3D2261AD2EE6BF12FFA06D98A0864D87602733EC86A64521F2B18177B200CBBE117577A615D6C770988C0BAD946E208E24FA074E5AB3143DB5BFCE0FD108E4B82D120A93AD2CAFFFFFFFFFFFFFFFF'
const N = BigInt(`0x${hexN}`)

const padHex = (number: bigint): string => {
  const hex = number.toString(16)
  const even = hex.length % 2 === 0 ? hex : `0${hex}`
  return /^[89a-f]/i.test(even) ? `00${even}` : even
}
const hashHex = (hex: string) => createHash('sha256').update(Buffer.from(hex, 'hex')).digest('hex')
const toBigInt = (hex: string) => BigInt(`0x${hex}`)

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n
  for (let [square, rest] = [((base % N) + N) % N, exponent]; rest > 0n; rest >>= 1n, square = (square * square) % N) {
    if ((rest & 1n) === 1n) result = (result * square) % N
  }
  return result
}

/** What a client sends first, and what it makes of the challenge. */
export class SrpClient {
  readonly #a: bigint
  readonly A: bigint

  /** @param secret in hexadecimal digits */
  constructor(secret: string = randomBytes(64).toString('hex')) {
    this.#a = toBigInt(secret)
    this.A = power(2n, this.#a)
  }

  /** The answer to PASSWORD_VERIFIER. */
  answer(pool: string, password: string, challenge: Readonly<Record<string, string>>, TIMESTAMP = 'Fri Nov 27 9:05:00 UTC 2026') {
    const { SALT = '', SRP_B = '', SECRET_BLOCK = '', USER_ID_FOR_SRP = '', USERNAME = '' } = challenge
    const poolName = pool.split('_')[1] ?? ''
    const B = toBigInt(SRP_B)
    const u = hashHex(padHex(this.A) + padHex(B))
    const inner = createHash('sha256').update(`${poolName}${USER_ID_FOR_SRP}:${password}`).digest('hex')
    const x = toBigInt(hashHex(padHex(toBigInt(SALT)) + inner))
    const k = toBigInt(hashHex(padHex(N) + padHex(2n)))
    const S = power(B - k * power(2n, x), this.#a + toBigInt(u) * x)
    const [ikm, salt] = [padHex(S), padHex(toBigInt(u))].map((hex) => Buffer.from(hex, 'hex'))
    const key = Buffer.from(hkdfSync('sha256', ikm ?? '', salt ?? '', 'Caldera Derived Key', 16))
    const block = Buffer.from(SECRET_BLOCK, 'base64')
    const PASSWORD_CLAIM_SIGNATURE = createHmac('sha256', key)
      .update(`${poolName}${USER_ID_FOR_SRP}`)
      .update(block)
      .update(TIMESTAMP)
      .digest('base64')
    return { USERNAME, PASSWORD_CLAIM_SECRET_BLOCK: SECRET_BLOCK, TIMESTAMP, PASSWORD_CLAIM_SIGNATURE }
  }
}
