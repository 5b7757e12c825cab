import { parseJson } from '../../basics/json.ts'
import type { Settings } from '../model/settings.ts'
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
