const handshake = 0x16
/** RFC 8446 §5.1. */
const largestRecord = 2 ** 14
const clientHello = 1
const serverNameExtension = 0
const hostNameType = 0

/**
 * Reads the beginning of a TLS connection, before TLS itself does: what to ask of a client must be known by then.
 * @returns the host name that the client calls (RFC 8446 §4.1.2, RFC 6066 §3); `incomplete` while the message's record has not come whole. What is no ClientHello in one record names no host.
 */
export function readHello(bytes: Buffer): { serverName: string | undefined } | 'incomplete' {
  if (bytes[0] !== handshake) return { serverName: undefined }
  if (bytes.length < 5) return 'incomplete'
  const end = 5 + bytes.readUInt16BE(3)
  // A record that is longer than any may be is for TLS to refuse.
  if (end > 5 + largestRecord) return { serverName: undefined }
  if (bytes.length < end) return 'incomplete'
  try {
    return { serverName: serverNameOf(new Reader(bytes.subarray(5, end))) }
  } catch (error) {
    if (error instanceof RangeError) return { serverName: undefined }
    throw error
  }
}

function serverNameOf(message: Reader): string | undefined {
  if (message.number(1) !== clientHello) return undefined
  const hello = message.vector(3)
  hello.skip(2 + 32) // version and random
  hello.vector(1) // session id
  hello.vector(2) // cipher suites
  hello.vector(1) // compression methods
  const extensions = hello.vector(2)
  while (!extensions.atEnd) {
    const type = extensions.number(2)
    const extension = extensions.vector(2)
    if (type !== serverNameExtension) continue
    const names = extension.vector(2)
    while (!names.atEnd) {
      const kind = names.number(1)
      const name = names.vector(2)
      if (kind === hostNameType) return name.text()
    }
  }
  return undefined
}

/** Reads numbers and vectors in their order (RFC 8446 §3); past the end it throws a RangeError, as Buffer does. */
class Reader {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  get atEnd(): boolean {
    return this.#at >= this.#bytes.length
  }

  number(size: number): number {
    const value = this.#bytes.readUIntBE(this.#at, size)
    this.#at += size
    return value
  }

  /** A vector whose length stands before it in so many bytes. */
  vector(lengthSize: number): Reader {
    const length = this.number(lengthSize)
    this.skip(length)
    return new Reader(this.#bytes.subarray(this.#at - length, this.#at))
  }

  skip(length: number): void {
    this.#at += length
    if (this.#at > this.#bytes.length) throw new RangeError('the message is shorter than it says')
  }

  text(): string {
    return this.#bytes.toString('latin1')
  }
}
