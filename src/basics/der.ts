/**
 * The few pieces of DER (ITU-T X.690) that a certificate is made of. Written here, because the libraries that do
 * it patch the global `Reflect` and weigh megabytes, and reading certificates is `node:crypto`'s work anyway.
 */

/** @param tag of the universal class (X.680 §8.4), or one of a context */
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

const ofTag =
  (tag: number) =>
  (...contents: Uint8Array[]): Buffer =>
    encode(tag, ...contents)

export const sequence = ofTag(0x30)
export const set = ofTag(0x31)
export const octetString = ofTag(0x04)
export const boolean = (value: boolean): Buffer => encode(0x01, Buffer.from([value ? 0xff : 0]))
export const utf8String = (text: string): Buffer => encode(0x0c, Buffer.from(text))

/** A positive integer from its big-endian bytes: as few of them as can be, the highest bit clear (X.690 §8.3). */
export function integer(bytes: Uint8Array): Buffer {
  let start = 0
  while (start < bytes.length - 1 && bytes[start] === 0) start++
  const shortest = bytes.subarray(start)
  const sign = (shortest[0] ?? 0) >= 0x80 ? Buffer.from([0]) : Buffer.alloc(0)
  return encode(0x02, sign, shortest)
}

/** @param unused how many of the last byte's low bits do not count */
export function bitString(bytes: Uint8Array, unused = 0): Buffer {
  return encode(0x03, Buffer.from([unused]), bytes)
}

/** @param dotted such as `2.5.29.19` */
export function objectIdentifier(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
  const bytes = [first * 40 + second, ...rest].flatMap(base128)
  return encode(0x06, Buffer.from(bytes))
}

/** Seven bits a byte, the highest bit set on all but the last (X.690 §8.19.2). */
function base128(value: number): number[] {
  const bytes = [value & 0x7f]
  for (let rest = value >>> 7; rest > 0; rest >>>= 7) bytes.unshift(0x80 | (rest & 0x7f))
  return bytes
}

/** UTCTime through 2049, GeneralizedTime from 2050 on, as RFC 5280 §4.1.2.5 demands. */
export function time(milliseconds: number): Buffer {
  const digits = new Date(milliseconds).toISOString().replace(/[-:T]|\.\d+/g, '')
  return digits < '2050' ? encode(0x17, Buffer.from(digits.slice(2))) : encode(0x18, Buffer.from(digits))
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
  const lines = Buffer.from(der)
    .toString('base64')
    .replace(/.{64}(?=.)/g, '$&\n')
  return `-----BEGIN ${label}-----\n${lines}\n-----END ${label}-----\n`
}
