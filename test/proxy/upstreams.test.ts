import { expect, test } from 'vitest'
import { ask, peer, plug, raw } from '../support/proxied.ts'
import { startForFile } from '../support/server.ts'

/** Servers elsewhere that break the rules, asked by absolute addresses. */

const everywhere = await startForFile({ proxy: 'all' })

/** One that says these bytes as soon as it is asked. */
const saying = (bytes: string, end = true) =>
  peer((socket) => socket.once('data', () => (end ? socket.end(bytes, 'latin1') : socket.write(bytes, 'latin1'))))

const request = (host: string, method = 'GET', headers = '') => `${method} http://${host}/x HTTP/1.1\r\nHost: ${host}\r\n${headers}\r\n`

/** All that comes for one request on a connection of its own. */
const answerOf = async (host: string, method = 'GET') => raw(everywhere.url, request(host, method, 'Connection: close\r\n'))

test.each([
  ['a status line with control characters', 'HTTP/1.1 200 a\x01b\r\nContent-Length: 0\r\n\r\n', 200],
  ['the status 000', 'HTTP/1.1 000 OK\r\nContent-Length: 0\r\n\r\n', 502],
  ['the status 099', 'HTTP/1.1 099 OK\r\nContent-Length: 0\r\n\r\n', 502],
  ['the status 999', 'HTTP/1.1 999 OK\r\nContent-Length: 0\r\n\r\n', 999],
  ['another protocol that nobody asked for', 'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\nhello', 502],
  ['no HTTP', '220 mail.example ESMTP\r\n', 502],
  ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab', 502],
  ['a length and chunks', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n', 502],
  ['a header that is too long', `HTTP/1.1 200 OK\r\nX: ${'x'.repeat(100_000)}\r\n\r\n`, 502],
  ['half an answer', 'HTTP/1.1 200 OK\r\nContent-', 502],
  ['nothing', '', 502],
  [
    'interim answers before its own',
    'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n',
    204,
  ],
])('%s', async (_what, bytes, status) => {
  const came = await answerOf(await saying(bytes))
  expect(came.match(/HTTP\/1\.1 \d+/g)).toEqual([`HTTP/1.1 ${status}`])
})

test('a connection that is reset at once', async () => {
  const host = await peer((socket) => socket.resetAndDestroy())
  for (let i = 0; i < 20; i++) expect(await answerOf(host)).toMatch(/^HTTP\/1.1 502 /)
  for (let i = 0; i < 20; i++) await raw(everywhere.url, `CONNECT ${host} HTTP/1.1\r\nHost: ${host}\r\n\r\nhello`)
})

test.each([
  ['HEAD', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n'],
  ['GET', 'HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\nETag: "x"\r\n\r\n'],
])('an answer to %s that has a length and no body leaves the connection fit for the next request', async (method, bytes) => {
  const host = await saying(bytes)
  const came = await raw(everywhere.url, request(host, method) + request('sandbox.iokids.net', 'GET', 'Connection: close\r\n'))
  expect(came.match(/HTTP\/1\.1 \d+/g)).toEqual([bytes.slice(0, 12), 'HTTP/1.1 404'])
  expect(came).toContain('Content-Length: 5\r\n')
})

test('requests that are sent without waiting are answered in their order, whoever is quicker', async () => {
  const slow = await peer((socket) =>
    socket.once('data', () => setTimeout(() => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nslow'), 50)),
  )
  const came = await raw(everywhere.url, request(slow) + request('sandbox.iokids.net') + request(slow, 'GET', 'Connection: close\r\n'))
  expect(came.match(/HTTP\/1\.1 \d+|slow/g)).toEqual(['HTTP/1.1 200', 'slow', 'HTTP/1.1 404', 'HTTP/1.1 200', 'slow'])
})

test('a tunnel that is asked for behind an unanswered request waits for its answer', async () => {
  const slow = await peer((socket) =>
    socket.once('data', () => setTimeout(() => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nslow'), 50)),
  )
  const came = await raw(
    everywhere.url,
    `${request(slow)}CONNECT sandbox.iokids.net:80 HTTP/1.1\r\nHost: x\r\n\r\nGET /v1/me HTTP/1.0\r\nHost: sandbox.iokids.net\r\n\r\n`,
  )
  expect(came.match(/HTTP\/1\.1 \d+|slow/g)).toEqual(['HTTP/1.1 200', 'slow', 'HTTP/1.1 200', 'HTTP/1.1 401'])
})

test('an answer that comes before the body was sent leaves the connection fit for the next request', async () => {
  const host = await saying('HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n')
  const socket = await plug(everywhere.url)
  let came = ''
  socket.on('data', (chunk) => {
    came += chunk
  })
  const answered = new Promise((resolve) => socket.once('data', resolve))
  const length = 5_000_000
  socket.write(request(host, 'POST', `Content-Length: ${length}\r\n`))
  socket.write('x'.repeat(length / 2))
  await answered
  socket.write('x'.repeat(length / 2))
  socket.write(request('sandbox.iokids.net', 'GET', 'Connection: close\r\n'))
  await new Promise((resolve) => socket.once('close', resolve))
  expect(came.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 413', 'HTTP/1.1 404'])
})

test('an answer that breaks off breaks off', async () => {
  const host = await saying('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf')
  await expect(ask(await plug(everywhere.url), { path: `http://${host}/`, headers: { Host: host } })).rejects.toThrow()
})

test('whoever asks with Expect: 100-continue is told once to go on', async () => {
  const host = await peer((socket) => {
    let heard = ''
    socket.on('data', (chunk) => {
      heard += chunk
      if (heard.endsWith('body!')) socket.end(`HTTP/1.1 200 OK\r\nContent-Length: 4\r\nX-Expect: ${/expect/i.test(heard)}\r\n\r\ndone`)
    })
  })
  const came = await raw(
    everywhere.url,
    `${request(host, 'POST', 'Expect: 100-continue\r\nContent-Length: 5\r\nConnection: close\r\n')}body!`,
  )
  expect(came.match(/HTTP\/1\.1 \d+|X-Expect: \w+/g)).toEqual(['HTTP/1.1 100', 'HTTP/1.1 200', 'X-Expect: false'])
})

test('whoever asks to change the protocol gets an answer of this one', async () => {
  const host = await peer((socket) =>
    socket.once('data', (heard) =>
      socket.end(`HTTP/1.1 426 Upgrade Required\r\nContent-Length: 0\r\nX-Upgrade: ${/upgrade/i.test(String(heard))}\r\n\r\n`),
    ),
  )
  const came = await raw(everywhere.url, request(host, 'GET', 'Connection: upgrade, close\r\nUpgrade: websocket\r\n'))
  expect(came.match(/HTTP\/1\.1 \d+|X-Upgrade: \w+/g)).toEqual(['HTTP/1.1 426', 'X-Upgrade: false'])
})

test('a body that is encoded for its transfer is sent on as such', async () => {
  const host = await peer((socket) => {
    let heard = ''
    socket.on('data', (chunk) => {
      heard += chunk
      if (heard.endsWith('0\r\n\r\n'))
        socket.end(`HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX-Heard: ${/transfer-encoding: (.*)/i.exec(heard)?.[1]}\r\n\r\n`)
    })
  })
  const came = await raw(
    everywhere.url,
    `${request(host, 'POST', 'Transfer-Encoding: gzip, chunked\r\nConnection: close\r\n')}1\r\nx\r\n0\r\n\r\n`,
  )
  expect(came).toMatch(/X-Heard: gzip, chunked\r\n/)
})
