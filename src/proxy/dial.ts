import { lookup } from 'node:dns'
import type { ClientRequest } from 'node:http'
import { connect, isIP, type LookupFunction, type Socket } from 'node:net'
import { isNeverCalled } from '../oauth/clients/outbound.ts'
import { isOwn, isOwnPort, type Listens } from './own-addresses.ts'
import { ProxyRefusal } from './refusal.ts'
import { authority, type Target, usualPort } from './target.ts'

export interface DialOptions {
  listens: () => Listens
  /** A proxy that all connections go through, as `http://user:password@host:port`. */
  next?: URL | undefined
  /** Names and addresses that are called although they are link-local or of a cloud's metadata. */
  allow: readonly string[]
  resolve?: typeof lookup | undefined
  /** How long a connection may take to be made; milliseconds. */
  patienceMs?: number | undefined
}

/** Where clouds give credentials to whoever asks by this name. */
const metadataNames = ['metadata.google.internal', 'metadata', 'instance-data']

/**
 * Connects to a target. Its name is looked up once, and what came of it is both checked and called.
 * @returns `own` when it is this server
 * @throws ProxyRefusal when it may not or cannot be called
 */
export async function dial(target: Target, options: DialOptions): Promise<Socket | 'own'> {
  const { listens, next, allow, resolve = lookup, patienceMs = 10_000 } = options
  const allowed = allow.includes(target.host)
  if (next !== undefined && isOwn({ host: hostOf(next), port: portOf(next) }, listens())) {
    throw new ProxyRefusal(502, `the next proxy is this one: nothing leads from ${next.host} to ${authority(target)}`)
  }
  if (!allowed && metadataNames.includes(target.host)) throw neverCalled(target.host, target.host)
  if (next !== undefined && isIP(target.host) === 0) return tunnelThrough(next, target, patienceMs)
  const addresses = await addressesOf(target, resolve)
  const [never] = addresses.filter((address) => !allow.includes(address) && isNeverCalled(address))
  if (!allowed && never !== undefined) throw neverCalled(target.host, never)
  if (addresses.some((address) => isOwn({ host: address, port: target.port }, listens()))) return 'own'
  return next === undefined ? connectTo(target, addresses, patienceMs) : tunnelThrough(next, target, patienceMs)
}

/** Whether a name stands for this server. */
export async function leadsToUs(target: Target, { listens, resolve = lookup }: Pick<DialOptions, 'listens' | 'resolve'>): Promise<boolean> {
  if (!isOwnPort(target.port, listens())) return false
  const addresses = await addressesOf(target, resolve).catch(() => [])
  return addresses.some((address) => isOwn({ host: address, port: target.port }, listens()))
}

function addressesOf({ host }: Target, resolve: typeof lookup): Promise<string[]> {
  if (isIP(host) !== 0) return Promise.resolve([host])
  // Names below localhost are this machine (RFC 6761 §6.3), whether or not the system's resolver knows.
  if (host === 'localhost' || host.endsWith('.localhost')) return Promise.resolve(['127.0.0.1', '::1'])
  return new Promise((found, failed) => {
    resolve(host, { all: true }, (error, addresses) => {
      if (error === null) found(addresses.map(({ address }) => address))
      else failed(new ProxyRefusal(502, `the name ${host} could not be looked up (${error.code ?? error.message})`, error))
    })
  })
}

function connectTo(target: Target, addresses: readonly string[], patienceMs: number): Promise<Socket> {
  const fixed = addresses.map((address) => ({ address, family: isIP(address) }))
  const given: LookupFunction = (_host, options, done) => {
    const [first] = fixed
    if (options.all === true) done(null, fixed)
    else done(null, first?.address ?? '', first?.family)
  }
  const socket = connect({ ...target, lookup: given, autoSelectFamily: true, allowHalfOpen: true, noDelay: true })
  return new Promise((resolve, reject) => {
    watch(socket, authority(target), patienceMs, reject)
    socket.once('connect', () => resolve(socket))
  })
}

/** Tells why a connection does not come about. Its errors are heard on until somebody else hears them. */
function watch(connecting: Socket | ClientRequest, name: string, patienceMs: number, failed: (refusal: ProxyRefusal) => void): void {
  const late = setTimeout(
    () => connecting.destroy(new ProxyRefusal(504, `${name} did not answer within ${patienceMs / 1000} s`)),
    patienceMs,
  )
  for (const settled of ['connect', 'close']) connecting.once(settled, () => clearTimeout(late))
  connecting.on('error', (error) =>
    failed(error instanceof ProxyRefusal ? error : new ProxyRefusal(502, `${name} could not be reached (${reason(error)})`, error)),
  )
}

/** CONNECT by way of another proxy (RFC 9110 §9.3.6). */
async function tunnelThrough(next: URL, target: Target, patienceMs: number): Promise<Socket> {
  const { request } = next.protocol === 'https:' ? await import('node:https') : await import('node:http')
  const name = `${authority(target)} by way of the proxy ${next.host}`
  const host = hostOf(next)
  return new Promise((resolve, reject) => {
    const asked = request({
      host,
      // Otherwise it would be the target's name, by the Host header.
      servername: isIP(host) === 0 ? host : '',
      port: portOf(next),
      method: 'CONNECT',
      path: authority(target),
      headers: { Host: authority(target), ...nextCredentials(next) },
      agent: false,
    })
    watch(asked, name, patienceMs, reject)
    // Whatever it answers to CONNECT comes so.
    asked.once('connect', ({ statusCode = 0 }, socket: Socket, head) => {
      socket.on('error', () => socket.destroy())
      if (statusCode >= 200 && statusCode < 300) {
        socket.unshift(head)
        resolve(socket)
      } else {
        socket.destroy()
        reject(new ProxyRefusal(502, `${name} was refused with the status ${statusCode}`))
      }
    })
    asked.end()
  })
}

function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, '')
}

function portOf(url: URL): number {
  return url.port === '' ? usualPort(url) : Number(url.port)
}

/** What the next proxy asks of us, from its address. */
function nextCredentials({ username, password }: URL): Record<string, string> {
  if (username === '' && password === '') return {}
  const text = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
  return { 'Proxy-Authorization': `Basic ${Buffer.from(text).toString('base64')}` }
}

function neverCalled(host: string, address: string): ProxyRefusal {
  const what = host === address ? host : `${host}, which stands for ${address},`
  return new ProxyRefusal(
    403,
    `${what} is link-local or gives a cloud's credentials to whoever asks, and is not called: list the host in a sandbox to have it answered there, or allow it by --proxy-allow ${host}`,
  )
}

/** A name with several addresses fails with as many errors. */
function reason(error: Error): string {
  if (error instanceof AggregateError) return error.errors.map(reason).join(', ')
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message
}
