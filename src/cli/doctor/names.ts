import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import type { Finding } from './finding.ts'
import type { Running } from './running.ts'

/** As many are looked up; the others are reached in the same way. */
const most = 12

/** Which of the names that sandboxes are reached by lead to this machine, by what the system says of them. */
export async function names(running: Running | undefined): Promise<Finding[]> {
  const local = ['localhost', ...(running?.sandboxes ?? []).slice(0, 1).map(({ name }) => `${name}.localhost`)]
  const hosts = (running?.hosts ?? []).filter((host) => !host.includes('*'))
  return [...(await Promise.all(local.map(ofLoopback))), ...(await Promise.all([...new Set(hosts)].slice(0, most).map(ofVendor)))]
}

async function ofLoopback(name: string): Promise<Finding> {
  const addresses = await addressesOf(name)
  if (addresses.length > 0 && addresses.every(isLoopback)) return { topic: name, state: 'ok', said: `leads to ${addresses.join(' and ')}` }
  if (name === 'localhost') {
    const said = addresses.length === 0 ? 'is no name here' : `leads to ${addresses.join(' and ')}, which is not this machine`
    return { topic: name, state: 'wrong', said, mend: 'Write "127.0.0.1 localhost" into the hosts file.' }
  }
  const mend = 'For programs use the path below localhost, or give the sandbox a port of its own: --port-of NAME=PORT.'
  return { topic: name, state: 'note', said: 'browsers and curl know this name; programs that ask the system do not', mend }
}

async function ofVendor(host: string): Promise<Finding> {
  const addresses = await addressesOf(host)
  const [first] = addresses
  if (first !== undefined && addresses.every(isLoopback)) return { topic: host, state: 'ok', said: 'leads to this machine' }
  const said = first === undefined ? 'is no name here' : `leads elsewhere, to ${first}`
  const mend = 'Unchanged clients reach grantbox by grantbox run or env all the same; without them it takes a line in the hosts file.'
  return { topic: host, state: 'note', said, mend }
}

async function addressesOf(name: string): Promise<string[]> {
  try {
    return (await lookup(name, { all: true })).map(({ address }) => address)
  } catch {
    return []
  }
}

function isLoopback(address: string): boolean {
  return isIP(address) === 4 ? address.startsWith('127.') : address === '::1'
}
