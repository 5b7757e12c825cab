import { createHmac } from 'node:crypto'

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** Octets as authenticator apps take them (RFC 4648 §6), without padding. */
export function base32(octets: Buffer): string {
  const bits = [...octets].map((octet) => octet.toString(2).padStart(8, '0')).join('')
  return (bits.match(/.{1,5}/g) ?? []).map((five) => alphabet[Number.parseInt(five.padEnd(5, '0'), 2)]).join('')
}

function fromBase32(text: string): Buffer {
  const bits = [...text.toUpperCase().replaceAll('=', '')].map((one) => Math.max(0, alphabet.indexOf(one)).toString(2).padStart(5, '0'))
  return Buffer.from((bits.join('').match(/.{8}/g) ?? []).map((eight) => Number.parseInt(eight, 2)))
}

/** Milliseconds that a code lasts. */
export const totpPeriod = 30_000

/** The code of a time (RFC 6238 §4, RFC 4226 §5.3): six digits, SHA-1. */
export function totp(secret: string, now: number): string {
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(Math.floor(now / totpPeriod)))
  const mac = createHmac('sha1', fromBase32(secret)).update(counter).digest()
  const offset = (mac[19] ?? 0) & 15
  return String((mac.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, '0')
}

/** Whether a code is that of now, or of a period beside it (RFC 6238 §5.2). */
export function isTotp(code: string, secret: string, now: number): boolean {
  return [0, -1, 1].some((step) => totp(secret, now + step * totpPeriod) === code)
}
