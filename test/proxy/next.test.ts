import { createServer as createHttp } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getCACertificates, setDefaultCACertificates, TLSSocket } from 'node:tls'
import { describe, expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../src/basics/clock.ts'
import { createCertificates } from '../../src/http/certificates/certificates.ts'
import { lead } from '../support/leading.ts'
import { ask, peer, plug, raw, tunnel } from '../support/proxied.ts'
import { start, type TestServer } from '../support/server.ts'

/** Two proxies in a row, `--proxy-next`. */

/** A server at the end of the way, which says what it was asked. */
async function elsewhere(): Promise<string> {
  const server = createHttp((request, response) => response.end(JSON.stringify({ url: request.url, via: request.headers.via })))
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  onTestFinished(() => void server.close().closeAllConnections())
  return `127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** Asks for a host in both ways that there are: the body and the status of each answer. */
async function bothWays(url: string, host: string): Promise<{ status: number; text: string }[]> {
  const tunnelled = await tunnel(url, host)
  const headers = { Host: host }
  return [
    tunnelled.status === 200 ? await ask(tunnelled.socket, { path: '/x', headers }) : { status: tunnelled.status, text: tunnelled.body },
    await ask(await plug(url), { path: `http://${host}/x`, headers }),
  ].map(({ status, text }) => ({ status, text }))
}

const led = (nextProxy: string) => start({ proxy: 'all', nextProxy })

const answered = [
  { status: 200, text: '{"url":"/x"}' },
  { status: 200, text: '{"url":"/x","via":"1.1 grantbox"}' },
]

const refused = (why: string, status = 502) => Array(2).fill({ status, text: expect.stringContaining(why) })

/** Trusts an authority in this process, as NODE_EXTRA_CA_CERTS has it. */
async function trusting({ ca }: Pick<TestServer, 'ca'>): Promise<void> {
  const before = getCACertificates('default')
  setDefaultCACertificates([...before, await ca()])
  onTestFinished(() => setDefaultCACertificates(before))
}

describe('the next proxy', () => {
  test('leads on', async () => {
    const second = await start({ proxy: 'all' })
    expect(await bothWays((await led(second.url)).url, await elsewhere())).toEqual(answered)
  })

  test('may be asked over https, by its own name', async () => {
    const second = await start({ proxy: 'all' })
    await trusting(second)
    expect(await bothWays((await led(second.https)).url, await elsewhere())).toEqual(answered)
    expect(await bothWays((await led(second.https.replace('localhost', '127.0.0.1'))).url, await elsewhere())).toEqual(answered)
  })

  test('is told the credentials in its address', async () => {
    const second = await start({ proxy: 'all', adminToken: 'let me: in' })
    const { host } = new URL(second.url)
    expect(await bothWays((await led(`http://:let%20me%3A%20in@${host}`)).url, await elsewhere())).toEqual(answered)
    expect(await bothWays((await led(`http://:wrong@${host}`)).url, await elsewhere())).toEqual(
      refused(`by way of the proxy ${host} was refused with the status 407`),
    )
  })

  test('may refuse', async () => {
    const second = await start({ proxy: 'known' })
    expect(await bothWays((await led(second.url)).url, 'elsewhere.example:80')).toEqual(refused('was refused with the status 403'))
    expect((await second.server.proxyReport()).refused).toMatchObject([{ host: 'elsewhere.example', port: 80, count: 2 }])
  })

  test('may be gone', async () => {
    expect(await bothWays((await led('http://127.0.0.1:1')).url, 'elsewhere.example:80')).toEqual(refused('(ECONNREFUSED)'))
  })

  test('may never answer, or never come to an end', async () => {
    const silent = await peer((socket) => socket.resume())
    const endless = await peer((socket) => {
      const more = setInterval(() => socket.write('HTTP/1.1 200 OK\r\nX'.slice(0, 1)), 10)
      socket.resume().once('close', () => clearInterval(more))
    })
    for (const host of [silent, endless]) {
      const url = await lead({ next: new URL(`http://${host}`), patienceMs: 100, maxTunnels: 2 })
      for (let i = 0; i < 2; i++) {
        const answers = await bothWays(url, 'elsewhere.example:80')
        if (host === silent) expect(answers).toEqual(refused('did not answer within 0.1 s', 504))
        else expect(answers.map(({ status }) => status >= 502)).toEqual([true, true])
      }
    }
  })

  test('may break TLS behind its answer', async () => {
    const certificates = createCertificates({ clock: systemClock })
    await trusting(certificates)
    const secureContext = await certificates.secureContext('localhost')
    let asked = 0
    const host = await peer((socket) => {
      const secured = new TLSSocket(socket, { isServer: true, secureContext }).on('error', () => {})
      secured.once('data', () => {
        asked++
        socket.cork()
        secured.write('HTTP/1.1 200 OK\r\n\r\n')
        socket.write(Buffer.from([21, 3, 3, 0, 2, 2, 40]))
        socket.uncork()
      })
    })
    const url = await lead({ next: new URL(`https://${host}`), maxTunnels: 1 })
    for (let i = 0; i < 5; i++) await raw(url, 'CONNECT elsewhere.example:443 HTTP/1.1\r\nHost: x\r\n\r\nhello')
    for (let i = 0; i < 5; i++) {
      const answer = await raw(url, 'GET http://elsewhere.example/ HTTP/1.1\r\nHost: elsewhere.example\r\nConnection: close\r\n\r\n')
      expect(answer).toMatch(/^HTTP\/1.1 502 /)
    }
    expect(asked).toBe(10)
  })

  test('is never this one', async () => {
    const port = Number(new URL(await lead()).port)
    const url = await lead({ next: new URL(`http://127.0.0.1:${port}`), listens: () => ({ addresses: ['127.0.0.1'], port }) })
    expect(await bothWays(url, 'elsewhere.example:80')).toEqual(refused('the next proxy is this one'))
  })

  test('gets no request of somebody who left before it answered', async () => {
    const left = Promise.withResolvers<void>()
    const asked = Promise.withResolvers<void>()
    const closed = Promise.withResolvers<string>()
    const host = await peer((socket) => {
      let heard = ''
      socket.on('data', (chunk) => {
        heard += chunk
      })
      socket.once('data', async () => {
        asked.resolve()
        await left.promise
        heard = ''
        socket.write('HTTP/1.1 200 OK\r\n\r\n')
      })
      socket.once('end', () => closed.resolve(heard))
    })
    const socket = await plug(await lead({ next: new URL(`http://${host}`) }))
    socket.write('GET http://elsewhere.example/ HTTP/1.1\r\nHost: elsewhere.example\r\n\r\n')
    await asked.promise
    // The proxy has seen the end of this connection when it ends its own.
    socket.end().resume()
    await new Promise((resolve) => socket.once('end', resolve))
    left.resolve()
    expect(await closed.promise).toBe('')
  })
})
