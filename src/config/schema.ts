/**
 * In this room: what grantbox is told at its start, by flags, variables and a file, and what is said about mistakes in them.
 * Elsewhere: a sandbox's settings (`sandbox/settings-schema.ts`) and what is done with all this (`start/`).
 */

import { isIP } from 'node:net'
// Every start reads this, and the schemas of `zod` take as long to make as all else of the settings together.
import * as z from 'zod/mini'
import { readPeers } from '../basics/peers.ts'

/** What a setting's schema cannot say of itself. */
export interface About {
  description: string
  /** What `--help` writes after the flag. */
  value: string
  /** What a value has to be, for the message about a wrong one. */
  expected: string
  /** What holds when nothing is said and the schema has no default. */
  otherwise?: string
  /** Never repeated in a message. */
  secret?: true
  /** Not to be written in a config file. */
  notInFile?: true
  /** Given again, it counts with commas between. */
  repeatable?: true
}

const about = z.registry<About>()

const logLevels = ['silent', 'error', 'warn', 'info', 'debug', 'trace'] as const
const text = (pattern: RegExp) => z.string().check(z.regex(pattern))
const textThat = (holds: (text: string) => boolean) => z.string().check(z.refine(holds))
const path = () => z.string().check(z.minLength(1))
const whole = (least: number, most: number) => z.int().check(z.minimum(least), z.maximum(most))
const issuerUrl = () => textThat(isBaseUrl)
const baseUrl = () => issuerUrl().check(z.overwrite((url) => url.replace(/(?<!\/)\/+$/, '')))
const urlExpected = 'an http or https URL without query, fragment and credentials'

