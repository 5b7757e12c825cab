import type { AppBrowser } from './browser.ts'

/** A question to the app: whether somebody is signed in, or who. */
export interface Probe {
  readonly method: 'GET' | 'POST' | 'HEAD'
  readonly url: string
  readonly expects: { readonly status: number } | { readonly contains: string } | { readonly pointer: string; readonly equals?: string }
}

/** How a probe is written. */
export const probeForm = "'METHOD URL is STATUS', 'METHOD URL contains TEXT' or 'METHOD URL json /pointer [equals VALUE]'"

/** Reads a probe; a URL may be a path of the app. @returns undefined for what is none */
export function readProbe(text: string, base: string): Probe | undefined {
  const [, method, target = '', words, value = ''] = /^(GET|POST|HEAD) (\S+) (is|contains|json) (.+)$/.exec(text.trim()) ?? []
  if (method === undefined || words === undefined || !URL.canParse(target, base)) return undefined
  const url = new URL(target, base).href
  const asked = { method: method as Probe['method'], url }
  if (words === 'is') return /^[1-5]\d\d$/.test(value) ? { ...asked, expects: { status: Number(value) } } : undefined
  if (words === 'contains') return { ...asked, expects: { contains: value } }
  const [, pointer, equals] = /^(\/\S*)(?: equals (.+))?$/.exec(value) ?? []
  return pointer === undefined ? undefined : { ...asked, expects: { pointer, ...(equals !== undefined && { equals }) } }
}

/** Who is to be looked for, in the words that a probe may have. */
export interface Expected {
  readonly username: string
  readonly sub: string
  readonly email: string | null
}

/** Whether the app answers as it does to somebody who is signed in. @throws BrowserError */
export async function says({ method, url, expects }: Probe, browser: AppBrowser, user: Expected, without?: string): Promise<boolean> {
  const { status, text } = await browser.look(filled(url, user), { method, ...(without !== undefined && { without }) })
  if ('status' in expects) return status === expects.status
  if ('contains' in expects) return text.includes(filled(expects.contains, user))
  const found = at(text, expects.pointer)
  return expects.equals === undefined ? found !== undefined && found !== '' : found === filled(expects.equals, user)
}

/** Whom the app shows, by a JSON pointer, or by which of his names its page has; null for nobody. @throws BrowserError */
export async function shows({ method, url, expects }: Probe, browser: AppBrowser, users: readonly Expected[]): Promise<string | null> {
  const { text } = await browser.look(url, { method })
  if ('pointer' in expects) return at(text, expects.pointer) ?? null
  if (!('contains' in expects)) return null
  const found = users.find((user) => text.includes(filled(expects.contains, user)))
  const [, name = 'sub'] = /\{(username|sub|email)\}/.exec(expects.contains) ?? []
  return found?.[name as keyof Expected] ?? null
}

function filled(text: string, user: Expected): string {
  return text.replace(/\{(username|sub|email)\}/g, (_, name: keyof Expected) => user[name] ?? '')
}

/** What a JSON pointer (RFC 6901) leads to, as text; undefined for nothing. */
function at(json: string, pointer: string): string | undefined {
  try {
    let value: unknown = JSON.parse(json)
    for (const part of pointer.split('/').slice(1)) {
      if (typeof value !== 'object' || value === null) return undefined
      value = Reflect.get(value, part.replaceAll('~1', '/').replaceAll('~0', '~'))
    }
    return value === undefined || value === null ? undefined : String(value)
  } catch {
    return undefined
  }
}
