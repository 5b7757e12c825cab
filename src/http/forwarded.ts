import type { IncomingHttpHeaders } from 'node:http'
import type { Origin } from '../sandbox/origin.ts'

/** Headers by which a proxy says how the client addressed it, as they are noted. */
const names = ['Forwarded', 'X-Forwarded-Proto', 'X-Forwarded-Host', 'X-Forwarded-Port', 'X-Forwarded-Prefix'] as const
const keys = names.map((name) => name.toLowerCase())

/** Whether any came. */
export function isForwarded(headers: IncomingHttpHeaders): boolean {
  return keys.some((key) => headers[key] !== undefined)
}

/** Which ones came, for a note. */
export function forwardedNames(headers: IncomingHttpHeaders): string {
  return names.filter((_, index) => headers[keys[index] ?? ''] !== undefined).join(', ')
}

/** A host, with or without a port, as a Host header has it (RFC 9110 §7.2). */
export const hostHeader = /^([a-z0-9_.-]+|\[[0-9a-f:.]+\])(:\d{1,5})?$/i
const prefixes = /^(?:\/(?!\.{1,2}(?:\/|$))[\w.~@:+-]+)*\/?$/

const readers = {
  scheme: (text: string) => /^https?$/i.exec(text)?.[0].toLowerCase() as Origin['scheme'] | undefined,
  host: (text: string) => (hostHeader.test(text) && URL.canParse(`http://${text}`) ? text : undefined),
  port: (text: string) => (/^\d{1,5}$/.test(text) && Number(text) > 0 && Number(text) < 65_536 ? text : undefined),
  path: (text: string) => (prefixes.test(text) ? text.replace(/\/$/, '') : undefined),
}

/**
 * How the client addressed the proxy that sent this request. Of several values the last counts, which the proxy itself wrote;
 * `Forwarded` (RFC 7239) goes before the others. What cannot be read has no effect.
 * @param direct how the request itself reached us
 */
export function forwardedOrigin(headers: IncomingHttpHeaders, direct: Origin): { origin: Origin; notes: string[] } {
  const notes: string[] = []
  const take = <K extends keyof typeof readers>(what: K, name: string, text: string | undefined) => {
    const read = text === undefined ? undefined : (readers[what](text) as ReturnType<(typeof readers)[K]>)
    if (text !== undefined && read === undefined) notes.push(`${name} ends with what is no ${what} and had no effect`)
    return read
  }
  const x = <K extends keyof typeof readers>(what: K, name: (typeof names)[number]) => take(what, name, lastOf(headers[name.toLowerCase()]))
  const forwarded = lastElement(headers.forwarded)
  const scheme = take('scheme', 'Forwarded', forwarded.get('proto')) ?? x('scheme', 'X-Forwarded-Proto') ?? direct.scheme
  const host =
    take('host', 'Forwarded', forwarded.get('host')) ??
    withPort(x('host', 'X-Forwarded-Host') ?? direct.host, x('port', 'X-Forwarded-Port'))
  const path = x('path', 'X-Forwarded-Prefix') ?? ''
  const usual = scheme === 'https' ? /:443$/ : /:80$/
  return { origin: { scheme, host: host.replace(usual, ''), port: direct.port, path, isForwarded: true }, notes }
}

function withPort(host: string, port: string | undefined): string {
  return port === undefined || /:\d+$/.test(host) ? host : `${host}:${port}`
}

function lastOf(header: string | string[] | undefined): string | undefined {
  return [header ?? []].flat().join().split(',').at(-1)?.trim() || undefined
}

/** The parameters of the last element (RFC 7239 §4). */
function lastElement(header: string | undefined): Map<string, string> {
  const element = header?.match(/(?:[^,"]|"(?:\\.|[^"\\])*")+/g)?.at(-1) ?? ''
  const pairs = element.matchAll(/(?:^|;)\s*([a-z]+)\s*=\s*(?:"((?:\\.|[^"\\])*)"|([^;"\s]*))/gi)
  return new Map([...pairs].map(([, name = '', quoted, token = '']) => [name.toLowerCase(), quoted?.replace(/\\(.)/g, '$1') ?? token]))
}
