import { channel } from 'node:diagnostics_channel'
import { connect, type Socket } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { lead } from '../support/leading.ts'
import { ask, peer, plug, tunnel } from '../support/proxied.ts'

/** Peers that take their time: what is seen are events, never how long they took. */

const endOf = (socket: Socket) => new Promise<void>((resolve) => socket.once('end', () => resolve()))
const closeOf = (socket: Socket) => new Promise<void>((resolve) => socket.once('close', () => resolve()))

/** The sockets on which this process accepts connections to a port, or makes them. */
function socketsOf(kind: 'server' | 'client', port: number): Socket[] {
  const found: Socket[] = []
  const told = (message: unknown) => {
    const { socket } = message as { socket: Socket }
    const see = () => (kind === 'server' ? socket.localPort : socket.remotePort) === port && found.push(socket)
    if (kind === 'server') see()
    else socket.once('connect', see)
  }
  const name = `net.${kind}.socket`
  channel(name).subscribe(told)
  onTestFinished(() => void channel(name).unsubscribe(told))
  return found
}

test('a CONNECT that comes byte by byte is answered, and so is what comes so through its tunnel', async () => {
  const host = await peer((socket) => socket.pipe(socket))
  const socket = await plug(await lead())
  socket.setNoDelay(true)
  let came = ''
  socket.on('data', (chunk) => {
    came += chunk
  })
  const dribble = async (text: string) => {
    for (const byte of text) {
      socket.write(byte)
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
  await dribble(`CONNECT ${host} HTTP/1.1\r\nHost: ${host}\r\n\r\n`)
  await dribble('hello')
  await expect.poll(() => came).toBe('HTTP/1.1 200 Connection established\r\n\r\nhello')
})

test('a tunnel in which nobody says anything ends on both sides, and counts no more', async () => {
  const ended: Promise<void>[] = []
  const host = await peer((socket) => ended.push(endOf(socket.resume())))
  const url = await lead({ idleMs: 50, maxTunnels: 1 })
  for (let i = 0; i < 3; i++) {
    const { status, socket } = await tunnel(url, host)
    expect(status).toBe(200)
    socket.resume()
    await closeOf(socket)
  }
  await Promise.all(ended)
  expect(ended).toHaveLength(3)
})

test('one tunnel more than may be is refused, until one has ended', async () => {
  const host = await peer((socket) => socket.resume())
  const url = await lead({ maxTunnels: 2 })
  const [first] = [await tunnel(url, host), await tunnel(url, host)]
  const third = await tunnel(url, host)
  expect([third.status, third.body]).toEqual([503, expect.stringContaining('2 connections lead elsewhere')])
  const { status } = await ask(await plug(url), { path: `http://${host}/`, headers: { Host: host } })
  expect(status).toBe(503)
  first?.socket.resetAndDestroy()
  await expect.poll(async () => (await tunnel(url, host)).status).toBe(200)
})

test('who does not read holds up who writes: few bytes wait, and all of them arrive at last', async () => {
  const whole = 64_000_000
  const upstream = Promise.withResolvers<Socket>()
  const host = await peer((socket) => upstream.resolve(socket.pause()))
  const dialled = socketsOf('client', Number(host.split(':')[1]))
  const { socket } = await tunnel(await lead(), host)
  socket.end(Buffer.alloc(whole))
  const reader = await upstream.promise
  const [between] = dialled
  await expect.poll(() => between?.writableNeedDrain).toBe(true)
  expect(between?.writableLength).toBeLessThan(1_000_000)
  let size = 0
  reader.on('data', (chunk: Buffer) => {
    size += chunk.length
  })
  await endOf(reader.resume())
  expect(size).toBe(whole)
  expect(dialled).toHaveLength(1)
})

test('who never reads is let go like who says nothing', async () => {
  const host = await peer((socket) => socket.pause())
  const { socket } = await tunnel(await lead({ idleMs: 100, maxTunnels: 1 }), host)
  socket.resume().write(Buffer.alloc(64_000_000))
  await closeOf(socket)
})

test('who accepts a request and never answers is told of, and let go', async () => {
  const ended: Promise<void>[] = []
  const host = await peer((socket) => ended.push(endOf(socket.resume())))
  const url = await lead({ idleMs: 50, maxTunnels: 1 })
  for (let i = 0; i < 3; i++) {
    const { status, text } = await ask(await plug(url), { path: `http://${host}/`, headers: { Host: host } })
    expect([status, JSON.parse(text).error_description]).toEqual([504, `${host} said nothing for 0.05 s`])
  }
  await Promise.all(ended)
})

test('who leaves before the answers has nothing asked on, be it the first or one behind it', async () => {
  const asked: Socket[] = []
  const host = await peer((socket) => socket.once('data', () => asked.push(socket)))
  const socket = await plug(await lead())
  socket.write(`GET http://${host}/ HTTP/1.1\r\nHost: ${host}\r\n\r\n`.repeat(3))
  await expect.poll(() => asked).toHaveLength(3)
  const ended = Promise.all(asked.map(endOf))
  socket.destroy()
  await ended
})

test.each(['ends', 'breaks off'])(
  'who %s while a tunnel waits behind answers is noticed as well, and what it sent into it counts no more',
  async (way) => {
    const asked: Socket[] = []
    const host = await peer((socket) => socket.once('data', () => asked.push(socket)))
    const socket = await plug(await lead())
    const request = `GET http://${host}/ HTTP/1.1\r\nHost: ${host}\r\n\r\n`
    socket.write(`${request.repeat(2)}CONNECT ${host} HTTP/1.1\r\nHost: ${host}\r\n\r\nhead`)
    await expect.poll(() => asked).toHaveLength(2)
    const ended = Promise.all(asked.map(endOf))
    socket.write('and more')
    if (way === 'ends') socket.end()
    else socket.resetAndDestroy()
    await ended
  },
)

test('what comes for a tunnel that waits behind an answer stands in it, behind the head', async () => {
  const held = Promise.withResolvers<Socket>()
  const slow = await peer((socket) => socket.once('data', () => held.resolve(socket)))
  const host = await peer((socket) => socket.pipe(socket))
  const socket = await plug(await lead())
  let came = ''
  socket.on('data', (chunk) => {
    came += chunk
  })
  socket.write(`GET http://${slow}/ HTTP/1.1\r\nHost: ${slow}\r\n\r\nCONNECT ${host} HTTP/1.1\r\nHost: ${host}\r\n\r\none `)
  const reader = await held.promise
  // More pieces than are read before the answer.
  const words = Array.from({ length: 40 }, (_, count) => `${count} `)
  for (const word of words) await new Promise<void>((done) => socket.write(word, () => setImmediate(done)))
  reader.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok')
  await expect.poll(() => came).toMatch(new RegExp(`ok\\s*HTTP/1\\.1 200 Connection established\\r\\n\\r\\none ${words.join('')}$`))
})

test.each(['in its own way', 'by way of another proxy'])('who ends later is let go as well: %s', async (way) => {
  const host = await peer((socket) => socket.once('data', () => socket.destroySoon()))
  const next = way === 'in its own way' ? undefined : new URL(await lead())
  const url = await lead({ next })
  const [accepted, dialled] = [
    socketsOf('server', Number(new URL(url).port)),
    socketsOf('client', Number(next?.port ?? host.split(':')[1])),
  ]
  const socket = connect({ port: Number(new URL(url).port), host: '127.0.0.1', allowHalfOpen: true })
  onTestFinished(() => void socket.destroy())
  socket.resume().write(`CONNECT ${host} HTTP/1.1\r\nHost: ${host}\r\n\r\nhello`)
  await endOf(socket)
  if (next !== undefined) await expect.poll(() => dialled[0]?.destroyed).toBe(true)
  socket.end('and more')
  await expect.poll(() => accepted[0]?.destroyed).toBe(true)
})
