import { lookup } from 'node:dns'
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { BlockList, isIP, type LookupFunction } from 'node:net'
import type { MaybePromise } from '../../basics/maybe-promise.ts'
import type { Settings } from '../model/settings.ts'

/**
 * Whatever grantbox calls of its own accord: key sets, documents, notifications, logouts. Which hosts may be called is decided here
 * and nowhere else, and {@link call} is the only way to call one.
 */

/** A call as a whole. */
export interface Call {
  method: 'GET' | 'POST' | 'HEAD'
  headers: Readonly<Record<string, string>>
  body?: string
  /** How long all of it may take, milliseconds. */
  patience: number
  /** How many bytes the answer may have; it is not read when absent. */
  largest?: number
}

type Rule = Pick<Settings, 'outbound'>

/** Every call carries this header, and grantbox itself serves nothing that manages it to such a call. */
export const callMark = 'grantbox-outbound'

/** This machine and private networks (RFC 1918, RFC 4193). A mapped address (`::ffff:10.0.0.1`) is looked up as what it stands for. */
const near = new BlockList()
near.addSubnet('127.0.0.0', 8)
near.addSubnet('10.0.0.0', 8)
near.addSubnet('172.16.0.0', 12)
near.addSubnet('192.168.0.0', 16)
near.addAddress('::1', 'ipv6')
near.addSubnet('fc00::', 7, 'ipv6')

/** Link-local addresses, plain and translated (RFC 3927, RFC 6052, RFC 3056), and where clouds give credentials to whoever asks. */
const never = new BlockList()
never.addSubnet('169.254.0.0', 16)
never.addSubnet('fe80::', 10, 'ipv6')
never.addSubnet('64:ff9b::a9fe:0', 112, 'ipv6')
never.addSubnet('2002:a9fe::', 32, 'ipv6')
for (const address of ['100.100.100.200', '168.63.129.16', '192.0.0.192']) never.addAddress(address)
for (const address of ['fd00:ec2::254', 'fd00:ec2::23', 'fd20:ce::254', 'fd00:c1::a9fe:a9fe']) never.addAddress(address, 'ipv6')

/** Names that no public name server knows: containers' and those of a network at home. */
const privateName = /^[^.]+$|\.(localhost|local|test|internal|lan|home\.arpa)$/

/** Why a URL is never called, as far as it says so itself; undefined when it may be. */
export function callProblem(url: string, rule: Rule): string | undefined {
  if (!/^https?:\/\//i.test(url) || !URL.canParse(url)) return `'${url}' is no http or https URL`
  const { hostname, username, password } = new URL(url)
  if (username !== '' || password !== '') return `'${url}' has a username or password`
  const host = hostname.replace(/^\[|\]$/g, '')
  if (isIP(host) !== 0) return addressProblem(host, rule)
  return rule.outbound === 'any' || privateName.test(host) ? undefined : elsewhere(host)
}

/** Whether an address is link-local or of a cloud's metadata. */
export function isNeverCalled(address: string): boolean {
  return never.check(address, isIP(address) === 4 ? 'ipv4' : 'ipv6')
}

function addressProblem(address: string, { outbound }: Rule): string | undefined {
  if (isNeverCalled(address)) return `${address} is link-local or of a cloud's metadata, and never called`
  return outbound === 'any' || near.check(address, isIP(address) === 4 ? 'ipv4' : 'ipv6') ? undefined : elsewhere(address)
}

function elsewhere(host: string): string {
  return `${host} is neither this machine nor on a private network, and unless the setting outbound is any it is never called`
}

/** Looks a name up and gives its addresses only if each of them may be called: they are what is connected to. */
export function checkedLookup(rule: Rule, resolve: typeof lookup = lookup): LookupFunction {
  return (hostname, options, done) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      const [first] = addresses ?? []
      if (error !== null || first === undefined) return done(error ?? new Error(`${hostname} has no address`), [])
      const problem = addresses.map(({ address }) => addressProblem(address, rule)).find((one) => one !== undefined)
      if (problem !== undefined) done(new Error(`${hostname} stands for an address that may not be called: ${problem}`), [])
      else if (options.all === true) done(null, addresses)
      else done(null, first.address, first.family)
    })
  }
}

/** Why a URL that somebody else is to call is never called, its name looked up as well. Whose name is not found, nobody calls. */
export function lookedUpProblem(url: string, rule: Rule, resolve: typeof lookup = lookup): MaybePromise<string | undefined> {
  const refused = callProblem(url, rule)
  if (refused !== undefined) return refused
  const host = new URL(url).hostname.replace(/^\[|\]$/g, '')
  return new Promise((told) => {
    resolve(host, { all: true }, (_error, addresses = []) => {
      told(addresses.map(({ address }) => addressProblem(address, rule)).find((one) => one !== undefined))
    })
  })
}

/** Calls a URL that a client gave. No redirect is followed. @returns what came, or why nothing did */
export async function call(
  url: string,
  rule: Rule,
  { method, headers, body, patience, largest }: Call,
): Promise<{ status: number; headers: IncomingHttpHeaders; text: string } | { problem: string }> {
  const refused = callProblem(url, rule)
  if (refused !== undefined) return { problem: refused }
  // Not before it is needed: most never call anybody.
  const { request } = /^https/i.test(url) ? await import('node:https') : await import('node:http')
  const signal = AbortSignal.timeout(patience)
  try {
    return await new Promise((resolve, reject) => {
      const asked = request(new URL(url), {
        method,
        headers: { ...headers, [callMark]: '1' },
        // A connection of its own: one that stayed open would be used again without a look-up.
        agent: false,
        lookup: checkedLookup(rule),
        signal,
      })
      asked.on('error', reject)
      asked.once('response', (response) => {
        const { statusCode: status = 0, headers } = response
        read(response, largest).then((text) => resolve({ status, headers, text }), reject)
      })
      asked.end(body)
    })
  } catch (error) {
    return { problem: signal.aborted ? `it did not answer within ${patience / 1000} s` : reason(error) }
  }
}

async function read(response: IncomingMessage, largest: number | undefined): Promise<string> {
  if (largest === undefined) {
    response.destroy()
    return ''
  }
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of response) {
    size += chunk.length
    if (size > largest) throw new Error(`it has more than ${largest} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}

/** A name with several addresses fails with as many errors. */
function reason(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(reason).join(', ')
  return error instanceof Error ? error.message : String(error)
}
