import { addressOf } from '../../control/exports/har.ts'
import { viewEntry } from '../../control/views/journal.ts'
import { bodyText, fieldsOf } from '../../http/send-again.ts'
import type { JournalEntry } from '../../sandbox/journal.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import { worldOf } from '../../sandbox/spaces.ts'
import { shellWord } from '../apps/curl.ts'

/** What curl says by itself, or what belongs to a connection. */
const left = ['host', 'connection', 'content-length', 'transfer-encoding', 'accept-encoding', 'keep-alive', 'expect']

/**
 * The command that sends a request of the journal; what is not shown of it stands there as a word in capitals.
 * @param proxy where grantbox is, for what came through it as a proxy
 */
export function curlOf(entry: JournalEntry, sandbox: Sandbox, proxy: string): string {
  const shows = worldOf(entry, sandbox).settings.show_secrets
  const view = viewEntry(entry, shows, sandbox.requests)
  const headers = Object.entries(view.request_headers).filter(([name]) => !left.includes(name))
  const type = String(entry.request_headers['content-type'] ?? '')
  const isForm = /^application\/x-www-form-urlencoded\s*(;|$)/i.test(type)
  const body = held(view.request_body, entry.request_body, '')
  const text = bodyText({ ...entry, request_body: body })
  const data = isForm
    ? fieldsOf(body).map(([name, value]) => `--data-urlencode ${shellWord(`${encodeURIComponent(name)}=${value}`)}`)
    : text === ''
      ? []
      : [`--data-raw ${shellWord(text)}`]
  const url = `${addressOf(entry)}${maskedUrl(view.url)}`
  const said = headers.flatMap(([name, value]) => {
    if (isForm && name === 'content-type' && data.length > 0 && !type.includes(';')) return []
    if (!shows && name === 'authorization' && entry.client_id !== undefined && /^basic /i.test(String(value))) {
      return [`--user ${shellWord(`${entry.client_id}:CLIENT_SECRET`)}`]
    }
    return [held(value, entry.request_headers[name], name)].flat().map((one) => `--header ${shellWord(headerLine(name, String(one)))}`)
  })
  return [
    `curl ${shellWord(url)}`,
    // What curl would take for a pattern.
    ...(/[[\]{}]/.test(url) ? ['--globoff'] : []),
    ...(entry.host === undefined ? [] : [`--proxy ${shellWord(proxy)}`]),
    ...methodOf(view.method, data.length > 0),
    ...said,
    ...data,
  ].join(' \\\n  ')
}

function methodOf(method: string, hasData: boolean): string[] {
  if (method === 'HEAD') return ['--head']
  return method === (hasData ? 'POST' : 'GET') ? [] : [`--request ${shellWord(method)}`]
}

/** A header without a value ends with a semicolon, or curl would leave it out. */
function headerLine(name: string, value: string): string {
  return value === '' ? `${name};` : `${name}: ${value}`
}

/** What is shown of a value; where that is not the whole, the word for it. */
function held(shown: unknown, came: unknown, name: string): unknown {
  if (Array.isArray(shown)) return shown.map((one, index) => held(one, Array.isArray(came) ? came[index] : undefined, name))
  if (typeof shown === 'object' && shown !== null) {
    const members = typeof came === 'object' && came !== null ? (came as Record<string, unknown>) : {}
    return Object.fromEntries(Object.entries(shown).map(([key, value]) => [key, held(value, members[key], key)]))
  }
  if (shown === came || typeof shown !== 'string') return shown
  const [scheme = ''] = /^(?:basic|bearer|dpop)(?= )/i.exec(shown) ?? []
  return scheme === '' ? wordFor(name) : `${scheme} ACCESS_TOKEN`
}

/** No ellipsis stands in a URL as it came: there it would be encoded. */
function maskedUrl(url: string): string {
  return url.replaceAll(/([?&#])([^=&#?]+)=[^&#]*…/g, (_, before: string, name: string) => `${before}${name}=${wordFor(name)}`)
}

function wordFor(name: string): string {
  return name.toUpperCase().replaceAll(/[^A-Z0-9]+/g, '_') || 'BODY'
}
