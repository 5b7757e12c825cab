import type { Origin } from '../sandbox/origin.ts'

/** The http address of a grantbox that listens on `host`, for a client on the same machine. */
export function originOf(host: string, port: number): string {
  const everywhere = host === '0.0.0.0' || host === '::'
  return `http://${everywhere ? 'localhost' : host.includes(':') ? `[${host}]` : host}:${port}`
}

/** How somebody asks who asks at an address of scheme, host and port. */
export function originAt(url: string): Origin {
  const { protocol, host } = new URL(url)
  return { scheme: protocol === 'https:' ? 'https' : 'http', host }
}
