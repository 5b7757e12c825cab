import { connect, type Socket } from 'node:net'

/** An answer as the load sees it. */
export interface Answer {
  status: number
  headers: string
  body: string
}

/** What one connection does, over and over: it says the next request, and sees its answer. */
export interface Conversation {
  next(): Buffer
  seen(answer: Answer): void
}

/** What a round measured. */
export interface Round {
  requests: number
  seconds: number
  /** Milliseconds. */
  p50: number
  p99: number
  failures: number
}

/** Opens a connection that requests can be sent over. */
export type Open = (port: number) => Promise<Socket>

/** A connection to the server itself. */
export const direct: Open = (port) => opened(connect(port, '127.0.0.1').setNoDelay(true), 'connect')

/** The socket when it is ready, which its event tells. */
export function opened<Some extends Socket>(socket: Some, event: 'connect' | 'secureConnect'): Promise<Some> {
  return new Promise((resolve, reject) => {
    socket.once('error', reject)
    socket.once(event, () => resolve(socket.off('error', reject)))
  })
}

/**
 * Loads a server over keep-alive connections, one request at a time on each. A client of its own, on bare sockets, because a
 * general one would cost more than the servers it measures. It ends after so many seconds, or requests.
 */
export async function load(
  port: number,
  conversations: readonly Conversation[],
  seconds: number,
  limit = Number.POSITIVE_INFINITY,
  open: Open = direct,
): Promise<Round> {
  const sockets = await Promise.all(conversations.map(() => open(port)))
  const times: number[] = []
  let failures = 0
  let left = limit
  const started = performance.now()
  const end = started + seconds * 1000
  await Promise.all(
    sockets.map((socket, index) =>
      converse(
        socket,
        conversations[index] as Conversation,
        () => performance.now() >= end || left-- <= 0,
        times,
        () => failures++,
      ),
    ),
  )
  const took = (performance.now() - started) / 1000
  times.sort((a, b) => a - b)
  const at = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? Number.NaN
  return { requests: times.length, seconds: took, p50: at(0.5), p99: at(0.99), failures }
}

function converse(socket: Socket, conversation: Conversation, ended: () => boolean, times: number[], fail: () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    let buffered = ''
    let sent = 0
    const attempt = (work: () => void) => {
      try {
        work()
      } catch (error) {
        socket.destroy(error instanceof Error ? error : new Error(String(error)))
      }
    }
    const send = () => {
      if (ended()) {
        socket.end()
        return
      }
      const bytes = conversation.next()
      sent = performance.now()
      socket.write(bytes)
    }
    socket.on('data', (chunk) => {
      buffered += chunk.toString('latin1')
      const answer = parse(buffered)
      if (answer === undefined) return
      buffered = ''
      times.push(performance.now() - sent)
      if (answer.status >= 400) fail()
      attempt(() => {
        conversation.seen(answer)
        send()
      })
    })
    socket.on('close', () => resolve())
    socket.on('error', reject)
    attempt(send)
  })
}

/** A whole answer with a Content-Length or in chunks; undefined while some of it is missing. */
function parse(text: string): Answer | undefined {
  const headEnd = text.indexOf('\r\n\r\n')
  if (headEnd < 0) return undefined
  const head = text.slice(0, headEnd)
  const rest = text.slice(headEnd + 4)
  const status = Number(head.slice(9, 12))
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1]
  if (length !== undefined) {
    return rest.length < Number(length) ? undefined : { status, headers: head, body: rest.slice(0, Number(length)) }
  }
  if (/\r\ntransfer-encoding: *chunked/i.test(head)) {
    if (!rest.endsWith('0\r\n\r\n')) return undefined
    return { status, headers: head, body: rest.replace(/(^|\r\n)[0-9a-f]+\r\n/gi, '') }
  }
  return { status, headers: head, body: '' }
}

/** A request as bytes. */
export function request(method: string, path: string, headers: Record<string, string>, form?: Record<string, string>): Buffer {
  const body = form === undefined ? '' : new URLSearchParams(form).toString()
  const all: Record<string, string> = { host: '127.0.0.1', ...headers }
  if (form !== undefined) {
    all['content-type'] ??= 'application/x-www-form-urlencoded'
    all['content-length'] = String(Buffer.byteLength(body))
  }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`)
  return Buffer.from(`${method} ${path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n${body}`)
}
