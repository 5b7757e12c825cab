import { type ClientRequest, type IncomingMessage, type RequestOptions, request } from 'node:http'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { onTestFinished } from 'vitest'

/** What a proxy said to CONNECT. */
export interface Tunnel {
  status: number
  headers: IncomingMessage['headers']
  socket: Socket
  /** What came behind the answer's head. */
  body: string
}

/** Asks the proxy at `url` for a tunnel. */
export function tunnel(url: string, authority: string, headers: Record<string, string> = {}): Promise<Tunnel> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve, reject) => {
    const asked: ClientRequest = request({ hostname, port, method: 'CONNECT', path: authority, headers, agent: false })
    asked.on('error', reject)
    asked.on('connect', (answer, socket: Socket, head) => {
      onTestFinished(() => void socket.destroy())
      socket.on('error', () => {})
      const told = { status: answer.statusCode ?? 0, headers: answer.headers, socket }
      if (told.status === 200) return resolve({ ...told, body: head.toString() })
      // What is refused is told in a body.
      let body = head.toString()
      const wanted = Number(answer.headers['content-length'] ?? 0)
      const look = () => {
        if (body.length >= wanted) resolve({ ...told, body })
      }
      socket.on('data', (chunk: Buffer) => {
        body += chunk.toString()
        look()
      })
      look()
    })
    asked.end()
  })
}

/** An answer that was read to its end. */
export interface Answer {
  status: number
  headers: IncomingMessage['headers']
  text: string
}

/** Sends one request over a connection that is there. */
export function ask(socket: Socket, options: RequestOptions, body = ''): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request({ ...options, createConnection: () => socket })
    sent.on('error', reject)
    sent.on('response', (answer) => {
      let text = ''
      answer.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk
      })
      answer.on('error', reject)
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text }))
    })
    sent.end(body)
  })
}

/** TLS over a tunnel, trusting that authority alone. */
export function secure(socket: Socket, servername: string, ca: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const secured = connectTls({ socket, servername, ca, ALPNProtocols: ['h2', 'http/1.1'] }, () => resolve(secured))
    secured.on('error', reject)
  })
}

/** A connected plain socket. */
export function plug(url: string): Promise<Socket> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  onTestFinished(() => void socket.destroy())
  return new Promise((resolve, reject) => socket.once('connect', () => resolve(socket)).once('error', reject))
}

/** Sends bytes as they are and gives what came until the other side ended, or all of it when so many bytes were there. */
export function raw(url: string, text: string, enough = Number.POSITIVE_INFINITY): Promise<string> {
  return plug(url).then(
    (socket) =>
      new Promise((resolve) => {
        let came = ''
        socket.on('data', (chunk: Buffer) => {
          came += chunk.toString('latin1')
          if (came.length >= enough) resolve(came)
        })
        socket.on('error', () => {})
        socket.on('close', () => resolve(came))
        socket.write(text)
      }),
  )
}

/** A server that does as it likes with each connection. */
export async function peer(meet: (socket: Socket) => void): Promise<string> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    onTestFinished(() => void socket.destroy())
    meet(socket.on('error', () => {}))
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  onTestFinished(() => void server.close())
  return `127.0.0.1:${(server.address() as AddressInfo).port}`
}
