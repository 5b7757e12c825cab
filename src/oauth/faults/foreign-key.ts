import { createSecretKey, type KeyObject, randomBytes } from 'node:crypto'
import { isSecretAlg, type SigningAlg, type SigningKey } from '../jose/jws.ts'
import { makeKey } from '../jose/keys.ts'
import type { Flaw } from './token-flaws.ts'

const made = new Map<SigningAlg, Promise<KeyObject>>()

/** A key of the right kind that no sandbox has: one for each algorithm, because an RSA key takes long to make. */
async function foreignKey(alg: SigningAlg): Promise<Pick<SigningKey, 'alg' | 'key'>> {
  const making = made.get(alg) ?? (isSecretAlg(alg) ? Promise.resolve(createSecretKey(randomBytes(32))) : makeKey(alg))
  made.set(alg, making)
  return { alg, key: await making }
}

/** The header names the key that should have signed. */
export const signedByAnother: Flaw = (_, again) => again({ by: ({ alg }) => foreignKey(alg) })
