/**
 * In this room: what grantbox is told at its start, by flags, variables and a file, and what is said about mistakes in them.
 * Elsewhere: a sandbox's settings (`sandbox/settings-schema.ts`) and what is done with all this (`start/`).
 */

import { isIP } from 'node:net'
import { z } from 'zod'
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
const issuerUrl = () => z.string().refine(isBaseUrl)
const baseUrl = () => issuerUrl().overwrite((url) => url.replace(/(?<!\/)\/+$/, ''))
const urlExpected = 'an http or https URL without query, fragment and credentials'

/** Every setting, once. The type, the defaults, the flags, the variables, `--help` and the manual's table are made from this. */
export const schema = z.strictObject({
  port: z.int().min(0).max(65_535).default(9400).register(about, {
    value: 'PORT',
    description: 'port for http and https alike; 0 takes a free one',
    expected: 'a whole number from 0 to 65535',
  }),
  host: z.string().refine(isHost).default('localhost').register(about, {
    value: 'HOST',
    description: 'address to listen on; localhost is 127.0.0.1 and ::1',
    expected: 'a host name or an IP address, without a port',
  }),
  provider: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,62}$/)
    .default('iokids')
    .register(about, {
      value: 'NAME',
      description: 'provider whose sandbox answers at /',
      expected: "a provider's name, such as iokids or standard",
    }),
  data: z.string().min(1).default('.grantbox').register(about, {
    value: 'DIR',
    description: 'folder for the database and the certificates',
    expected: 'the path of a folder',
  }),
  db: z.string().min(1).optional().register(about, {
    value: 'FILE',
    description: 'database file, or :memory: to keep nothing',
    expected: 'the path of a file, or :memory:',
    otherwise: 'grantbox.db in the data folder',
  }),
  config: z.string().min(1).optional().register(about, {
    value: 'FILE',
    description: 'config file, JSON or YAML',
    expected: 'the path of a file',
    otherwise: 'grantbox.config.json or .yaml in the working folder',
    notInFile: true,
  }),
  issuer: issuerUrl().optional().register(about, {
    value: 'URL',
    description: 'issuer of the default sandbox',
    expected: urlExpected,
    otherwise: 'the address the client used',
  }),
  public_url: baseUrl().optional().register(about, {
    value: 'URL',
    description: 'address that browsers use',
    expected: urlExpected,
    otherwise: 'the address the client used',
  }),
  internal_url: baseUrl().optional().register(about, {
    value: 'URL',
    description: 'address that other containers use',
    expected: urlExpected,
    otherwise: 'the address the client used',
  }),
  trust_proxy: z
    .string()
    .refine((text) => readPeers(text) !== undefined)
    .default('off')
    .register(about, {
      value: 'PEERS',
      description: 'proxies that are believed when they forward: off, loopback, or addresses and CIDRs, with commas between',
      expected: 'off, loopback, or addresses and CIDRs such as 10.0.0.0/8',
    }),
  port_of: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,62}=\d{1,5}(,[a-z0-9][a-z0-9-]{0,62}=\d{1,5})*$/)
    .refine((text) => Object.values(portsIn(text)).every((port) => port <= 65_535))
    .optional()
    .register(about, {
      value: 'NAME=PORT',
      description: 'port that a sandbox has to itself, and keeps; 0 takes a free one; may be given again, or with commas',
      expected: "a sandbox's name, = and a port from 0 to 65535, such as standard=9401; several with commas between",
      otherwise: 'none',
      repeatable: true,
    }),
  import_realm: z.string().min(1).optional().register(about, {
    value: 'DIR',
    description: "folder or file with realms to read at the start, as their vendor's container reads them; commas between several",
    expected: 'the path of a folder or a file',
    otherwise: 'none',
  }),
  client_certificates: z.enum(['mtls', 'always']).optional().register(about, {
    value: 'WHERE',
    description: 'ask https clients for a certificate: mtls (also at mtls. + a host name, which has to resolve) or always',
    expected: 'mtls or always',
    otherwise: 'where 127.0.0.1 is called by its address',
  }),
  proxy: z.enum(['known', 'all', 'off']).optional().register(about, {
    value: 'MODE',
    description: 'as a proxy: known answers hosts of sandboxes and refuses others, all leads to others, off is none',
    expected: 'known, all or off',
    otherwise: 'known on loopback, elsewhere and behind proxies off',
  }),
  proxy_next: z.string().refine(isProxyUrl).optional().register(about, {
    value: 'URL',
    description: 'proxy that connections to other hosts go through',
    expected: 'an http or https URL of a proxy, without a path',
    otherwise: 'none: they are connected to directly',
    secret: true,
  }),
  proxy_allow: z
    .string()
    .regex(/^[^\s,/]+(,[^\s,/]+)*$/)
    .optional()
    .register(about, {
      value: 'HOSTS',
      description: "hosts that the proxy leads to although they are link-local or of a cloud's metadata, with commas",
      expected: 'host names or addresses, with commas between',
      otherwise: 'none',
    }),
  admin_token: z
    .string()
    .regex(/^[A-Za-z0-9._~+/-]+=*$/)
    .optional()
    .register(about, {
      value: 'TOKEN',
      description: 'token that the control API and the dashboard ask for',
      expected: 'letters, digits and -._~+/ (RFC 6750 §2.1)',
      otherwise: 'none on loopback, elsewhere and behind proxies one made at start',
      secret: true,
    }),
  body_limit: z
    .int()
    .min(1024)
    .max(2 ** 30)
    .default(1024 * 1024)
    .register(about, {
      value: 'BYTES',
      description: 'largest body of a request, in bytes',
      expected: 'a whole number from 1024 to 1073741824',
    }),
  max_header_size: z
    .int()
    .min(4096)
    .max(2 ** 20)
    .default(64 * 1024)
    .register(about, {
      value: 'BYTES',
      description: 'largest request line with headers, in bytes',
      expected: 'a whole number from 4096 to 1048576',
    }),
  request_timeout: z.int().min(1).max(3600).default(60).register(about, {
    value: 'SECONDS',
    description: 'how long a whole request may take to arrive, in seconds',
    expected: 'a whole number from 1 to 3600',
  }),
  max_connections: z.int().min(1).max(1_000_000).default(10_000).register(about, {
    value: 'NUMBER',
    description: 'open connections; who comes when there are more is turned away',
    expected: 'a whole number from 1 to 1000000',
  }),
  journal_size: z.int().min(1).max(1_000_000).default(1000).register(about, {
    value: 'NUMBER',
    description: 'requests that the journal of a sandbox keeps',
    expected: 'a whole number from 1 to 1000000',
  }),
  journal_memory: z.int().min(1).max(65_536).default(64).register(about, {
    value: 'MIB',
    description: 'memory for the journals of all sandboxes, in MiB; the oldest requests go first',
    expected: 'a whole number from 1 to 65536',
  }),
  log_level: z
    .enum(logLevels)
    .default('warn')
    .register(about, {
      value: 'LEVEL',
      description: logLevels.join(', '),
      expected: `one of ${logLevels.join(', ')}`,
    }),
})

/** A setting's name: its key in the config file. */
export type Key = keyof typeof schema.shape

/** Every setting's name, in the order of `--help`. */
export const keys: readonly Key[] = schema.keyof().options

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
