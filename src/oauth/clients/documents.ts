import { parseJson } from '../../basics/json.ts'
import type { Keys } from '../jose/check.ts'
import type { Client } from '../model/records.ts'
import type { Settings } from '../model/settings.ts'
import type { Context } from '../realm/context.ts'
import { call, callProblem } from './outbound.ts'

/** How long a document may take, milliseconds, and how many bytes it may have. */
const usual = { patience: 3000, largest: 256 * 1024 }

/**
 * A JSON document that a client refers to by URL, such as its key set. One that may not be called for stands in the sandbox's setting
 * `documents`; those of the client under development, on this machine or its private network, are fetched.
 * @returns the document, or why there is none
 */
export async function readDocument(
  url: string,
  settings: Pick<Settings, 'documents' | 'outbound'>,
  limits: typeof usual = usual,
): Promise<{ document: unknown } | { problem: string }> {
  const { documents } = settings
  if (Object.hasOwn(documents, url)) return { document: documents[url] }
  const refused = callProblem(url, settings)
  if (refused !== undefined) return { problem: `${refused}: put the document into the sandbox's setting documents` }
  const answer = await call(url, settings, { method: 'GET', headers: { accept: 'application/json' }, ...limits })
  if ('problem' in answer) return { problem: `'${url}' cannot be read: ${answer.problem}` }
  const { status, text } = answer
  if (status < 200 || status > 299) return { problem: `'${url}' cannot be read: it answers ${status}` }
  try {
    return { document: parseJson(text) }
  } catch (error) {
    return { problem: `'${url}' cannot be read: ${error instanceof Error ? error.message : String(error)}` }
  }
}

/** The keys that a client registered, in `jwks` or behind `jwks_uri` (RFC 7591 §2). @returns the keys, or why there are none */
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
