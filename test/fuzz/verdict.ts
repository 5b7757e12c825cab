import { join } from 'node:path'
import { allProviders } from '../../src/providers/registry.ts'
import type { FuzzRequest } from './requests.ts'
import { errorShapes, shapeOf } from './surface.ts'
import { injectedHeader, markup } from './values.ts'
import { headerOf, type WireAnswer } from './wire.ts'

const providers = await allProviders()

const root = join(import.meta.dirname, '../..')
const shapes = new Map<string, ReadonlySet<string>>()

/** What is wrong with an answer, whatever was asked; undefined when nothing is. */
export function verdict({ speaker, own_words, method }: FuzzRequest, answer: WireAnswer): string | undefined {
  const { status, body, headers } = answer
  const said = headerOf(answer, 'grantbox-explain') ?? ''
  const askedFor = /^(A fault of the sandbox|The magic user)/.test(said)
  if (status >= 500 && !askedFor) return `${status} that nobody asked for`
  if (/\n\s+at .+[:)]\d*|node:internal|node_modules|SQLITE_|better-sqlite3/.test(body) || body.includes(root)) return 'words of the inside'
  if (headers.some(([name]) => name === injectedHeader)) return 'an injected header'
  const type = headerOf(answer, 'content-type') ?? ''
  if (type.includes('html')) {
    if (body.includes(markup)) return 'markup that came in went out as markup'
    if (method !== 'HEAD' && !headerOf(answer, 'content-security-policy')) return 'a page without a content security policy'
    // The fuzzer never says it.
    if (/\bundefined\b|\[object Object\]/.test(body.replaceAll(/<script.*?<\/script>/gs, ''))) return 'a page that shows what is no text'
  }
  if (type.includes('json') && method !== 'HEAD' && body !== '') {
    try {
      JSON.parse(body)
    } catch {
      return 'an answer that says it is JSON and is not'
    }
  }
  if (status < 400 || method === 'HEAD' || askedFor || isRefusedUnread(body)) return undefined
  if (own_words === true) return type.startsWith('application/problem+json') ? 'words of the control API' : undefined
  return dialect(speaker, type, body)
}

/** What is no HTTP at all, or over the limits of its reader, reaches no provider. */
function isRefusedUnread(body: string): boolean {
  return /^\{"error":"invalid_request","error_description":"(this is no HTTP request|the request line and headers are too long)/.test(body)
}

function dialect(speaker: string, type: string, body: string): string | undefined {
  if (speaker === 'dashboard') return /html|json/.test(type) ? undefined : `an error of the dashboard as '${type}'`
  if (speaker === 'control') {
    const right = type.startsWith('application/problem+json') && /\bstatus\b/.test(shapeOf(body)) && /\btitle\b/.test(shapeOf(body))
    return right ? undefined : `no problem document: ${type} ${shapeOf(body)}`
  }
  if (type.startsWith('text/html')) return undefined
  const provider = providers.find(({ id }) => id === speaker)
  const known = shapes.get(speaker) ?? (provider === undefined ? new Set<string>() : errorShapes(provider))
  shapes.set(speaker, known)
  return known.has(shapeOf(body)) ? undefined : `not in the words of ${speaker}: ${type} ${shapeOf(body)}`
}
