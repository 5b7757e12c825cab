/**
 * In this room: what leads programs by way of this proxy that know nothing of it: variables, authorities to trust, a store of them for Java.
 * Elsewhere: who starts those programs or prints the variables (`cli/`), and the proxy.
 */

import { delimiter } from 'node:path'
import { nobody } from '../credentials.ts'

/** Variables of a process. */
export type Variables = Readonly<Record<string, string | undefined>>

/** Where grantbox is. */
export interface Place {
  /** As `http://localhost:9400`. */
  url: string
  adminToken?: string | undefined
}

/** Where a program is led, and whom it is to trust. */
export interface Lead extends Place {
  /** The sandbox that answers for its vendor's hosts; without it, the one that lists the host or else the built-in one. */
  sandbox?: string | undefined
  /** A PEM file with every authority that the program is to trust. */
  bundle: string
  /** A file of settings for wget, and a folder of some for PHP: neither reads a variable that names authorities. */
  wgetrc: string
  phpSettings: string
  /** A PKCS #12 file with the same, where Java is to be led, too. */
  trustStore?: string | undefined
}

/** Each of them names a file of authorities; together they reach most programs. */
export const authorityVariables = [
  'NODE_EXTRA_CA_CERTS',
  'SSL_CERT_FILE',
  'REQUESTS_CA_BUNDLE',
  'CURL_CA_BUNDLE',
  'AWS_CA_BUNDLE',
  'GIT_SSL_CAINFO',
  'DENO_CERT',
  'GRPC_DEFAULT_SSL_ROOTS_FILE_PATH',
] as const

/** What goes around the proxy: this machine (httpx ends at an address in brackets), so that a program's own servers and the control API are called as before. */
export const loopback = ['localhost', '.localhost', '127.0.0.1', '::1'] as const

/**
 * The variables that lead a program by way of grantbox to its vendor's hosts.
 * @param before those that it would have without: what they say of other hosts goes on to hold
 */
export function environmentFor(lead: Lead, before: Variables): Record<string, string> {
  const { sandbox, adminToken, bundle, wgetrc, phpSettings, trustStore } = lead
  const proxy = new URL(lead.url)
  if (sandbox !== undefined || adminToken !== undefined) {
    proxy.username = sandbox ?? nobody
    proxy.password = adminToken ?? nobody
  }
  const address = proxy.href.replace(/\/$/, '')
  const around = [...new Set([...listed(before.NO_PROXY), ...listed(before.no_proxy), ...loopback, proxy.hostname])]
  return {
    ...addressVariables(lead),
    ...Object.fromEntries(['HTTPS_PROXY', 'HTTP_PROXY', 'https_proxy', 'http_proxy'].map((name) => [name, address])),
    ...Object.fromEntries(['NO_PROXY', 'no_proxy'].map((name) => [name, around.join()])),
    NODE_USE_ENV_PROXY: '1',
    ...Object.fromEntries(authorityVariables.map((name) => [name, bundle])),
    WGETRC: wgetrc,
    // Nothing before the first separator stands for PHP's own folder.
    PHP_INI_SCAN_DIR: [before.PHP_INI_SCAN_DIR ?? '', phpSettings].join(delimiter),
    ...(trustStore !== undefined && { JAVA_TOOL_OPTIONS: javaOptions(proxy, around, trustStore, before.JAVA_TOOL_OPTIONS) }),
  }
}

/** What the library reads. */
export function addressVariables({ url, adminToken }: Place): Record<string, string> {
  return { GRANTBOX_URL: url, ...(adminToken !== undefined && { GRANTBOX_ADMIN_TOKEN: adminToken }) }
}

/** The proxy that a program would have asked without grantbox. */
export function proxyOfBefore({ HTTPS_PROXY, https_proxy, HTTP_PROXY, http_proxy, ALL_PROXY, all_proxy }: Variables): string | undefined {
  const found = HTTPS_PROXY || https_proxy || HTTP_PROXY || http_proxy || ALL_PROXY || all_proxy
  if (!found) return undefined
  // Many write it without its scheme.
  return found.includes('://') ? found : `http://${found}`
}

/** Which of these hosts a program would call around the proxy all the same, for NO_PROXY says so; `*.` stands for one name below. */
export function calledAround(hosts: readonly string[], { NO_PROXY, no_proxy }: Variables): string[] {
  const around = [...listed(NO_PROXY), ...listed(no_proxy)].map((one) => one.toLowerCase().replace(/^\*?\.|:\d+$/g, ''))
  return hosts.filter((host) => around.some((one) => one === '*' || `.${host}`.endsWith(`.${one}`)))
}

function listed(text = ''): string[] {
  return text.split(/[\s,]+/).filter((one) => one !== '')
}

/** Of a property that is given twice, Java takes the last one. The JVM's own reader of this variable splits at spaces, but for quotes. */
function javaOptions({ hostname, port, protocol }: URL, around: readonly string[], trustStore: string, before = ''): string {
  const hosts = around.filter((one) => !one.includes('/')).map((one) => (one.startsWith('.') ? `*${one}` : one))
  const properties = {
    'http.proxyHost': hostname,
    'http.proxyPort': port || (protocol === 'https:' ? '443' : '80'),
    'https.proxyHost': hostname,
    'https.proxyPort': port || (protocol === 'https:' ? '443' : '80'),
    'http.nonProxyHosts': [...hosts, '[::1]'].join('|'),
    'javax.net.ssl.trustStore': trustStore,
    'javax.net.ssl.trustStoreType': 'PKCS12',
  }
  const options = Object.entries(properties).map(([name, value]) => (/\s/.test(value) ? `"-D${name}=${value}"` : `-D${name}=${value}`))
  return [before.trim().replace(/[\r\n]+/g, ' '), ...options].filter((one) => one !== '').join(' ')
}