/** Every setting, once. The type, the defaults, the flags, the variables, `--help` and the manual's table are made from this. */
export const schema = z.strictObject({
  port: z._default(whole(0, 65_535), 9400).register(about, {
    value: 'PORT',
    description: 'port for http and https alike; 0 takes a free one',
    expected: 'a whole number from 0 to 65535',
  }),
  host: z._default(textThat(isHost), 'localhost').register(about, {
    value: 'HOST',
    description: 'address to listen on; localhost is 127.0.0.1 and ::1',
    expected: 'a host name or an IP address, without a port',
  }),
  provider: z._default(text(/^[a-z0-9][a-z0-9-]{0,62}$/), 'iokids').register(about, {
    value: 'NAME',
    description: 'provider whose sandbox answers at /',
    expected: "a provider's name, such as iokids or standard",
  }),
  data: z._default(path(), '.grantbox').register(about, {
    value: 'DIR',
    description: 'folder for the database and the certificates',
    expected: 'the path of a folder',
  }),
  db: z.optional(path()).register(about, {
    value: 'FILE',
    description: 'database file, or :memory: to keep nothing',
    expected: 'the path of a file, or :memory:',
    otherwise: 'grantbox.db in the data folder',
  }),
  config: z.optional(path()).register(about, {
    value: 'FILE',
    description: 'config file, JSON or YAML',
    expected: 'the path of a file',
    otherwise: 'grantbox.config.json or .yaml in the working folder',
    notInFile: true,
  }),
  issuer: z.optional(issuerUrl()).register(about, {
    value: 'URL',
    description: 'issuer of the default sandbox',
    expected: urlExpected,
    otherwise: 'the address the client used',
  }),
  public_url: z.optional(baseUrl()).register(about, {
    value: 'URL',
    description: 'address that browsers use',
    expected: urlExpected,
    otherwise: 'the address the client used',
  }),
  internal_url: z.optional(baseUrl()).register(about, {
    value: 'URL',
    description: 'address that other containers use',
    expected: urlExpected,
    otherwise: 'the address the client used',
  }),
  trust_proxy: z
    ._default(
      textThat((peers) => readPeers(peers) !== undefined),
      'off',
    )
    .register(about, {
      value: 'PEERS',
      description: 'proxies that are believed when they forward: off, loopback, or addresses and CIDRs, with commas between',
      expected: 'off, loopback, or addresses and CIDRs such as 10.0.0.0/8',
    }),
  port_of: z
    .optional(
      text(/^[a-z0-9][a-z0-9-]{0,62}=\d{1,5}(,[a-z0-9][a-z0-9-]{0,62}=\d{1,5})*$/).check(
        z.refine((ports) => Object.values(portsIn(ports)).every((port) => port <= 65_535)),
      ),
    )
    .register(about, {
      value: 'NAME=PORT',
      description: 'port that a sandbox has to itself, and keeps; 0 takes a free one; may be given again, or with commas',
      expected: "a sandbox's name, = and a port from 0 to 65535, such as standard=9401; several with commas between",
      otherwise: 'none',
      repeatable: true,
    }),
  import_realm: z.optional(path()).register(about, {
    value: 'DIR',
    description: "folder or file with realms to read at the start, as their vendor's container reads them; commas between several",
    expected: 'the path of a folder or a file',
    otherwise: 'none',
  }),
  client_certificates: z.optional(z.enum(['mtls', 'always'])).register(about, {
    value: 'WHERE',
    description: 'ask https clients for a certificate: mtls (also at mtls. + a host name, which has to resolve) or always',
    expected: 'mtls or always',
    otherwise: 'where 127.0.0.1 is called by its address',
  }),
  proxy: z.optional(z.enum(['known', 'all', 'off'])).register(about, {
    value: 'MODE',
    description: 'as a proxy: known answers hosts of sandboxes and refuses others, all leads to others, off is none',
    expected: 'known, all or off',
    otherwise: 'known on loopback, elsewhere and behind proxies off',
  }),
  proxy_next: z.optional(textThat(isProxyUrl)).register(about, {
    value: 'URL',
    description: 'proxy that connections to other hosts go through',
    expected: 'an http or https URL of a proxy, without a path',
    otherwise: 'none: they are connected to directly',
    secret: true,
  }),
  proxy_allow: z.optional(text(/^[^\s,/]+(,[^\s,/]+)*$/)).register(about, {
    value: 'HOSTS',
    description: "hosts that the proxy leads to although they are link-local or of a cloud's metadata, with commas",
    expected: 'host names or addresses, with commas between',
    otherwise: 'none',
  }),
  admin_token: z.optional(text(/^[A-Za-z0-9._~+/-]+=*$/)).register(about, {
    value: 'TOKEN',
    description: 'token that the control API and the dashboard ask for',
    expected: 'letters, digits and -._~+/ (RFC 6750 §2.1)',
    otherwise: 'none on loopback, elsewhere and behind proxies one made at start',
    secret: true,
  }),
  body_limit: z._default(whole(1024, 2 ** 30), 1024 * 1024).register(about, {
    value: 'BYTES',
    description: 'largest body of a request, in bytes',
    expected: 'a whole number from 1024 to 1073741824',
  }),
  max_header_size: z._default(whole(4096, 2 ** 20), 64 * 1024).register(about, {
    value: 'BYTES',
    description: 'largest request line with headers, in bytes',
    expected: 'a whole number from 4096 to 1048576',
  }),
  request_timeout: z._default(whole(1, 3600), 60).register(about, {
    value: 'SECONDS',
    description: 'how long a whole request may take to arrive, in seconds',
    expected: 'a whole number from 1 to 3600',
  }),
  max_connections: z._default(whole(1, 1_000_000), 10_000).register(about, {
    value: 'NUMBER',
    description: 'open connections; who comes when there are more is turned away',
    expected: 'a whole number from 1 to 1000000',
  }),
  journal_size: z._default(whole(1, 1_000_000), 1000).register(about, {
    value: 'NUMBER',
    description: 'requests that the journal of a sandbox keeps',
    expected: 'a whole number from 1 to 1000000',
  }),
  journal_memory: z._default(whole(1, 65_536), 64).register(about, {
    value: 'MIB',
    description: 'memory for the journals of all sandboxes, in MiB; the oldest requests go first',
    expected: 'a whole number from 1 to 65536',
  }),
  log_level: z._default(z.enum(logLevels), 'warn').register(about, {
    value: 'LEVEL',
    description: logLevels.join(', '),
    expected: `one of ${logLevels.join(', ')}`,
  }),
})

/** A setting's name: its key in the config file. */
export type Key = keyof typeof schema.shape

/** Every setting's name, in the order of `--help`. */
export const keys: readonly Key[] = z.keyof(schema).options

export function isKey(name: string): name is Key {
  return Object.hasOwn(schema.shape, name)
}

export function flagName(key: Key): string {
  return key.replaceAll('_', '-')
}

export function environmentName(key: Key): string {
  return `GRANTBOX_${key.toUpperCase()}`
}

export function describe(key: Key): About {
  const entry = about.get(schema.shape[key])
  if (entry === undefined) throw new TypeError(`the setting ${key} is not described`)
  return entry
}

/** What `--port-of` says: ports by the names of sandboxes. */
export function portsIn(text = ''): Record<string, number> {
  return Object.fromEntries(
    text
      .split(',')
      .flatMap((one) => (one === '' ? [] : [one.split('=')]))
      .map(([name = '', port]) => [name, Number(port)]),
  )
}

function isHost(text: string): boolean {
  return isIP(text) !== 0 || /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i.test(text)
}

export function isProxyUrl(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { protocol, pathname, search, hash } = new URL(text)
  return (protocol === 'http:' || protocol === 'https:') && pathname === '/' && search === '' && hash === ''
}

function isBaseUrl(text: string): boolean {
  if (!URL.canParse(text) || /[?#\s]/.test(text)) return false
  const { protocol, username, password } = new URL(text)
  return (protocol === 'http:' || protocol === 'https:') && username === '' && password === ''
}
