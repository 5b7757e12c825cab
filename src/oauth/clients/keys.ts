import type { Keys } from '../jose/check.ts'
import type { Client } from '../model/records.ts'
import type { Context } from '../realm/context.ts'
import { readDocument } from './documents.ts'

/**
 * The keys that a client registered, in `jwks` or behind `jwks_uri` (RFC 7591 §2).
 * @returns the keys, or why there are none
 */
export async function clientKeys({ client_id, metadata }: Client, { realm }: Context): Promise<Keys> {
  const { jwks, jwks_uri } = metadata
  if (jwks !== undefined) return keysOf(jwks, `jwks of client '${client_id}'`)
  if (jwks_uri === undefined) return { problem: `client '${client_id}' has registered neither jwks nor jwks_uri` }
  const read = await readDocument(jwks_uri, realm.settings)
  return 'problem' in read
    ? { problem: `jwks_uri of client '${client_id}': ${read.problem}` }
    : keysOf(read.document, `jwks_uri '${jwks_uri}'`)
}

function keysOf(document: unknown, where: string): Keys {
  const keys = typeof document === 'object' && document !== null && 'keys' in document ? document.keys : undefined
  if (!Array.isArray(keys)) return { problem: `${where} is no key set: it has no list "keys" (RFC 7517 §5)` }
  return { keys: keys.filter((key) => typeof key === 'object' && key !== null) }
}
