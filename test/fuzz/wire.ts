import { connect } from 'node:net'

/** An answer, byte by byte as it came. */
export interface WireAnswer {
  status: number
  headers: readonly (readonly [name: string, value: string])[]
  body: string
  milliseconds: number
}

/**
 * Sends bytes over a connection of their own and reads until the server ends it.
 * @throws Error when no answer came, when it is no HTTP, or when it took longer than `patience` milliseconds
 */
export function sendBytes(port: number, bytes: Buffer, patience: number): Promise<WireAnswer> {
  return new Promise((resolve, reject) => {
    const started = performance.now()
    const chunks: Buffer[] = []
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes))
    const fail = (why: string) => {
      clearTimeout(timer)
      socket.destroy()
      reject(new Error(why))
    }
    const timer = setTimeout(() => fail(`no end of the answer after ${patience} ms; so far: ${Buffer.concat(chunks)}`), patience)
    socket.on('data', (chunk) => chunks.push(chunk))
    // A refusal may come while the request is still being sent; what came counts.
    socket.on('error', (error) => chunks.length === 0 && fail(`the connection broke: ${error.message}`))
    socket.on('close', () => {
      clearTimeout(timer)
      try {
        resolve({ ...parseAnswer(Buffer.concat(chunks)), milliseconds: performance.now() - started })
      } catch (error) {
        reject(error)
      }
    })
  })
}

/** The one final answer that stands in these bytes (RFC 9112 §6.3). */
export function parseAnswer(bytes: Buffer): Omit<WireAnswer, 'milliseconds'> {
  const headEnd = bytes.indexOf('\r\n\r\n')
  if (headEnd < 0) throw new Error(`no HTTP answer came: ${JSON.stringify(bytes.toString('latin1').slice(0, 300))}`)
  const [statusLine = '', ...lines] = bytes.subarray(0, headEnd).toString('latin1').split('\r\n')
  const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(statusLine)?.[1])
  if (Number.isNaN(status)) throw new Error(`no status line: ${statusLine}`)
  const rest = bytes.subarray(headEnd + 4)
  if (status < 200) return parseAnswer(rest)
  const headers = lines.map((line): [string, string] => {
    const [, name, value] = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+): ?([\t\x20-\x7e\x80-\xff]*)$/.exec(line) ?? []
    if (name === undefined || value === undefined) throw new Error(`a malformed header line: ${JSON.stringify(line)}`)
    return [name.toLowerCase(), value]
  })
  const chunked = headers.some(([name, value]) => name === 'transfer-encoding' && /chunked/i.test(value))
  return { status, headers, body: (chunked ? dechunk(rest) : rest).toString('utf8') }
}

function dechunk(bytes: Buffer): Buffer {
  const parts: Buffer[] = []
  let at = 0
  for (;;) {
    const lineEnd = bytes.indexOf('\r\n', at)
    const size = Number.parseInt(bytes.subarray(at, lineEnd).toString('latin1'), 16)
    if (lineEnd < 0 || Number.isNaN(size)) throw new Error('the answer ends in the middle')
    if (size === 0) return Buffer.concat(parts)
    parts.push(bytes.subarray(lineEnd + 2, lineEnd + 2 + size))
    at = lineEnd + 2 + size + 2
  }
}

/** The value of a header; undefined when there is none. */
export function headerOf({ headers }: Pick<WireAnswer, 'headers'>, name: string): string | undefined {
  return headers.find(([one]) => one === name)?.[1]
}

/**
 * Says pieces over a connection of their own and then leaves it: ends it, resets it, or ends it after a silence. Whoever is not let go
 * soon resets it in the end: a TLS handshake that broke off is given as long as the headers of a request.
 * @returns all that was heard
 */
export function exchange(port: number, pieces: readonly string[], leave: 'end' | 'reset' | 'wait'): Promise<string> {
  return new Promise((resolve) => {
    let heard = ''
    const socket = connect(port, '127.0.0.1')
    socket.on('data', (chunk: Buffer) => {
      heard += chunk.toString('latin1')
    })
    socket.on('error', () => {})
    socket.on('close', () => resolve(heard))
    const end = () => {
      socket.end()
      setTimeout(() => socket.resetAndDestroy(), 2000).unref()
    }
    const say = (at: number) => {
      const piece = pieces[at]
      if (piece !== undefined) socket.write(piece, 'latin1', () => setTimeout(say, 5, at + 1))
      else if (leave === 'reset') socket.resetAndDestroy()
      else setTimeout(end, leave === 'wait' ? 100 : 10)
    }
    socket.once('connect', () => say(0))
  })
}
