/**
 * The few pieces of DER (ITU-T X.690) that a certificate is made of. Written here, because the libraries that do
 * it patch the global `Reflect` and weigh megabytes, and reading certificates is `node:crypto`'s work anyway.
 */

const tags = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  objectIdentifier: 0x06,
  utf8String: 0x0c,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
}

function encode(tag: number, ...contents: Uint8Array[]): Buffer {
  const content = Buffer.concat(contents)
  return Buffer.concat([Buffer.from([tag, ...lengthOf(content)]), content])
}

/** Short form below 128, else the count of the length's bytes and then those (X.690 §8.1.3). */
function lengthOf(content: Uint8Array): number[] {
  if (content.length < 0x80) return [content.length]
  const bytes: number[] = []
  for (let rest = content.length; rest > 0; rest >>>= 8) bytes.unshift(rest & 0xff)
  return [0x80 | bytes.length, ...bytes]
}

export function sequence(...items: Uint8Array[]): Buffer {
  return encode(tags.sequence, ...items)
}

export function set(...items: Uint8Array[]): Buffer {
  return encode(tags.set, ...items)
}

export function boolean(value: boolean): Buffer {
  return encode(tags.boolean, Buffer.from([value ? 0xff : 0]))
}

/** A positive integer from its big-endian bytes: as few of them as can be, the highest bit clear (X.690 §8.3). */
export function integer(bytes: Uint8Array): Buffer {
  let start = 0
  while (start < bytes.length - 1 && bytes[start] === 0) start++
  const shortest = bytes.subarray(start)
  const sign = (shortest[0] ?? 0) >= 0x80 ? Buffer.from([0]) : Buffer.alloc(0)
  return encode(tags.integer, sign, shortest)
}

/** @param unused how many of the last byte's low bits do not count */
export function bitString(bytes: Uint8Array, unused = 0): Buffer {
  return encode(tags.bitString, Buffer.from([unused]), bytes)
}

export function octetString(bytes: Uint8Array): Buffer {
  return encode(tags.octetString, bytes)
}

export function utf8String(text: string): Buffer {
  return encode(tags.utf8String, Buffer.from(text, 'utf8'))
}

/** @param dotted such as `2.5.29.19` */
export function objectIdentifier(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
  const bytes = [first * 40 + second, ...rest].flatMap(base128)
  return encode(tags.objectIdentifier, Buffer.from(bytes))
}

/** Seven bits a byte, the highest bit set on all but the last (X.690 §8.19.2). */
function base128(value: number): number[] {
  const bytes = [value & 0x7f]
  for (let rest = value >>> 7; rest > 0; rest >>>= 7) bytes.unshift(0x80 | (rest & 0x7f))
  return bytes
}

/** UTCTime through 2049, GeneralizedTime from 2050 on, as RFC 5280 §4.1.2.5 demands. */
export function time(milliseconds: number): Buffer {
  const digits = `${new Date(milliseconds)
    .toISOString()
    .replace(/[-:T]|\..*/g, '')
    .slice(0, 14)}Z`
  return digits < '2050' ? encode(tags.utcTime, Buffer.from(digits.slice(2))) : encode(tags.generalizedTime, Buffer.from(digits))
}

/** `[n] EXPLICIT`: the item is wrapped. */
export function explicit(n: number, item: Uint8Array): Buffer {
  return encode(0xa0 | n, item)
}

/** `[n] IMPLICIT` of a primitive type: the bytes stand alone. */
export function implicit(n: number, bytes: Uint8Array): Buffer {
  return encode(0x80 | n, bytes)
}

/** RFC 7468 §2: base64 in lines of 64 characters between two labels. */
export function pem(label: string, der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? []
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n')
}
