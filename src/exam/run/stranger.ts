import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { none } from '../../oauth/clients/methods/none.ts'
import { basicCredentials, clientSecretBasic, clientSecretPost } from '../../oauth/clients/methods/secret.ts'
import type { Strayed } from '../play.ts'
import { tokenIn } from '../traffic.ts'

/** No more of a body is read. */
const largest = 64 * 1024

/**
 * A place at another host and port where no client has any business: it keeps what comes as long as a scenario lasts, and answers as the place that it was
 * mistaken for, or as an authorization server that registers whoever asks.
 */
export class Stranger {
  readonly #server: Server
  /** Where it writes it down. */
  strayed: Strayed[] = []

  private constructor() {
    this.#server = createServer((request, response) => {
      const { method = '', url = '/', headers } = request
      let body = ''
      request.setEncoding('utf8').on('data', (piece) => {
        if (body.length < largest) body += piece
      })
      request.on('end', () => {
        const query = new URLSearchParams(url.replace(/^[^?]*\??/, ''))
        const sent = [...query, ...membersIn(body), ...(headers.authorization === undefined ? [] : credentialsIn(headers.authorization))]
        const members = [...new Set(sent.map(([name]) => name))]
        this.strayed.push({ at_ms: performance.now(), method, members, values: new Set(sent.map(([, value]) => value)) })
        const { status = 200, answer } = answerAt(url, `http://${headers.host}`, body)
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer))
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

const tokens = { access_token: 'of-a-stranger', token_type: 'Bearer', expires_in: 60, sub: 'a-stranger' }

/** @param own its address */
function answerAt(url: string, own: string, body: string): { status?: number; answer: object } {
  if (url.startsWith('/.well-known/')) return { answer: metadataOf(own) }
  if (url === '/register') return { status: 201, answer: { ...Object.fromEntries(membersIn(body)), client_id: 'of-a-stranger' } }
  return { answer: tokens }
}

/** RFC 8414 §2. */
function metadataOf(issuer: string): object {
  return {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    registration_endpoint: `${issuer}/register`,
    jwks_uri: `${issuer}/jwks`,
    response_types_supported: ['code'],
    grant_types_supported: ['authorization_code', 'refresh_token'],
    code_challenge_methods_supported: ['S256'],
    token_endpoint_auth_methods_supported: [none.name, clientSecretBasic.name, clientSecretPost.name],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
  }
}

function membersIn(body: string): [string, unknown][] {
  if (!body.startsWith('{')) return [...new URLSearchParams(body)]
  try {
    return Object.entries(JSON.parse(body))
  } catch {
    return []
  }
}

function credentialsIn(authorization: string): [string, string][] {
  const [first] = basicCredentials(authorization) ?? []
  const values = first === undefined ? [tokenIn(authorization)] : [first.client_id, first.client_secret]
  return values.map((value) => ['authorization', value])
}
