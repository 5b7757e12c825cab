import { parseJson } from '../../basics/json.ts'
import type { Settings } from '../model/settings.ts'
import { isPrivateHost } from './private-host.ts'

/** How long a document may take, milliseconds, and how many characters it may have. */
const usual = { patience: 3000, largest: 256 * 1024 }

/**
 * A JSON document that a client refers to by URL, such as its key set. Hosts elsewhere are out of reach: their documents stand
 * in the sandbox's setting `documents`. Those of this machine and its private network, where the client under development
 * runs, are fetched.
 * @returns the document, or why there is none
 */
export async function readDocument(
  url: string,
  { documents }: Pick<Settings, 'documents'>,
  { patience, largest }: typeof usual = usual,
): Promise<{ document: unknown } | { problem: string }> {
  if (Object.hasOwn(documents, url)) return { document: documents[url] }
  if (!URL.canParse(url)) return { problem: `'${url}' is no URL` }
  const { protocol, hostname } = new URL(url)
  if (!/^https?:$/.test(protocol) || !isPrivateHost(hostname)) {
    return {
      problem: `'${url}' is outside of this machine and its private network, and never called: put the document into the sandbox's setting documents`,
    }
  }
  try {
    const response = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(patience), headers: { accept: 'application/json' } })
    if (!response.ok) return { problem: `'${url}' answers ${response.status}` }
    const text = await response.text()
    if (text.length > largest) return { problem: `'${url}' has more than ${largest} characters` }
    return { document: parseJson(text) }
  } catch (error) {
    const { message, cause } = error as Error
    return { problem: `'${url}' cannot be read: ${cause instanceof Error ? cause.message : message}` }
  }
}
