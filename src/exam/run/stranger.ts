import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Strayed } from '../play.ts'

/** No more of a body is read. */
const largest = 64 * 1024

/** A place at another host and port where no client has any business: it writes down what comes, without any value, and answers as the place that it was mistaken for. */
export class Stranger {
  readonly #server: Server
  readonly strayed: Strayed[] = []

  private constructor() {
    this.#server = createServer((request, response) => {
      const { method = '', url = '/', headers } = request
      let body = ''
      request.setEncoding('utf8').on('data', (piece) => {
        if (body.length < largest) body += piece
      })
      request.on('end', () => {
        const query = new URLSearchParams(url.replace(/^[^?]*\??/, ''))
        const members = [...query.keys(), ...namesIn(body), ...(headers.authorization === undefined ? [] : ['authorization'])]
        this.strayed.push({ at_ms: performance.now(), method, members: [...new Set(members)] })
        response.writeHead(200, { 'content-type': 'application/json' })
        response.end(JSON.stringify({ access_token: 'of-a-stranger', token_type: 'Bearer', expires_in: 60, sub: 'a-stranger' }))
      })
    })
  }

  /** Opens it on a free port of this machine. */
  static async open(): Promise<Stranger> {
    const stranger = new Stranger()
    await new Promise<void>((resolve, reject) => stranger.#server.once('error', reject).listen(0, '127.0.0.1', resolve))
    stranger.#server.unref()
    return stranger
  }

  /** @param beside the address that it is mistaken for: it is under the other name of this machine */
  urlBeside(beside: string): string {
    const { port } = this.#server.address() as AddressInfo
    return `http://${new URL(beside).hostname === '127.0.0.1' ? 'localhost' : '127.0.0.1'}:${port}`
  }

  close(): void {
    this.#server.close()
    this.#server.closeAllConnections()
  }
}

function namesIn(body: string): string[] {
  if (!body.startsWith('{')) return [...new URLSearchParams(body).keys()]
  try {
    return Object.keys(JSON.parse(body))
  } catch {
    return []
  }
}
